"""The guard before an XLS workbook is opened."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.compound_files import check_compound_file
from emailcleaner.core.lists.spreadsheets import open_workbook
from tests.core.lists.workbooks import write_xls


def test_a_sound_workbook_passes_and_is_read(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.xls", {(0, 0): "email", (0, 1): "n", (2, 0): "a@example.com", (2, 1): 7.0})
    check_compound_file(path)
    with open_workbook(path, None) as book:
        assert list(book.rows()) == [["email", "n"], ["", ""], ["a@example.com", "7"]]


def test_the_whole_sheet_may_be_used(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.xls", {(0, 0): "email", (65_535, 255): "a@example.com"})
    check_compound_file(path)
    with open_workbook(path, None) as book:
        assert sum(1 for _ in book.rows()) == 65_536


def test_a_cell_beyond_the_last_column_is_refused(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.xls", {(0, 0): "email", (65_535, 65_535): "a@example.com"})
    with pytest.raises(UserError, match="damaged"):
        check_compound_file(path)


def test_dimensions_beyond_the_last_row_are_refused(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.xls", {(0, 0): "email"})
    data = path.read_bytes()
    end = struct.pack("<HH", 0x000A, 0)
    huge = struct.pack("<HHIIHHH", 0x0200, 14, 0, 0xFFFFFFF0, 0, 256, 0)
    at = data.rindex(end + b"\0" * 8)
    path.write_bytes(data[:at] + huge + end + data[at + len(huge) + 4 :])
    assert len(path.read_bytes()) == len(data)
    with pytest.raises(UserError, match="damaged"):
        check_compound_file(path)


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 200]
)
def test_what_is_no_compound_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(UserError):
        check_compound_file(tmp_path / "a.xls")


def test_a_chain_that_runs_in_a_circle_is_refused(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.xls", {(0, 0): "email"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 512 + 4 * 3, 2)  # the second sector of the workbook leads to its first
    path.write_bytes(data)
    with pytest.raises(UserError, match="damaged"):
        check_compound_file(path)


@given(st.data())
def test_a_damaged_workbook_is_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    good = write_xls(folder / "a.xls", {(0, 0): "email", (1, 0): "a@example.com"}).read_bytes()
    place = data.draw(st.integers(0, 2_200))
    new = data.draw(st.binary(min_size=1, max_size=6))
    (folder / "b.xls").write_bytes(good[:place] + new + good[place + len(new) :])
    with contextlib.suppress(UserError):
        check_compound_file(folder / "b.xls")
        with open_workbook(folder / "b.xls", None) as book:
            assert all(isinstance(row, list) for row in book.rows())
