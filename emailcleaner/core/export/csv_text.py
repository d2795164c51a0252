"""Cells and records as CSV bytes, a column at a time.

Source cells are never rewritten here unless the caller asks for the spreadsheet profile: then a
cell that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.export.arrays import binaries, booleans, mask_of, positions
from emailcleaner.core.sliced import AT_ONCE

#: What would make a spreadsheet take the cell for a formula, at its start or after quotes and spaces.
_TRIGGER = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(f"['\"\\s]*{_TRIGGER}")
#: The same on bytes, for a whole column (RE2 on bytes: the full-width forms are spelled out).
_FULL_WIDTH = r"\xEF\xBC[\x8B\x8D\x9D\xA0]"
_UNICODE_SPACE = r"\xC2[\x85\xA0]|\xE1\x9A\x80|\xE2\x80[\x80-\x8A\xA8\xA9\xAF]|\xE2\x81\x9F|\xE3\x80\x80"
_LEAD = rf"(?:['\"\s\x0B\x1C-\x1F]|{_UNICODE_SPACE})*"
_FORMULA_CELLS = rf"^{_LEAD}(?:[=+\-@\t\r\n]|{_FULL_WIDTH})"
#: A cell may begin behind any of these, whichever of them this spreadsheet splits at.
_FORMULA_RECORDS = rf"(?:^|[,;|\t\n]){_LEAD}(?:[=+\-@\t\r\n]|{_FULL_WIDTH})"
_SEPARATORS = ",;|\t"

_BYTES = pa.large_binary()


def as_bytes(column: pa.Array) -> pa.LargeBinaryArray:
    """Any column of text or numbers as bytes."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    return column.cast(_BYTES)


def window(array: pa.LargeBinaryArray) -> memoryview:
    """The bytes of all the cells of `array`, one after the other, without copying."""
    _, offsets, data = array.buffers()
    if not len(array) or data is None or offsets is None:
        return memoryview(b"")
    bounds = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return memoryview(data)[int(bounds[0]) : int(bounds[-1])]


def join(*columns: pa.LargeBinaryArray | pa.Scalar) -> pa.LargeBinaryArray:
    """The columns glued together, row by row."""
    return pc.binary_join_element_wise(*columns, constant(b""))


def constant(value: bytes) -> pa.Scalar:
    """A value for every row of `join`."""
    return binaries([value])[0]


def quote_cell(text: str, delimiter: str) -> str:
    """One cell as it must be written in a CSV file with this delimiter."""
    if any(char in text for char in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def quote_cells(cells: pa.LargeBinaryArray, delimiter: str) -> pa.LargeBinaryArray:
    """A column of cells, quoted where it must be."""
    data = bytes(window(cells))
    if not any(char in data for char in (delimiter.encode(), b'"', b"\r", b"\n")):
        return cells
    mask = _matches(cells, rf'["\r\n{re.escape(delimiter)}]')
    inner = pc.replace_substring(cells.filter(booleans(mask)), pattern='"', replacement='""')
    quote = constant(b'"')
    return _replace(cells, mask, join(quote, inner, quote))


def guard_cells(cells: pa.LargeBinaryArray) -> pa.LargeBinaryArray:
    """A column of cells that no spreadsheet takes for formulas."""
    mask = _matches(cells, _FORMULA_CELLS)
    if not mask.any():
        return cells
    return _replace(cells, mask, join(constant(b"'"), cells.filter(booleans(mask))))


def guard_records(records: pa.LargeBinaryArray, delimiter: str) -> pa.LargeBinaryArray:
    """Records in which no cell is taken for a formula; the harmless ones stay byte for byte.

    `delimiter` is "" where a record is one bare cell; it comes out as a CSV cell then.
    """
    if not delimiter:
        return _quote_for_any(guard_cells(records))
    mask = _matches(records, _FORMULA_RECORDS)
    if not mask.any():
        return records
    guarded = changed(records.filter(booleans(mask)), lambda record: _guard_record(record, delimiter))
    return _replace(records, mask, guarded)


def changed(records: pa.LargeBinaryArray, change: Callable[[bytes], bytes]) -> pa.LargeBinaryArray:
    """Each record (there is one at least) changed; some thousands at a time, so that threads take turns."""
    return pa.concat_arrays(
        [
            binaries([change(record) for record in records.slice(first, AT_ONCE).to_pylist()])
            for first in range(0, len(records), AT_ONCE)
        ]
    )


def guard_cell(text: str) -> str:
    """`text` with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def split_record(text: str, delimiter: str) -> list[str]:
    """The cells of one record (`delimiter` "": the record is the cell).

    As the `csv` module reads it, except that no line break ends the record.
    """
    if not delimiter:
        return [text]
    if '"' not in text:
        return text.split(delimiter)
    cells: list[str] = []
    start = 0
    while start <= len(text):
        cell, start = _cell_at(text, start, delimiter)
        cells.append(cell)
    return cells


def _cell_at(text: str, start: int, delimiter: str) -> tuple[str, int]:
    """The cell that begins at `start`, and where the next one does."""
    quoted = ""
    if text.startswith('"', start):
        quoted, start = _quoted_at(text, start + 1)
    end = text.find(delimiter, start)
    end = len(text) if end < 0 else end
    return quoted + text[start:end], end + 1


def _quoted_at(text: str, start: int) -> tuple[str, int]:
    """What stands from `start` up to the closing quote (or the end), and where that is over."""
    parts: list[str] = []
    while True:
        end = text.find('"', start)
        if end < 0:
            return "".join((*parts, text[start:])), len(text)
        parts.append(text[start:end])
        if not text.startswith('"', end + 1):
            return "".join(parts), end + 1
        parts.append('"')
        start = end + 2


def _guard_record(record: bytes, delimiter: str) -> bytes:
    cells = []
    for cell in split_record(record.decode("utf-8", "replace"), delimiter):
        guarded = guard_cell(cell)
        if any(char in guarded for char in (*_SEPARATORS, '"', "\r", "\n")):
            guarded = '"' + guarded.replace('"', '""') + '"'
        cells.append(guarded)
    return delimiter.join(cells).encode()


def _quote_for_any(cells: pa.LargeBinaryArray) -> pa.LargeBinaryArray:
    for char in _SEPARATORS:
        if char.encode() in bytes(window(cells)):
            mask = _matches(cells, rf'["\r\n{_SEPARATORS}]')
            inner = pc.replace_substring(cells.filter(booleans(mask)), pattern='"', replacement='""')
            return _replace(cells, mask, join(constant(b'"'), inner, constant(b'"')))
    return quote_cells(cells, ",")


def _matches(cells: pa.LargeBinaryArray, pattern: str) -> npt.NDArray[np.bool_]:
    mask: pa.BooleanArray = pc.match_substring_regex(cells, pattern=pattern)
    return mask_of(mask)


def _replace(
    cells: pa.LargeBinaryArray, mask: npt.NDArray[np.bool_], new: pa.LargeBinaryArray
) -> pa.LargeBinaryArray:
    """`cells` with those of `mask` taken from `new`, in order."""
    order = np.arange(len(cells))
    order[mask] = len(cells) + np.arange(len(new))
    return pa.concat_arrays([cells, new]).take(positions(order))
