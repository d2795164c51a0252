"""Lines and cells of a block by arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.lists.line_cutter import cut_lines
from emailcleaner.core.lists.records import Layout

TWO = Layout(b",", 2, (1,))


def test_a_block_of_any_length_has_its_quotes_counted_right() -> None:
    # Stripes are 256 KiB, so this block has a quoted field across the border of two.
    text = b"a,b\n" * 65_535 + b'"x,\ny",b@c.d\n' + b"a,b\n" * 1_000
    lines = cut_lines(text, TWO, whole=True)
    assert not lines.suspicious.any()
    assert int(lines.swallowed.sum()) == 1
    assert lines.stop == 65_535 + 2 + 1_000
    assert lines.count[~lines.swallowed].tolist() == [1] * (65_535 + 1 + 1_000)


@pytest.mark.parametrize("length", [1, 63, 64, 65, 127, 128, 4_095])
def test_quotes_next_to_the_limits_of_a_word_are_in_order(length: int) -> None:
    text = b'"' + b"x" * length + b'","' + b"," * length + b'"\n'
    lines = cut_lines(text, TWO, whole=True)
    assert (lines.count.tolist(), lines.suspicious.tolist()) == ([1], [False])
    assert lines.delimiters.tolist() == [length + 2]


def test_an_open_field_at_the_end_waits_for_more() -> None:
    text = b'a,b\n"c\nd\n'
    assert cut_lines(text, TWO, whole=False).stop == 1
    assert cut_lines(text, TWO, whole=True).stop == 3


@given(st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"x", b","]), min_size=1, max_size=40))
def test_lines_are_cut_at_every_kind_of_line_end(parts: list[bytes]) -> None:
    text = b"".join(parts) + b"\n"
    lines = cut_lines(text, TWO, whole=True)
    found = [text[a:b] for a, b in zip(lines.start.tolist(), lines.end.tolist(), strict=True)]
    assert found == text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:-1]
