"""What the README says that can drift: the file tree, the verbs, the picture."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import typer.main

from toxapp.__main__ import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree() -> set[str]:
    """Paths of the README's file tree, folders with a slash behind."""
    block = README.split("## The house")[1].split("```")[1]
    paths: set[str] = set()
    folders: list[str] = []
    for line in filter(None, block.splitlines()):
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.split(r"\s{2,}", line.strip())[0]
        for name in names.split(", "):
            folders[depth:] = [name] if name.endswith("/") else []
            paths.add("".join(folders[:depth]) + name)
    return paths


def tracked() -> set[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    return set(listed.stdout.decode().splitlines())


def test_every_path_of_the_tree_is_there() -> None:
    for path in tree():
        assert (ROOT / path).exists(), path


def test_every_module_stands_in_the_tree() -> None:
    told = tree()
    for path in tracked():
        if not path.endswith(".py") or path.startswith("tests/") or path.endswith("__init__.py"):
            continue
        inside = any(path.startswith(folder) for folder in told if folder.count("/") > 2)
        assert path in told or inside, path


def test_the_table_of_verbs_is_that_of_the_command_line() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    told = re.findall(r"^\| `([a-z]+)", README, flags=re.MULTILINE)
    assert told == list(group.commands)


def test_the_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
