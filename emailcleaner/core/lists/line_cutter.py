"""Where the lines and cells of a block begin and end: arithmetic on whole blocks, no loop over rows.

Knows bytes only. What it cannot be sure of it marks as suspicious and leaves to `records`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.records import Layout, stands_alone

_LF, _CR, _QUOTE = 0x0A, 0x0D, 0x22
_STRIPE = 256 * limits.KIB  # masks of this size stay in the processor's cache; a multiple of 64

Ints = npt.NDArray[np.int32]  # positions within one block, which is far smaller than 2 GiB
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Lines:
    """The physical lines of a block; those that begin a record stand for all of it.

    `start` and `end` of the record's bytes, `first` the index of its first delimiter among
    `delimiters`, `count` how many it has. `swallowed` lines go on with a record that began before;
    `suspicious` ones must be read one by one. `stop` is the line from which on more text is needed.
    """

    start: Ints
    end: Ints
    first: Ints
    count: Ints
    delimiters: Ints
    suspicious: Bools
    swallowed: Bools
    stop: int


@dataclass(frozen=True, slots=True)
class _Records:
    """Records by the parity of quotes: the line end that stops each, its limits, its delimiters."""

    stop: Ints
    start: Ints
    end: Ints
    count: Ints
    delimiters: Ints


def cut_lines(data: bytes, layout: Layout, *, whole: bool) -> Lines:
    """Cut a block that ends with a line end; `whole`: and with a record's."""
    text = np.frombuffer(data, dtype=np.uint8)
    lone = _lone_returns(text) if b"\r" in data else None
    lines = None
    if layout.delimiter and b'"' in data:
        if lone is None or not len(lone):
            lines = _cut_orderly(text, layout, whole=whole)
        lines = lines or _cut_by_line(text, layout, lone)
    else:
        lines = _cut_unquoted(text, layout, lone)
    _suspect(data, lines, layout)
    return lines


def _positions(text: Bytes, marks: Iterable[int]) -> Ints:
    """Where any of the `marks` stand, in order."""
    found = []
    for begin in range(0, len(text), _STRIPE):
        stripe = text[begin : begin + _STRIPE]
        mask = np.zeros(len(stripe), dtype=np.bool_)
        for mark in marks:
            mask |= stripe == mark
        found.append(_at(mask, begin))
    return np.concatenate(found)


def _at(mask: Bools, begin: int) -> Ints:
    return np.flatnonzero(mask).astype(np.int32) + np.int32(begin)


def _lone_returns(text: Bytes) -> Ints:
    """The carriage returns that are line ends by themselves."""
    returns = _positions(text, [_CR])
    behind = np.minimum(returns + 1, len(text) - 1)
    lone: Ints = returns[text[behind] != _LF]
    return lone


def _line_limits(text: Bytes, stop: Ints) -> tuple[Ints, Ints]:
    """Starts and ends of the lines whose line ends are at `stop`; a return before a feed is no text."""
    start = np.zeros_like(stop)
    start[1:] = stop[:-1] + 1
    return start, stop - ((text[stop] == _LF) & (text[stop - 1] == _CR) & (stop > start))


def _found_marks(text: Bytes, layout: Layout, lone: Ints | None, *more: int) -> Ints:
    found = _positions(text, [_LF, *layout.delimiter, *more])
    return found if lone is None or not len(lone) else np.sort(np.concatenate([found, lone]))


def _cut_unquoted(text: Bytes, layout: Layout, lone: Ints | None) -> Lines:
    found = _found_marks(text, layout, lone)
    is_end = (text[found] == _LF) | (text[found] == _CR)
    end_at = np.flatnonzero(is_end).astype(np.int32)
    start, end = _line_limits(text, found[end_at])
    count = np.diff(end_at, prepend=np.int32(-1)) - np.int32(1)
    nothing = np.zeros(len(start), dtype=np.bool_)
    return Lines(start, end, _before(count), count, found[~is_end], nothing, nothing.copy(), len(start))


def _before(count: Ints) -> Ints:
    """How many there are before each, when it has `count` of its own."""
    return np.cumsum(count, dtype=np.int32) - count


# --- quotes that are all in order -----------------------------------------------------------------


