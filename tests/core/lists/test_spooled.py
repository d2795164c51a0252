"""The working copy: two passes, blocks in order, a restart."""

from __future__ import annotations

import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.columns import IntakeBatch
from emailcleaner.core.errors import Cancelled, UserError
from emailcleaner.core.lists import SpooledList, limits, open_spooled, spool
from emailcleaner.core.lists.spooled import META_NAME, TEXT_NAME
from emailcleaner.core.model import ReadOptions
from tests.core.lists.spooling import laid_out, layout, read_all


class Stopping:
    """A token that lets some looks pass and then says stop."""

    def __init__(self, looks: int) -> None:
        self._left = looks

    def check(self) -> None:
        self._left -= 1
        if self.stopped:
            raise Cancelled

    @property
    def stopped(self) -> bool:
        return self._left < 0


def put(folder: Path, text: bytes, name: str = "list.csv") -> SpooledList:
    (folder / name).write_bytes(text)
    return spool(folder / name, name, ReadOptions(), folder / "job")


MIXED = (
    b"email,note\n"
    + b'a@example.com,"one\ntwo"\n\nshort@example.com\n"stray,x\nb@example.com,"x ""y"""\nc,d,e\n' * 50
)


def test_the_header_is_no_row_and_its_blank_lines_are_counted(tmp_path: Path) -> None:
    found = put(tmp_path, b'\n\r\nemail,"first\nname"\na@example.com,Ann\n\n')
    assert found.header_raw == b'email,"first\nname"'
    read = read_all(found)
    assert (read.lines, read.blank) == ([5], 3)


def test_a_short_header_is_filled_up(tmp_path: Path) -> None:
    found = put(tmp_path, b"email\n" + b"a@example.com,Ann,Bern\n" * 5)
    assert found.header_raw == b"email,,"
    assert found.dialect.column_names == ("email", "column_2", "column_3")


def test_a_list_opened_again_is_the_same(tmp_path: Path) -> None:
    found = put(tmp_path, MIXED)
    again = open_spooled(tmp_path / "job")
    assert again == found
    assert read_all(again) == read_all(found)


def test_a_folder_that_was_moved_can_be_opened(tmp_path: Path) -> None:
    before = read_all(put(tmp_path, MIXED))
    (tmp_path / "job").rename(tmp_path / "elsewhere")
    assert read_all(open_spooled(tmp_path / "elsewhere")) == before


@pytest.mark.parametrize("damage", ["gone", "no text", "shorter", "no json", "other version", "odd fields"])
def test_a_damaged_copy_is_refused(tmp_path: Path, damage: str) -> None:
    put(tmp_path, MIXED)
    meta, text = tmp_path / "job" / META_NAME, tmp_path / "job" / TEXT_NAME
    if damage == "gone":
        meta.unlink()
    elif damage == "no text":
        text.unlink()
    elif damage == "shorter":
        text.write_bytes(b"email\n")
    elif damage == "no json":
        meta.write_text("{")
    else:
        known = json.loads(meta.read_text())
        known["version" if damage == "other version" else "odd"] = 99
        meta.write_text(json.dumps(known))
    with pytest.raises(UserError, match="missing or damaged"):
        open_spooled(tmp_path / "job")


@pytest.mark.parametrize("block_size", [64, 500, 1 << 20])
def test_workers_read_the_same_in_the_same_order(tmp_path: Path, block_size: int) -> None:
    found = replace(put(tmp_path, MIXED), block_size=block_size)
    alone = list(found.batches())
    with ThreadPoolExecutor(3) as pool:
        together = list(found.batches(workers=pool))
        raw = list(found.raw_batches(workers=pool))
    assert together == alone
    assert [len(r.records) for r in raw] == [b.rows.num_rows for b in alone]
    assert [r.records for r in raw] == [r.records for r in found.raw_batches()]


def test_a_reader_who_leaves_early_leaves_nothing_running(tmp_path: Path) -> None:
    found = replace(put(tmp_path, MIXED), block_size=64)
    with ThreadPoolExecutor(1) as pool:
        batches = found.batches(workers=pool)
        assert isinstance(batches, Generator)
        assert next(batches).rows.num_rows >= 1
        batches.close()
    assert read_all(found).physical > 0


def test_reading_stops_between_blocks_when_asked_to(tmp_path: Path) -> None:
    found = replace(put(tmp_path, MIXED), block_size=64)
    seen: list[IntakeBatch] = []
    with pytest.raises(Cancelled):
        seen.extend(found.batches(Stopping(3)))
    assert len(seen) == 3


@given(st.binary(max_size=400), st.integers(1, 3), st.sampled_from([1, 50, 1 << 20]))
def test_accounting_holds_for_any_text(data: bytes, columns: int, block: int) -> None:
    text = data.decode("utf-8", "ignore").encode()
    with laid_out(text, layout(columns), block_size=block) as spooled:
        found = read_all(spooled)
    lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    physical = lines.count(b"\n") + (not lines.endswith(b"\n") and bool(lines))
    swallowed = sum(r.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") for r in found.records)
    assert found.physical + swallowed == physical


def test_an_oversize_line_costs_only_itself_and_keeps_its_beginning(tmp_path: Path) -> None:
    long = b"x" * (3 * limits.RECORD)
    found = put(tmp_path, b"email\n" + b"a@example.com\n" * 2 + long + b"\nb@example.com\n", "list.csv")
    for block_size in (1 << 10, 1 << 23):
        read = read_all(replace(found, block_size=block_size))
        assert read.cells == ["a@example.com"] * 2 + ["b@example.com"]
        assert read.lines == [2, 3, 5]
        [(line, raw)] = read.rejected
        assert line == 4
        assert raw == "x" * limits.RECORD + " [cut off here; the record has 3,145,728 bytes]"
