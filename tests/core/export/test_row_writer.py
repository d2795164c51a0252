from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # brings no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]  # brings no types

from emailcleaner.core.export import VERDICT_COLUMNS, ExportSource, export_lists
from emailcleaner.core.export.csv_text import split_record
from emailcleaner.core.export.json_file import different_names
from emailcleaner.core.export.xlsx_file import CELL_LENGTH, XlsxFile
from emailcleaner.core.model import OutputFormat
from tests.core.export.tables import Row, dialect, empty_row, extra_table, record_of, source

AWKWARD = [
    "=1+1",
    "+49 30",
    "-5",
    "@SUM(A1)",
    "007",
    "NA",
    "1e5",
    "TRUE",
    "2024-01-01",
    "http://example.com",
    "mailto:a@example.com",
    " lead",
    "trail ",
    'q"uote',
    "line\nbreak",
    "tab\there",
    "_x0041_",
    "é日本🎉",
    "{=A1}",
    "'=1",
]


def write(out: Path, file_format: OutputFormat, one: ExportSource) -> dict[str, Any]:
    return export_lists([one], out, format=file_format, spreadsheet_safe=False, force=False, summary={})


def sheet(path: Path) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path)
    try:
        return [tuple(cell.value for cell in row) for row in book.worksheets[0].rows]
    finally:
        book.close()


def test_cells_of_a_spreadsheet_are_text_and_unchanged(tmp_path: Path) -> None:
    rows = [Row(record_of([text, "a@example.com"]), normalized="a@example.com") for text in AWKWARD]
    one = source(rows, header=b"note,email", shape=dialect(("note", "email")))
    write(tmp_path, OutputFormat.XLSX, one)
    for name in ("results.xlsx", "clean.xlsx"):
        book = openpyxl.load_workbook(tmp_path / name)
        cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} == {"s"} or {cell.data_type for cell in cells} == {
            "inlineStr"
        }
        assert all(cell.hyperlink is None for cell in cells)
        book.close()
        # Spreadsheets unescape `_x005F_`; this reader leaves that to its caller.
        assert [unescape(row[0]) for row in sheet(tmp_path / name)[1:]] == AWKWARD


def test_a_spreadsheet_has_the_verdict_behind_the_source_and_the_score_as_a_number(
    tmp_path: Path,
) -> None:
    one = source(
        [Row(b"a@example.com", flags="free;role", normalized="a@example.com"), empty_row(b"-")],
        rejected=[(9, "malformed_row", "=x")],
        extra=extra_table([(2, "b@example.com")]),
    )
    summary = write(tmp_path, OutputFormat.XLSX, one)
    header, first, second = sheet(tmp_path / "results.xlsx")
    assert header == ("email", *VERDICT_COLUMNS)
    assert first == (
        *("a@example.com", "valid", "domain_accepts", "clean", 85, "good", "domain", "none"),
        *("free;role", None, "a@example.com"),
    )
    assert second[:4] == ("-", "unknown", "empty", "rejected")
    assert sheet(tmp_path / "rejected.xlsx") == [
        ("line", "reason", "raw"),
        (3, "empty", "-"),
        (9, "malformed_row", "=x"),
    ]
    assert sheet(tmp_path / "extra_addresses.xlsx")[1][:2] == (2, "b@example.com")
    assert summary["files"]["results.xlsx"]["rows"] == 2


def test_without_header_a_segment_begins_with_its_first_row(tmp_path: Path) -> None:
    one = source([Row(b"a@example.com")], header=None, shape=dialect(("column_1",), header=False))
    write(tmp_path, OutputFormat.XLSX, one)
    assert sheet(tmp_path / "clean.xlsx") == [("a@example.com",)]
    assert sheet(tmp_path / "results.xlsx")[0][0] == "column_1"


def test_rows_beyond_a_sheet_go_on_in_the_next_one(tmp_path: Path) -> None:
    file = XlsxFile(tmp_path, "results", ["a"], True, 3)
    for number in range(5):
        file.row([f"row {number}"])
    assert file.finish().rows == 5
    book = openpyxl.load_workbook(tmp_path / "results.xlsx")
    assert [[cell.value for cell in next(iter(s.columns))] for s in book.worksheets] == [
        ["a", "row 0", "row 1"],
        ["a", "row 2", "row 3"],
        ["a", "row 4"],
    ]
    assert book.sheetnames == ["results", "results 2", "results 3"]
    book.close()


