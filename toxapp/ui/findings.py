"""What the import found, grouped by what it costs; many of one kind are folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from toxapp.data.problem import Problem

_SHOWN = 3
_GROUPS = {
    "Rows left out": (
        "ragged_row", "broken_quote", "broken_record", "empty_text", "no_known_label",
        "unknown_split", "extra_row_dropped",
    ),
    "Labels": (
        "unexplained_value", "missing_target", "no_positive", "no_negative", "few_positives",
        "complement_label",
    ),
    "Texts": (
        "contradicting_duplicates", "duplicate_text", "near_duplicate_text", "text_cut",
        "other_language", "html_entity", "html_tag", "personal_data",
    ),
    "Splits": ("text_in_two_splits", "near_text_in_two_splits"),
}  # fmt: skip
_REST = "For your information"
_ROWS_SAID = 5
_HEAD = re.compile(r"[\d,]+ rows?|About [\d.]+%|Label '[^']*'")
_FILES = re.compile(r"of the \d+ files\b")


def left_out(problems: Iterable[Problem]) -> int:
    """How many rows the dataset does without, of all that the files hold."""
    return sum(found.count for found in problems if found.kind in _GROUPS["Rows left out"])


def grouped(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """The problems by what they cost, kinds together; groups without one are left out."""
    group = {kind: name for name, kinds in _GROUPS.items() for kind in kinds}
    kinds = [kind for known in _GROUPS.values() for kind in known]
    found: dict[str, list[Problem]] = {name: [] for name in (*_GROUPS, _REST)}
    for problem in problems:
        found[group.get(problem.kind, _REST)].append(problem)
    for problems_ in found.values():
        problems_.sort(key=lambda p: (kinds.index(p.kind) if p.kind in kinds else 0, p.kind))
    return {name: problems_ for name, problems_ in found.items() if problems_}


def listed(problems: Sequence[Problem]) -> str:
    """All problems as escaped HTML: a foldable part per group, three of each kind in view."""
    parts = []
    for name, found in grouped(problems).items():
        said = "1 finding" if len(found) == 1 else f"{len(found)} findings"
        parts.append(
            f'<details class="tx-group"{_open(name)}><summary><b>{escape(name)}</b> '
            f"<small>{said}</small></summary>{_of_group(found)}</details>"
        )
    return "".join(parts)


def _open(group: str) -> str:
    return "" if group == _REST else " open"


def _of_group(found: Sequence[Problem]) -> str:
    parts = []
    for _, kind in groupby(found, key=lambda problem: problem.kind):
        same = list(kind)
        parts.append(_items(same[:_SHOWN]))
        if rest := same[_SHOWN:]:
            parts.append(
                f'<details class="tx-more"><summary>and {len(rest)} more like it</summary>'
                f"{_items(rest)}</details>"
            )
    return "".join(parts)


def _items(found: Sequence[Problem]) -> str:
    items = "".join(f"<li>{_sentence(problem)} {_rows(problem)}</li>" for problem in found)
    return f'<ul class="tx-findings">{items}</ul>'


def _sentence(problem: Problem) -> str:
    """The message with what it is about in bold."""
    head = _HEAD.match(problem.message)
    end = head.end() if head else 0
    return f"<b>{escape(problem.message[:end])}</b>{escape(problem.message[end:])}"


def _rows(problem: Problem) -> str:
    """The rows beyond those that the sentence names, where they are all of one file."""
    if len(problem.rows) <= _ROWS_SAID or _FILES.search(problem.message):
        return ""
    all_ = problem.count == len(problem.rows)
    kept = "all rows" if all_ else f"the first {len(problem.rows)} rows"
    return (
        f'<details class="tx-rows"><summary>{kept}</summary>: '
        f"{', '.join(f'{row:,}' for row in problem.rows)}</details>"
    )