def _cut_orderly(text: Bytes, layout: Layout, *, whole: bool) -> Lines | None:
    """Cut a block by the parity of all its quotes; None if any of them is out of order.

    In order means: every opening quote at the start of a cell or behind another quote, every
    closing one at the end of a cell or before another quote, and every record over several lines one
    that `records.read_record` would take for one, too.
    """
    marks = _orderly_marks(text, layout.delimiter[0])
    if marks is None:
        return None
    found, inner, is_open = marks
    if is_open and whole:
        return None
    is_end = text[found] == _LF
    record_end = found[is_end]
    end_at = np.flatnonzero(is_end).astype(np.int32)
    count = np.diff(end_at, prepend=np.int32(-1)) - np.int32(1)
    delimiters = found[~is_end]
    start, end = _line_limits(text, record_end)
    if not len(inner):
        nothing = np.zeros(len(start), dtype=np.bool_)
        return Lines(start, end, _before(count), count, delimiters, nothing, nothing.copy(), len(start))
    return _with_inner_lines(text, layout, _Records(record_end, start, end, count, delimiters), inner)


def _orderly_marks(text: Bytes, mark: int) -> tuple[Ints, Ints, bool] | None:
    """Delimiters and line ends outside quotes, line ends inside, and whether the last quote is open."""
    found, inner = [], []
    is_open = False
    for begin in range(0, len(text), _STRIPE):
        stripe = text[begin : begin + _STRIPE]
        quote = stripe == _QUOTE
        inside = _inside_quotes(quote, is_open)
        before, after = _neighbours(text, begin, len(stripe))
        at_start = (before == mark) | (before == _QUOTE) | (before == _LF)
        at_end = (after == mark) | (after == _QUOTE) | (after == _LF) | (after == _CR)
        if (quote & ~np.where(inside, at_start, at_end)).any():
            return None
        feed = stripe == _LF
        found.append(_at((feed | (stripe == mark)) & ~inside, begin))
        feed &= inside
        if feed.any():
            inner.append(_at(feed, begin))
        is_open = bool(inside[-1])
    return np.concatenate(found), np.concatenate(inner) if inner else np.empty(0, np.int32), is_open


def _neighbours(text: Bytes, begin: int, length: int) -> tuple[Bytes, Bytes]:
    """The byte before and the byte behind each of a stripe; line feeds beyond the block's limits."""
    feed = np.array([_LF], dtype=np.uint8)
    before = text[begin - 1 : begin - 1 + length] if begin else np.concatenate([feed, text[: length - 1]])
    after = text[begin + 1 : begin + 1 + length]
    return before, after if len(after) == length else np.concatenate([after, feed])


