"""A name server that denies everything makes domains unknown, never invalid."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emailcleaner.core.model import Blame, Reason
from tests.servers.dns_asking import TurnedClock
from tests.servers.dns_checking import KeptFindings, ask, checker_for
from tests.servers.dns_server import SERVFAIL, DnsServer

CANARIES = ("sure.test", "certain.test")


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


def test_denials_are_doubted_while_everything_is_denied(server: DnsServer) -> None:
    cache = KeptFindings(TurnedClock())
    checker = checker_for(server, cache=cache, canaries=CANARIES)
    for finding in ask(checker, "gone.test", "gmail.test", "lost.test").values():
        assert (finding.reason, finding.blame) == (Reason.DNS_FAILURE, Blame.OUR_NETWORK)
        assert "certainly exist" in finding.detail
    assert cache.rows == {}
    assert server.asked("sure.test") > 0


def test_one_canary_that_exists_is_enough_and_is_asked_once(server: DnsServer) -> None:
    server.zone.mail("certain.test")
    server.zone.mail("good.test")
    found = ask(checker_for(server, canaries=CANARIES), "gone.test", "good.test", "lost.test")
    assert {d: f.reason for d, f in found.items()} == {
        "gone.test": Reason.NO_SUCH_DOMAIN,
        "lost.test": Reason.NO_SUCH_DOMAIN,
        "good.test": Reason.DOMAIN_ACCEPTS,
    }
    assert server.asked("certain.test") == 1


def test_no_canary_is_asked_while_nothing_is_denied(server: DnsServer) -> None:
    server.zone.mail("good.test")
    ask(checker_for(server, canaries=CANARIES), "good.test")
    assert server.total == 1


def test_canaries_that_fail_are_no_proof(server: DnsServer) -> None:
    for name in CANARIES:
        server.zone.rcode(name, SERVFAIL)
    [finding] = ask(checker_for(server, canaries=CANARIES), "gone.test").values()
    assert finding.reason is Reason.DNS_FAILURE


def test_one_address_is_judged_like_a_list(server: DnsServer) -> None:
    assert checker_for(server, canaries=CANARIES).check("gone.test").reason is Reason.DNS_FAILURE
    assert checker_for(server).check("gone.test").reason is Reason.NO_SUCH_DOMAIN
