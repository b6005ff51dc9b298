"""The rooms and who may import whom; an arrow that is not drawn here is a mistake."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEAVES = {"errors", "workspace"}
JOBS = LEAVES | {"jobs"}
DATA = JOBS | {"data"}
RUNS = DATA | {"runs", "decisions", "inference"}
SCORING = DATA | {"runs", "inference"}
EVALUATION = RUNS | {"scoring", "evaluation"}
EVERY = EVALUATION | {"models", "ui", "bench", "commands", "__main__"}
# The room's own name is always allowed.
MAY = {
    "errors": set(),
    "workspace": LEAVES,
    "jobs": LEAVES,
    "decisions": LEAVES,
    "inference": set(),
    "data": JOBS,
    "runs": RUNS,
    "models": SCORING,
    "scoring": SCORING,
    "evaluation": EVALUATION,
    "training": EVALUATION | {"models"},
    "ui": EVERY,
    "bench": EVALUATION | {"models", "ui"},
    "commands": EVALUATION | {"models", "ui", "bench"},
    "__main__": {"commands", "errors"},
    "pages": EVERY,
    "app": EVERY,
}
HEAVY = {"torch", "transformers", "accelerate"}
HEAVY_ROOMS = {"models", "inference", "training"}
SCREEN = {"streamlit"}
SCREEN_ROOMS = {"app", "pages", "ui"}


def files() -> list[Path]:
    found = [ROOT / "app.py"]
    for folder in ("pages", "toxapp", "training"):
        found += sorted((ROOT / folder).rglob("*.py"))
    return found


def room(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    if parts[0] != "toxapp":
        return parts[0]
    return "toxapp" if parts[1] == "__init__" else parts[1]


def imported(file: Path) -> set[str]:
    """Dotted names of all modules that a file imports, wherever in it, relative ones resolved."""
    package = file.relative_to(ROOT).parent.parts
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module or ""]))
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def rooms_of(file: Path) -> set[str]:
    """The rooms of ours that a file imports from."""
    found = set()
    for name in imported(file):
        parts = name.split(".")
        if parts[0] == "toxapp" and len(parts) > 1:
            found.add(parts[1])
        elif parts[0] in ("training", "pages", "app", "tests"):
            found.add(parts[0])
    return found


@pytest.mark.parametrize("file", files(), ids=lambda f: str(f.relative_to(ROOT)))
def test_a_file_imports_only_along_the_arrows(file: Path) -> None:
    here = room(file)
    if here == "toxapp":  # the package's own docstring
        assert not rooms_of(file)
        return
    assert here in MAY, f"the room {here} is not drawn"
    assert rooms_of(file) <= MAY[here] | {here}


@pytest.mark.parametrize("file", files(), ids=lambda f: str(f.relative_to(ROOT)))
def test_heavy_and_screen_libraries_stay_in_their_rooms(file: Path) -> None:
    libraries = {name.split(".")[0] for name in imported(file)}
    assert not libraries & HEAVY or room(file) in HEAVY_ROOMS
    assert not libraries & SCREEN or room(file) in SCREEN_ROOMS
    assert "sentence_transformers" not in libraries


def test_nothing_of_ours_is_imported_absolutely_by_the_room_that_is_carried_away() -> None:
    for file in (ROOT / "toxapp" / "inference").glob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert "from toxapp" not in source
        assert "import toxapp" not in source


def test_the_rooms_import_each_other_in_no_circle() -> None:
    arrows = {name: set() for name in MAY}  # type: dict[str, set[str]]
    for file in files():
        if room(file) in arrows:
            arrows[room(file)] |= rooms_of(file) - {room(file)}
    while arrows:
        free = [name for name, targets in arrows.items() if not targets & set(arrows)]
        assert free, f"a circle among {sorted(arrows)}"
        arrows = {name: targets for name, targets in arrows.items() if name not in free}


def test_an_exception_of_any_kind_is_swallowed_nowhere() -> None:
    for file in files():
        source = file.read_text(encoding="utf-8")
        assert "except Exception" not in source, file
        assert "except:" not in source, file
