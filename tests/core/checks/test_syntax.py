from __future__ import annotations

import time

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from emailcleaner.core.checks.data import CheckData
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.checks.syntax import SyntaxRules, parse_address
from emailcleaner.core.model import Flag, Reason

LONG_LABELS = ".".join(["a" * 60] * 4)

#: One line a fact: RFC 5321 §4.1.2 and §4.5.3.1, RFC 5322 §3.4.1, RFC 6531 §3.3, RFC 1123 §2.1, RFC 5891.
REFUSED = [
    ("john.example.com", Reason.MISSING_AT),
    ("john", Reason.MISSING_AT),
    ("a@b@c.com", Reason.MULTIPLE_AT),
    ("a@@c.com", Reason.MULTIPLE_AT),
    ("@@c.com", Reason.MULTIPLE_AT),
    ("x" * 65 + "@c.com", Reason.LOCAL_TOO_LONG),
    ("é" * 33 + "@c.com", Reason.LOCAL_TOO_LONG),
    (f"a@{LONG_LABELS}.{'b' * 10}.com", Reason.DOMAIN_TOO_LONG),
    (f"a@{'ä' * 300}.de", Reason.DOMAIN_TOO_LONG),
    (f"{'x' * 64}@{'.'.join(['a' * 60] * 3)}.bbbb.com", Reason.ADDRESS_TOO_LONG),
    ("a..b@c.com", Reason.DOUBLE_DOT),
    ("a@b..com", Reason.DOUBLE_DOT),
    (".a@c.com", Reason.EDGE_DOT),
    ("a.@c.com", Reason.EDGE_DOT),
    ("a@.c.com", Reason.EDGE_DOT),
    ("a@c.com.", Reason.EDGE_DOT),
    ("a b@c.com", Reason.BAD_CHARACTER),
    ("a(b)@c.com", Reason.BAD_CHARACTER),
    ("a,b@c.com", Reason.BAD_CHARACTER),
    ("a:b@c.com", Reason.BAD_CHARACTER),
    ("a;b@c.com", Reason.BAD_CHARACTER),
    ("a<b@c.com", Reason.BAD_CHARACTER),
    ("a[b@c.com", Reason.BAD_CHARACTER),
    ("a\\b@c.com", Reason.BAD_CHARACTER),
    ("@c.com", Reason.BAD_CHARACTER),
    ("a@c!d.com", Reason.BAD_CHARACTER),
    ("a@c d.com", Reason.BAD_CHARACTER),
    ('just"not"right@c.com', Reason.BAD_CHARACTER),
    ('"a"b@c.com', Reason.BAD_CHARACTER),
    ('"a b@c.com', Reason.UNBALANCED_QUOTE),
    ('a"b@c.com', Reason.UNBALANCED_QUOTE),
    ('"a\\"@c.com', Reason.UNBALANCED_QUOTE),
    ('"a b"@c.com', Reason.QUOTED_NOT_ALLOWED),
    ('"a@b"@c.com', Reason.QUOTED_NOT_ALLOWED),
    ('"a\\"b"@c.com', Reason.QUOTED_NOT_ALLOWED),
    ('""@c.com', Reason.QUOTED_NOT_ALLOWED),
    ("a@", Reason.BAD_DOMAIN_LABEL),
    ("a@-c.com", Reason.BAD_DOMAIN_LABEL),
    ("a@c-.com", Reason.BAD_DOMAIN_LABEL),
    ("a@c_d.com", Reason.BAD_DOMAIN_LABEL),
    ("a@_c.com", Reason.BAD_DOMAIN_LABEL),
    (f"a@{'c' * 64}.com", Reason.BAD_DOMAIN_LABEL),
    ("a@ab--cd.com", Reason.BAD_DOMAIN_LABEL),
    ("a@[1.2.3]", Reason.BAD_DOMAIN_LABEL),
    ("a@[IPv6:zz]", Reason.BAD_DOMAIN_LABEL),
    ("a@[1.2.3.4", Reason.BAD_DOMAIN_LABEL),
    ("a@xn--zz.com", Reason.BAD_IDN),
    ("a@xn--a.com", Reason.BAD_IDN),
    ("a@\u2665.com", Reason.BAD_IDN),
    ("a\u200bb@c.com", Reason.UNSAFE_UNICODE),
    ("a\u202eb@c.com", Reason.UNSAFE_UNICODE),
    ("a\u2066b@c.com", Reason.UNSAFE_UNICODE),
    ("a\ue000b@c.com", Reason.UNSAFE_UNICODE),
    ("a\u0378b@c.com", Reason.UNSAFE_UNICODE),
    ("a\u00a0b@c.com", Reason.UNSAFE_UNICODE),
    ("a\uff20b@c.com", Reason.UNSAFE_UNICODE),
    ("\u0301a@c.com", Reason.UNSAFE_UNICODE),
    ("a@\u0301c.com", Reason.UNSAFE_UNICODE),
    ("a\ud800@c.com", Reason.UNSAFE_UNICODE),
    ("a@[1.2.3.4]", Reason.DOMAIN_LITERAL),
    ("a@[IPv6:2001:db8::1]", Reason.DOMAIN_LITERAL),
    ("a@[tag:content]", Reason.DOMAIN_LITERAL),
    ("a@localhost", Reason.SPECIAL_USE_DOMAIN),
    ("a@foo.test", Reason.SPECIAL_USE_DOMAIN),
    ("a@foo.example", Reason.SPECIAL_USE_DOMAIN),
    ("a@foo.invalid", Reason.SPECIAL_USE_DOMAIN),
    ("a@printer.local", Reason.SPECIAL_USE_DOMAIN),
    ("a@abc.onion", Reason.SPECIAL_USE_DOMAIN),
    ("a@abc.alt", Reason.SPECIAL_USE_DOMAIN),
    ("a@host.home.arpa", Reason.SPECIAL_USE_DOMAIN),
    ("a@srv.internal", Reason.SPECIAL_USE_DOMAIN),
    ("a@c.nosuchtld", Reason.UNKNOWN_TLD),
    ("a@c.c0m", Reason.UNKNOWN_TLD),
    ("a@1.2.3.4", Reason.UNKNOWN_TLD),
    ("a@com", Reason.UNKNOWN_TLD),
    ("a\x00b@c.com", Reason.CONTROL_CHARACTER),
    ("a\nb@c.com", Reason.CONTROL_CHARACTER),
    ("a\x7fb@c.com", Reason.CONTROL_CHARACTER),
    ("a\x85b@c.com", Reason.CONTROL_CHARACTER),
    ("a\u2028b@c.com", Reason.CONTROL_CHARACTER),
    ('"a\rb"@c.com', Reason.CONTROL_CHARACTER),
    ("a_b@gmail.com", Reason.PROVIDER_SYNTAX),
]

