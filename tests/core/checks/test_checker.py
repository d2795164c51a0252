"""The column-wise path gives what the one-by-one path gives, on everything."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emailcleaner.core.checks import AddressChecker, AddressPolicy, CheckData
from emailcleaner.core.columns import CheckedBatch
from emailcleaner.core.model import REASONS, AddressFinding, Flag, Reason

POLICIES = (
    AddressPolicy(),
    AddressPolicy(
        allow_quoted=True,
        allow_literal=True,
        merge_gmail_dots=True,
        merge_plus_tags=True,
        allow_special_use=frozenset({"test"}),
        disposable=frozenset({"b.org"}),
    ),
    AddressPolicy(merge_gmail_dots=True),
)

LOCALS = [
    "a",
    "john",
    "John.Smith",
    "info",
    "INFO",
    "info+x",
    "+tag",
    "a+",
    "a+b+c",
    "_x_",
    "o'brien",
    "'x",
    "a..b",
    ".a",
    "a.",
    "x" * 64,
    "x" * 65,
    "asdfgh",
    "x7k2p9q4z1",
    "jos\u00e9",
    '"a b"',
    "deadbeefdeadbeef1234",
    "bcdfghjklmn",
    "aaaaa",
    "A_B",
    "ab",
    "a.b",
    "a-b",
    "=1",
    "x y",
    "x" * 31,
    ".".join("a" * 31),
    "+".join("abc"),
    "{a}",
    "a|b",
]
DOMAINS = [
    "gmail.com",
    "GMAIL.com",
    "yahoo.fr",
    "hotmail.com",
    "icloud.com",
    "b.org",
    "B.Org",
    "x.test",
    "gmial.com",
    "foo.cmo",
    "gmail",
    "ex\u00e4mple.de",
    "EX\u00c4MPLE.de",
    "xn--exmple-cua.de",
    "xn--zz.com",
    "a..b.com",
    "-a.com",
    "a_b.com",
    "mailinator.com",
    "sub.mailinator.com",
    "x.ac.uk",
    "[1.2.3.4]",
    "b.org.",
    ".org",
    "com",
    "1.2.3.4",
    "duck.com",
    "ab--cd.com",
    "a-b.co.uk",
    "a" * 63 + ".com",
    "a" * 64 + ".com",
    ("a" * 60 + ".") * 4 + "com",
    "b.org?x",
    "b.org, c@d.org",
    "hotmial.co.uk",
    "c0m.c0m",
]
BEFORE = [
    "",
    " ",
    "\t",
    "\u200b",
    "<",
    '"',
    "'",
    "mailto:",
    "MAILTO:",
    "Bob ",
    "Bob <",
    '"Doe, J." <',
    "J\u00f3n <",
    "x@y.com; ",
    "e-mail: ",
    "[",
    "(",
    "*",
    ". <",
]
AFTER = [
    "",
    "",
    " ",
    "\n",
    ">",
    "> ",
    '"',
    "'",
    ",",
    ".",
    "...",
    ";",
    ")",
    "]",
    "*",
    " today",
    "\u00a0",
    "; x@y.com",
    "\x00",
]
PIECES = [
    "a",
    "b.c",
    "@",
    "@",
    ".",
    '"',
    "<",
    ">",
    " ",
    "\u00e9",
    "mailto:",
    "x.com",
    "gmail.com",
    "Doe, John",
    "+",
    "-",
    "'",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "*",
    "\t",
    "\n",
    "\u200b",
    "\u00a0",
    "_",
    "A",
    "test",
    "\u200f",
    ":",
    "%40",
    "%0a",
    "?",
    "\\",
    "xn--",
    "\uff21",
    "\uff20",
    "1",
    "|",
    "/",
    "\u540d",
    ".co.uk",
    "info",
    "\u200d",
    "\u0301",
    "{",
    "}",
    "=",
]

CELLS = st.one_of(
    st.builds(
        lambda before, local, at, domain, after: before + local + at + domain + after,
        st.sampled_from(BEFORE),
        st.sampled_from(LOCALS),
        st.sampled_from(["@", "@", "@", "", "@@", " @ "]),
        st.sampled_from(DOMAINS),
        st.sampled_from(AFTER),
    ),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.text(max_size=30),
    st.emails(),
)


@pytest.fixture(scope="module", params=POLICIES, ids=["strict", "lax", "dots"])
def any_checker(data: CheckData, request: pytest.FixtureRequest) -> AddressChecker:
    return AddressChecker(data, request.param)


def from_batch(checker: AddressChecker, batch: CheckedBatch) -> list[tuple[AddressFinding, int]]:
    extra: dict[int, list[str]] = {}
    for row, other in batch.extra:
        extra.setdefault(row, []).append(other)
    return [
        (
            AddressFinding(
                address=batch.address[row].as_py(),
                normalized=batch.normalized[row].as_py(),
                domain=batch.domain[row].as_py(),
                reason=REASONS[batch.reason[row]],
                flags=Flag(int(batch.flags[row])),
                suggestion=batch.suggestion[row].as_py(),
                extra=tuple(extra.get(row, ())),
            ),
            int(batch.key[row]),
        )
        for row in range(len(batch.reason))
    ]


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(CELLS, max_size=12))
def test_block_and_single_cell_agree(any_checker: AddressChecker, cells: list[str]) -> None:
    checker = any_checker
    batch = checker.check_batch(pa.array(cells, pa.string()))
    found = [checker.check(cell) for cell in cells]
    assert from_batch(checker, batch) == [(f, checker.duplicate_key(f)) for f in found]
    assert checker.keys(batch.normalized, batch.domain).tolist() == batch.key.tolist()


def test_every_combination_agrees(any_checker: AddressChecker) -> None:
    cells = [
        f"{before}{local}@{domain}{after}"
        for number, local in enumerate(LOCALS)
        for place, domain in enumerate(DOMAINS)
        for before, after in [("", ""), (BEFORE[(number + place) % len(BEFORE)], AFTER[place % len(AFTER)])]
    ]
    batch = any_checker.check_batch(pa.array(cells))
    for cell, got in zip(cells, from_batch(any_checker, batch), strict=True):
        finding = any_checker.check(cell)
        assert got == (finding, any_checker.duplicate_key(finding)), cell


@settings(max_examples=30, deadline=None)
@given(cells=st.lists(CELLS, min_size=3, max_size=12), data_=st.data())
def test_slice_of_a_column_is_checked_as_a_column(
    checker: AddressChecker, cells: list[str], data_: st.DataObject
) -> None:
    start = data_.draw(st.integers(0, len(cells)))
    part = pa.array(cells, pa.string()).slice(start)
    assert from_batch(checker, checker.check_batch(part)) == from_batch(
        checker, checker.check_batch(pa.array(cells[start:], pa.string()))
    )


def test_nulls_large_strings_and_chunks_are_taken(checker: AddressChecker) -> None:
    batch = checker.check_batch(pa.chunked_array([pa.array([None, "a@b.com"], pa.large_string())]))
    assert [REASONS[code] for code in batch.reason] == [Reason.EMPTY, None]


def test_empty_block_gives_an_empty_block(checker: AddressChecker) -> None:
    batch = checker.check_batch(pa.array([], pa.string()))
    assert (len(batch.address), len(batch.domain), len(batch.key), batch.extra) == (0, 0, 0, ())


def test_columns_fit_the_contract(checker: AddressChecker) -> None:
    batch = checker.check_batch(pa.array(["A@B.com", "x", "Q <q@B.com>"]))
    assert batch.domain.type == pa.dictionary(pa.int32(), pa.string())
    assert len(batch.domain.dictionary.unique()) == len(batch.domain.dictionary)
    columns = (batch.reason, batch.flags, batch.key)
    assert [str(column.dtype) for column in columns] == ["uint8", "uint32", "uint64"]
    assert batch.normalized.to_pylist() == ["A@b.com", "", "q@b.com"]
    assert batch.address.to_pylist() == ["A@B.com", "x", "q@B.com"]
    for column in (batch.address, batch.normalized, batch.suggestion):
        assert column.null_count == 0
        column.validate(full=True)


def test_facts_of_a_domain_survive_the_block(checker: AddressChecker) -> None:
    first = checker.check_batch(pa.array(["a@yopmail.com"] * 3))
    second = checker.check_batch(pa.array(["b@yopmail.com", "c@gmail.com"]))
    assert first.flags.tolist() == [Flag.DISPOSABLE] * 3
    assert second.flags.tolist() == [Flag.DISPOSABLE, Flag.FREE]
