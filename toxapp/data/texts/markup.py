"""HTML in texts: entities (`&amp;`, `&#39;`) and tags (`<br>`, `<a href=...>`).

Only what is certainly meant as HTML counts: entities with their semicolon and a name or number
that exists, tags with a name of HTML. Wiki markup and `a < b && c > d` are left alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from html.entities import html5

import numpy as np
from numpy.typing import NDArray

_NAMES = (
    "a|abbr|address|article|aside|audio|b|big|blockquote|body|br|button|caption|center|cite|code|"
    "col|dd|del|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|"
    "i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|ol|option|p|param|pre|q|s|samp|"
    "script|section|select|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|"
    "tfoot|th|thead|title|tr|tt|u|ul|video|wbr"
)
# After the name nothing, or attributes with a value: `<a href=x>`, not `<a and b>`.
_ATTRIBUTE = r"""\s+[a-z][\w:.-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)"""
# A comment ends its search where the next begins, or thousands left open would take minutes.
_COMMENT = r"<!--(?:(?!<!--).)*?-->"
_TAG = re.compile(
    rf"</(?:{_NAMES})\s*>|<(?:{_NAMES})(?:{_ATTRIBUTE})*\s*/?>|{_COMMENT}",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"</?(?:br|p|div|li|tr|h[1-6]|hr|ul|ol|table|blockquote|pre)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def positions(texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """Where among `texts` HTML is, ascending, by kind: "entity" and "tag"."""
    entity = [index for index, text in enumerate(texts) if has_entity(text)]
    tag = [index for index, text in enumerate(texts) if has_tag(text)]
    return {"entity": np.array(entity, np.int64), "tag": np.array(tag, np.int64)}


def has_entity(text: str) -> bool:
    """Whether a well-formed entity that exists is in `text`."""
    return "&" in text and ";" in text and any(map(_exists, _ENTITY.finditer(text)))


def has_tag(text: str) -> bool:
    """Whether a tag or comment of HTML is in `text`."""
    return "<" in text and ">" in text and _TAG.search(text) is not None


def unescape(text: str, *, tags: bool = False) -> str:
    """`text` with the characters that its entities stand for.

    What was escaped twice (`&amp;lt;`) is unescaped twice: the result holds no entity, and
    unescaping it again changes nothing.

    Args:
        text: any.
        tags: take the tags out, too; those that begin a line or a block leave a line break.
    """
    while has_entity(text):
        text = _ENTITY.sub(_character, text)
    if not (tags and has_tag(text)):
        return text
    return unescape(_TAG.sub(_gap, text), tags=True)


def _exists(entity: re.Match[str]) -> bool:
    return entity[1].startswith("#") or f"{entity[1]};" in html5


def _character(entity: re.Match[str]) -> str:
    return html.unescape(entity[0]) if _exists(entity) else entity[0]


def _gap(tag: re.Match[str]) -> str:
    return "\n" if _BREAK.match(tag[0]) else ""
