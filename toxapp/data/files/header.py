"""Whether the first row of a table names its columns, or is a record like those below it.

    id,text,toxic                            I feel so seen.      27     edgurhb
    1,you are kind,0                         You know it, man     4,27   ee84bjg
    names: a word above numbers              a record: numbers above numbers, a text above texts

Works on the cells of a file's head; knows nothing of how they were written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

_NUMBERS = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?%?([,;| ]+\d+)*", re.I)
_MARKS = frozenset({"true", "false", "t", "f", "yes", "no", "y", "n"})
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
_LINK = re.compile(r"(https?://|www\.)\S+", re.I)
_NAME = re.compile(r"[\w@#:.()/&*+?'\[\]-]+([ _][\w@#:.()/&*+?'\[\]-]+){0,3}")
_USUAL = frozenset(
    {"text", "texts", "comment", "comments", "comment_text", "tweet", "tweets", "body", "content"}
    | {"message", "post", "sentence", "title", "review", "label", "labels", "class", "category"}
    | {
        "target",
        "id",
        "sentiment",
        "author",
        "user",
        "date",
        "split",
        "kommentar",
        "texto",
        "testo",
    }
    | {"texte", "tekst", "comentario", "commentaire", "commento", "komentarz", "etiqueta"}
    | {"etiquette", "etichetta", "klasse", "klasa"}
)
_LONGEST_NAME = 30
_MOST_ALIKE = 0.9


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether `rows[0]` names the columns of the rows below it.

    Each column speaks for or against it by what stands in row 1 and what below; where nothing
    speaks, row 1 is taken for names, as most files have them.

    Args:
        rows: of the head, row 1 first; those as wide as it are looked at.
    """
    first = [cell.strip() for cell in rows[0]]
    below = [row for row in rows[1:] if len(row) == len(first)]
    if not below:
        return True
    if _is_counted(first):
        return True
    columns = ([cell.strip() for cell in column] for column in zip(*below, strict=True))
    return sum(map(_vote, first, columns)) >= 0


def _is_counted(first: Sequence[str]) -> bool:
    """Whether row 1 counts the columns, 0, 1, 2, as written where they have no names."""
    named = first[1:] if first[0] == "" else first
    return len(named) > 1 and list(named) == [str(number) for number in range(len(named))]


def _vote(cell: str, below: Sequence[str]) -> int:
    """How much a column makes of its first cell a name (above 0) or a value (below 0)."""
    known = [value for value in below if value.lower() not in _MISSING]
    if not known or cell.lower() in _MISSING:
        return 0
    distinct = set(known)
    if cell.lower() in _USUAL and cell not in distinct:
        return 4
    for is_kind in (_is_number, _is_link, _is_mark):
        share = sum(map(is_kind, known)) / len(known)
        if share >= _MOST_ALIKE:
            return -3 if is_kind(cell) else 4
    if median(len(value.split()) for value in known) >= 4:
        return _vote_of_text(cell, known)
    return -3 if cell in distinct else _vote_of_words(cell, known)


def _vote_of_words(cell: str, known: Sequence[str]) -> int:
    """The vote of a column of short words: ids of one length, with digits in them, or classes."""
    if len(known) > 2 and len({len(value) for value in known}) == 1:
        if len(cell) != len(known[0]):
            return 2
        return -2 if re.search(r"\d", cell) else 0
    return 1 if len(set(known)) <= len(known) / 2 and _is_name(cell) else 0


def _vote_of_text(cell: str, known: Sequence[str]) -> int:
    """The vote of a column of texts: a name is much shorter than they are."""
    if not _is_name(cell):
        return -3 if len(cell.split()) >= 4 else -1
    short = sum(_is_name(value) for value in known) / len(known)
    return 3 if short <= 0.02 else 1


def _is_number(cell: str) -> bool:
    return _NUMBERS.fullmatch(cell) is not None


def _is_link(cell: str) -> bool:
    return _LINK.fullmatch(cell) is not None


def _is_mark(cell: str) -> bool:
    return cell.lower() in _MARKS


def _is_name(cell: str) -> bool:
    return len(cell) <= _LONGEST_NAME and _NAME.fullmatch(cell) is not None