ACCEPTED = [
    "a@c.com",
    "simple@example.com",
    "x@y.co.uk",
    "very.common@example.org",
    "user+tag+sort@example.com",
    "user-@example.org",
    "o'brien@example.com",
    "!#$%&'*+/=?^_`{|}~-@example.org",
    "1234567890@example.com",
    "a@1.com",
    "a@a-b.c-d.com",
    "x" * 64 + "@c.com",
    f"a@{'c' * 63}.com",
    "postmaster@xn--bcher-kva.de",
]


@pytest.fixture(scope="module")
def rules(data: CheckData) -> SyntaxRules:
    return SyntaxRules.of(data, AddressPolicy())


@pytest.mark.parametrize(("address", "reason"), REFUSED)
def test_reason_names_what_is_wrong(rules: SyntaxRules, address: str, reason: Reason) -> None:
    assert parse_address(address, rules).reason is reason


@pytest.mark.parametrize("address", ACCEPTED)
def test_well_formed_address_is_kept_as_it_is(rules: SyntaxRules, address: str) -> None:
    parsed = parse_address(address, rules)
    assert parsed.reason is None
    assert parsed.normalized == address


def test_every_syntax_reason_has_a_vector() -> None:
    named = {reason for _, reason in REFUSED}
    syntax = list(Reason)[: list(Reason).index(Reason.PROVIDER_SYNTAX) + 1]
    assert set(syntax) == named


