"""Guards before a spreadsheet is opened."""

from __future__ import annotations

import contextlib
import os
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.archives import check_archive
from tests.core.lists.workbooks import ods_cell, ods_row, write_ods, write_xlsx_parts

SHEET = "xl/worksheets/sheet1.xml"


def write_xlsx(path: Path) -> Path:
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_column(0, 0, ["email", "a@example.com"])
    book.close()
    return path


def test_sound_spreadsheets_pass(tmp_path: Path) -> None:
    assert check_archive(write_xlsx(tmp_path / "a.xlsx")) == "xlsx"
    assert check_archive(write_ods(tmp_path / "a.ods", ods_row(ods_cell("a@example.com")))) == "ods"


def test_empty_rows_repeated_to_the_end_of_the_sheet_are_usual(tmp_path: Path) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = ods_row(ods_cell("a@example.com") + empty) + ods_row(empty, 1_048_575)
    assert check_archive(write_ods(tmp_path / "a.ods", rows)) == "ods"


@pytest.mark.parametrize(
    "rows",
    [
        ods_row(ods_cell("x", 100_000_000)),
        ods_row(ods_cell("x"), 100_000_000),
        ods_row(ods_cell("x", 16_384), 1_048_576),
        ods_row('<table:table-cell table:number-columns-repeated="16384"/>' + ods_cell("x"))
        + ods_row("<table:table-cell/>", 1_048_574)
        + ods_row(ods_cell("y")),
    ],
)
def test_an_ods_sheet_that_repeats_itself_without_end_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(UserError, match="far more cells"):
        check_archive(write_ods(tmp_path / "a.ods", rows))


def test_the_cells_of_all_ods_sheets_count_together(tmp_path: Path) -> None:
    one = ods_row(ods_cell("x", 10_000), 2_000)
    rows = '</table:table><table:table table:name="Next">'.join([one] * 4)
    with pytest.raises(UserError, match="far more cells"):
        check_archive(write_ods(tmp_path / "a.ods", rows))


@pytest.mark.parametrize(
    "sheet",
    [
        b'<s><c r="A1"/><c r="XFD1048576"/></s>',
        b"<s><c t='s' r = 'A1'/><c r='xfd1048576'/></s>",
        b'<s><c r="A1"/>' + b" " * 3_000_000 + b'<c r="XFD1048576"/></s>',
    ],
)
def test_an_xlsx_sheet_of_absurd_extent_is_refused(tmp_path: Path, sheet: bytes) -> None:
    with pytest.raises(UserError, match="far more cells"):
        check_archive(write_xlsx_parts(tmp_path / "a.xlsx", {SHEET: sheet}))


def test_a_cell_reference_across_two_pieces_is_seen(tmp_path: Path) -> None:
    for shift in range(0, 20, 3):
        pad = (1 << 20) - len(b'<s><c r="A1"/>') - shift
        sheet = b'<s><c r="A1"/>' + os.urandom(pad // 2).hex().encode()[:pad] + b'<c r="XFD1048576"/></s>'
        with pytest.raises(UserError, match="far more cells"):
            check_archive(write_xlsx_parts(tmp_path / "a.xlsx", {SHEET: sheet}))


def test_a_cell_reference_written_with_entities_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="hides its cells"):
        check_archive(write_xlsx_parts(tmp_path / "a.xlsx", {SHEET: b'<c r="&#88;FD1048576"/>'}))


@pytest.mark.parametrize("name", ["../x.xml", "/etc/x.xml", "xl/../../x.xml", "C:\\x.xml", "xl\\..\\..\\x"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="leads out"):
        check_archive(write_xlsx_parts(tmp_path / "a.xlsx", {name: b"<a/>"}))


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="one name"):
        check_archive(write_xlsx_parts(tmp_path / "a.xlsx", {"xl/A.xml": b"<a/>", "xl/a.xml": b"<a/>"}))


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    parts = {f"xl/{n}.xml": b"<a/>" for n in range(10_001)}
    with pytest.raises(UserError, match="too many parts"):
        check_archive(write_xlsx_parts(tmp_path / "a.xlsx", parts))


@pytest.mark.parametrize("declaration", [b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!doctype a>"])
def test_a_document_type_is_refused(tmp_path: Path, declaration: bytes) -> None:
    for name in (SHEET, "xl/sharedStrings.xml", "_rels/.rels"):
        path = write_xlsx_parts(tmp_path / "a.xlsx", {name: b"<?xml version='1.0'?>" + declaration + b"<a/>"})
        with pytest.raises(UserError, match="entities"):
            check_archive(path)


def test_xml_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = write_xlsx_parts(tmp_path / "a.xlsx", {SHEET: '<c r="XFD1048576"/>'.encode("utf-16")})
    with pytest.raises(UserError, match="unusual encoding"):
        check_archive(path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = write_xlsx_parts(tmp_path / "a.xlsx", {SHEET: b"<a>" + b" " * (64 << 20)})
    assert path.stat().st_size < 100_000
    with pytest.raises(UserError, match="inflates to far more"):
        check_archive(path)


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = write_xlsx_parts(tmp_path / "a.xlsx", {SHEET: b"<a>" + b"x" * 100_000})
    data = path.read_bytes()
    for size in (10, 100_004):
        lying = data.replace(struct.pack("<I", 100_003), struct.pack("<I", size))
        assert lying != data
        path.write_bytes(lying)
        with pytest.raises(UserError, match="damaged"):
            check_archive(path)


def test_a_locked_archive_and_odd_packing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
    with pytest.raises(UserError, match="unusual way"):
        check_archive(path)
    write_xlsx_parts(path, {})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="password"):
        check_archive(path)


@pytest.mark.parametrize(("name", "message"), [("a.csv", "archive, not a list"), ("xl/workbook.bin", "XLSB")])
def test_other_archives_are_refused_with_what_to_do(tmp_path: Path, name: str, message: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"a@example.com")
    with pytest.raises(UserError, match=message):
        check_archive(tmp_path / "a.zip")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_xlsx(tmp_path_factory.mktemp("good") / "a.xlsx").read_bytes()


@given(st.data())
def test_a_damaged_archive_is_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, good: bytes, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    place = data.draw(st.integers(0, len(good) - 1))
    new = data.draw(st.binary(max_size=6))
    (folder / "b.xlsx").write_bytes(good[:place] + new + good[place + len(new) :])
    with contextlib.suppress(UserError):
        assert check_archive(folder / "b.xlsx") == "xlsx"
