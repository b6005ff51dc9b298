"""Small files of the kinds that Python's own library does not write."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Cell = str | float | bool | None


def xlsx(
    sheets: Mapping[str, Sequence[Sequence[Cell]]], *, column: str = "A", row: int = 1
) -> bytes:
    """A workbook; each table begins at `column` and `row`. None is a cell that is not there."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
        for n, name in enumerate(names, 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{_PACKAGE.replace("http://schemas.", "application/vnd.")}"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/></Types>',
        "_rels/.rels": _relations({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)}
        ),
    }
    for n, name in enumerate(names, 1):
        parts[f"xl/worksheets/sheet{n}.xml"] = _sheet(sheets[name], column, row)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for part, content in parts.items():
            packed.writestr(part, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return buffer.getvalue()


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _sheet(rows: Sequence[Sequence[Cell]], column: str, row: int) -> str:
    lines = []
    for number, cells in enumerate(rows, row):
        letters = (chr(ord(column) + n) for n in range(len(cells)))
        written = "".join(
            _cell(f"{letter}{number}", cell) for letter, cell in zip(letters, cells, strict=True)
        )
        lines.append(f'<row r="{number}">{written}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(place: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        text = f'<is><t xml:space="preserve">{escape(value)}</t></is>'
        return f'<c r="{place}" t="inlineStr">{text}</c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def xls() -> bytes:
    """An old workbook: `text` and `toxic` in C2 and D2, below them `comment R` and R modulo 2."""
    return zlib.decompress(base64.b85decode(_XLS))


_XLS = (
    "c-rk)O=uHA6#iy^k|wliT2rAFN+?*h_EM|hrCk*?Crj0XB7&yrf~9RDA&2Tgt2IYK@T7Pt^x~!J#UJ#bHxEKZ4}u"
    "^hden=c&_kQ`&C9HAG=~PXXqj)BH*em2Z)SF9-t6qYT52oJ-|s5p7YxHh#fu;mun9^LzYqu2d!AJNyor*h@n0d*L"
    "=zdZ@ucNtSk9rG?=lSBv!0U#K2SP^a~R2G-Q+sr0FNOp<QRrX3fv}344pixc9t2In^@ju=2MpY*m8~K5OGW5B$k|"
    "!zP)M{pD=p3E(Y1|L-u*cmH~9&g<Qp#u8S(y#{T?7dg|Y-=(d`%0GhXyn|1T)sS*-2feZNNC4sMgq&`b(`}*1i$i"
    "7@_57)8ZFf3pe-WgutMOu)b&1w)HJL|fIffb}UAY~$E!JR4Cl;vh7GPDn8a?{gpwvgNv&<6wh?ts20D)(-V^>|IJ"
    "w{Q$JlN?7Y>unqfaoWvS?tFQDcx==;&6Zi-->Ywdt#aV-a9MhgbBwLBJwpx@eeAK5<rQvq3+r7h6SRIQ?;Y(>%Aq"
    ";tT;<wc>SvJg#@QCox07D{bmUQY@uRbY^u<*9LSpf)Gmjp6D~*%Cyynm^`o*oA5|14}7i!0N&$9Ek-J{8f^Bq|5)"
    "T^!)tB8`#pywe`Etymjif`268_btA7Y$i5RY~&AI((D)rsA8-4=KJ?hi@_8QhckXeY+0dX1=ZX_K)_5jdnbcj<i?"
    ")L=+kt8X6iJ8X6iK9fHs7P^VMySy7%4!|K1zDy544O|oHe6gj#I^kI4sS<3S`-_ZKm3|shZi8cE8{|hCKQ}209Vv"
    "NTz+3@<M?>Z5@pEWzi|6B+)+JB{yasK80zXLW*)*b"
)
