"""Blocks of the working copy: whole lines, whole records, bounded memory."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.blocks import Block, BlockReader
from emailcleaner.core.lists.records import Layout

TWO = Layout(b",", 2, (1,))


def blocks(path: Path, text: bytes, size: int, layout: Layout = TWO) -> list[Block]:
    path.write_bytes(text)
    with path.open("rb", buffering=0) as file:
        return list(BlockReader(file, layout, size))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blocks") / "list.utf8"


@given(
    text=st.lists(st.sampled_from([b"a,b", b"\n", b"\r\n", b"\r", b'"', b"x" * 30]), max_size=50).map(
        b"".join
    ),
    size=st.integers(1, 80),
)
def test_blocks_are_the_file_cut_at_line_ends(path: Path, text: bytes, size: int) -> None:
    found = blocks(path, text, size)
    assert b"".join(b.data for b in found)[: len(text)] == text
    assert sum(b.size for b in found) == len(text)
    assert all(b.data.endswith((b"\n", b"\r")) for b in found)
    for before, behind in itertools.pairwise(found):
        assert not (before.data.endswith(b"\r") and behind.data.startswith(b"\n"))


def test_blocks_without_quotes_are_whole(path: Path) -> None:
    found = blocks(path, b"ab,cd\n" * 1_000, 100)
    assert all(b.whole for b in found)
    assert max(len(b.data) for b in found) <= 100


def test_a_block_with_a_field_open_at_its_end_ends_before_it_or_is_not_whole(path: Path) -> None:
    text = b"ab,cd\n" * 40 + b'x,"open\nstill\n",y\n' + b"ab,cd\n" * 40
    first = blocks(path, text, 40 * 6 + 10)[0]
    assert (first.data, first.whole) == (b"ab,cd\n" * 40, True)
    always_open = b'"a\nb",c\n' * 1_000
    assert not blocks(path, always_open, 100)[0].whole


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
@pytest.mark.parametrize("size", [1 << 10, 3 << 20])
def test_an_endless_line_is_skipped_with_its_length_kept(path: Path, end: bytes, size: int) -> None:
    length = 2 * limits.RECORD + 17
    found = blocks(path, b"a,b\n" + b"x" * length + end + (b"c,d\n" if end else b""), size)
    middle = [b for b in found if b.oversize or len(b.data) > limits.RECORD]
    assert len(middle) == 1
    assert middle[0].oversize in (0, length)
    assert sum(b.size for b in found) == 4 + length + len(end) + (4 if end else 0)
    if end:
        assert found[-1].data.endswith(b"c,d\n")


def test_a_copy_that_became_shorter_is_an_error(path: Path) -> None:
    path.write_bytes(b"ab,cd\n" * 1_000)
    with path.open("rb", buffering=0) as file:
        reader = iter(BlockReader(file, TWO, 600))
        next(reader)
        with path.open("r+b") as other:
            other.truncate(700)
        with pytest.raises(OSError, match="shorter"):
            list(reader)
