from __future__ import annotations

import pytest

from emailcleaner.core.checks import AddressChecker, CheckData
from emailcleaner.core.checks.suggestions import Suggester
from emailcleaner.core.model import Flag, Reason


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cmo", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmail", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmal.co.uk", "hotmail.co.uk"),
        ("yahooo.fr", "yahoo.fr"),
        ("yaho.com.br", "yahoo.com.br"),
        ("outlok.com", "outlook.com"),
        ("iclould.com", "icloud.com"),
        ("example.cmo", "example.com"),
        ("some-company.ogr", "some-company.org"),
        ("t-onlin.de", "t-online.de"),
    ],
)
def test_slip_has_its_suggestion(checker: AddressChecker, wrong: str, right: str) -> None:
    found = checker.check(f"John@{wrong}")
    assert found.suggestion == f"John@{right}"
    assert found.flags & Flag.TYPO


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "mail.com",
        "email.com",
        "ymail.com",
        "gmx.com",
        "aol.com",
        "live.com",
        "love.com",
        "me.com",
        "example.com",
        "duck.com",
        "small.com",
        "mailinator.com",
        "yahoo.co.jp",
        "hotmail.ch",
        "gmail.example.org",
    ],
)
def test_other_domains_have_none(checker: AddressChecker, domain: str) -> None:
    found = checker.check(f"john@{domain}")
    assert found.suggestion == ""
    assert not found.flags & Flag.TYPO


def test_no_known_domain_is_a_slip(data: CheckData) -> None:
    suggester = Suggester(data)
    assert [d for d in sorted(data.free | data.aliases) if suggester.domain(d)] == []


def test_every_line_of_the_table_is_used(data: CheckData) -> None:
    suggester = Suggester(data)
    assert {wrong: suggester.domain(wrong) for wrong in data.typos} == data.typos


def test_mistyped_top_level_is_invalid_and_has_a_suggestion(checker: AddressChecker) -> None:
    found = checker.check("a@firm.cmo")
    assert (found.reason, found.suggestion) == (Reason.UNKNOWN_TLD, "a@firm.com")


def test_nothing_is_suggested_across_scripts(checker: AddressChecker) -> None:
    assert checker.check("a@gm\u0430il.com").suggestion == ""
