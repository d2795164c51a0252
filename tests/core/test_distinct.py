from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.distinct import distinct, distinct_sorted

NUMBERS = st.lists(st.integers(0, 6) | st.integers(0, 2**64 - 1), max_size=30)


@given(NUMBERS)
def test_different_values_are_found_with_their_first_place_and_number(values: list[int]) -> None:
    array = np.array(values, np.uint64)
    first, count = distinct(array)
    expected = sorted(set(values))
    assert array[first].tolist() == expected
    assert first.tolist() == [values.index(value) for value in expected]
    assert count.tolist() == [values.count(value) for value in expected]


@given(NUMBERS)
def test_sorted_values_lose_their_repetitions(values: list[int]) -> None:
    assert distinct_sorted(np.array(sorted(values), np.uint64)).tolist() == sorted(set(values))


def test_no_masked_arrays_are_imported_for_it() -> None:
    code = (
        "import sys, numpy as np; from emailcleaner.core.distinct import distinct;"
        "distinct(np.array([2, 1, 2])); print('numpy.ma' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "False"
