"""Writes a list row by row, for the formats that have no column of bytes: XLSX and JSON lines.

Cells are made of a few thousand rows at a time, so that other threads get their turn.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from emailcleaner.core.export.csv_text import split_record
from emailcleaner.core.export.source import ExportSource
from emailcleaner.core.export.verdict_columns import VERDICT_COLUMNS, Block, VerdictWords
from emailcleaner.core.export.writer import (
    EXTRA_COLUMNS,
    EXTRA_FIELDS,
    REJECTED_COLUMNS,
    WrittenFile,
    header_cells,
)
from emailcleaner.core.model import Segment

#: A cell as it is written: text always, but for the score and line numbers.
Cell = str | int

_SLICE = 2048
_SCORE = VerdictWords._fields.index("score")


class RowFile(Protocol):
    """One file of rows."""

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        ...

    def finish(self) -> WrittenFile:
        """Bring the file to the disk."""
        ...

    def abandon(self) -> None:
        """Let go of the file."""
        ...


#: Makes a file: folder, stem, column names, whether these are to be shown as a header.
RowFileMaker = Callable[[Path, str, Sequence[str], bool], RowFile]


class RowWriter:
    """The files of one list in a format of rows."""

    def __init__(self, folder: Path, source: ExportSource, make: RowFileMaker) -> None:
        self._folder = folder
        self._make = make
        self._delimiter = source.dialect.delimiter
        self._names = header_cells(source)
        self._has_header = source.header_raw is not None
        self._files: dict[str, RowFile] = {}
        self._open("results", [*self._names, *VERDICT_COLUMNS], has_header=True)

    def block(self, block: Block) -> None:
        """Write the rows of one block into the results and into their segments."""
        targets = [self._segment_file(word.segment) for word in block.words]
        results = self._files["results"]
        verdicts = [_typed(word) for word in block.words]
        suggestions = block.column("suggestion")
        normalized = block.column("normalized")
        for start in range(0, block.rows, _SLICE):
            part = slice(start, start + _SLICE)
            rows = zip(
                block.raw.aligned[part].to_pylist(),
                block.codes[part].tolist(),
                suggestions[part].to_pylist(),
                normalized[part].to_pylist(),
                strict=True,
            )
            for record, code, suggestion, address in rows:
                cells = self._cells(record)
                results.row([*cells, *verdicts[code], suggestion, address])
                target = targets[code]
                if target is not None:
                    target.row(cells)

    def rejected(self, rows: pa.Table) -> None:
        """Write rejected records with their line and reason."""
        self._table("rejected", REJECTED_COLUMNS, rows.select(list(REJECTED_COLUMNS)))

    def extra_addresses(self, rows: pa.Table) -> None:
        """Write the further addresses of cells with their verdicts."""
        self._table("extra_addresses", EXTRA_COLUMNS, rows.select(["line", "address", *EXTRA_FIELDS]))

    def finish(self) -> list[WrittenFile]:
        """Bring every file to the disk."""
        return [file.finish() for file in self._files.values()]

    def abandon(self) -> None:
        """Let go of all files."""
        for file in self._files.values():
            with contextlib.suppress(OSError):
                file.abandon()

    def _cells(self, record: bytes) -> list[str]:
        """The cells of a record, as many as there are columns."""
        cells = split_record(record.decode("utf-8", "replace"), self._delimiter)
        return cells + [""] * (len(self._names) - len(cells))

    def _segment_file(self, segment: str) -> RowFile | None:
        if segment == Segment.REJECTED.value:
            return None
        if segment not in self._files:
            self._open(segment, self._names, has_header=self._has_header)
        return self._files[segment]

    def _table(self, stem: str, names: Sequence[str], rows: pa.Table) -> None:
        if not rows.num_rows:
            return
        if stem not in self._files:
            self._open(stem, names, has_header=True)
        for cells in _rows(rows):
            self._files[stem].row(cells)

    def _open(self, stem: str, names: Sequence[str], *, has_header: bool) -> None:
        self._files[stem] = self._make(self._folder, stem, names, has_header)


def _rows(table: pa.Table) -> Iterator[tuple[Cell, ...]]:
    for start in range(0, table.num_rows, _SLICE):
        part = table.slice(start, _SLICE)
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _typed(word: VerdictWords) -> list[Cell]:
    cells: list[Cell] = list(word)
    cells[_SCORE] = int(word.score)
    return cells
