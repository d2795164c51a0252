from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.export.arrays import binaries, booleans, mask_of, numbers, positions


@given(st.lists(st.binary(max_size=5)))
def test_byte_strings_come_out_as_they_went_in(values: list[bytes]) -> None:
    array = binaries(values)
    array.validate(full=True)
    assert array.to_pylist() == values


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 40))
def test_masks_come_out_as_they_went_in_from_any_row_on(values: list[bool], start: int) -> None:
    array = booleans(np.array(values, np.bool_))
    array.validate(full=True)
    assert array.to_pylist() == values
    assert mask_of(array.slice(start)).tolist() == values[start:]


@given(st.lists(st.integers(0, 255), max_size=40), st.integers(0, 40))
def test_numbers_come_out_as_they_went_in_from_any_row_on(values: list[int], start: int) -> None:
    assert numbers(pa.array(values, pa.uint8()).slice(start)).tolist() == values[start:]
    assert positions(np.array(values, np.intp)).to_pylist() == values
