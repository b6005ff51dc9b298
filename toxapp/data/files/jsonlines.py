"""JSON as a table: an object a line, or one list of objects; keys are columns.

    {"text": "you are kind", "toxic": false}
    {"messages": [{"role": "user", "content": "you are kind"},
                  {"role": "assistant", "content": "[]"}]}       (in one line)

The second is the chat form. Its columns are `text`, what the user said last before the answer;
`labels`, the answer; `prompt`, where there is a system's; and the keys beside `messages`.
A line is a row, an empty one too; in a list the first object is row 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

from toxapp.data.files.cells import text_of
from toxapp.data.files.parsing import Parsed
from toxapp.errors import DataError

_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"\s*")
# Of what may stand half at the end of a stretch: -Infinity, a number, an escaped sign.
_LONGEST_WORD = 40
_CHUNK = 1 << 20
_LONGEST_OBJECT = 1 << 26
_REPORT_EVERY_ROWS = 1_000

Object = dict[str, Any]
Found = tuple[int, Object, str | None]
"""A row, its object ({} where it cannot be read), and the fault if there is one."""


def names(path: Path, encoding: str) -> tuple[str, ...]:
    """All keys of all objects in order of first appearance.

    Raises:
        DataError: no line is an object, or bytes are not of the encoding.
    """
    state = path.stat()
    return _names(path, encoding, state.st_mtime_ns, state.st_size)


def records(
    path: Path, encoding: str, on_bytes: Callable[[int], None] | None = None
) -> Iterator[Parsed]:
    """The objects as cells in the order of `names`, a key that one lacks is ""."""
    columns = names(path, encoding)
    with path.open("rb") as file:
        for row, found, fault in _objects(path, encoding):
            cells = () if fault else tuple(text_of(found.get(name)) for name in columns)
            yield row, cells, fault
            if on_bytes and row % _REPORT_EVERY_ROWS == 0:
                on_bytes(file.tell())
    if on_bytes:
        on_bytes(path.stat().st_size)


@lru_cache(maxsize=8)
def _names(path: Path, encoding: str, changed_ns: int, size: int) -> tuple[str, ...]:  # noqa: ARG001
    """As `names`; a pass over all of a file that has not changed is made once."""
    keys: dict[str, None] = {}
    for _, found, _ in _objects(path, encoding):
        keys.update(dict.fromkeys(found))
    if not keys:
        message = f"No line of {path.name} is a JSON object with a key. Write one object per line, "
        raise DataError(message + 'like {"text": "...", "toxic": 1}.')
    return tuple(keys)


def _objects(path: Path, encoding: str) -> Iterator[Found]:
    with path.open(encoding=encoding, newline="") as text:
        try:
            start = _start(text)
            text.seek(0)
            for row, value, fault in _of_list(text) if start == "[" else _of_lines(text):
                strange = None if isinstance(value, dict) else f"row {row} is no JSON object"
                why = fault or strange
                yield row, {} if why else _flat(value), why
        except UnicodeError:
            message = f"{path.name} holds bytes that are not {encoding} text. Open it where it was "
            raise DataError(message + "made and save it as UTF-8.") from None


def _start(text: TextIO) -> str:
    """The first sign that is no blank."""
    while chunk := text.read(_CHUNK):
        if found := chunk.lstrip():
            return found[0]
    return ""


def _of_lines(text: TextIO) -> Iterator[tuple[int, Any, str | None]]:
    for row, line in enumerate(text, 1):
        if not line.isspace():
            try:
                yield row, json.loads(line), None
            except (ValueError, RecursionError):
                yield row, None, f"row {row} is no complete JSON object"


def _of_list(text: TextIO) -> Iterator[tuple[int, Any, str | None]]:
    """The values of a list, read a stretch at a time; behind a broken one nothing can be told."""
    buffer, at, row = text.read(_CHUNK), 0, 1
    at = buffer.find("[") + 1
    while True:
        at = _behind_blanks(buffer, at)
        if buffer.startswith("]", at):
            return
        value, end = _decoded(buffer, at)
        if end is not None and buffer[end : end + 1] in (",", "]"):
            yield row, value, None
            at, row = end + (buffer[end] == ","), row + 1
            continue
        # Twice as much each time, so that a long object is not decoded over and over.
        chunk = text.read(max(_CHUNK, len(buffer) - at)) if end in (None, len(buffer)) else ""
        if not chunk or len(buffer) - at > _LONGEST_OBJECT:
            yield row, None, f"the list is broken in row {row}, what follows cannot be read"
            return
        buffer, at = buffer[at:] + chunk, 0


def _behind_blanks(buffer: str, at: int) -> int:
    found = _BLANKS.match(buffer, at)
    return found.end() if found else at


def _decoded(buffer: str, at: int) -> tuple[Any, int | None]:
    """The value at a position and where the next sign stands; None where more may mend it."""
    try:
        value, end = _DECODER.raw_decode(buffer, at)
    except json.JSONDecodeError as error:
        cut = error.msg.startswith("Unterminated string") or error.pos > len(buffer) - _LONGEST_WORD
        return None, None if cut else -1
    except (ValueError, RecursionError):
        return None, -1
    return value, _behind_blanks(buffer, end)


def _flat(value: Object) -> Object:
    """The object with its conversation, if it is the chat form, as columns."""
    said = value.get("messages")
    if not isinstance(said, list) or not all(isinstance(m, dict) and "role" in m for m in said):
        return value
    rest = {key: part for key, part in value.items() if key != "messages"}
    return {**_conversation(said), **rest}


def _conversation(said: list[Mapping[str, Any]]) -> dict[str, str]:
    """The last answer, the last thing the user said before it, and the system's prompt."""
    roles = [message["role"] for message in said]
    answer = max((n for n, role in enumerate(roles) if role == "assistant"), default=len(said))
    asked = max((n for n, role in enumerate(roles[:answer]) if role == "user"), default=None)
    system = next((message for message in said if message["role"] == "system"), None)
    columns = {"text": "" if asked is None else _content(said[asked])}
    columns["labels"] = _content(said[answer]) if answer < len(said) else ""
    return columns if system is None else {**columns, "prompt": _content(system)}


def _content(message: Mapping[str, Any]) -> str:
    """What was said; of a list of parts, the texts among them."""
    content = message.get("content")
    if not isinstance(content, list):
        return text_of(content)
    parts = (p.get("text") if isinstance(p, dict) else p for p in content)
    return "\n".join(text_of(part) for part in parts if part is not None)
