"""Spreadsheets as text, the way the user sees them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.spreadsheets import cell_text, open_workbook
from tests.core.lists.workbooks import ods_cell, ods_row, write_ods


def rows(path: Path, sheet: str | None = None) -> list[list[str]]:
    with open_workbook(path, sheet) as book:
        return list(book.rows())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        ("NA", "NA"),
        (7.0, "7"),
        (-3.0, "-3"),
        (1.1, "1.1"),
        (0.1 + 0.2, "0.3"),
        (1e300, "1e+300"),
        (12345678901234.0, "12345678901234"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2024, 2, 29), "2024-02-29"),  # noqa: DTZ001 - a cell's date has no zone
        (dt.datetime(2024, 2, 29, 13, 5), "2024-02-29 13:05:00"),  # noqa: DTZ001 - the same
        (dt.time(13, 5), "13:05:00"),
        (dt.timedelta(hours=25, minutes=1), "25:01:00"),
        (-dt.timedelta(minutes=90), "-1:30:00"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_cell_is_the_text_the_user_sees(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_an_xlsx_sheet_is_read_from_its_first_row_on(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(1, 1, ["email", "zip"])
    sheet.write_row(3, 1, ["a@example.com"])
    sheet.write_string(3, 2, "007")
    sheet.write_formula(4, 1, '=A1&"x"', None, "b@example.com")
    book.close()
    empty = ["", ""]
    assert rows(tmp_path / "a.xlsx") == [
        empty,
        ["email", "zip"],
        empty,
        ["a@example.com", "007"],
        ["b@example.com", ""],
    ]


def test_an_ods_sheet_is_read(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", ods_row(ods_cell("email")) + ods_row(ods_cell("ä@example.com"), 2))
    assert rows(path) == [["email"], ["ä@example.com"], ["ä@example.com"]]


@pytest.fixture
def three_sheets(tmp_path: Path) -> Path:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet("Empty")
    book.add_worksheet("Read me").write(0, 0, "Notes")
    book.add_worksheet("People").write_column(0, 0, ["email", "a@example.com"])
    book.add_worksheet("Old").write_column(0, 0, ["email", "old@example.com"])
    book.close()
    return tmp_path / "a.xlsx"


def test_the_first_sheet_with_addresses_is_taken(three_sheets: Path) -> None:
    with open_workbook(three_sheets, None) as book:
        assert (book.name, book.names) == ("People", ("Empty", "Read me", "People", "Old"))


@pytest.mark.parametrize("sheet", ["Old", " old", "4"])
def test_a_sheet_is_told_by_name_or_number(three_sheets: Path, sheet: str) -> None:
    assert rows(three_sheets, sheet) == [["email"], ["old@example.com"]]


@pytest.mark.parametrize("sheet", ["Other", "0", "5"])
def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(three_sheets: Path, sheet: str) -> None:
    with pytest.raises(UserError, match="no sheet") as error:
        rows(three_sheets, sheet)
    assert "People" in error.value.hint


def test_an_empty_sheet_has_no_rows(three_sheets: Path) -> None:
    assert rows(three_sheets, "Empty") == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"email\na@example.com\n"])
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    with pytest.raises(UserError, match="spreadsheet"):
        rows(tmp_path / "a.xlsx")
