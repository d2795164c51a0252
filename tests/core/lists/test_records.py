"""The careful reader: one record at a time."""

from __future__ import annotations

import re

import pytest

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.records import Layout, Record, join_cells, read_record, split_line

TWO = Layout(b",", 2, (1,))


def first(text: bytes, layout: Layout = TWO, *, whole: bool = True) -> Record | None:
    spans = [m.span() for m in re.finditer(rb"\r\n|\n|\r", text)]
    return read_record(text, [0, *(b for _, b in spans[:-1])], [a for a, _ in spans], 0, layout, whole=whole)


@pytest.mark.parametrize(
    ("line", "cells", "clean", "is_open"),
    [
        (b"a,b", [b"a", b"b"], True, False),
        (b"", [b""], True, False),
        (b'"a","b"', [b"a", b"b"], True, False),
        (b'"a,""x""",b', [b'a,"x"', b"b"], True, False),
        (b'"",', [b"", b""], True, False),
        (b'5" pipe,b', [b'5" pipe', b"b"], False, False),
        (b'"a"x,b', [b'"a"x', b"b"], False, False),
        (b'"a,b', [b'"a', b"b"], False, True),
        (b'"a""', [b'"a""'], False, True),
        (b'a,"', [b"a", b'"'], False, True),
        (b'\\"a,b', [b'\\"a', b"b"], False, False),
    ],
)
def test_a_field_is_quoted_only_if_its_quote_is_closed_before_a_delimiter(
    line: bytes, cells: list[bytes], clean: bool, is_open: bool
) -> None:
    assert split_line(line, b",") == (cells, clean, is_open)


def test_a_record_goes_on_over_lines_until_its_quote_is_closed() -> None:
    found = first(b'"one\r\ntwo",a@example.com\r\nb,c@example.com\r\n')
    assert found == Record(2, (b"one\r\ntwo", b"a@example.com"))


def test_a_stray_quote_takes_no_good_record_with_it() -> None:
    found = first(b'"bob,b@example.com\nann,a@example.com\n"cid",c@example.com\n')
    assert found == Record(1, (b'"bob', b"b@example.com"), False)


def test_a_quote_that_closes_without_the_right_number_of_cells_was_stray() -> None:
    found = first(b'"bob,b@example.com\nx,y",z,c@example.com\n')
    assert found == Record(1, (b'"bob', b"b@example.com"), False)


def test_a_quoted_field_of_more_than_ten_lines_was_never_closed() -> None:
    ten = b'"' + b"x\n" * 9 + b'",a@example.com\n'
    assert first(ten) == Record(10, (b"x\n" * 9, b"a@example.com"))
    eleven = b'"' + b"x\n" * 10 + b'",a@example.com\n'
    assert first(eleven) == Record(1, (b'"x',), False)


def test_a_strict_list_takes_any_number_of_lines() -> None:
    text = b'"' + b"a,b@example.com\n" * 100 + b'",a@example.com\n'
    found = first(text, Layout(b",", 2, (1,), strict=True))
    assert found is not None
    assert (found.lines, found.verbatim) == (101, True)


def test_more_text_is_asked_for_only_where_it_can_decide() -> None:
    assert first(b'"one\ntwo\n', whole=False) is None
    assert first(b'"one\ntwo\n', whole=True) == Record(1, (b'"one',), False)
    assert first(b'"' + b"x\n" * 10, whole=False) == Record(1, (b'"x',), False)


@pytest.mark.parametrize(
    "text",
    [
        b"a,b,c\n",
        b"a,b\0\n",
        b"x" * (limits.FIELD + 1) + b",a@example.com\n",
        b'"' + b"x" * (limits.FIELD + 1) + b'",a@example.com\n',
        b"x," * (limits.RECORD // 2) + b"x\n",
    ],
)
def test_a_record_that_is_no_row_is_refused_with_its_text(text: bytes) -> None:
    found = first(text)
    assert found is not None
    assert (found.cells, found.raw) == (None, text[:-1])


def test_a_field_may_be_as_long_as_the_limit() -> None:
    found = first(b"x" * limits.FIELD + b",a@example.com\n")
    assert found is not None
    assert found.cells is not None


def test_cells_join_into_what_every_reader_takes_apart_again() -> None:
    assert join_cells([b"a", b'b"c', b"d,e", b" f", b"g\nh"], b",") == b'a,"b""c","d,e"," f","g\nh"'
    assert join_cells([b""], b",") == b'""'
