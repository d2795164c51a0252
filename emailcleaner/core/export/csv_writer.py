"""Writes a list as CSV: the source's own bytes, joined and filtered a block at a time.

Memory follows the block, never the list. Cells are parsed only in the spreadsheet profile, and
only where one could be taken for a formula.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from emailcleaner.core.export.arrays import binaries, booleans, positions
from emailcleaner.core.export.csv_text import (
    as_bytes,
    constant,
    guard_cell,
    guard_cells,
    guard_records,
    join,
    quote_cell,
    quote_cells,
    split_record,
    window,
)
from emailcleaner.core.export.folder import create, settle
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

_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class _OpenFile:
    file: IO[bytes]
    rows: int = 0


class CsvWriter:
    """The CSV files of one list, in `folder`; with `spreadsheet_safe` formulas are disarmed."""

    def __init__(self, folder: Path, source: ExportSource, *, spreadsheet_safe: bool) -> None:
        self._folder = folder
        self._safe = spreadsheet_safe
        self._source_delimiter = source.dialect.delimiter
        self._delimiter = source.dialect.delimiter or ","
        self._line_end = (source.dialect.line_end or "\n").encode()
        self._bom = _BOM if source.dialect.bom else b""
        self._header = self._source_header(source.header_raw)
        self._files: dict[str, _OpenFile] = {}
        names = header_cells(source)
        given = self._header
        if given is None:
            header = self._line([*names, *VERDICT_COLUMNS])
        else:
            header = self._results_header(given, names)
        self._open("results", header)

    def block(self, block: Block) -> None:
        """Write the rows of one block into the results and into their segments."""
        aligned = self._records(block.raw.aligned, as_cells=True)
        self._write("results", self._results(block, aligned), block.rows)
        records = self._records(block.raw.records, as_cells=False)
        lines = join(records, constant(self._line_end))
        for segment, mask in block.segments():
            if segment is Segment.REJECTED:
                continue
            if segment.value not in self._files:
                self._open(segment.value, None if self._header is None else self._header + self._line_end)
            rows = int(np.count_nonzero(mask))
            chosen = lines if rows == block.rows else lines.filter(booleans(mask))
            self._write(segment.value, chosen, rows)

    def rejected(self, rows: pa.Table) -> None:
        """Write rejected records with their line and reason."""
        self._table("rejected", REJECTED_COLUMNS, [rows.column(name) for name in REJECTED_COLUMNS])

    def extra_addresses(self, rows: pa.Table) -> None:
        """Write the further addresses of cells with their verdicts."""
        columns = [rows.column(name) for name in ("line", "address", *EXTRA_FIELDS)]
        self._table("extra_addresses", EXTRA_COLUMNS, columns)

    def finish(self) -> list[WrittenFile]:
        """Bring every file to the disk."""
        return [
            WrittenFile(f"{stem}.csv", opened.rows, settle(opened.file))
            for stem, opened in self._files.items()
        ]

    def abandon(self) -> None:
        """Close every file without caring for what is in it."""
        for opened in self._files.values():
            with contextlib.suppress(OSError):
                opened.file.close()

    def _results(self, block: Block, aligned: pa.LargeBinaryArray) -> pa.LargeBinaryArray:
        suggestion = self._cells(block.column("suggestion"))
        normalized = self._cells(block.column("normalized"))
        end = constant(self._line_end)
        codes = positions(block.codes)
        if not window(suggestion):
            words = self._words(block.words, self._delimiter * 2).take(codes)
            return join(aligned, words, normalized, end)
        words = self._words(block.words, self._delimiter).take(codes)
        return join(aligned, words, suggestion, constant(self._delimiter.encode()), normalized, end)

    def _words(self, words: tuple[VerdictWords, ...], tail: str) -> pa.LargeBinaryArray:
        """The cells of each verdict, a delimiter before them and `tail` behind."""
        cells = (self._delimiter.join(quote_cell(word, self._delimiter) for word in one) for one in words)
        return binaries([f"{self._delimiter}{text}{tail}".encode() for text in cells])

    def _records(self, records: pa.LargeBinaryArray, *, as_cells: bool) -> pa.LargeBinaryArray:
        if self._safe:
            return guard_records(records, self._source_delimiter)
        if as_cells and not self._source_delimiter:
            return quote_cells(records, self._delimiter)
        return records

    def _cells(self, column: pa.Array) -> pa.LargeBinaryArray:
        cells = as_bytes(column)
        return quote_cells(guard_cells(cells) if self._safe else cells, self._delimiter)

    def _table(self, stem: str, names: tuple[str, ...], columns: list[pa.ChunkedArray]) -> None:
        if not len(columns[0]):
            return
        if stem not in self._files:
            self._open(stem, self._line(list(names)))
        between = constant(self._delimiter.encode())
        parts: list[pa.LargeBinaryArray | pa.Scalar] = []
        for column in columns:
            whole = column.combine_chunks()
            parts += [self._cells(whole), between]
        parts[-1] = constant(self._line_end)
        self._write(stem, join(*parts), len(columns[0]))

    def _source_header(self, raw: bytes | None) -> bytes | None:
        if raw is None:
            return None
        return bytes(window(self._records(binaries([raw]), as_cells=False)))

    def _results_header(self, given: bytes, names: list[str]) -> bytes:
        """The source's header as it stands, then names for columns it has none for, then ours."""
        if not self._source_delimiter:
            return self._line([*names, *VERDICT_COLUMNS])
        named = len(split_record(given.decode("utf-8", "replace"), self._source_delimiter))
        return given + self._delimiter.encode() + self._line([*names[named:], *VERDICT_COLUMNS])

    def _line(self, cells: list[str]) -> bytes:
        texts = [guard_cell(cell) if self._safe else cell for cell in cells]
        return (
            self._delimiter.join(quote_cell(text, self._delimiter) for text in texts).encode()
            + self._line_end
        )

    def _open(self, stem: str, header: bytes | None) -> None:
        file = create(self._folder / f"{stem}.csv")
        self._files[stem] = _OpenFile(file)
        file.write(self._bom + (header or b""))

    def _write(self, stem: str, lines: pa.LargeBinaryArray, rows: int) -> None:
        opened = self._files[stem]
        opened.file.write(window(lines))
        opened.rows += rows
