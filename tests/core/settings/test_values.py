from __future__ import annotations

import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.settings import find_setting
from emailcleaner.core.settings.values import check_value, parse_text


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("network.allow_private", "1", True),
        ("network.allow_private", " Yes ", True),
        ("network.allow_private", "off", False),
        ("dns.window", "64", 64),
        ("dns.rate", "0", 0.0),
        ("dns.rate", "2.5", 2.5),
        ("dns.servers", "127.0.0.1:5353, ::1 ,", ("127.0.0.1:5353", "::1")),
        ("dns.servers", "", ()),
        ("log.level", "warning", "WARNING"),
        ("database.url", " sqlite:///x ", "sqlite:///x"),
    ],
)
def test_a_text_stands_for_a_value(key: str, text: str, value: object) -> None:
    found = parse_text(find_setting(key), text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("network.allow_private", "maybe", "on or off"),
        ("dns.window", "0", "whole number from 1 to 8192"),
        ("dns.window", "8193", "whole number from 1 to 8192"),
        ("dns.window", "1.5", "whole number"),
        ("dns.window", "", "whole number"),
        ("dns.deadline", "nan", "number from 0.5"),
        ("dns.deadline", "inf", "number from 0.5"),
        ("log.level", "loud", "one of DEBUG, INFO"),
    ],
)
def test_an_impossible_value_is_refused_with_what_is_possible(key: str, text: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        parse_text(find_setting(key), text, " (SOMEWHERE)")
    assert key in caught.value.title
    assert "(SOMEWHERE)" in caught.value.title


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("network.allow_private", 1),
        ("dns.window", True),
        ("dns.window", "64"),
        ("dns.servers", "127.0.0.1"),
        ("dns.servers", [1]),
        ("database.url", None),
        ("log.level", ["INFO"]),
    ],
)
def test_a_value_of_another_type_is_refused(key: str, value: object) -> None:
    with pytest.raises(UserError, match=key):
        check_value(find_setting(key), value)


def test_a_mistyped_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"Did you mean dns\.servers\?"):
        find_setting("dns.sever")
    with pytest.raises(UserError, match="settings list"):
        find_setting("zzzzzz")
