from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.store.fingerprints import fingerprint
from emailcleaner.core.store.part_index import find_rows, index_bytes


def chunked(*chunks: list[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks], pa.string())


@given(texts=st.lists(st.sampled_from(["", "a@b.c", "b@b.c", "c@b.c", "long" * 9]), min_size=1, max_size=50))
def test_every_row_with_an_address_is_found_and_no_other(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("index") / "x.index"
    path.write_bytes(index_bytes(chunked(texts[:3], texts[3:]), chunked(texts)))
    for text in {*texts, "absent"} - {""}:
        expected = [row for row, known in enumerate(texts) if known == text]
        assert find_rows(path, fingerprint(text)) == expected
    assert find_rows(path, fingerprint("")) == []


def test_a_row_without_normalized_form_is_found_by_what_stood_in_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "x.index"
    path.write_bytes(index_bytes(chunked(["a@@b", "x"]), chunked(["", "c@d.e"])))
    assert find_rows(path, fingerprint("a@@b")) == [0]
    assert find_rows(path, fingerprint("x")) == []


@pytest.mark.parametrize("damage", [b"", b"ECIDX", b"x" * 200, b"ECIDX\0\0\1" + b"\xff" * 8 + b"\0" * 24])
def test_a_damaged_file_cannot_be_used(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.index"
    path.write_bytes(damage)
    assert find_rows(path, 1) is None


def test_a_missing_file_cannot_be_used(tmp_path: Path) -> None:
    assert find_rows(tmp_path / "none.index", 1) is None


def test_a_cut_file_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "x.index"
    path.write_bytes(index_bytes(chunked(["a@b.c"]), chunked(["a@b.c"]))[:-1])
    assert find_rows(path, fingerprint("a@b.c")) is None
