"""Exchangers are told by their names; the shipped table is sound."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emailcleaner.core.dns.providers import Provider, ProviderTable, load_providers
from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import resource_dir

TWO_OF_ONE_SUFFIX = """
[[provider]]
name = "a"
trusted_hosts = true
suffixes = ["x.test"]
[[provider]]
name = "b"
trusted_hosts = true
suffixes = ["x.test"]
"""


def test_the_longest_suffix_counts_and_labels_are_whole() -> None:
    big, small = Provider("big", trusted_hosts=True), Provider("small", trusted_hosts=False)
    table = ProviderTable({"example.com": big, "mail.example.com": small})
    assert table.of("mx1.example.com") is big
    assert table.of("example.com") is big
    assert table.of("mx1.mail.example.com") is small
    assert table.of("badexample.com") is None
    assert table.of("com") is None
    assert table.of("") is None


@pytest.mark.parametrize(
    ("host", "name", "trusted"),
    [
        ("aspmx.l.google.com", "google", True),
        ("smtp.google.com", "google", True),
        ("contoso-com.mail.protection.outlook.com", "microsoft365", False),
        ("hotmail-com.olc.protection.outlook.com", "outlook", True),
        ("mta5.am0.yahoodns.net", "yahoo", True),
        ("mx01.mail.icloud.com", "icloud", True),
        ("mxa-00123456.gslb.pphosted.com", "proofpoint", False),
    ],
)
def test_the_shipped_table_knows(host: str, name: str, trusted: bool) -> None:
    found = load_providers(resource_dir() / "data" / "mx_providers.toml").of(host)
    assert found == Provider(name, trusted)


def test_the_shipped_table_holds_nothing_but_host_suffixes() -> None:
    table = load_providers(resource_dir() / "data" / "mx_providers.toml")
    for suffix, provider in table._suffixes.items():
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", suffix), suffix
        assert re.fullmatch(r"[a-z0-9.-]+", provider.name)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "not toml",
        "[[provider]]\nname = 'a'\n",
        TWO_OF_ONE_SUFFIX,
    ],
)
def test_a_table_that_cannot_be_used_is_told_in_words(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "table.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match="table of mail providers"):
        load_providers(path)
