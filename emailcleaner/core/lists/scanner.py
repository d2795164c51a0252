"""One block of a list, cut into records and cells: columns of positions, no loop over rows.

Everything here is a pure function of a block's bytes and the layout, so blocks can be read by
several threads (numpy and Arrow let go of the GIL). Lines whose quotes are plainly in order, which
is nearly all of them, are handled by arithmetic on positions; the others go one by one through
`records.read_record`. Knows no file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.records import Layout, Record, join_cells, read_record

_LF, _CR, _QUOTE = 0x0A, 0x0D, 0x22
_STRIPE = 256 * limits.KIB  # masks of this size stay in the cache
_CELL_GLUE = " ; "

Ints = npt.NDArray[np.int32]  # positions within one block, which is far smaller than 2 GiB
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is no row: its line within the block (0-based), and its bytes."""

    line: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """Where the rows of one block are.

    All arrays are per row: `line` numbers, `start` and `end` of the record's bytes, `first` the
    index of its first delimiter in `delimiters`, `count` how many it has. Rows in `special` were
    read one by one, and their positions are empty. `consumed` bytes and `lines` belong to these
    rows, `blank` lines and `refused` records; the rest of the block needs what comes after it.
    """

    data: bytes
    layout: Layout
    line: Ints
    start: Ints
    end: Ints
    first: Ints
    count: Ints
    delimiters: Ints
    special: dict[int, Record]
    refused: list[Refused]
    blank: int
    lines: int
    consumed: int
    quotes: bool


@dataclass(slots=True)
class _Lines:
    """The physical lines of a block, while it is being sorted out."""

    start: Ints
    end: Ints
    first: Ints
    count: Ints
    suspicious: Bools
    swallowed: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.swallowed = np.zeros(len(self.start), dtype=np.bool_)


def scan(data: bytes, layout: Layout, *, whole: bool) -> Table:
    """Find the rows of `data`, which ends with a line end.

    `whole`: a record ends where the block ends. Else records that may go on behind it are left
    over, and `consumed` says from where.
    """
    quotes = bool(layout.delimiter) and b'"' in data
    lines, delimiters = _cut_lines(data, layout, quotes)
    total = len(lines.start)
    special, refused, stop = _read_suspicious(data, lines, layout, whole=whole)
    blank = lines.end == lines.start
    is_row = ~blank & ~lines.swallowed
    is_row[[r.line for r in refused]] = False
    is_row[stop:] = False
    rows = np.flatnonzero(is_row)
    number = (
        np.arange(total, dtype=np.int32)
        if not layout.strict
        else np.cumsum(~lines.swallowed, dtype=np.int32) - 1
    )
    start, end, count = lines.start[rows], lines.end[rows], lines.count[rows]
    taken: dict[int, Record] = {}
    if special:
        places = np.searchsorted(rows, list(special))
        taken = dict(zip(places.tolist(), special.values(), strict=True))
        end[places] = start[places]
        count[places] = layout.columns - 1
    return Table(
        data=data,
        layout=layout,
        line=number[rows],
        start=start,
        end=end,
        first=lines.first[rows],
        count=count,
        delimiters=delimiters,
        special=taken,
        refused=[Refused(int(number[r.line]), r.raw) for r in refused],
        blank=int(np.count_nonzero(blank[:stop] & ~lines.swallowed[:stop])),
        lines=int(number[stop - 1]) + 1 if stop else 0,
        consumed=int(lines.start[stop]) if stop < total else len(data),
        quotes=quotes,
    )


def address_cells(table: Table) -> pa.StringArray:
    """The address cell of every row; several that have text are joined with " ; "."""
    columns = [_column(table, c) for c in table.layout.address_columns]
    joined = columns[0]
    for column in columns[1:]:
        left, right = _has_text(joined), _has_text(column)
        both = pc.binary_join_element_wise(joined, column, _CELL_GLUE)
        joined = pc.if_else(pc.and_(left, right), both, pc.if_else(right, column, joined))
    return joined


def raw_records(table: Table) -> tuple[pa.LargeBinaryArray, pa.LargeBinaryArray]:
    """Every row's bytes as they stand, and the same with exactly as many cells as columns."""
    layout = table.layout
    records = _records(table, table.end)
    if not layout.delimiter:
        return records, _quoted_lines(records)
    missing = layout.columns - 1 - table.count
    uneven = missing.any() or any(len(r.cells or ()) != layout.columns for r in table.special.values())
    if not uneven:
        return records, records
    trimmed = table.end.copy()
    longer = np.flatnonzero(missing < 0)
    trimmed[longer] = table.delimiters[table.first[longer] + layout.columns - 1]
    aligned = _records(table, trimmed, aligned=True)
    if (missing > 0).any():
        pads = pa.array([layout.delimiter * n for n in range(int(missing.max()) + 1)], pa.large_binary())
        behind = pads.take(pa.array(np.maximum(missing, 0)))
        aligned = pc.binary_join_element_wise(aligned, behind, pa.scalar(b"", pa.large_binary()))
    return records, aligned


