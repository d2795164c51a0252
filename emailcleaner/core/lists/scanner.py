"""One block of a list, cut into records and cells: columns of positions, no loop over rows.

Everything here is a pure function of a block's bytes and the layout, so blocks can be read by
several threads (numpy and Arrow let go of the GIL). Lines whose quotes are plainly in order, which
is nearly all of them, are handled by arithmetic on positions; the others go one by one through
`records.read_record`. Knows no file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.lists.arrow_arrays import integers, slices, texts
from emailcleaner.core.lists.line_cutter import Ints, Lines, cut_lines
from emailcleaner.core.lists.records import Layout, Record, join_cells, read_record

_QUOTE = 0x22
_CELL_GLUE = " ; "


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is no row: its line within the block (0-based), and its bytes.

    `length` is how many bytes it has if `raw` is only their beginning; else 0.
    """

    line: int
    raw: bytes
    length: int = 0


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


def scan(data: bytes, layout: Layout, *, whole: bool) -> Table:
    """Find the rows of `data`, which ends with a line end.

    `whole`: a record ends where the block ends. Else records that may go on behind it are left
    over, and `consumed` says from where.
    """
    quotes = bool(layout.delimiter) and b'"' in data
    lines = cut_lines(data, layout, whole=whole)
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
        delimiters=lines.delimiters,
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
    """Every row's bytes as they stand, and the same with exactly as many cells as columns.

    Without a delimiter both are the lines themselves: the one cell of each, not quoted.
    """
    layout = table.layout
    records = _records(table, table.end)
    if not layout.delimiter:
        return records, records
    missing = layout.columns - 1 - table.count
    uneven = missing.any() or any(len(r.cells or ()) != layout.columns for r in table.special.values())
    if not uneven:
        return records, records
    trimmed = table.end.copy()
    longer = np.flatnonzero(missing < 0)
    trimmed[longer] = table.delimiters[table.first[longer] + layout.columns - 1]
    aligned = _records(table, trimmed, aligned=True)
    if (missing > 0).any():
        pads = texts([layout.delimiter * n for n in range(int(missing.max()) + 1)], pa.large_binary())
        behind = pads.take(integers(np.maximum(missing, 0)))
        aligned = pc.binary_join_element_wise(aligned, behind, pa.scalar(b"", pa.large_binary()))
    return records, aligned


# --- lines ---------------------------------------------------------------------------------------


def _read_suspicious(
    data: bytes, lines: Lines, layout: Layout, *, whole: bool
) -> tuple[dict[int, Record], list[Refused], int]:
    """Rows and refusals among the suspicious lines, and the line at which more text is needed."""
    special: dict[int, Record] = {}
    refused: list[Refused] = []
    free = 0
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
    return special, refused, lines.stop


def _with_raw(record: Record, data: bytes, lines: Lines, index: int) -> Record:
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
    offsets = np.empty(2 * len(start) or 1, dtype=np.int32)
    offsets[0] = 0
    if len(start):
        offsets[0::2], offsets[1::2] = start, end
    pieces = slices(offsets, data, kind)
    return pieces.take(integers(np.arange(0, len(offsets) - 1, 2, dtype=np.int32)))


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
        cells = _replaced(cells, table.special, texts([c[0] if c else b"" for c in read], pa.string()))
    return cells


def _has_text(cells: pa.StringArray) -> pa.BooleanArray:
    return pc.greater(pc.binary_length(pc.utf8_trim_whitespace(cells)), 0)


def _replaced(values: pa.Array, places: Iterable[int], new: pa.Array) -> pa.Array:
    """`values` with those at `places` replaced by `new`, in order."""
    index = np.arange(len(values))
    index[list(places)] = np.arange(len(values), len(values) + len(new))
    return pa.concat_arrays([values, new]).take(integers(index))


# --- records -------------------------------------------------------------------------------------


def _records(table: Table, end: Ints, *, aligned: bool = False) -> pa.LargeBinaryArray:
    """The bytes of every row up to `end`; those read one by one from their cells."""
    records = _gather(table.data, table.start, end, pa.large_binary())
    if table.special:
        read = [_record_text(r, table.layout, aligned=aligned) for r in table.special.values()]
        records = _replaced(records, table.special, texts(read, pa.large_binary()))
    return records


def _record_text(record: Record, layout: Layout, *, aligned: bool) -> bytes:
    cells = record.cells or ()
    missing = layout.columns - len(cells)
    if record.verbatim and (not aligned or missing >= 0):
        return record.raw + layout.delimiter * missing if aligned else record.raw
    if aligned:
        cells = cells[: layout.columns] + (b"",) * missing
    return join_cells(cells, layout.delimiter)
