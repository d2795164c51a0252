from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.checks import AddressChecker
from emailcleaner.core.model import Flag, Reason

REPAIRED = [
    " john@example.com",
    "john@example.com\t",
    "john@example.com\r\n",
    "\u00a0john@example.com\u00a0",
    "\ufeffjohn@example.com",
    "jo\u200bhn@example.com",
    "john@exam\u00adple.com",
    "<john@example.com>",
    "John Smith <john@example.com>",
    '"Smith, John" <john@example.com>',
    "J\u00f3n <john@example.com>",
    '"john@example.com" <john@example.com>',
    "mailto:john@example.com",
    "MAILTO:john@example.com?subject=Hi%20there&cc=x@y.com",
    "mailto:%6Aohn@example.com",
    "E-Mail: john@example.com",
    '"john@example.com"',
    "'john@example.com'",
    "\u201cjohn@example.com\u201d",
    "(john@example.com)",
    "[john@example.com]",
    "*john@example.com*",
    "john@example.com.",
    "john@example.com,",
    "john@example.com;",
    ",john@example.com",
    "john @ example.com",
    "john@ example.com",
    "john@example .com",
    "john@example. com",
    "john\uff20example.com",
    "Please write to john@example.com.",
    "John john@example.com",
    "tel. 123, john@example.com (work)",
    "john@example.com, john@example.com",
]


@pytest.mark.parametrize("cell", REPAIRED)
def test_one_plausible_address_is_taken_out_of_its_surroundings(checker: AddressChecker, cell: str) -> None:
    found = checker.check(cell)
    assert found.address == "john@example.com"
    assert found.reason is None
    assert found.flags & Flag.CORRECTED
    assert not found.flags & Flag.SEVERAL


@pytest.mark.parametrize(
    "cell",
    [
        "john@example.com",
        "+tag@example.com",
        "-a@example.com",
        "=x@example.com",
        "'x@example.com",
        "{a}@example.com",
        "a*@example.com",
        "*a@example.com",
        "o'brien@example.com",
        "a|b@example.com",
    ],
)
def test_legal_address_is_never_repaired(checker: AddressChecker, cell: str) -> None:
    found = checker.check(cell)
    assert (found.address, found.normalized, found.reason) == (cell, cell, None)
    assert not found.flags & Flag.CORRECTED


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("a@x.com; b@y.com", ["a@x.com", "b@y.com"]),
        ("a@x.com,b@y.com", ["a@x.com", "b@y.com"]),
        ("a@x.com b@y.com", ["a@x.com", "b@y.com"]),
        ("a@x.com / b@y.com", ["a@x.com", "b@y.com"]),
        ("a@x.com|b@y.com", ["a@x.com", "b@y.com"]),
        ("A <a@x.com>; B <b@y.com>", ["a@x.com", "b@y.com"]),
        ("a@x.com, B <b@y.com>, c@z.com", ["a@x.com", "b@y.com", "c@z.com"]),
        ("mailto:a@x.com,b@y.com", ["a@x.com", "b@y.com"]),
        ("a@x.com; b..c@y.com", ["a@x.com", "b..c@y.com"]),
        ("a@x.com ; ; b@y.com ;", ["a@x.com", "b@y.com"]),
    ],
)
def test_several_addresses_give_the_first_and_keep_the_others(
    checker: AddressChecker, cell: str, addresses: list[str]
) -> None:
    found = checker.check(cell)
    assert [found.address, *found.extra] == addresses
    assert found.flags & Flag.SEVERAL


@pytest.mark.parametrize(
    "cell",
    [
        "a@x.com\nb@y.com",
        "a@x.com\r\nRCPT TO:<b@y.com>",
        "a\x00@x.com",
        "\x00a@x.com",
        "a@x.com\x1b",
        "a@x.com\u2028b@y.com",
        "a\tb@x.com",
        "mailto:a%0D%0Ab@x.com",
        "mailto:a%00@x.com",
        "<a\x07@x.com>",
    ],
)
def test_control_character_inside_a_cell_is_refused(checker: AddressChecker, cell: str) -> None:
    found = checker.check(cell)
    assert (found.reason, found.normalized, found.extra) == (Reason.CONTROL_CHARACTER, "", ())


