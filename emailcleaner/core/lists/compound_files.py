"""Guard before an old XLS workbook is opened: how many cells its sheets span.

A reader allots the whole rectangle between the first and the last cell of a sheet, and ends the
program if it cannot; so the records of the workbook ([MS-XLS] 2.4) are looked through before, in
their compound file ([MS-CFB]). Reads no cell.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits

_FREE = 0xFFFFFFFA  # sector numbers from here on have a meaning of their own
_HEADER = 512
_ENTRY = 128
_SMALL = 4096  # streams shorter than this are in the mini stream
_MINI_SECTOR = 64
_ROWS, _COLUMNS = 65_536, 256
_BEGIN, _DIMENSIONS, _SEVERAL = 0x0809, 0x0200, (0x00BD, 0x00BE)
#: Records of one cell; they begin with row and column.
_CELLS = frozenset((0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E))

Numbers = npt.NDArray[np.uint32]


def check_compound_file(path: Path, check: Callable[[], None] = lambda: None) -> None:
    """Refuse an XLS file whose sheets span too much, or that is damaged."""
    try:
        data = path.read_bytes() if path.stat().st_size <= limits.XLS_SIZE else b""
        if not data:
            raise UserError("The spreadsheet is far too large for an XLS file.", "Save the list as CSV.")
        for stream in _workbooks(data):
            check()
            _check_records(stream)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise _damaged() from error


def _damaged() -> UserError:
    return UserError("The spreadsheet is damaged.", "Open it and save it again, or save the list as CSV.")


def _check_records(stream: bytes) -> None:
    """Add up the rectangles of all sheets."""
    total, at = 0, 0
    box = [_ROWS, 0, _COLUMNS, 0]
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == _BEGIN:
            box = [_ROWS, 0, _COLUMNS, 0]
        elif kind == _DIMENSIONS:
            _check_dimensions(body)
        elif kind in _CELLS or kind in _SEVERAL:
            row, first = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind in _SEVERAL else first
            if max(first, last) >= _COLUMNS:
                raise _damaged()
            before = _area(box)
            box = [min(box[0], row), max(box[1], row), min(box[2], first), max(box[3], last)]
            total += _area(box) - before
            if total > limits.SHEET_CELLS:
                raise UserError(
                    "The spreadsheet spans far more cells than a list needs.", "Save the list as CSV."
                )


def _area(box: list[int]) -> int:
    return max(box[1] - box[0] + 1, 0) * max(box[3] - box[2] + 1, 0)


def _check_dimensions(body: bytes) -> None:
    rows, columns = struct.unpack_from("<4xI2xH" if len(body) >= 14 else "<2xH2xH", body)
    if rows > _ROWS or columns > _COLUMNS:
        raise _damaged()


# --- the compound file ----------------------------------------------------------------------------


def _workbooks(data: bytes) -> Iterator[bytes]:
    """The streams a reader may take for the workbook."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise _damaged()
    table_count, folder_start, mini_start, more_start = struct.unpack_from("<II8xI4xI", data, 44)
    table = _sector_table(data, size, table_count, more_start)
    folder = _chain(data, table, folder_start, size, offset=size)
    entries = [folder[at : at + _ENTRY] for at in range(0, len(folder) - _ENTRY + 1, _ENTRY)]
    mini = _chain(data, table, _start(entries[0]), size, offset=size)
    mini_table = np.frombuffer(_chain(data, table, mini_start, size, offset=size), dtype="<u4")
    for entry in entries:
        name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace")
        if entry[66] != 2 or name.casefold() not in ("workbook", "book"):
            continue
        length = struct.unpack_from("<I", entry, 120)[0]
        if length < _SMALL:
            yield _chain(mini, mini_table, _start(entry), _MINI_SECTOR, offset=0)[:length]
        else:
            yield _chain(data, table, _start(entry), size, offset=size)[:length]


def _start(entry: bytes) -> int:
    return int(struct.unpack_from("<I", entry, 116)[0])


def _sector_table(data: bytes, size: int, count: int, more: int) -> Numbers:
    """Which sector follows which; its own sectors are listed in the header, and on from there."""
    listed = list(struct.unpack_from("<109I", data, 76))
    most = len(data) // size + 1
    while more < _FREE and len(listed) <= most + size:
        sector = data[(more + 1) * size : (more + 2) * size]
        numbers = struct.unpack(f"<{size // 4}I", sector)
        listed += numbers[:-1]
        more = numbers[-1]
    parts = [data[(n + 1) * size : (n + 2) * size] for n in listed[: min(count, most)] if n < _FREE]
    return np.frombuffer(b"".join(parts), dtype="<u4")


def _chain(data: bytes, table: Numbers, start: int, size: int, *, offset: int) -> bytes:
    """The sectors from `start` on, one after another; a chain that runs in a circle is damage."""
    parts: list[bytes] = []
    while start < _FREE:
        if len(parts) > len(table):
            raise _damaged()
        parts.append(data[offset + start * size : offset + (start + 1) * size])
        start = int(table[start])
    return b"".join(parts)
