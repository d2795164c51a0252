"""Tables written as strict CSV text, and read back."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.lists import limits
from emailcleaner.core.lists.jsonlines import BadLine
from emailcleaner.core.lists.tables import write_table
from tests.core.lists.spooling import laid_out, layout, parsed, read_all

CELLS = st.text(st.sampled_from('ab@,"\n\r \té😀'), max_size=12)


def written(rows: list[list[str] | BadLine]) -> bytes:
    out = io.BytesIO()
    assert write_table(rows, out) == len(out.getvalue())
    return out.getvalue()


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=20)
    ),
    st.sampled_from([1, 64, 1 << 20]),
)
def test_any_table_comes_back_cell_for_cell(rows: list[list[str]], block: int) -> None:
    with laid_out(written([*rows]), layout(len(rows[0]), strict=True), block_size=block) as spooled:
        found = read_all(spooled)
    assert parsed(found.aligned) == rows
    assert found.cells == [row[0] for row in rows]
    assert found.lines == list(range(1, len(rows) + 1))


def test_what_cannot_be_a_row_is_refused_at_its_place() -> None:
    big = "x" * (limits.FIELD + 1)
    wide = "\n" + "y" * (limits.FIELD - 1)
    rows: list[list[str] | BadLine] = [
        ["a@example.com", "1"],
        ["nul\0\n@example.com", "2"],
        [],
        BadLine(b'{"broken\xff'),
        ["b@example.com", f"{big}\nmore"],
        ["c@example.com", wide],
    ]
    with laid_out(written(rows), layout(2, strict=True), block_size=100_000) as spooled:
        found = read_all(spooled)
    assert found.cells == ["a@example.com", "c@example.com"]
    assert found.lines == [1, 6]
    assert found.blank == 1
    assert [line for line, _ in found.rejected] == [2, 4, 5]
    assert found.rejected[1][1] == '{"broken\ufffd'
    assert found.rejected[2][1] == f'b@example.com,"{big} more"'


def test_a_record_over_the_limit_is_refused_as_one() -> None:
    rows: list[list[str] | BadLine] = [
        ["a@example.com", *["x\n" * 15_000] * 40],
        ["b@example.com", *[""] * 40],
    ]
    with laid_out(written(rows), layout(41, strict=True)) as spooled:
        found = read_all(spooled)
    assert found.cells == ["b@example.com"]
    assert [line for line, _ in found.rejected] == [1]
    assert found.rejected[0][1].endswith("[cut off here; the record has 1,200,133 bytes]")
