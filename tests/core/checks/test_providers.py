from __future__ import annotations

import pytest

from emailcleaner.core.checks import AddressChecker, CheckData
from emailcleaner.core.checks.providers import PROVIDER_DOMAINS
from emailcleaner.core.model import Reason


@pytest.mark.parametrize(
    "address",
    [
        "a_b@gmail.com",
        "a-b@googlemail.com",
        "o'brien@gmail.com",
        "x" * 31 + "@gmail.com",
        "ab@gmail.com",
        "a.b@gmail.com",
        "+tag@gmail.com",
        "jos\u00e9@gmail.com",
        "o'brien@yahoo.com",
        "a=b@yahoo.fr",
        "a#b@hotmail.com",
        "a!b@outlook.com",
        "o'brien@icloud.com",
        "a/b@me.com",
    ],
)
def test_name_that_never_could_exist_is_refused(checker: AddressChecker, address: str) -> None:
    assert checker.check(address).reason is Reason.PROVIDER_SYNTAX


@pytest.mark.parametrize(
    "address",
    [
        "abc@gmail.com",
        "phot+tag@gmail.com",
        "john.smith+a_b-c@gmail.com",
        "x" * 30 + "@gmail.com",
        ".".join("x" * 30) + "@gmail.com",
        "j_smith@yahoo.com",
        "nick-shop@yahoo.com",
        "o'brien@hotmail.com",
        "1a@outlook.com",
        "a_b@hotmail.com",
        "j@live.com",
        "a.b-c_d.0x@icloud.com",
        "a'b@yahoo.co.jp",
        "a_b@mygmail.com",
    ],
)
def test_name_that_may_exist_is_never_refused(checker: AddressChecker, address: str) -> None:
    assert checker.check(address).reason is None


def test_domains_with_rules_are_known_providers(data: CheckData) -> None:
    assert sorted(PROVIDER_DOMAINS - data.known_providers) == []
