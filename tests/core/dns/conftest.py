"""Name servers on the loopback for the tests of DNS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.dns_server import DnsServer


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server
