"""Lists made for tests: spooled with a known layout, and read as plainly as can be for comparison."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from emailcleaner.core.lists.records import Layout, join_cells, read_record
from emailcleaner.core.lists.spooled import TEXT_NAME, SpooledList
from emailcleaner.core.model import Dialect, ListKind

_LINE = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Read:
    """A list read to its end: cells, numbers and texts of all batches together."""

    rows: list[int]
    lines: list[int]
    cells: list[str]
    rejected: list[tuple[int, str]]
    blank: int
    records: list[bytes]
    aligned: list[bytes]

    @property
    def physical(self) -> int:
        return len(self.rows) + len(self.rejected) + self.blank


def read_all(spooled: SpooledList) -> Read:
    """Both passes; what must hold of any list is asserted on the way."""
    found = Read([], [], [], [], 0, [], [])
    blank = size = 0
    for batch, raw in zip(spooled.batches(), spooled.raw_batches(), strict=True):
        batch.rows.validate(full=True)
        batch.rejected.validate(full=True)
        assert len(raw.records) == len(raw.aligned) == batch.rows.num_rows
        assert raw.row0 == len(found.rows)
        found.rows.extend(batch.rows["row"].to_pylist())
        found.lines.extend(batch.rows["line"].to_pylist())
        found.cells.extend(batch.rows["cell"].to_pylist())
        found.rejected.extend(
            zip(batch.rejected["line"].to_pylist(), batch.rejected["raw"].to_pylist(), strict=True)
        )
        found.records.extend(raw.records.to_pylist())
        found.aligned.extend(raw.aligned.to_pylist())
        blank += batch.blank
        size += batch.bytes_read
    assert found.rows == list(range(len(found.rows)))
    assert size in (0, spooled.text_size)
    return replace(found, blank=blank)


def layout(columns: int, address: int = 0, *, delimiter: bytes = b",", strict: bool = False) -> Layout:
    return Layout(delimiter, columns, (address,), strict)


@contextmanager
def laid_out(text: bytes, shape: Layout, *, block_size: int = 1 << 23) -> Iterator[SpooledList]:
    """A working copy of `text` without a header, in that layout."""
    kind = ListKind.SPREADSHEET if shape.strict else ListKind.DELIMITED if shape.delimiter else ListKind.TEXT
    names = tuple(f"column_{n + 1}" for n in range(shape.columns))
    dialect = Dialect(
        kind, "utf-8", False, shape.delimiter.decode(), False, "\n", names, shape.address_columns
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / TEXT_NAME).write_bytes(text)
        yield SpooledList(
            "x.csv", folder, "", "", len(text), ".csv", dialect, len(text), block_size=block_size
        )


def read_one_by_one(text: bytes, shape: Layout) -> Read:
    """What the careful reader makes of a text, record after record."""
    if text and text[-1:] not in (b"\r", b"\n"):
        text += b"\n"
    ends = [m.span() for m in _LINE.finditer(text)]
    stops = [a for a, _ in ends]
    starts = [0, *(b for _, b in ends[:-1])]
    found = Read([], [], [], [], 0, [], [])
    index = blank = number = 0
    while index < len(stops):
        line = index if not shape.strict else number
        number += 1
        if stops[index] == starts[index]:
            blank, index = blank + 1, index + 1
            continue
        record = read_record(text, starts, stops, index, shape, whole=True)
        assert record is not None
        if record.cells is None:
            found.rejected.append((line + 1, record.raw.decode()))
        else:
            found.rows.append(len(found.rows))
            found.lines.append(line + 1)
            chosen = [c for i, c in enumerate(record.cells) if i in shape.address_columns]
            found.cells.append(chosen[0].decode() if chosen else "")
            raw = text[starts[index] : stops[index + record.lines - 1]]
            found.records.append(raw if record.verbatim else join_cells(record.cells, shape.delimiter))
        index += record.lines
    return replace(found, blank=blank)


def parsed(records: list[bytes], delimiter: bytes = b",") -> list[list[str]]:
    """What the csv module makes of records, each for itself."""
    rows = []
    for record in records:
        found = list(csv.reader(io.StringIO(record.decode(), newline=""), delimiter=delimiter.decode()))
        assert len(found) == 1, record
        rows.append(found[0])
    return rows
