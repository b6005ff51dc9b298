"""Whether every quote of a separated text stands where the rules of quoting want it.

    a,"b ""c"" d",e     sound: a quote opens a cell, closes it, or is doubled
    a,5" wide,e         not: a quote within a cell that has none around it
    a,"b" c,e           not: a text goes on behind its closing quote
    a,"b                not: a quote that is never closed

Where it holds, readers agree on what is a record. Knows nothing of records itself.
"""

from __future__ import annotations

import numpy as np

_QUOTE = ord('"')


class Quotes:
    """Looks at a text block by block; of utf-8 or another encoding that keeps ASCII as it is."""

    def __init__(self, separator: str) -> None:
        self._neighbours = np.zeros(256, bool)
        self._neighbours[[ord(separator), *b'\r\n"']] = True
        self._before = b"\n"
        self._open = self._was_open = self._just_closed = False
        self._at = np.empty(0, np.int64)

    def sound(self, block: bytes) -> bool:
        """Whether the quotes up to the end of `block` are sound, as far as can be known there.

        A quote that closes at the very end of a block is judged with the next one. After False,
        the answers mean nothing.
        """
        if not block:
            return True
        data = np.frombuffer(self._before + block, np.uint8)
        at = np.flatnonzero(data == _QUOTE)
        at = at[at > 0]
        self._at, self._was_open = at - 1, self._open
        # Quotes open and close by turns; a doubled one closes and opens again at once.
        opening, closing = at[self._open :: 2], at[1 - self._open :: 2]
        first = not self._just_closed or bool(self._neighbours[data[1]])
        self._just_closed = bool(len(closing)) and int(closing[-1]) == len(data) - 1
        known = closing[:-1] if self._just_closed else closing
        self._open = bool((len(at) + self._open) % 2)
        self._before = block[-1:]
        beside = self._neighbours[data[opening - 1]].all() & self._neighbours[data[known + 1]].all()
        return first and bool(beside)

    def last_end(self, block: bytes) -> int:
        """The position behind the last line end outside quotes, 0 where there is none.

        Args:
            block: the one that was last looked at; a carriage return at its very end may be half
                a line end, and does not count.
        """
        end = len(block) - block.endswith(b"\r")
        while True:
            end = max(block.rfind(b"\n", 0, end), block.rfind(b"\r", 0, end))
            before = int(np.searchsorted(self._at, end))
            if end < 0 or (before + self._was_open) % 2 == 0:
                return end + 1
            if not before:
                return 0
            end = int(self._at[before - 1])

    def closed(self) -> bool:
        """Whether no quote is open after the last block."""
        return not self._open
