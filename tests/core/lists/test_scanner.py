"""The scanner: as the careful reader does it, at any block size."""

from __future__ import annotations

import csv
import io
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.lists.spooling import laid_out, layout, parsed, read_all, read_one_by_one

PIECES = st.sampled_from(
    [
        "a@b.c",
        ",",
        ",",
        '"',
        '"',
        "\n",
        "\n",
        "\r\n",
        "\r",
        "x",
        "",
        " ",
        '""',
        '","',
        '"\n"',
        "\0",
        "é",
        '",\n',
        "a@b.c,x\n",
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map(lambda parts: "".join(parts).encode())
BLOCKS = st.sampled_from([1, 7, 64, 200, 1 << 20])
CELLS = st.text(st.sampled_from("ab@.;|,\"\t 'é😀\\"), max_size=8)


Quoting = Literal[0, 1, 2, 3]


@given(TEXTS, st.integers(1, 4), st.booleans(), BLOCKS)
@example(b'"a\nb",x@y.z\n' * 30, 2, False, 64)
@example(b'"a\nb,x@y.z\n' * 30, 2, False, 64)
@example(b'x,"\n,a@b.c\n"\n', 2, False, 1)
@example(b'a\r"b\r\n"\r', 1, False, 7)
def test_blocks_read_as_the_careful_reader_reads(text: bytes, columns: int, last: bool, block: int) -> None:
    shape = layout(columns, columns - 1 if last else 0)
    expected = read_one_by_one(text, shape)
    with laid_out(text, shape, block_size=block) as spooled:
        found = read_all(spooled)
    assert found.cells == expected.cells
    assert found.lines == expected.lines
    assert found.rejected == expected.rejected
    assert found.blank == expected.blank
    assert found.records == expected.records


@given(TEXTS, st.integers(1, 4), BLOCKS)
def test_every_aligned_record_has_as_many_cells_as_there_are_columns(
    text: bytes, columns: int, block: int
) -> None:
    with laid_out(text, layout(columns), block_size=block) as spooled:
        found = read_all(spooled)
    rows, aligned = parsed(found.records), parsed(found.aligned)
    for row, even in zip(rows, aligned, strict=True):
        assert len(even) == columns
        assert (row + [""] * columns)[:columns] == even
        assert not any(row[columns:])


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=30)
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    BLOCKS,
)
def test_a_table_written_by_the_csv_module_comes_back_cell_for_cell(
    table: list[list[str]], delimiter: str, line_end: str, quoting: Quoting, block: int
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(table)
    shape = layout(len(table[0]), len(table[0]) - 1, delimiter=delimiter.encode())
    with laid_out(out.getvalue().encode(), shape, block_size=block) as spooled:
        found = read_all(spooled)
    assert parsed(found.records, delimiter.encode()) == table
    assert found.cells == [row[-1] for row in table]
    assert found.records == out.getvalue().encode().split(line_end.encode())[:-1]
    assert found.blank == 0 == len(found.rejected)


# No record of these has more than ten lines.
LINES = st.lists(st.text(st.sampled_from('ab ,"'), max_size=5), max_size=4).map("\n".join)


@given(st.lists(st.tuples(LINES, CELLS, LINES), min_size=1, max_size=20), BLOCKS, st.booleans())
@example([("\n,", "", ",,\n")], 1, False)
def test_cells_over_several_lines_come_back_cell_for_cell(
    table: list[tuple[str, str, str]], block: int, everything: bool
) -> None:
    rows = [[first, f"p{n}@example.com", second, third] for n, (first, second, third) in enumerate(table)]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL).writerows(rows)
    with laid_out(out.getvalue().encode(), layout(4, 1), block_size=block) as spooled:
        found = read_all(spooled)
    assert parsed(found.records) == rows
    assert found.cells == [row[1] for row in rows]
    assert found.blank == 0 == len(found.rejected)


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.data(),
    BLOCKS,
)
def test_a_stray_quote_costs_at_most_its_own_record(
    table: list[tuple[str, str]], quoting: Quoting, data: st.DataObject, block: int
) -> None:
    rows = [[before, f"p{n}@example.com", after] for n, (before, after) in enumerate(table)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(rows)
    text = out.getvalue()
    place = data.draw(st.integers(0, len(text) - 1))
    hurt = text[:place].count("\n")
    broken = (text[:place] + '"' + text[place:]).encode()
    with laid_out(broken, layout(3, 1), block_size=block) as spooled:
        found = read_all(spooled)
    assert found.physical == len(rows)
    kept = dict(zip(found.lines, parsed(found.records), strict=True))
    for number, row in enumerate(rows):
        if number != hurt:
            assert kept[number + 1] == row
    assert hurt + 1 in kept or [line for line, _ in found.rejected] == [hurt + 1]


@pytest.mark.parametrize("block", [64, 1 << 20])
def test_short_rows_are_filled_up_and_empty_surplus_is_cut(block: int) -> None:
    text = b'a@b.c,x,y\nshort@b.c\nlong@b.c,x,y,,\n"q@b.c"\n"r@b.c","x","y","",\nbad@b.c,x,y,z\n'
    with laid_out(text, layout(3), block_size=block) as spooled:
        found = read_all(spooled)
    assert found.aligned == [
        b"a@b.c,x,y",
        b"short@b.c,,",
        b"long@b.c,x,y",
        b'"q@b.c",,',
        b"r@b.c,x,y",
    ]
    assert found.records[1:4] == [b"short@b.c", b"long@b.c,x,y,,", b'"q@b.c"']
    assert found.rejected == [(6, "bad@b.c,x,y,z")]


def test_several_address_columns_are_joined_where_they_have_text() -> None:
    text = b"a@b.c,x,c@d.e\n,x,f@g.h\ni@j.k,x,\n,x,\n"
    shape = layout(3)
    shape = type(shape)(shape.delimiter, 3, (0, 2))
    with laid_out(text, shape) as spooled:
        assert read_all(spooled).cells == ["a@b.c ; c@d.e", "f@g.h", "i@j.k", ""]


def test_a_line_of_plain_text_is_one_cell_whatever_is_in_it() -> None:
    text = b'a@b.c\nBob, "x" <b@b.c>\nc@b.c; d@b.c\n"\n'
    with laid_out(text, layout(1, delimiter=b"")) as spooled:
        found = read_all(spooled)
    assert found.records == found.aligned == text.split(b"\n")[:-1]
    assert found.cells == text.decode().split("\n")[:-1]


def test_a_backslash_is_a_character_like_any_other() -> None:
    text = b'"a\\",x@b.c\ny\\,z@b.c\n'
    with laid_out(text, layout(2, 1)) as spooled:
        found = read_all(spooled)
    assert found.cells == ["x@b.c", "z@b.c"]
    assert parsed(found.records) == [["a\\", "x@b.c"], ["y\\", "z@b.c"]]


def test_lines_are_numbered_over_records_of_several_lines() -> None:
    text = b'a@b.c,"1\n2\n3"\n\nb@b.c,x\n'
    with laid_out(text, layout(2), block_size=8) as spooled:
        found = read_all(spooled)
    assert (found.lines, found.blank) == ([1, 5], 1)


def test_a_strict_list_numbers_its_records_and_refuses_marked_ones() -> None:
    text = b'a@b.c,"1\n2\n3"\n\n\0{"bad" line\nb@b.c,"' + b"x\n" * 40 + b'"\n'
    with laid_out(text, layout(2, strict=True), block_size=8) as spooled:
        found = read_all(spooled)
    assert found.lines == [1, 4]
    assert found.rejected == [(3, '{"bad" line')]
    assert found.blank == 1