# --- lines ---------------------------------------------------------------------------------------


def _positions(text: Bytes, marks: Iterable[int]) -> Ints:
    """Where any of the `marks` stand, in order."""
    found = []
    for begin in range(0, len(text), _STRIPE):
        stripe = text[begin : begin + _STRIPE]
        mask: Bools | None = None
        for mark in marks:
            hit = stripe == mark
            mask = hit if mask is None else np.logical_or(mask, hit, out=mask)
        assert mask is not None  # there is always a mark to look for
        found.append(np.flatnonzero(mask).astype(np.int32) + np.int32(begin))
    return np.concatenate(found)


def _cut_lines(data: bytes, layout: Layout, quotes: bool) -> tuple[_Lines, Ints]:
    """The lines of a block, and the positions of the delimiters that separate cells."""
    text = np.frombuffer(data, dtype=np.uint8)
    marks = [_LF, *layout.delimiter, *([_QUOTE] if quotes else [])]
    found = _positions(text, marks)
    returns = b"\r" in data
    if returns:
        found = _with_lone_returns(text, found)
    kind = text[found]
    is_end = (kind == _LF) | (kind == _CR)
    end_at = np.flatnonzero(is_end).astype(np.int32)
    stop = found[end_at]
    start = np.empty_like(stop)
    start[0], start[1:] = 0, stop[:-1] + 1
    end = stop.copy()
    if returns:
        end -= (text[stop] == _LF) & (text[stop - 1] == _CR) & (stop > start)
    if quotes:
        count, delimiters, suspicious = _cut_quoted(text, found, kind, is_end, end_at, start, end, layout)
    else:
        count = np.diff(end_at, prepend=np.int32(-1)) - np.int32(1)
        delimiters = found[~is_end]
        suspicious = np.zeros(len(start), dtype=np.bool_)
    lines = _Lines(start, end, np.cumsum(count, dtype=np.int32) - count, count, suspicious)
    _suspect_sizes(data, text, lines, delimiters, layout)
    return lines, delimiters


def _with_lone_returns(text: Bytes, found: Ints) -> Ints:
    """`found` with the carriage returns that are line ends by themselves."""
    returns = _positions(text, [_CR])
    behind = np.minimum(returns + 1, len(text) - 1)
    lone = returns[text[behind] != _LF]
    return np.sort(np.concatenate([found, lone])) if len(lone) else found


def _cut_quoted(
    text: Bytes,
    found: Ints,
    kind: Bytes,
    is_end: Bools,
    end_at: Ints,
    start: Ints,
    end: Ints,
    layout: Layout,
) -> tuple[Ints, Ints, Bools]:
    """Delimiters outside quotes, their count per line, and the lines whose quotes are not in order.

    In order means, line by line: an even number; every odd one at the start of a cell or behind
    another quote, every even one at the end of a cell or before another quote.
    """
    is_quote = kind == _QUOTE
    seen = np.cumsum(is_quote, dtype=np.int32)
    per_line = np.diff(seen[end_at], prepend=np.int32(0))
    suspicious = (per_line & 1).astype(np.bool_)
    odd_before = ((np.cumsum(per_line) - per_line) & 1).astype(np.int8)
    line_of = np.cumsum(is_end, dtype=np.int32) - is_end
    at = found[is_quote]
    quoted_line = line_of[is_quote]
    opens = ((np.arange(len(at), dtype=np.int32) - odd_before[quoted_line]) & 1) == 0
    before, after = text[at - 1], text[np.minimum(at + 1, len(text) - 1)]
    mark = layout.delimiter[0]
    good_open = (before == mark) | (before == _QUOTE) | (at == start[quoted_line])
    good_close = (after == mark) | (after == _QUOTE) | (at + 1 == end[quoted_line])
    suspicious[quoted_line[np.where(opens, ~good_open, ~good_close)]] = True
    inside = (seen - odd_before[line_of]) & 1
    separates = ~is_quote & ~is_end & (inside == 0)
    separators = np.cumsum(separates, dtype=np.int32)
    count = np.diff(separators[end_at], prepend=np.int32(0))
    return count, found[separates], suspicious


def _suspect_sizes(data: bytes, text: Bytes, lines: _Lines, delimiters: Ints, layout: Layout) -> None:
    """Mark the lines with too many cells, too long ones, or a NUL as suspicious."""
    lines.suspicious |= lines.end - lines.start > (limits.FIELD if layout.delimiter else limits.RECORD)
    if b"\0" in data:
        lines.suspicious[np.searchsorted(lines.end, _positions(text, [0]))] = True
    longer = np.flatnonzero(lines.count >= layout.columns) if layout.delimiter else np.empty(0, np.int32)
    if len(longer):
        behind = lines.end[longer] - delimiters[lines.first[longer] + layout.columns - 1]
        lines.suspicious[longer[behind != lines.count[longer] - layout.columns + 1]] = True