def test_international_domain_goes_as_a_labels(rules: SyntaxRules) -> None:
    parsed = parse_address("info@B\u00dccher.de", rules)
    assert (parsed.normalized, parsed.flags) == ("info@xn--bcher-kva.de", Flag.IDN)


def test_sharp_s_is_kept_as_idna_2008_has_it(rules: SyntaxRules) -> None:
    assert parse_address("a@stra\u00dfe.de", rules).domain == "xn--strae-oqa.de"


def test_full_width_domain_is_mapped_to_ascii(rules: SyntaxRules) -> None:
    parsed = parse_address("a@\uff43.com", rules)
    assert (parsed.domain, parsed.flags) == ("c.com", 0)


def test_international_local_part_is_composed_and_never_punycoded(rules: SyntaxRules) -> None:
    parsed = parse_address("jose\u0301@c.com", rules)
    assert (parsed.local, parsed.reason, parsed.flags) == ("jos\u00e9", None, Flag.SMTPUTF8)


def test_domain_is_lower_case_and_local_part_is_not(rules: SyntaxRules) -> None:
    assert parse_address("John@Example.COM", rules).normalized == "John@example.com"


def test_policy_may_allow_legal_forms(data: CheckData) -> None:
    rules = SyntaxRules.of(data, AddressPolicy(allow_quoted=True, allow_literal=True))
    assert parse_address('"a b"@c.com', rules).reason is None
    assert parse_address("a@[192.0.2.1]", rules).normalized == "a@[192.0.2.1]"
    assert parse_address("a@[IPv6:2001:DB8:0::1]", rules).domain == "[IPv6:2001:db8::1]"


def test_policy_may_allow_a_laboratory_top_level(data: CheckData) -> None:
    rules = SyntaxRules.of(data, AddressPolicy(allow_special_use=frozenset({"test"})))
    assert parse_address("a@b.test", rules).reason is None
    assert parse_address("a@b.local", rules).reason is Reason.SPECIAL_USE_DOMAIN


@given(st.text(max_size=300))
def test_no_text_makes_the_parser_raise(data: CheckData, text: str) -> None:
    parsed = parse_address(text, SyntaxRules.of(data, AddressPolicy()))
    assert (parsed.domain == "") == (parsed.normalized == "")
    if parsed.reason is None:
        assert parsed.domain.isascii()
        assert len(parsed.normalized.encode()) <= 254


ATOM = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
LABEL = st.text("abcXYZ019-", min_size=1, max_size=12)


@settings(max_examples=300)
@given(st.lists(ATOM, min_size=1, max_size=6), st.lists(LABEL, min_size=1, max_size=4))
def test_ascii_dot_atoms_agree_with_email_validator(
    data: CheckData, atoms: list[str], labels: list[str]
) -> None:
    address = f"{'.'.join(atoms)}@{'.'.join(labels)}.com"
    try:
        validate_email(address, check_deliverability=False, strict=True)
        expected = True
    except EmailNotValidError:
        expected = False
    parsed = parse_address(address, SyntaxRules.of(data, AddressPolicy()))
    assert (parsed.reason is None) == expected


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 60_000,
        "." * 60_000,
        "@" * 60_000,
        '"' * 60_000,
        '"\\' * 30_000,
        "a." * 30_000 + "@c.com",
        "a@" + "b." * 30_000,
        "a@" + "xn--a." * 10_000,
        "\u0301" * 60_000 + "@c.com",
        "a@" + "\u00e4" * 60_000,
    ],
)
def test_hostile_length_is_refused_in_linear_time(rules: SyntaxRules, hostile: str) -> None:
    start = time.process_time()
    parsed = parse_address(hostile, rules)
    assert parsed.reason is not None
    assert time.process_time() - start < 0.5
