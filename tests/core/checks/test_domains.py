"""Sessions and single checks: caches, batches, threads, their end; against real servers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emailcleaner.core.dns import DnsLimits, Provider, ProviderTable
from emailcleaner.core.model import DomainFinding, Reason
from tests.servers.dns_asking import QUICK, TurnedClock
from tests.servers.dns_checking import KeptFindings, ask, checker_for
from tests.servers.dns_server import SERVFAIL, DnsServer, Misdeed


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def test_a_thousand_submissions_of_one_domain_are_one_question_and_one_finding(server: DnsServer) -> None:
    server.zone.mail("gmail.test")
    with checker_for(server).session() as session:
        for _ in range(10):
            session.submit(["gmail.test"] * 100)
        assert [f.domain for f in session.take(5.0)] == ["gmail.test"]
        session.submit(["gmail.test"])
        assert session.pending == 0
        assert session.take(0.0) == []
    assert server.total == 1


def test_domains_that_share_an_exchanger_ask_for_it_once(server: DnsServer) -> None:
    server.zone.glue = False
    domains = [f"domain{number}.test" for number in range(200)]
    for domain in domains:
        server.zone.mx(domain, (10, "mx.shared.example"))
    server.zone.a("mx.shared.example", "192.0.32.1")
    found = ask(checker_for(server), *domains)
    assert {f.reason for f in found.values()} == {Reason.DOMAIN_ACCEPTS}
    assert server.asked("mx.shared.example") == 1


def test_a_finding_is_remembered_with_its_time_until_it_expires(
    server: DnsServer, clock: TurnedClock
) -> None:
    server.zone.mail("a.test")
    checker = checker_for(server, clock=clock)
    first = checker.check("a.test")
    clock.turn(3599)
    assert checker.check("a.test") == first
    assert server.total == 1
    clock.turn(2)
    assert checker.check("a.test") == replace(first, checked_at=clock.now())
    assert server.total == 2
    assert (checker.findings.hits, checker.findings.misses) == (1, 2)


def test_failures_are_asked_again_after_five_seconds_and_then_later(
    server: DnsServer, clock: TurnedClock
) -> None:
    server.zone.rcode("a.test", SERVFAIL)
    checker = checker_for(server, clock=clock)
    kept = []
    for _ in range(3):
        kept.append(checker.check("a.test").ttl_s)
        clock.turn(kept[-1] + 1)
    assert kept == [5, 10, 20]


def test_a_restart_asks_only_what_is_not_kept(server: DnsServer, clock: TurnedClock) -> None:
    old = [f"old{number}.test" for number in range(30)]
    new = [f"new{number}.test" for number in range(30)]
    for domain in old + new:
        server.zone.mail(domain)
    cache = KeptFindings(clock)
    first = ask(checker_for(server, clock=clock, cache=cache), *old)
    clock.turn(60)
    asked = server.total
    second = ask(checker_for(server, clock=clock, cache=cache), *old, *new)
    assert server.total == asked + 30
    assert {d: second[d] for d in old} == first
    assert set(cache.rows) == {*old, *new}
    assert cache.threads == {"dns-cache"}


def test_the_cache_is_read_and_written_in_batches(server: DnsServer, clock: TurnedClock) -> None:
    domains = [f"d{number}.test" for number in range(2500)]
    for domain in domains:
        server.zone.mail(domain)
    cache = KeptFindings(clock)
    ask(checker_for(server, clock=clock, cache=cache, limits=replace(QUICK, deadline_s=8.0)), *domains)
    assert cache.loads == [2500]
    assert sum(cache.saves) == 2500
    assert len(cache.saves) <= 8


def test_what_may_not_be_kept_is_not_saved(server: DnsServer, clock: TurnedClock) -> None:
    server.zone.negative_soa = None
    server.zone.misdeed("ours.test", Misdeed.REFUSED)  # our network's trouble is no fact about a domain
    cache = KeptFindings(clock)
    found = ask(checker_for(server, clock=clock, cache=cache), "gone.test", "ours.test", "")
    assert found["gone.test"].reason is Reason.NO_SUCH_DOMAIN
    assert cache.rows == {}


def test_a_cache_that_fails_costs_no_finding(server: DnsServer, clock: TurnedClock) -> None:
    server.zone.mail("a.test")
    cache = KeptFindings(clock)
    cache.is_broken = True
    found = ask(checker_for(server, clock=clock, cache=cache), "a.test")
    assert found["a.test"].reason is Reason.DOMAIN_ACCEPTS


def test_domains_can_be_submitted_from_several_threads(server: DnsServer) -> None:
    shares = [[f"d{number}-{share}.test" for number in range(100)] for share in range(4)]
    for share in shares:
        for domain in share:
            server.zone.mail(domain)
    found: list[DomainFinding] = []
    with checker_for(server).session() as session:
        threads = [threading.Thread(target=session.submit, args=(share,)) for share in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        deadline = time.monotonic() + 10
        while session.pending and time.monotonic() < deadline:
            found += session.take(1.0)
    assert sorted(f.domain for f in found) == sorted(d for share in shares for d in share)


def test_taking_waits_no_longer_than_told(server: DnsServer) -> None:
    server.zone.misdeed("a.test", Misdeed.SILENCE)
    with checker_for(server, limits=DnsLimits()).session() as session:
        session.submit(["a.test"])
        started = time.monotonic()
        assert session.take(0.1) == []
        assert 0.1 <= time.monotonic() - started < 1
        assert session.pending == 1


def _open_sockets() -> int:
    return sum(link.readlink().name.startswith("socket:") for link in _links())


def _links() -> Iterator[Path]:
    for link in Path("/proc/self/fd").iterdir():
        if link.is_symlink():
            yield link


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open sockets through /proc")
def test_leaving_early_ends_threads_and_sockets_soon(server: DnsServer, clock: TurnedClock) -> None:
    domains = [f"d{number}.test" for number in range(3000)]
    for domain in domains[:500]:
        server.zone.misdeed(domain, Misdeed.SILENCE)
    server.zone.misdeed("big.test", Misdeed.TRUNCATED)
    before, threads = _open_sockets(), set(threading.enumerate())
    checker = checker_for(server, clock=clock, cache=KeptFindings(clock), limits=DnsLimits())
    with checker.session() as session:
        session.submit(["big.test", *domains])
        session.take(5.0)
        assert set(threading.enumerate()) > threads
        started = time.monotonic()
    assert time.monotonic() - started < 2
    assert _open_sockets() <= before + 1  # the server may still hold its end of a TCP connection
    assert set(threading.enumerate()) == threads


def test_an_error_in_the_block_ends_the_session_too(server: DnsServer) -> None:
    threads = set(threading.enumerate())
    with pytest.raises(KeyError), checker_for(server).session():
        raise KeyError
    assert set(threading.enumerate()) == threads


def test_a_fault_of_ours_is_raised_where_findings_are_awaited(server: DnsServer) -> None:
    """A table that breaks stands for any bug: nobody may wait for ever."""

    class BrokenTable(ProviderTable):
        def of(self, host: str) -> Provider | None:
            raise ZeroDivisionError(host)

    server.zone.mail("a.test")
    checker = checker_for(server)
    checker.providers = BrokenTable({})
    with checker.session() as session:
        session.submit(["a.test"])
        with pytest.raises(RuntimeError, match="broke off") as caught:
            session.take(10.0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_the_order_of_asking_changes_nothing(server: DnsServer) -> None:
    server.zone.mail("good.test")
    server.zone.mx("null.test", (0, ""))
    server.zone.empty("empty.test")
    server.zone.a("implicit.test", "192.0.32.1")
    server.zone.mx("unroutable.test", (1, "localhost"))
    domains = ["good.test", "null.test", "empty.test", "implicit.test", "unroutable.test", "gone.test"]
    forwards, backwards = ask(checker_for(server), *domains), ask(checker_for(server), *domains[::-1])
    assert forwards == backwards
