from __future__ import annotations

import pytest

from emailcleaner.core.checks import AddressChecker, AddressPolicy, CheckData
from emailcleaner.core.checks.categories import domain_flags
from emailcleaner.core.model import Flag

NOTHING = AddressPolicy()


@pytest.mark.parametrize(
    ("domain", "flag"),
    [
        ("mailinator.com", Flag.DISPOSABLE),
        ("anything.mailinator.com", Flag.DISPOSABLE),
        ("yopmail.com", Flag.DISPOSABLE),
        ("gmail.com", Flag.FREE),
        ("yahoo.co.uk", Flag.FREE),
        ("qq.com", Flag.FREE),
        ("duck.com", Flag.ALIAS),
        ("privaterelay.appleid.com", Flag.ALIAS),
        ("user.anonaddy.com", Flag.ALIAS),
        ("whitehouse.gov", Flag.GOV),
        ("service.gov.uk", Flag.GOV),
        ("interieur.gouv.fr", Flag.GOV),
        ("sat.gob.mx", Flag.GOV),
        ("mit.edu", Flag.EDU),
        ("cs.ox.ac.uk", Flag.EDU),
        ("unimelb.edu.au", Flag.EDU),
        ("army.mil", Flag.MIL),
    ],
)
def test_domain_has_its_flag(data: CheckData, domain: str, flag: Flag) -> None:
    assert flag in domain_flags(domain, data, NOTHING)


@pytest.mark.parametrize(
    "domain",
    ["example.com", "gov.com", "mailinator.com.example.org", "www.gmail.com.example.org", "military.com"],
)
def test_ordinary_domain_has_no_flag(data: CheckData, domain: str) -> None:
    assert domain_flags(domain, data, NOTHING) == Flag(0)


def test_every_well_known_provider_is_free_and_not_disposable(data: CheckData) -> None:
    for domain in sorted(data.known_providers):
        flags = domain_flags(domain, data, NOTHING)
        assert Flag.FREE in flags, domain
        assert Flag.DISPOSABLE not in flags, domain
        assert data.disposable_sources(domain) == (), domain


@pytest.mark.parametrize("domain", ["google.com", "nus.edu.sg", "github.com", "duck.com", "dr.com"])
def test_real_companies_and_services_are_not_disposable(data: CheckData, domain: str) -> None:
    assert Flag.DISPOSABLE not in domain_flags(domain, data, NOTHING)


def test_sources_name_the_lists_that_say_so(data: CheckData) -> None:
    assert data.disposable_sources("mailinator.com") == (
        "disposable-email-domains",
        "MailChecker",
        "Email Cleaner",
    )
    assert data.disposable_sources("mx.0-attorney.com") == ("MailChecker",)
    assert data.disposable_sources("example.com") == ()


def test_own_deny_and_allow_list_win(data: CheckData) -> None:
    policy = AddressPolicy(disposable=frozenset({"example.com"}), not_disposable=frozenset({"yopmail.com"}))
    checker = AddressChecker(data, policy)
    assert checker.check("a@sub.example.com").flags & Flag.DISPOSABLE
    assert not checker.check("a@yopmail.com").flags & Flag.DISPOSABLE


@pytest.mark.parametrize(
    "local",
    [
        "info",
        "INFO",
        "sales",
        "support",
        "postmaster",
        "abuse",
        "webmaster",
        "no-reply",
        "info+news",
        "kontakt",
        "vertrieb",
        "accueil",
        "ventas",
        "amministrazione",
        "atendimento",
        "klantenservice",
        "biuro",
        "zakaz",
    ],
)
def test_function_is_a_role(checker: AddressChecker, local: str) -> None:
    assert checker.check(f"{local}@example.org").flags & Flag.ROLE


@pytest.mark.parametrize("local", ["john.smith", "maria", "informatik.mueller", "salesman", "k.info"])
def test_person_is_no_role(checker: AddressChecker, local: str) -> None:
    assert not checker.check(f"{local}@example.org").flags & Flag.ROLE


@pytest.mark.parametrize(
    ("local", "tagged"), [("a+b", True), ("a+b+c", True), ("+b", False), ("a+", False), ("ab", False)]
)
def test_tag_needs_a_name_and_a_tag(checker: AddressChecker, local: str, tagged: bool) -> None:
    assert bool(checker.check(f"{local}@example.org").flags & Flag.SUBADDRESS) is tagged