def _read_suspicious(
    data: bytes, lines: _Lines, layout: Layout, *, whole: bool
) -> tuple[dict[int, Record], list[Refused], int]:
    """Rows and refusals among the suspicious lines, and the line at which more text is needed."""
    special: dict[int, Record] = {}
    refused: list[Refused] = []
    total, free = len(lines.start), 0
    for index in np.flatnonzero(lines.suspicious).tolist():
        if index < free:
            continue
        record = read_record(data, lines.start, lines.end, index, layout, whole=whole)  # type: ignore[arg-type]  # arrays are sequences enough
        if record is None:
            return special, refused, index
        free = index + record.lines
        lines.swallowed[index + 1 : free] = True
        if record.cells is None:
            refused.append(Refused(index, record.raw))
        else:
            special[index] = _with_raw(record, data, lines, index)
    return special, refused, total


def _with_raw(record: Record, data: bytes, lines: _Lines, index: int) -> Record:
    if not record.verbatim:
        return record
    raw = data[int(lines.start[index]) : int(lines.end[index + record.lines - 1])]
    return Record(record.lines, record.cells, True, raw)


# --- cells ---------------------------------------------------------------------------------------


def _gather(data: bytes, start: Ints, end: Ints, kind: pa.DataType) -> pa.Array:
    """The pieces of `data` between `start` and `end`, which come one after another.

    The pieces and the gaps between them are one Arrow array over the same bytes; every second
    element of it is taken.
    """
    if not len(start):
        return pa.array([], kind)
    offsets = np.empty(2 * len(start), dtype=np.int64 if kind == pa.large_binary() else np.int32)
    offsets[0::2], offsets[1::2] = start, end
    pieces = pa.Array.from_buffers(kind, len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    return pieces.take(pa.array(np.arange(0, len(offsets), 2, dtype=np.int32)))


def _column(table: Table, column: int) -> pa.StringArray:
    """The cells of one column, unquoted; empty where a row is too short."""
    text = np.frombuffer(table.data, dtype=np.uint8)
    last = max(len(table.delimiters) - 1, 0)
    start, end = table.start, table.end
    if table.layout.delimiter and len(table.delimiters):
        if column:
            before = table.delimiters[np.minimum(table.first + column - 1, last)]
            start = np.where(table.count >= column, before + 1, table.end)
        behind = table.delimiters[np.minimum(table.first + column, last)]
        end = np.where(table.count > column, behind, table.end)
    elif column:
        start = table.end
    if table.special:
        places = list(table.special)
        start, end = start.copy(), end.copy()
        start[places] = end[places] = table.start[places]
    if table.quotes and len(start):
        quoted = (text[np.minimum(start, len(text) - 1)] == _QUOTE) & (end > start)
        start, end = start + quoted, end - quoted
    cells = _gather(table.data, start, end, pa.string())
    if table.quotes and pc.any(pc.match_substring(cells, '""')).as_py():
        cells = pc.replace_substring(cells, '""', '"')
    if table.special:
        read = [(r.cells or ())[column : column + 1] for r in table.special.values()]
        cells = _replaced(
            cells, table.special, pa.array([c[0].decode() if c else "" for c in read], pa.string())
        )
    return cells


def _has_text(cells: pa.StringArray) -> pa.BooleanArray:
    return pc.greater(pc.binary_length(pc.utf8_trim_whitespace(cells)), 0)


def _replaced(values: pa.Array, places: Iterable[int], new: pa.Array) -> pa.Array:
    """`values` with those at `places` replaced by `new`, in order."""
    index = np.arange(len(values))
    index[list(places)] = np.arange(len(values), len(values) + len(new))
    return pa.concat_arrays([values, new]).take(pa.array(index))


# --- records -------------------------------------------------------------------------------------


def _records(table: Table, end: Ints, *, aligned: bool = False) -> pa.LargeBinaryArray:
    """The bytes of every row up to `end`; those read one by one from their cells."""
    records = _gather(table.data, table.start, end, pa.large_binary())
    if table.special:
        texts = [_record_text(r, table.layout, aligned) for r in table.special.values()]
        records = _replaced(records, table.special, pa.array(texts, pa.large_binary()))
    return records


def _record_text(record: Record, layout: Layout, aligned: bool) -> bytes:
    cells = record.cells or ()
    missing = layout.columns - len(cells)
    if record.verbatim and (not aligned or missing >= 0):
        return record.raw + layout.delimiter * missing if aligned else record.raw
    if aligned:
        cells = cells[: layout.columns] + (b"",) * missing
    return join_cells(cells, layout.delimiter)


def _quoted_lines(records: pa.LargeBinaryArray) -> pa.LargeBinaryArray:
    """Lines of plain text as CSV cells: quoted where any usual delimiter or a quote is in them."""
    text = records.cast(pa.large_string())
    needed = pc.match_substring_regex(text, '[,;|\t"]')
    if not pc.any(needed).as_py():
        return records
    mark, nothing = pa.scalar('"', pa.large_string()), pa.scalar("", pa.large_string())
    quoted = pc.binary_join_element_wise(mark, pc.replace_substring(text, '"', '""'), mark, nothing)
    return pc.if_else(needed, quoted, text).cast(pa.large_binary())
