"""Spreadsheets in constant memory, every source cell typed as text, so that nothing is a formula."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from emailcleaner.core.export.row_writer import Cell
from emailcleaner.core.export.writer import WrittenFile

#: What a sheet and a cell of this format can hold.
SHEET_ROWS = 1_048_576
CELL_LENGTH = 32_767

_OPTIONS = {
    "constant_memory": True,
    "use_zip64": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


class XlsxFile:
    """One workbook; rows beyond `sheet_rows` go on in a further sheet with the same header.

    Text is measured in UTF-16 units, as spreadsheets do; what a cell has no room for is cut and
    counted.
    """

    def __init__(
        self,
        folder: Path,
        stem: str,
        names: Sequence[str],
        has_header: bool,  # noqa: FBT001 - a maker of files gets its arguments by position
        sheet_rows: int = SHEET_ROWS,
    ) -> None:
        self._path = folder / f"{stem}.xlsx"
        self._stem = stem[:25]
        self._header = list(names) if has_header else None
        self._sheet_rows = sheet_rows
        self._book = xlsxwriter.Workbook(str(self._path), {**_OPTIONS, "tmpdir": str(folder)})
        self._bold = self._book.add_format({"bold": True})
        self._sheets = 0
        self._rows = 0
        self._cut = 0
        self._add_sheet()

    def row(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        if self._at >= self._sheet_rows:
            self._add_sheet()
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                self._sheet.write_number(self._at, column, cell)
            elif cell:
                self._sheet.write_string(self._at, column, self._fitting(cell))
        self._at += 1
        self._rows += 1

    def finish(self) -> WrittenFile:
        """Bring the workbook to the disk."""
        try:
            self._book.close()
        except XlsxFileError as error:
            cause = error.args[0] if error.args else None
            raise (cause if isinstance(cause, OSError) else OSError(str(error))) from error
        with self._path.open("rb") as file:
            os.fsync(file.fileno())
        return WrittenFile(self._path.name, self._rows, self._path.stat().st_size, self._cut)

    def abandon(self) -> None:
        """Close the temporary files of the sheets."""
        for sheet in self._book.worksheets():
            with contextlib.suppress(OSError):
                sheet.row_data_fh.close()

    def _add_sheet(self) -> None:
        self._sheets += 1
        name = self._stem if self._sheets == 1 else f"{self._stem} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._at = 0
        if self._header is not None:
            self._sheet.freeze_panes(1, 0)
            for column, cell in enumerate(self._header):
                self._sheet.write_string(0, column, self._fitting(cell), self._bold)
            self._at = 1

    def _fitting(self, text: str) -> str:
        if len(text) <= CELL_LENGTH // 2 or len(text.encode("utf-16-le")) // 2 <= CELL_LENGTH:
            return text
        self._cut += 1
        return text.encode("utf-16-le")[: CELL_LENGTH * 2].decode("utf-16-le", "ignore")
