from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.store.fingerprints import fingerprint, fingerprints

TEXTS = st.lists(st.text(max_size=40), max_size=30)


def test_fingerprints_are_the_ones_that_files_were_written_with() -> None:
    # Kept in files: a change needs another magic word in `part_index`.
    assert fingerprint("") == 4874273125034334897
    assert fingerprint("a" * 70) == 17144510215967679043


@given(TEXTS)
def test_many_at_once_are_the_same_as_one_by_one(texts: list[str]) -> None:
    assert fingerprints(pa.array(texts, pa.string())).tolist() == [fingerprint(text) for text in texts]


@given(TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_a_slice_of_an_array_has_the_fingerprints_of_its_rows(
    texts: list[str], start: int, count: int
) -> None:
    whole = pa.array(texts, pa.string())
    expected = fingerprints(whole)[start : start + count]
    assert fingerprints(whole.slice(min(start, len(texts)), count)).tolist() == expected.tolist()


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_texts_differ(one: str, other: str) -> None:
    assert (one == other) == (fingerprint(one) == fingerprint(other))


def test_trailing_zero_bytes_count() -> None:
    assert len({fingerprint("a" + "\0" * n) for n in range(20)}) == 20


def test_a_hundred_thousand_similar_texts_have_no_collision_and_even_bits() -> None:
    found = fingerprints(pa.array([f"user{n}@example.com" for n in range(100_000)]))
    assert len(np.unique(found)) == 100_000
    shares = np.unpackbits(found.view(np.uint8)).reshape(-1, 64).mean(axis=0)
    assert abs(shares - 0.5).max() < 0.01