def test_a_cell_too_long_for_a_spreadsheet_is_cut_and_counted(tmp_path: Path) -> None:
    long = "é" * (CELL_LENGTH - 1) + "🎉x"
    summary = write(tmp_path, OutputFormat.XLSX, source([Row(long.encode())]))
    # Once in the results and once in the segment; the emoji would have been cut in two.
    assert summary["cells_cut"] == 2
    assert sheet(tmp_path / "clean.xlsx")[1] == (long[: CELL_LENGTH - 1],)
    assert "were cut" in (tmp_path / "report.html").read_text()


def objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def test_json_lines_name_the_source_columns_and_the_verdict(tmp_path: Path) -> None:
    rows = [Row(record_of([text, "a@example.com"]), flags="free;role") for text in [*AWKWARD, "\u2028"]]
    one = source(rows, header=b"note,email", shape=dialect(("note", "email")))
    write(tmp_path, OutputFormat.JSONL, one)
    results = objects(tmp_path / "results.jsonl")
    assert [row["note"] for row in results] == [*AWKWARD, "\u2028"]
    assert list(results[0]) == ["note", "email", *VERDICT_COLUMNS]
    assert results[0]["ec_score"] == 85
    assert results[0]["ec_flags"] == "free;role"
    assert objects(tmp_path / "clean.jsonl")[0] == {"note": "=1+1", "email": "a@example.com"}


def test_json_lines_of_rejected_records(tmp_path: Path) -> None:
    write(tmp_path, OutputFormat.JSONL, source([empty_row(b"-")], rejected=[(1, "malformed_row", '"\n')]))
    assert objects(tmp_path / "rejected.jsonl") == [
        {"line": 1, "reason": "malformed_row", "raw": '"\n'},
        {"line": 2, "reason": "empty", "raw": "-"},
    ]


@pytest.mark.parametrize(
    ("names", "different"),
    [
        (["a", "a", "a_2", ""], ["a", "a_2", "a_2_2", "column_4"]),
        (["ec_status", "a", *VERDICT_COLUMNS], ["ec_status_2", "a", *VERDICT_COLUMNS]),
        (list(VERDICT_COLUMNS), list(VERDICT_COLUMNS)),
        (["ec_status", "a"], ["ec_status", "a"]),
    ],
)
def test_no_two_columns_of_an_object_share_a_name(names: list[str], different: list[str]) -> None:
    assert different_names(names) == different


def test_a_list_that_was_cleaned_before_keeps_its_old_verdict_columns(tmp_path: Path) -> None:
    one = source(
        [Row(b"a@example.com,old")], header=b"email,ec_status", shape=dialect(("email", "ec_status"))
    )
    write(tmp_path, OutputFormat.JSONL, one)
    row = objects(tmp_path / "results.jsonl")[0]
    assert (row["ec_status_2"], row["ec_status"]) == ("old", "valid")


def test_rows_longer_than_the_header_lose_no_cell(tmp_path: Path) -> None:
    write(tmp_path, OutputFormat.JSONL, source([Row(b"a@example.com,1,2")], shape=dialect(("email",))))
    assert objects(tmp_path / "clean.jsonl") == [{"email": "a@example.com", "column_2": "1", "column_3": "2"}]


cells_st = st.lists(
    st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=9),
    min_size=1,
    max_size=5,
)


@given(cells_st, st.sampled_from(",;|\t"), st.booleans())
def test_a_written_record_is_split_into_its_cells(cells: list[str], delimiter: str, quoted: bool) -> None:
    record = record_of(cells, delimiter, quote_all=quoted).decode()
    assert split_record(record, delimiter) == cells


@given(st.text(st.sampled_from('a",; \t'), max_size=12), st.sampled_from(",;"))
def test_odd_quotes_are_read_as_the_csv_module_reads_them(record: str, delimiter: str) -> None:
    expected = next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [""])
    assert split_record(record, delimiter) == (expected or [""])


def test_a_quoted_line_break_stays_in_its_cell() -> None:
    assert split_record('a,"b\r\nc\nd",e', ",") == ["a", "b\r\nc\nd", "e"]
