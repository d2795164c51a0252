"""The working copy of a list, handed out in blocks that end where a record ends.

Reads only; decides nothing about cells. Memory: one block. Where a block ends is found out from its
last lines before it is read, so that nothing is read and then copied.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.records import Layout, split_line

_LINE_END = re.compile(rb"\r\n|\n|\r")
_TAIL = 64 * limits.KIB


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a list. `whole`: and whole records, too.

    `oversize` is the length of the one line of the block if it was longer than a record may be, and
    only its beginning is in `data`; else 0. `size` is how many bytes of the file it stands for.
    """

    data: bytes
    whole: bool
    size: int
    oversize: int = 0


class BlockReader:
    """Cuts a file into blocks, from its present position to its end."""

    def __init__(self, file: FileIO, layout: Layout, block_size: int) -> None:
        self._file = file
        self._layout = layout
        self._block_size = block_size
        self._wanted = block_size
        self._too_few = 0
        self._at = file.tell()
        self._end = os.fstat(file.fileno()).st_size

    def __iter__(self) -> Iterator[Block]:
        return iter(self._next, None)

    def give_back(self, count: int, *, more: bool) -> None:
        """Read the last `count` bytes again; `more`: in a block that has more lines."""
        self._at -= count
        self._too_few = count if more else 0
        self._wanted = self._too_few + self._block_size

    def _next(self) -> Block | None:
        wanted, too_few = self._wanted, self._too_few
        self._wanted, self._too_few = self._block_size, 0
        while self._end - self._at > wanted:
            begin, tail = self._tail(wanted)
            cut = _last_line_end(tail)
            ended = len(tail) - cut > limits.RECORD
            if cut and (ended or begin + cut - self._at > too_few):
                # A line longer than a record is no part of one that began before it.
                safe = cut if ended else _last_record_end(tail, cut, self._layout, whole=begin == self._at)
                size = begin - self._at + (safe or cut)
                data = self._read(self._at, size)
                self._at += size
                return Block(data, bool(safe), size)
            if not cut and wanted > limits.RECORD:
                return self._oversize()
            wanted += self._block_size
        return self._last()

    def _tail(self, wanted: int) -> tuple[int, bytes]:
        """The last part of the next `wanted` bytes, with a line end if there is one, and where it begins."""
        length = min(_TAIL, wanted)
        while True:
            begin = self._at + wanted - length
            tail = self._read(begin, length)
            if _last_line_end(tail) or length == wanted:
                return begin, tail
            length = min(4 * length, wanted)

    def _read(self, at: int, count: int) -> bytes:
        self._file.seek(at)
        data = self._file.read(count)
        while len(data) < count:  # a system may give less than it was asked for
            more = self._file.read(count - len(data))
            if not more:
                raise OSError("the working copy of the list is shorter than it was")
            data += more
        return data

    def _last(self) -> Block | None:
        size = self._end - self._at
        if not size:
            return None
        data = self._read(self._at, size)
        self._at = self._end
        return Block(data if data[-1] in b"\r\n" else data + b"\n", True, size)

    def _oversize(self) -> Block:
        """Keep the beginning of a line without an end in sight, and skip the rest of it."""
        start = self._at
        head = self._read(start, limits.RECORD)
        at = start + limits.RECORD
        while at < self._end:
            # Two more than asked for tell a return from the first half of a line end.
            text = self._read(at, min(limits.MIB + 2, self._end - at))
            found = _LINE_END.search(text)
            if found is not None and (found.end() < len(text) or at + len(text) == self._end):
                self._at = at + found.end()
                return Block(head, True, self._at - start, at + found.start() - start)
            at += len(text) if found is None else found.start()
        self._at = self._end
        return Block(head, True, self._end - start, self._end - start)


def _last_line_end(text: bytes) -> int:
    """Where the last line end that is surely complete ends; 0 if there is none."""
    feed = text.rfind(b"\n")
    # A return at the very end may be the first half of a line end.
    alone = text.rfind(b"\r", feed + 1, len(text) - 1)
    return max(feed, alone) + 1


def _last_record_end(tail: bytes, end: int, layout: Layout, *, whole: bool) -> int:
    """The last place up to `end` at which a record ends whatever stands before; 0 if not found.

    A record over several lines has at most `QUOTED_LINES` of them and begins with a line that
    leaves a field open, so behind as many lines that do not, none is going on. `whole`: a record
    begins where `tail` does.
    """
    if not layout.delimiter:
        return end
    if layout.strict:
        return end if whole and tail.find(b'"', 0, end) < 0 else 0
    ends = [m.end() for m in _LINE_END.finditer(tail, 0, end)]
    closed = candidate = 0
    for index in range(len(ends) - 1, -1 if whole else 0, -1):
        line = tail[ends[index - 1] if index else 0 : ends[index]].rstrip(b"\r\n")
        if not closed:
            candidate = ends[index]
        is_open = b'"' in line and split_line(line, layout.delimiter)[2]
        closed = 0 if is_open else closed + 1
        if closed >= limits.QUOTED_LINES:
            return candidate
    return candidate if whole and closed else 0
