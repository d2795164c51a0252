"""Spreadsheets (XLSX, XLS, ODS) as rows of text, the way the user sees them.

Values that formulas were last calculated to are read, formulas never. Text stays as it is (007),
whole numbers have no decimal point, dates are ISO 8601. The file must have passed its guard before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists import limits

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_LOOKED_AT = 200  # rows of a sheet that are looked at for an address when no sheet was named


class Workbook:
    """An open workbook: the names of its sheets, and the rows of one."""

    def __init__(self, book: CalamineWorkbook, wanted: str | None) -> None:
        self.names: tuple[str, ...] = tuple(book.sheet_names)
        if not self.names:
            raise UserError("The spreadsheet has no sheets.", "Save the list as CSV.")
        self._sheet = _named(book, self.names, wanted) if wanted else _first_with_addresses(book, self.names)
        self.name = self._sheet.name

    def rows(self) -> Iterator[list[str]]:
        """Every row from the sheet's first on, empty ones too; at most `limits.COLUMNS` wide."""
        if self._sheet.start is None:
            return
        if self._sheet.width > limits.COLUMNS:
            raise UserError(f"The sheet has more than {limits.COLUMNS:,} columns.", "Save the list as CSV.")
        for row in self._sheet.iter_rows():
            yield [cell_text(value) for value in row]


@contextmanager
def open_workbook(path: Path, sheet: str | None) -> Iterator[Workbook]:
    """Open a workbook at the sheet of that name or 1-based number, or the first with addresses."""
    from python_calamine import CalamineError, PasswordError, load_workbook

    try:
        with load_workbook(path) as book:
            yield Workbook(book, sheet)
    except PasswordError as error:
        raise UserError("The spreadsheet is locked with a password.", "Save it without one.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable() from error
    except BaseException as error:
        # A panic in the reader is derived from BaseException, and its class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise _unreadable() from error
        raise


def cell_text(value: object) -> str:
    """One cell as the user sees it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, dt.datetime):
        return value.isoformat(" ") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, dt.timedelta):
        return _hours(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None else str(value)


def _hours(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _unreadable() -> UserError:
    return UserError(
        "The spreadsheet is damaged or no spreadsheet.", "Open it and save it again, or save it as CSV."
    )


def _named(book: CalamineWorkbook, names: tuple[str, ...], wanted: str) -> CalamineSheet:
    folded = {name.casefold(): name for name in reversed(names)}
    name = wanted if wanted in names else folded.get(wanted.strip().casefold())
    if name is None and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        name = names[int(wanted) - 1]
    if name is None:
        raise UserError(f"There is no sheet {wanted!r}.", f"The sheets are: {', '.join(names)}.")
    return book.get_sheet_by_name(name)


def _first_with_addresses(book: CalamineWorkbook, names: tuple[str, ...]) -> CalamineSheet:
    filled: CalamineSheet | None = None
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        if any("@" in str(value) for row in sheet.to_python(nrows=_LOOKED_AT) for value in row):
            return sheet
        filled = filled or sheet
    return filled or book.get_sheet_by_name(names[0])