@pytest.mark.parametrize("cell", ["a\u202e@x.com", "\u200ea@x.com", "a@x.com\u2069 b@y.com"])
def test_bidirectional_control_is_unsafe(checker: AddressChecker, cell: str) -> None:
    assert checker.check(cell).reason is Reason.UNSAFE_UNICODE


@pytest.mark.parametrize("cell", ["", " ", "\t", "-", "--", ".", "\u200b", "\u00a0", "?!", '""'])
def test_cell_without_letters_is_empty(checker: AddressChecker, cell: str) -> None:
    assert checker.check(cell).reason is Reason.EMPTY


@pytest.mark.parametrize("cell", ["n/a", "none", "12345", "john.example.com", "Jos\u00e9"])
def test_text_without_at_says_so(checker: AddressChecker, cell: str) -> None:
    assert checker.check(cell).reason is Reason.MISSING_AT


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("john smith@example.com", Reason.BAD_CHARACTER),
        ("john,smith@example.com", Reason.BAD_CHARACTER),
        ('a"b(c)d,e:f;g<h>i[j\\k]l@example.com', Reason.UNBALANCED_QUOTE),
        ('just"not"right@example.com', Reason.BAD_CHARACTER),
        ('this is"not\\allowed@example.com', Reason.UNBALANCED_QUOTE),
        ('"john smith"@example.com', Reason.QUOTED_NOT_ALLOWED),
        (".john@example.com", Reason.EDGE_DOT),
        ("john.@example.com", Reason.EDGE_DOT),
        ("a\uff20b@example.com", Reason.UNSAFE_UNICODE),
        ("write to foo..bar@example.com today", Reason.DOUBLE_DOT),
    ],
)
def test_what_is_inside_an_address_is_not_repaired(
    checker: AddressChecker, cell: str, reason: Reason
) -> None:
    found = checker.check(cell)
    assert found.reason is reason
    assert not found.flags & Flag.CORRECTED


@given(st.text(max_size=400))
def test_no_text_makes_the_reader_raise(checker: AddressChecker, text: str) -> None:
    found = checker.check(text)
    assert not any(char in found.normalized for char in "\r\n\x00")


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        ">",
        '"',
        '"\\',
        "@",
        "a@b.com,",
        "a@b.com ",
        "<a@b.com>",
        ",",
        ";",
        " ",
        "(",
        "mailto:",
        "a@",
        "a\u200b",
        "\u200d",
        ".",
        "@ ",
        " .",
        "'",
        "*",
        "a|b@",
        "<@",
        "%40",
        "mailto:a@b ",
    ],
)
def test_hostile_cell_is_read_in_linear_time(checker: AddressChecker, unit: str) -> None:
    cell = unit * (65_536 // len(unit))
    start = time.process_time()
    checker.check(cell)
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize(
    ("cell", "address", "extra"),
    [
        ("anna@acme.com or <berta@acme.com>", "anna@acme.com", ("berta@acme.com",)),
        ("anna@acme.com <berta@acme.com>", "berta@acme.com", ("anna@acme.com",)),
        ("Anna@acme.com <anna@acme.com>", "anna@acme.com", ()),
        ('"anna@acme.com" <anna@acme.com>', "anna@acme.com", ()),
    ],
)
def test_another_address_in_the_display_name_is_not_lost(
    checker: AddressChecker, cell: str, address: str, extra: tuple[str, ...]
) -> None:
    found = checker.check(cell)
    assert (found.address, found.extra) == (address, extra)
    assert bool(found.flags & Flag.SEVERAL) is bool(extra)
