from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emailcleaner.core.checks.bytescan import scan_bytes
from emailcleaner.core.checks.gibberish import is_gibberish

PLAIN = re.compile(r"[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*@[a-z0-9_+'.-]*[a-z0-9]", re.ASCII)
CELLS = st.lists(st.text("ab1z.@_+-' \u00e9<", max_size=9), max_size=20)


@settings(max_examples=300)
@given(CELLS)
def test_plain_cells_are_of_the_plain_form(cells: list[str]) -> None:
    scan = scan_bytes(pa.array(cells, pa.string()))
    for cell, plain, at in zip(cells, scan.plain.tolist(), scan.at.tolist(), strict=True):
        if plain:
            assert PLAIN.fullmatch(cell)
            assert cell.index("@") == at


@pytest.mark.parametrize("cell", ["a@b", "a.b@c.d", "o'x_y+z-1@b-c.de", "1@2"])
def test_usual_address_is_plain_wherever_it_stands(cell: str) -> None:
    assert scan_bytes(pa.array([cell, cell, "", cell])).plain.tolist() == [True, True, False, True]


@given(st.lists(st.text("abxyz@.+-_'", max_size=8), max_size=12))
def test_noted_bytes_are_found_with_their_rows(cells: list[str]) -> None:
    scan = scan_bytes(pa.array(cells, pa.string()))
    rows, places = scan.noted
    found = [(row, chr(scan.data[place])) for row, place in zip(rows.tolist(), places.tolist(), strict=True)]
    assert found == [(row, char) for row, cell in enumerate(cells) for char in cell if char in "+-_'"]


@settings(max_examples=300)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "asdfg",
                    "poiu",
                    "y",
                    "xkqzv",
                    "wjhbn",
                    "deadbeef",
                    "12345678",
                    "a1",
                    "b2c3",
                    "d4e5",
                    "aaaa",
                    "a",
                    ".",
                    "-",
                    "_",
                    "+",
                    "7",
                    "zzzzz",
                ]
            ),
            max_size=6,
        ).map("".join),
        max_size=12,
    )
)
def test_gibberish_is_always_suspect(locals_: list[str]) -> None:
    scan = scan_bytes(pa.array([f"{local}@b.com" for local in locals_], pa.string()))
    missed = [
        local
        for local, suspect in zip(locals_, scan.suspect.tolist(), strict=True)
        if is_gibberish(local) and not suspect
    ]
    assert missed == []
