"""How verbs answer: one JSON object, or indented lines; progress goes to stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from toxapp.errors import DataError, SettingsError
from toxapp.jobs import process
from toxapp.jobs.state import ENDED, Status

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
RunId = Annotated[str, typer.Argument(help="The run's id; `runs` lists them.")]


class Counter:
    """A count on stderr that overwrites itself."""

    def __init__(self, what: str, *, quiet: bool) -> None:
        self._what = what
        self._quiet = quiet or not sys.stderr.isatty()

    def __call__(self, done: int) -> None:
        """Show that so many are done."""
        if not self._quiet:
            sys.stderr.write(f"\r{done:,} {self._what} ")


def follow(folder: Path, *, quiet: bool) -> Status:
    """Wait for a job, saying on stderr what it does."""
    said = ""
    while True:
        now = process.wait(folder, timeout_s=0.5)
        left = "" if now.seconds_left is None else f", {now.seconds_left:.0f} s left"
        line = f"{now.stage} {now.step:,}/{now.steps:,}{left}" if now.steps else now.stage
        if not quiet and line != said and (sys.stderr.isatty() or now.stage not in said):
            end = "" if sys.stderr.isatty() else "\n"
            sys.stderr.write(f"\r\033[K{line}{end}" if not end else f"{line}{end}")
            said = line
        if now.state in ENDED:
            if not quiet and sys.stderr.isatty():
                sys.stderr.write("\r\033[K")
            return now


def show(answer: dict[str, Any], as_object: bool) -> None:
    """Print what a verb has to say."""
    if as_object:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print("\n".join(_lines(answer, "")))


def _lines(value: Any, indent: str) -> list[str]:
    """An answer as indented `name: value` lines."""
    lines: list[str] = []
    items = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for name, item in items:
        head = f"{indent}{name}:" if name is not None else f"{indent}-"
        if isinstance(item, dict | list | tuple) and any(isinstance(x, dict) for x in _parts(item)):
            lines += [head, *_lines(item, indent + "  ")]
        elif isinstance(item, dict):
            pairs = ", ".join(f"{k} {_plain(v)}" for k, v in item.items())
            lines.append(f"{head} {pairs}")
        else:
            lines.append(f"{head} {_plain(item)}")
    return lines


def _parts(item: Any) -> list[Any]:
    return list(item.values()) if isinstance(item, dict) else list(item)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return "none" if value is None else str(value)


def existing(file: Path) -> Path:
    """`file`, which must be there."""
    if file.is_dir():
        raise DataError(f"{file} is a folder, not a file. Choose a file in it.")
    if not file.is_file():
        raise DataError(f"There is no file {file}.")
    return file


def pair(text: str) -> tuple[str, str]:
    """The two sides of `name=value`."""
    name, equals, value = text.rpartition("=")
    if not equals or not name:
        raise SettingsError(f"'{text}' is not of the form name=value.")
    return name, value
