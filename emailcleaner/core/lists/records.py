"""The careful reader: one record at a time, for the lines whose quotes are not plainly in order.

Works on bytes of UTF-8 text (delimiters, quotes and line ends are ASCII, so no character is ever cut).
A quote that is never closed costs at most its own line. Knows no file and no Arrow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from emailcleaner.core.lists import limits

_QUOTE = b'"'


@dataclass(frozen=True, slots=True)
class Layout:
    """How the working copy of a list is laid out: all that reading one block needs to know.

    `delimiter` is one byte, or empty where a line is a cell. `strict`: the text was written by
    ourselves from a spreadsheet or JSON, so every quote is in order, a quoted field may have any
    number of lines, a line that begins with NUL is a refused record, and `line` numbers count records.
    """

    delimiter: bytes
    columns: int
    address_columns: tuple[int, ...]
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its `cells` unquoted, or None with the `raw` text where it is no row.

    `lines` is how many physical lines it takes; `verbatim` whether any CSV reader would read the
    bytes as they stand into the same cells.
    """

    lines: int
    cells: tuple[bytes, ...] | None
    verbatim: bool = True
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What the fields of one delimiter look like; possessive, so that matching is linear."""

    quoted: re.Pattern[bytes]
    unclosed: re.Pattern[bytes]
    plain: re.Pattern[bytes]


@lru_cache(maxsize=16)
def _patterns(delimiter: bytes) -> _Patterns:
    mark = re.escape(delimiter)
    return _Patterns(
        quoted=re.compile(rb'"((?:[^"]++|"")*+)"(?=%b|[\r\n]|\Z)' % mark),
        unclosed=re.compile(rb'"(?:[^"]++|"")*+\Z'),
        plain=re.compile(rb"[^%b\r\n]*+" % mark),
    )


def split_line(line: bytes, delimiter: bytes) -> tuple[list[bytes], bool, bool]:
    """The cells of one line, whether all its quotes are in order, and whether a field is left open.

    A field that begins with a quote is quoted only if its first single quote is followed by the
    delimiter or the end (RFC 4180 section 2); else its quotes are characters like any other.
    """
    if _QUOTE not in line:
        return line.split(delimiter), True, False
    cells, _, clean, is_open = _fields(line, 0, len(line), _patterns(delimiter))
    return cells, clean, is_open


def _fields(data: bytes, start: int, limit: int, patterns: _Patterns) -> tuple[list[bytes], int, bool, bool]:
    """Cells of the record at `start`, where it ends, all quotes in order, a field open at `limit`."""
    cells: list[bytes] = []
    pos, clean, is_open = start, True, False
    while True:
        match = patterns.quoted.match(data, pos, limit) if data[pos : pos + 1] == _QUOTE else None
        if match is not None:
            cells.append(match[1].replace(b'""', _QUOTE))
        else:
            if data[pos : pos + 1] == _QUOTE and patterns.unclosed.match(data, pos, limit):
                is_open = True
            match = patterns.plain.match(data, pos, limit)
            assert match is not None  # the pattern matches the empty text
            cell = match[0]
            clean = clean and _QUOTE not in cell
            cells.append(cell)
        pos = match.end()
        if pos >= limit or data[pos] in b"\r\n":
            return cells, pos, clean, is_open
        pos += 1


def fits(cells: Sequence[bytes], columns: int) -> bool:
    """Whether a record has exactly `columns` cells, or only empty ones beyond."""
    return len(cells) >= columns and not any(cells[columns:])


def join_cells(cells: Sequence[bytes], delimiter: bytes) -> bytes:
    """A record as CSV text that every reader takes apart into the same cells (RFC 4180)."""
    if len(cells) == 1 and not cells[0]:
        return b'""'
    return delimiter.join(_encoded(cell, delimiter) for cell in cells)


def _encoded(cell: bytes, delimiter: bytes) -> bytes:
    if (
        _QUOTE in cell
        or delimiter in cell
        or b"\n" in cell
        or b"\r" in cell
        or cell[:1] == b" "
        or cell[-1:] == b" "
    ):
        return _QUOTE + cell.replace(_QUOTE, b'""') + _QUOTE
    return cell


def read_record(
    data: bytes, starts: Sequence[int], ends: Sequence[int], index: int, layout: Layout, *, whole: bool
) -> Record | None:
    """The record that begins at line `index`; None if that cannot be said without more of the list.

    `starts` and `ends` are the limits of the block's lines. `whole`: no record goes on behind them.
    """
    line = data[int(starts[index]) : int(ends[index])]
    if layout.strict and line[:1] == b"\0":
        return Record(1, None, raw=line[1:])
    if b"\0" in line or len(line) > limits.RECORD or not layout.delimiter:
        return Record(1, None, raw=line)
    cells, clean, is_open = split_line(line, layout.delimiter)
    if is_open:
        longer = _over_lines(data, starts, ends, index, layout, whole=whole)
        if longer is not None:
            return None if longer.lines == 0 else longer
    if not clean and not fits(cells, layout.columns):
        plain = line.split(layout.delimiter)
        if fits(plain, layout.columns):
            cells = plain
    return _judged(tuple(cells), line, 1, layout, clean=clean)


def _judged(cells: tuple[bytes, ...], raw: bytes, lines: int, layout: Layout, *, clean: bool) -> Record:
    """The record, or its refusal if it has cells too many or too long."""
    surplus = len(cells) > layout.columns and any(cells[layout.columns :])
    if surplus or (len(raw) > limits.FIELD and max(map(len, cells)) > limits.FIELD):
        return Record(lines, None, raw=raw)
    return Record(lines, cells, clean)


def _over_lines(
    data: bytes, starts: Sequence[int], ends: Sequence[int], index: int, layout: Layout, *, whole: bool
) -> Record | None:
    """The record if it is one over several lines; None if not; zero lines if more text is needed."""
    last = len(ends) - 1
    if not layout.strict:
        last = min(last, index + limits.QUOTED_LINES - 1)
    start, limit = int(starts[index]), int(ends[last])
    cells, end, clean, is_open = _fields(data, start, limit, _patterns(layout.delimiter))
    if is_open:
        cut_short = not whole and (layout.strict or last < index + limits.QUOTED_LINES - 1)
        return Record(0, None) if cut_short and limit - start <= limits.RECORD else None
    lines = _line_of(ends, end, index, last) - index + 1
    if lines == 1 or end - start > limits.RECORD:
        return None
    if not layout.strict:
        if not fits(cells, layout.columns) or b"\0" in data[start:end] or max(map(len, cells)) > limits.FIELD:
            return None
        swallowed = (data[int(starts[i]) : int(ends[i])] for i in range(index + 1, index + lines))
        if layout.columns > 1 and any(stands_alone(line, layout) for line in swallowed):
            return None
    return _judged(tuple(cells), data[start:end], lines, layout, clean=clean)


def _line_of(ends: Sequence[int], end: int, first: int, last: int) -> int:
    for index in range(first, last + 1):
        if ends[index] >= end:
            return index
    return last


def stands_alone(line: bytes, layout: Layout) -> bool:
    """Whether a line would be a good record by itself, with an address where addresses are.

    Text between two quoted cells looks like a quoted cell if the quotes are taken the wrong way
    round, but has a delimiter in it, which no address has.
    """
    if b"@" not in line:
        return False
    cells, clean, _ = split_line(line, layout.delimiter)
    if not clean or not fits(cells, layout.columns):
        return False
    return any(b"@" in cells[c] and layout.delimiter not in cells[c] for c in layout.address_columns)
