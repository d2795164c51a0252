"""The working copy of a list, handed out in blocks that end where a record ends.

Reads only; decides nothing about cells. Memory: one block, and what is left over of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.records import Layout, split_line

_LINE_END = re.compile(rb"\r\n|\n|\r")
_TAIL = 256 * limits.KIB


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a list. `whole`: and whole records, too.

    `oversize` is the length of the one line of the block if it was longer than a record may be, and only
    its beginning is in `data`; else 0. `size` is how many bytes of the file it stands for.
    """

    data: bytes
    whole: bool
    size: int
    oversize: int = 0


class BlockReader:
    """Cuts a file into blocks; what a block's records did not use is given back."""

    def __init__(self, file: BinaryIO, layout: Layout, block_size: int) -> None:
        self._file = file
        self._layout = layout
        self._block_size = block_size
        self._left = bytearray()
        self._wanted = block_size
        self._ended = False

    def __iter__(self) -> Iterator[Block]:
        while (block := self._next()) is not None:
            yield block

    def give_back(self, rest: bytes) -> None:
        """Put what was not used of the last block before what is read next."""
        self._left[:0] = rest
        self._wanted = len(self._left) + self._block_size

    def _next(self) -> Block | None:
        while True:
            self._fill()
            text = self._left
            if self._ended:
                return self._last()
            cut = _last_line_end(text)
            if cut:
                break
            if len(text) > limits.RECORD:
                return self._oversize()
            self._wanted = len(text) + self._block_size
        self._wanted = self._block_size
        # A line this long can be no part of a record that began before it.
        whole = len(text) - cut > limits.RECORD
        safe = cut if whole else _last_record_end(text, cut, self._layout)
        self._left = text[safe or cut :]
        del text[safe or cut :]
        return Block(bytes(text), bool(safe), len(text))

    def _fill(self) -> None:
        """Have at least as many bytes at hand as wanted, unless the file ends."""
        have = len(self._left)
        if self._ended or have >= self._wanted:
            return
        buffer = bytearray(self._wanted)
        buffer[:have] = self._left
        with memoryview(buffer) as view:
            while have < len(view):
                count = self._file.readinto(view[have:])  # type: ignore[attr-defined]  # every unbuffered file has it
                if not count:
                    self._ended = True
                    break
                have += count
        del buffer[have:]
        self._left = buffer

    def _last(self) -> Block | None:
        text, size = self._left, len(self._left)
        self._left = bytearray()
        if not size:
            return None
        if text[-1] not in b"\r\n":
            text += b"\n"
        return Block(bytes(text), True, size)

    def _oversize(self) -> Block:
        """Keep the beginning of a line without an end in sight, and skip the rest of it."""
        head, size = bytes(self._left[: limits.RECORD]), 0
        while True:
            text = self._left
            found = _LINE_END.search(text)
            if found is not None and (found[0] != b"\r" or found.end() < len(text) or self._ended):
                self._left = text[found.end() :]
                return Block(head, True, size + found.end(), size + found.start())
            if self._ended:
                self._left = bytearray()
                return Block(head, True, size + len(text), size + len(text))
            keep = 1 if text.endswith(b"\r") else 0
            size += len(text) - keep
            self._left = text[len(text) - keep :]
            self._wanted = keep + self._block_size
            self._fill()


def _last_line_end(text: bytearray) -> int:
    """Where the last line end that is surely complete ends; 0 if there is none."""
    feed = text.rfind(b"\n")
    # A return at the very end may be the first half of a line end.
    alone = text.rfind(b"\r", feed + 1, len(text) - 1)
    return max(feed, alone) + 1


def _last_record_end(text: bytearray, end: int, layout: Layout) -> int:
    """The last place up to `end` at which a record ends whatever stands before; 0 if not found.

    A record over several lines has at most `QUOTED_LINES` of them and begins with a line that
    leaves a field open, so behind as many lines that do not, none is going on.
    """
    if not layout.delimiter or text.find(b'"', 0, end) < 0:
        return end
    if layout.strict:
        return 0
    begin = max(0, end - _TAIL)
    tail = bytes(text[begin:end])
    ends = [m.end() for m in _LINE_END.finditer(tail)]
    closed = 0
    for index in range(len(ends) - 1, -1, -1):
        start = ends[index - 1] if index else 0
        if index == 0 and begin:
            return 0
        line = tail[start : ends[index]].rstrip(b"\r\n")
        if closed == 0:
            candidate = begin + ends[index]
        closed = 0 if b'"' in line and split_line(line, layout.delimiter)[2] else closed + 1
        if closed >= limits.QUOTED_LINES or (index == 0 and closed):
            return candidate
    return 0
