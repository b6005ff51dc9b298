from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toxapp.data.files import separated
from toxapp.data.files.quotes import Quotes
from toxapp.data.files.separated import Style, UnsoundError

Rows = list[tuple[int, tuple[str, ...]]]

CELL = st.text('ab 1,;\t|"\n\ré\u2028\x0b', max_size=6)
SEPARATOR = st.sampled_from(",;\t|")
ENDING = st.sampled_from(["\n", "\r\n", "\r"])


def written(cell: str, separator: str, *, quoted: bool) -> str:
    if quoted or set(cell) & {separator, '"', "\n", "\r"}:
        return '"' + cell.replace('"', '""') + '"'
    return cell


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str, int, Rows, list[tuple[int, int]]]:
    """A text, its separator and width, its sound records with rows, its misfits with widths."""
    separator, ending = draw(SEPARATOR), draw(ENDING)
    width = draw(st.integers(2, 4))
    lines, sound, misfits = [], [], []
    for row in range(1, draw(st.integers(1, 9)) + 1):
        kind = draw(st.sampled_from(["sound"] * 6 + ["ragged", "blank"])) if row > 1 else "sound"
        if kind == "blank":
            lines.append(draw(st.sampled_from(["", " ", "   "])))
            continue
        count = width if kind == "sound" else draw(st.sampled_from([1, width + 1, width + 2]))
        cells = tuple(draw(CELL) for _ in range(count))
        if kind == "ragged":
            cells = ("ragged", *cells[1:])
            misfits.append((row, count))
        else:
            sound.append((row, cells))
        quoted = draw(st.lists(st.booleans(), min_size=count, max_size=count))
        lines.append(
            separator.join(
                written(cell, separator, quoted=q) for cell, q in zip(cells, quoted, strict=True)
            )
        )
    text = ending.join(lines) + draw(st.sampled_from(["", ending]))
    return text, separator, width, sound, misfits


def quick(
    path: Path, style: Style, width: int, block_bytes: int = separated.BLOCK_BYTES
) -> tuple[Rows, list[tuple[int, int]]]:
    sound, misfits = [], []
    for stretch in separated.quick(path, style, width, block_bytes=block_bytes):
        columns = [column.to_pylist() for column in stretch.columns]
        sound += list(zip(stretch.rows.tolist(), zip(*columns, strict=True), strict=True))
        misfits += stretch.misfits
    return sound, misfits


def careful(path: Path, style: Style, width: int) -> tuple[Rows, list[tuple[int, int]]]:
    found = list(separated.careful(path, style))
    assert not any(fault for _, _, fault in found)
    sound = [(row, cells) for row, cells, _ in found if len(cells) == width]
    return sound, [(row, len(cells)) for row, cells, _ in found if len(cells) != width]


@settings(max_examples=300, deadline=None)
@given(tables(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]), st.integers(3, 40))
def test_both_readers_find_the_records_that_were_written(
    table: tuple[str, str, int, Rows, list[tuple[int, int]]], encoding: str, block_bytes: int
) -> None:
    text, separator, width, sound, misfits = table
    style = Style(separator, encoding)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(text.encode(encoding))
        assert careful(path, style, width) == (sound, misfits)
        assert quick(path, style, width) == (sound, misfits)
        assert quick(path, style, width, block_bytes) == (sound, misfits)


@settings(max_examples=300, deadline=None)
@given(st.text('ab,"\n\r', max_size=30), st.integers(1, 9))
def test_what_the_quick_reader_takes_the_careful_one_reads_alike(text: str, cut: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(text.encode())
        first = next(separated.careful(path, Style(",", "utf-8")), None)
        width = len(first[1]) if first else 0
        if width < 2:
            return
        try:
            found = quick(path, Style(",", "utf-8"), width, cut)
        except UnsoundError:
            return
        assert careful(path, Style(",", "utf-8"), width) == found


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ('a,"b ""c"" d",e\n', True),
        ('"",""\n"a"', True),
        ('"""",""""""\n', True),
        ('a,"b\r\nc"\r\n"d",e', True),
        ('a,5" wide,e\n', False),
        ('a,"b" c,e\n', False),
        ('a, "b",e\n', False),
        ('a,"b\n', False),
        ('"a""",b""\n', False),
    ],
)
def test_quotes_are_judged_alike_in_blocks_of_any_size(text: str, *, sound: bool) -> None:
    for size in range(1, len(text) + 1):
        quotes = Quotes(",")
        blocks = [text[at : at + size].encode() for at in range(0, len(text), size)]
        assert (all(map(quotes.sound, blocks)) and quotes.closed()) is sound


def test_the_quick_reader_stops_before_a_quote_out_of_place(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("a,b\n" + "1,2\n" * 100 + 'x,5" wide\n' + "3,4\n" * 100)
    stretches = separated.quick(path, Style(",", "utf-8"), 2, block_bytes=40)
    found: list[int] = []
    with pytest.raises(UnsoundError):
        found.extend(row for stretch in stretches for row in stretch.rows.tolist())
    assert 80 < len(found) <= 101
    assert found == list(range(1, len(found) + 1))


def test_without_quotes_a_quote_is_a_sign_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "file.tsv"
    path.write_text('a\tb\n"one\t"1"\n\n""\ttwo"\n')
    style = Style("\t", "utf-8", quotes=False)
    expected: tuple[Rows, list[tuple[int, int]]]
    expected = ([(1, ("a", "b")), (2, ('"one', '"1"')), (4, ('""', 'two"'))], [])
    assert careful(path, style, 2) == expected
    assert quick(path, style, 2) == expected
    assert quick(path, style, 2, 3) == expected