def _inside_quotes(quote: Bools, is_open: bool) -> Bools:  # noqa: FBT001 - the state carried along
    """Which bytes are behind an odd number of quotes, the quote itself included.

    The parity of all bits before, 64 at a time: doubling shifts within a word, and the carries of
    the words before it.
    """
    packed = np.packbits(quote, bitorder="little")
    words = np.zeros(-(-len(packed) // 8), dtype="<u8")
    words.view(np.uint8)[: len(packed)] = packed
    for shift in (1, 2, 4, 8, 16, 32):
        words ^= words << np.uint64(shift)
    odd = words >> np.uint64(63)
    carry = np.bitwise_xor.accumulate(odd) ^ odd ^ np.uint64(is_open)
    words ^= np.uint64(0) - carry
    return np.unpackbits(words.view(np.uint8), count=len(quote), bitorder="little").view(np.bool_)


def _with_inner_lines(text: Bytes, layout: Layout, records: _Records, inner: Ints) -> Lines | None:
    """The lines of a block in which records go over several; None if one of them is doubtful."""
    start, end, count = records.start, records.end, records.count
    stops = np.sort(np.concatenate([records.stop, inner]))
    line_start, line_end = _line_limits(text, stops)
    record_of = np.searchsorted(records.stop, stops)
    begins = np.diff(record_of, prepend=-1) != 0
    per_record = np.bincount(record_of, minlength=len(start) + 1)
    left, per_record = int(per_record[len(start)]), per_record[: len(start)]
    several = per_record > 1
    longest = max(int(per_record.max(initial=0)), left + 1)
    if (
        (count[several] != layout.columns - 1).any()
        or (end - start)[several].max(initial=0) > limits.FIELD
        or (longest > limits.QUOTED_LINES and not layout.strict)
        or (left and len(text) - line_start[-left] > limits.RECORD)
        or not text.all()  # a NUL
    ):
        return None
    swallowed = ~begins
    if not layout.strict and layout.columns > 1 and _any_alone(text, line_start, line_end, swallowed, layout):
        return None
    at = np.flatnonzero(begins)[: len(start)]
    first, counts = np.zeros_like(stops), np.zeros_like(stops)
    line_end[at], first[at], counts[at] = end, _before(count), count
    nothing = np.zeros(len(stops), dtype=np.bool_)
    return Lines(
        line_start, line_end, first, counts, records.delimiters, nothing, swallowed, len(stops) - left
    )


def _any_alone(text: Bytes, start: Ints, end: Ints, swallowed: Bools, layout: Layout) -> bool:
    """Whether any swallowed line would be a good record by itself.

    Only one with enough delimiters and an even number of quotes could be, which is seldom.
    """
    start, end = start[swallowed], end[swallowed]
    marks = _positions(text, layout.delimiter)
    enough = np.searchsorted(marks, end) - np.searchsorted(marks, start) >= layout.columns - 1
    start, end = start[enough], end[enough]
    quotes = _positions(text, [_QUOTE])
    even = (np.searchsorted(quotes, end) - np.searchsorted(quotes, start)) % 2 == 0
    return any(
        stands_alone(text[a:b].tobytes(), layout)
        for a, b in zip(start[even].tolist(), end[even].tolist(), strict=True)
    )


# --- quotes line by line --------------------------------------------------------------------------


def _cut_by_line(text: Bytes, layout: Layout, lone: Ints | None) -> Lines:
    """Cut a block by the quotes of each line for itself; lines out of order are suspicious.

    In order means: an even number; every odd one at the start of a cell or behind another quote,
    every even one at the end of a cell or before another quote.
    """
    found = _found_marks(text, layout, lone, _QUOTE)
    kind = text[found]
    is_quote, is_end = kind == _QUOTE, (kind == _LF) | (kind == _CR)
    end_at = np.flatnonzero(is_end).astype(np.int32)
    start, end = _line_limits(text, found[end_at])
    seen = np.cumsum(is_quote, dtype=np.int32)
    per_line = np.diff(seen[end_at], prepend=np.int32(0))
    odd_before = (_before(per_line) & 1).astype(np.int8)
    line_of = np.cumsum(is_end, dtype=np.int32) - is_end
    suspicious = (per_line & 1).astype(np.bool_)
    at, quoted_line = found[is_quote], line_of[is_quote]
    opens = ((np.arange(len(at), dtype=np.int32) - odd_before[quoted_line]) & 1) == 0
    before, after = text[at - 1], text[np.minimum(at + 1, len(text) - 1)]
    mark = layout.delimiter[0]
    at_start = (before == mark) | (before == _QUOTE) | (at == start[quoted_line])
    at_end = (after == mark) | (after == _QUOTE) | (at + 1 == end[quoted_line])
    suspicious[quoted_line[~np.where(opens, at_start, at_end)]] = True
    inside = ((seen - odd_before[line_of]) & 1).astype(np.bool_)
    separates = ~is_quote & ~is_end & ~inside
    count = np.diff(np.cumsum(separates, dtype=np.int32)[end_at], prepend=np.int32(0))
    nothing = np.zeros(len(start), dtype=np.bool_)
    return Lines(start, end, _before(count), count, found[separates], suspicious, nothing, len(start))


def _suspect(data: bytes, lines: Lines, layout: Layout) -> None:
    """Mark the records with too many cells, too long ones, or a NUL as suspicious."""
    lines.suspicious |= lines.end - lines.start > (limits.FIELD if layout.delimiter else limits.RECORD)
    if b"\0" in data:
        nul = _positions(np.frombuffer(data, dtype=np.uint8), [0])
        lines.suspicious[np.searchsorted(lines.end, nul)] = True
    if not layout.delimiter:
        return
    longer = np.flatnonzero((lines.count >= layout.columns) & ~lines.swallowed)
    if len(longer):
        last = lines.delimiters[lines.first[longer] + layout.columns - 1]
        filled = lines.end[longer] - last != lines.count[longer] - layout.columns + 1
        # Without its surplus a record of one empty cell would be a blank line.
        lines.suspicious[longer[filled | (last == lines.start[longer])]] = True
