from __future__ import annotations

import pyarrow as pa
import pytest

from emailcleaner.core.checks import AddressChecker, AddressPolicy, CheckData, SuppressionSet

LIST = [
    "email",
    "John@Example.com",
    "Bob <bob@x.org>; c@x.org",
    "@blocked.com",
    "Bare.DE",
    "b\u00fccher.de",
    ".tree.com",
    "*.wood.com",
    "",
    None,
    "not a domain",
    "@",
    "a..b@x.org",
]


@pytest.fixture(scope="module")
def suppressed(checker: AddressChecker) -> SuppressionSet:
    return SuppressionSet.from_cells([pa.array(LIST, pa.string())], checker)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("john@example.com", True),
        ("JOHN@example.com", True),
        ("bob@x.org", True),
        ("c@x.org", True),
        ("d@x.org", False),
        ("any@blocked.com", True),
        ("any@sub.blocked.com", False),
        ("any@bare.de", True),
        ("any@xn--bcher-kva.de", True),
        ("any@tree.com", True),
        ("any@a.b.tree.com", True),
        ("any@nottree.com", False),
        ("any@x.wood.com", True),
        ("any@example.com", False),
    ],
)
def test_addresses_and_domains_are_held(suppressed: SuppressionSet, address: str, expected: bool) -> None:
    assert suppressed.one(address, address.partition("@")[2]) is expected


def test_block_is_marked_as_each_row_by_itself(suppressed: SuppressionSet, checker: AddressChecker) -> None:
    cells = ["john@EXAMPLE.com", "x@y.com", "bad", "a@blocked.com", "Z@deep.tree.com", "\u00e9@bare.de", ""]
    batch = checker.check_batch(pa.array(cells))
    found = [checker.check(cell) for cell in cells]
    alone = [suppressed.one(f.normalized, f.domain) for f in found]
    assert suppressed.mark(batch.normalized, batch.domain).tolist() == alone
    assert alone == [True, False, False, True, True, True, False]


def test_merging_of_the_job_counts_for_the_list_too(data: CheckData) -> None:
    checker = AddressChecker(data, AddressPolicy(merge_gmail_dots=True, merge_plus_tags=True))
    suppressed = SuppressionSet.from_cells([pa.array(["j.smith@gmail.com"])], checker)
    assert suppressed.one("jsmith+x@gmail.com", "gmail.com")


def test_empty_list_marks_nothing(checker: AddressChecker) -> None:
    suppressed = SuppressionSet.from_cells([], checker)
    batch = checker.check_batch(pa.array(["a@b.com", ""]))
    assert len(suppressed) == 0
    assert suppressed.mark(batch.normalized, batch.domain).tolist() == [False, False]
