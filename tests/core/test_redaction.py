from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emailcleaner.core.redaction import Redactor

REDACTOR = Redactor(b"0" * 32)
PSEUDONYM = re.compile(r"a:[0-9a-f]{12}@(?:free|gov|edu|mil|other)")

ATEXT = "abcdefghijklmnopqrstuvwxyzABCZ0189!#$%&'*+/=?^_`{|}~-"
LOCALS = st.text(ATEXT, min_size=3, max_size=20) | st.lists(
    st.text(ATEXT, min_size=1, max_size=9), min_size=2, max_size=3
).map(".".join)
QUOTED = st.text("ab .@,;:<>()[]", min_size=3, max_size=20).map(lambda inner: f'"{inner}"')
INTERNATIONAL = st.text("jörgenпочта用户ñ", min_size=3, max_size=12)
DOMAINS = st.sampled_from(
    ["example.com", "gmail.com", "mail.example.co.uk", "bücher.example", "xn--bcher-kva.example", "localhost",
     "[192.0.2.1]", "[IPv6:2001:db8::1]", "EXAMPLE.ORG"]
)  # fmt: skip
SURROUNDINGS = st.sampled_from(
    ["{}", "sent to {}.", "<{}>", "Ann <{}>, Bob", "'{}'", "({})", "to={};", "mailto:{}?subject=x",
     "[{}, 3]",
     "line\n{}\nline", "https://h.example/u?email={}&x=1",
     "https://{}/path", "550 5.1.1 <{}>: no", "{}@", "@{}"]
)  # fmt: skip


@given(LOCALS | QUOTED | INTERNATIONAL, DOMAINS, SURROUNDINGS)
@example("00?", "example.com", "https://{}/path")
@example("ann?b", "example.com", "https://{}/path")
@example("ann#", "example.com", "https://{}/path")
def test_no_address_is_left_wherever_it_stands(local: str, domain: str, surroundings: str) -> None:
    text = REDACTOR.text(surroundings.format(f"{local}@{domain}"))
    left = PSEUDONYM.sub("", text)
    assert f"{local}@" not in left
    assert f"@{domain}" not in left
    assert local.strip("'`") not in left


@given(st.text(max_size=60) | st.text("ab@.\"'<> :/%40\\", max_size=40))
def test_any_text_is_redacted_once_and_for_all(text: str) -> None:
    once = REDACTOR.text(text)
    assert REDACTOR.text(once) == once
    assert not re.search(r"[A-Za-z0-9]@[A-Za-z0-9]", PSEUDONYM.sub("", once).replace("@a", ""))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ann@gmail.com", "free"),
        ("ann@whitehouse.gov", "gov"),
        ("ann@council.gov.uk", "gov"),
        ("ann@mit.edu", "edu"),
        ("ann@navy.mil", "mil"),
        ("ann@example.com", "other"),
    ],
)
def test_a_pseudonym_tells_the_class_of_the_domain_only(text: str, kind: str) -> None:
    assert re.fullmatch(rf"a:[0-9a-f]{{12}}@{kind}", REDACTOR.text(text))


def test_the_same_address_has_the_same_pseudonym_under_one_key_only() -> None:
    one = REDACTOR.text("ann@example.com")
    assert REDACTOR.text("to <ann@EXAMPLE.com>.") == f"to <{one}>."
    assert REDACTOR.text("ann@bücher.example") == REDACTOR.text("ann@xn--bcher-kva.example")
    assert REDACTOR.text("bob@example.com") != one
    assert Redactor(b"1" * 32).text("ann@example.com") != one


@pytest.mark.parametrize(
    "text", ["ann%40example.com", "ann＠example.com", "ann @ example.com", "ann﹫example.com"]
)
def test_other_ways_to_write_an_address_are_seen(text: str) -> None:
    assert PSEUDONYM.fullmatch(REDACTOR.text(text))


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("key ev_aB3dE6gH_longsecret1 used", "key ev_*** used"),
        ("whsec_" + "Ab0/" * 8, "whsec_***"),
        ("AKIA" + "B2" * 8, "AKIA***"),
        ("x eyJhbGci" + ".eyJzdWIi" + ".c2lnbmVk", "x jwt:***"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("GET https://user:pass@h.example:8080/a/b?key=v&x=y#frag", "GET https://h.example:8080/a/b?***"),
        ("https://h.example/a", "https://h.example/a"),
        ("a decorator @property", "a decorator @property"),
    ],
)
def test_secrets_and_the_private_parts_of_urls_are_hidden(text: str, redacted: str) -> None:
    assert REDACTOR.text(text) == redacted


def test_values_of_any_shape_are_redacted_and_numbers_stay() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    found = REDACTOR.value(
        {"n": 3, "on": True, "none": None, "list": ["ann@example.com", ("bob@example.com",)], "at": moment,
         "ann@example.com": 1, "Api_Key": "x", "user_password": ["y"], "fault": ValueError("ann@example.com")}
    )  # fmt: skip
    text = repr(found)
    assert "example" not in text
    assert (found["n"], found["on"], found["none"], found["at"]) == (
        3,
        True,
        None,
        "2026-01-02T00:00:00+00:00",
    )
    assert (found["Api_Key"], found["user_password"]) == ("***", "***")
    assert PSEUDONYM.fullmatch(found["fault"])


@pytest.mark.parametrize(
    "text", ["x" * 300_000, "x@" * 20_000, '"' * 50_000 + "@", "https://" * 20_000, "eyJ." * 50_000]
)
@pytest.mark.timeout(20)
def test_hostile_text_takes_no_long_time(text: str) -> None:
    assert "x@x" not in REDACTOR.text(text)
