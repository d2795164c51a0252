"""Tables that are no text by themselves, written as the CSV text the reader takes as strict.

One record a row of the source; what could not be read back as a row is marked with a leading NUL,
so that it is refused at its place with its text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import BinaryIO

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.jsonlines import BadLine

_BREAKS = re.compile(r"[\r\n]+")
_FLUSH = limits.MIB


class TableWriter:
    """Writes rows to `out` as UTF-8 CSV (RFC 4180, comma, line feed); `size` counts the bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._waiting: list[str] = []
        self._length = 0
        self.size = 0
        # A carriage return in a cell is quoted only if it is part of the line end.
        self._csv = csv.writer(self, lineterminator="\r\n")

    def write_row(self, cells: list[str] | BadLine) -> None:
        """One row; [] for a blank line."""
        if isinstance(cells, BadLine):
            self._refuse(cells.raw.decode(errors="replace"))
        elif cells:
            self._csv.writerow(cells)
        else:
            self._keep("\n")

    def write(self, line: str) -> None:
        """What the csv module calls with each record it has put together."""
        if "\0" in line or (len(line) > limits.FIELD // 4 and _is_too_long(line)):
            self._refuse(line)
        else:
            self._keep(line[:-2] + "\n")

    def flush(self) -> None:
        """Hand everything on to `out`."""
        data = "".join(self._waiting).encode()
        self._waiting, self._length = [], 0
        self.size += len(data)
        self._out.write(data)

    def _refuse(self, text: str) -> None:
        self._keep("\0" + _BREAKS.sub(" ", text.rstrip("\r\n")) + "\n")

    def _keep(self, line: str) -> None:
        self._waiting.append(line)
        self._length += len(line)
        if self._length > _FLUSH:
            self.flush()


def write_table(rows: Iterable[list[str] | BadLine], out: BinaryIO) -> int:
    """Write all rows; returns the number of bytes."""
    writer = TableWriter(out)
    for row in rows:
        writer.write_row(row)
    writer.flush()
    return writer.size


def _is_too_long(line: str) -> bool:
    """Whether the record, or a field of it, is longer than the reader takes."""
    if len(line.encode()) > limits.RECORD:
        return True
    return any(len(cell.encode()) > limits.FIELD for record in csv.reader([line]) for cell in record)
