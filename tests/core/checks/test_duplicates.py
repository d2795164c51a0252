from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.checks import AddressChecker, AddressPolicy, CheckData, find_duplicates
from emailcleaner.core.checks.duplicates import hash_strings


def key(checker: AddressChecker, cell: str) -> int:
    return checker.duplicate_key(checker.check(cell))


@given(st.lists(st.integers(0, 6), max_size=60))
def test_each_repetition_points_at_its_first_row(numbers: list[int]) -> None:
    rows, first = find_duplicates(np.array(numbers, np.uint64))
    seen: dict[int, int] = {}
    expected = []
    for row, number in enumerate(numbers):
        if number == 0:
            continue
        if number in seen:
            expected.append((row, seen[number]))
        seen.setdefault(number, row)
    assert list(zip(rows.tolist(), first.tolist(), strict=True)) == expected


def test_many_rows_keep_their_order() -> None:
    numbers = np.random.default_rng(3).integers(1, 5_000, 20_000).astype(np.uint64)
    rows, first = find_duplicates(numbers)
    assert len(rows) == 20_000 - len(np.unique(numbers))
    assert (np.diff(rows) > 0).all()
    assert (first < rows).all()
    assert (numbers[first] == numbers[rows]).all()
    assert not np.isin(first, rows).any()


@given(st.lists(st.text(max_size=40), max_size=30))
def test_equal_texts_have_equal_hashes_and_others_not(texts: list[str]) -> None:
    hashes = hash_strings(pa.array(texts, pa.string())).tolist()
    assert len(set(hashes)) == len(set(texts))
    assert dict(zip(texts, hashes, strict=True)) == {
        text: hash_strings(pa.array([text])).tolist()[0] for text in texts
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John@Example.com", "john@example.COM"),
        ("john@b\u00fccher.de", "John@xn--bcher-kva.de"),
        ("jose\u0301@c.com", "JOS\u00c9@c.com"),
        ("Name <a@b.com>", "a@b.com"),
        ("STRASSE\u00df@c.com", "strassess@c.com"),
    ],
)
def test_same_mailbox_has_the_same_key(checker: AddressChecker, one: str, other: str) -> None:
    assert key(checker, one) == key(checker, other) != 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("j.s@gmail.com", "js@gmail.com"),
        ("a+x@gmail.com", "a@gmail.com"),
        ("a@b.com", "b@a.com"),
        ("ab@c.com", "a@bc.com"),
    ],
)
def test_different_addresses_have_different_keys(checker: AddressChecker, one: str, other: str) -> None:
    assert key(checker, one) != key(checker, other)


def test_providers_rules_merge_only_if_asked_and_only_theirs(data: CheckData) -> None:
    merging = AddressChecker(data, AddressPolicy(merge_gmail_dots=True, merge_plus_tags=True))
    assert key(merging, "J.Smith+news@gmail.com") == key(merging, "jsmith@gmail.com")
    assert key(merging, "j.smith+news@outlook.com") == key(merging, "j.smith@outlook.com")
    assert key(merging, "jsmith@outlook.com") != key(merging, "j.smith@outlook.com")
    assert key(merging, "a+b@example.com") != key(merging, "a@example.com")
    dots = AddressChecker(data, AddressPolicy(merge_gmail_dots=True))
    assert key(dots, "j.smith+a.b@gmail.com") == key(dots, "jsmith+a.b@gmail.com")
    assert key(dots, "jsmith+a.b@gmail.com") != key(dots, "jsmith+ab@gmail.com")


def test_no_address_has_no_key(checker: AddressChecker) -> None:
    assert key(checker, "a..b@c.com") == key(checker, "") == 0
