"""Each row of RFC 5321's mail routing, and sessions: caches, batches, their end; against real servers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emailcleaner.core.checks.domains import MailDomainChecker
from emailcleaner.core.dns import DnsLimits, Provider, ProviderTable
from emailcleaner.core.model import Blame, DomainFinding, Flag, MxHost, Reason
from emailcleaner.core.ports import DomainCache, DomainChecker
from tests.servers.dns_asking import QUICK, TurnedClock
from tests.servers.dns_server import AAAA, MX, SERVFAIL, A, DnsServer, Misdeed

PROVIDERS = ProviderTable(
    {"trusted.test": Provider("trusted", trusted_hosts=True), "tenants.test": Provider("tenants", False)}
)


class KeptFindings:
    """A cache that survives: what was saved, and in which batches."""

    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        self.rows: dict[str, DomainFinding] = {}
        self.loads: list[int] = []
        self.saves: list[int] = []
        self.threads: set[str] = set()
        self.is_broken = False

    def load(self, domains: Iterable[str]) -> dict[str, DomainFinding]:
        wanted = list(domains)
        self.loads.append(len(wanted))
        self.threads.add(threading.current_thread().name)
        if self.is_broken:
            raise OSError("the disk is gone")
        known = {d: self.rows[d] for d in wanted if d in self.rows}
        return {d: f for d, f in known.items() if self._age_s(f) < f.ttl_s}

    def _age_s(self, finding: DomainFinding) -> float:
        assert finding.checked_at is not None
        return (self.clock.now() - finding.checked_at).total_seconds()

    def save(self, findings: Iterable[DomainFinding]) -> None:
        rows = list(findings)
        self.saves.append(len(rows))
        self.threads.add(threading.current_thread().name)
        if self.is_broken:
            raise OSError("the disk is gone")
        self.rows.update({f.domain: f for f in rows})


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as server:
        yield server


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def checker_for(
    *servers: DnsServer,
    clock: TurnedClock | None = None,
    cache: DomainCache | None = None,
    limits: DnsLimits = QUICK,
    allow_private: bool = False,
) -> MailDomainChecker:
    return MailDomainChecker(
        servers=[server.address for server in servers],
        cache=cache,
        clock=clock or TurnedClock(),
        limits=limits,
        allow_private=allow_private,
        providers=PROVIDERS,
        seed=7,
    )


def ask(checker: DomainChecker, *domains: str, within_s: float = 15) -> dict[str, DomainFinding]:
    """The findings of one session; each domain must come exactly once."""
    found: list[DomainFinding] = []
    deadline = time.monotonic() + within_s
    with checker.session() as session:
        session.submit(domains)
        while session.pending and time.monotonic() < deadline:
            found += session.take(1.0)
        assert session.pending == 0
        assert session.take(0.0) == []
    assert len(found) == len(set(domains))
    return {f.domain: f for f in found}


def check(server: DnsServer, domain: str = "a.test", *, allow_private: bool = False) -> DomainFinding:
    return checker_for(server, allow_private=allow_private).check(domain)


# --- mail routing


def test_exchangers_are_ordered_by_preference_then_name(server: DnsServer, clock: TurnedClock) -> None:
    server.zone.mx("a.test", (20, "mx3.a.test"), (10, "mx2.a.test"), (10, "mx1.a.test"), ttl=1200)
    for number in (1, 2, 3):
        server.zone.a(f"mx{number}.a.test", "192.0.32.1")
    found = checker_for(server, clock=clock).check("a.test")
    assert found == DomainFinding(
        "a.test",
        Reason.DOMAIN_ACCEPTS,
        Blame.NONE,
        (MxHost(10, "mx1.a.test"), MxHost(10, "mx2.a.test"), MxHost(20, "mx3.a.test")),
        checked_at=clock.now(),
        ttl_s=1200,
    )
    assert server.total == 1  # the addresses came along


def test_a_domain_that_does_not_exist(server: DnsServer) -> None:
    found = check(server, "gone.test")
    assert (found.reason, found.blame) == (Reason.NO_SUCH_DOMAIN, Blame.DOMAIN)
    assert server.asked("gone.test") == 2


@pytest.mark.parametrize("misdeed", [Misdeed.SERVFAIL, Misdeed.MALFORMED, Misdeed.BARE_SERVFAIL])
def test_failing_name_servers_leave_it_unknown(server: DnsServer, misdeed: Misdeed) -> None:
    server.zone.misdeed("a.test", misdeed)
    found = check(server)
    assert (found.reason, found.blame) == (Reason.DNS_FAILURE, Blame.REMOTE_SERVER)
    assert found.ttl_s == 5


def test_our_name_servers_refusing_is_our_network(server: DnsServer) -> None:
    server.zone.misdeed("a.test", Misdeed.REFUSED)
    found = check(server)
    assert (found.reason, found.blame) == (Reason.DNS_FAILURE, Blame.OUR_NETWORK)


def test_silence_about_one_domain_is_its_servers_fault(server: DnsServer) -> None:
    server.zone.misdeed("a.test", Misdeed.SILENCE)
    found = check(server)
    assert (found.reason, found.blame) == (Reason.DNS_TIMEOUT, Blame.REMOTE_SERVER)


def test_silence_about_everything_is_our_network_and_is_not_kept(server: DnsServer) -> None:
    server.is_silent = True
    found = check(server)
    assert (found.reason, found.blame, found.ttl_s) == (Reason.DNS_TIMEOUT, Blame.OUR_NETWORK, 0)


@pytest.mark.parametrize("rtype", [A, AAAA])
def test_without_exchanger_the_address_counts(server: DnsServer, rtype: int) -> None:
    if rtype == A:
        server.zone.a("a.test", "192.0.32.1")
    else:
        server.zone.aaaa("a.test", "2a00:1450::1")
    found = check(server)
    assert (found.reason, found.flags) == (Reason.DOMAIN_ACCEPTS, Flag.IMPLICIT_MX)
    assert found.mx == (MxHost(0, "a.test"),)


def test_without_exchanger_and_address_there_is_no_mail_host(server: DnsServer) -> None:
    server.zone.empty("a.test")
    found = check(server)
    assert (found.reason, found.blame, found.mx) == (Reason.NO_MAIL_HOST, Blame.DOMAIN, ())
    assert [server.queries["a.test", rtype] for rtype in (MX, A, AAAA)] == [1, 1, 1]


def test_without_exchanger_and_an_address_that_cannot_be_asked_it_stays_unknown(server: DnsServer) -> None:
    server.zone.empty("a.test")
    server.zone.misdeed("a.test", Misdeed.SERVFAIL, after=1)
    found = check(server)
    assert (found.reason, found.blame) == (Reason.DNS_FAILURE, Blame.REMOTE_SERVER)


def test_an_address_that_is_private_is_no_implicit_exchanger(server: DnsServer) -> None:
    server.zone.a("a.test", "127.0.0.1")
    assert check(server).reason is Reason.MX_UNROUTABLE
    assert check(server, allow_private=True).flags is Flag.IMPLICIT_MX


def test_a_null_exchanger_alone_refuses_mail(server: DnsServer) -> None:
    server.zone.mx("a.test", (0, ""))
    server.zone.a("a.test", "192.0.32.1")
    found = check(server)
    assert (found.reason, found.blame) == (Reason.NULL_MX, Blame.DOMAIN)


def test_a_null_exchanger_beside_others_is_ignored(server: DnsServer) -> None:
    server.zone.mx("a.test", (0, ""), (10, "mx.a.test"))
    server.zone.a("mx.a.test", "192.0.32.1")
    found = check(server)
    assert (found.reason, found.mx) == (Reason.DOMAIN_ACCEPTS, (MxHost(10, "mx.a.test"),))
    assert "RFC 7505" in found.detail


def test_exchangers_without_address_never_fall_back_to_the_domains_own(server: DnsServer) -> None:
    server.zone.mx("a.test", (10, "gone.test"), (20, "empty.test"))
    server.zone.empty("empty.test")
    server.zone.a("a.test", "192.0.32.1")
    found = check(server)
    assert (found.reason, found.blame) == (Reason.MX_UNRESOLVABLE, Blame.DOMAIN)
    assert "gone.test" in found.detail
    assert server.queries["a.test", A] == 0


@pytest.mark.parametrize("misdeed", [Misdeed.SERVFAIL, Misdeed.SILENCE])
def test_one_exchanger_that_cannot_be_asked_leaves_all_unknown(server: DnsServer, misdeed: Misdeed) -> None:
    server.zone.mx("a.test", (10, "gone.test"), (20, "bad.test"), (30, "private.test"))
    server.zone.misdeed("bad.test", misdeed)
    server.zone.a("private.test", "10.0.0.1")
    found = check(server)
    expected = Reason.DNS_FAILURE if misdeed is Misdeed.SERVFAIL else Reason.DNS_TIMEOUT
    assert (found.reason, found.blame) == (expected, Blame.REMOTE_SERVER)
    assert found.ttl_s == 5


def test_a_usable_exchanger_behind_bad_ones_is_enough(server: DnsServer) -> None:
    server.zone.mx("a.test", (10, "gone.test"), (20, "bad.test"), (30, "mx.a.test"), (40, "localhost"))
    server.zone.misdeed("bad.test", Misdeed.SERVFAIL)
    server.zone.a("mx.a.test", "192.0.32.1")
    found = check(server)
    assert (found.reason, found.mx) == (Reason.DOMAIN_ACCEPTS, (MxHost(30, "mx.a.test"),))
    assert found.ttl_s == 3600


@pytest.mark.parametrize("target", ["192.0.32.1", "localhost", "mail.localhost", "10.0.0.1", "1.2.3"])
def test_an_exchanger_must_be_a_name_of_another_host(server: DnsServer, target: str) -> None:
    server.zone.mx("a.test", (10, target))
    found = check(server, allow_private=True)
    assert (found.reason, found.blame) == (Reason.MX_UNROUTABLE, Blame.DOMAIN)
    assert server.total == 1


@pytest.mark.parametrize("glue", [True, False])
@pytest.mark.parametrize(
    ("addresses", "in_laboratory"),
    [
        (["127.0.0.1"], True),
        (["10.1.2.3", "192.168.0.1"], True),
        (["::1"], True),
        (["100.64.0.1"], True),
        (["0.0.0.0"], False),
        (["169.254.169.254"], False),
        (["224.0.0.1"], False),
        (["fe80::1"], False),
        (["::ffff:169.254.169.254"], False),
        (["169.254.1.1", "fd12::1"], True),
    ],
)
def test_addresses_that_are_not_of_the_internet(
    server: DnsServer, addresses: list[str], in_laboratory: bool, glue: bool
) -> None:
    server.zone.glue = glue
    server.zone.mx("a.test", (10, "mx.a.test"))
    server.zone.a("mx.a.test", *(a for a in addresses if ":" not in a))
    server.zone.aaaa("mx.a.test", *(a for a in addresses if ":" in a))
    found = check(server)
    assert (found.reason, found.blame) == (Reason.MX_UNROUTABLE, Blame.DOMAIN)
    expected = Reason.DOMAIN_ACCEPTS if in_laboratory else Reason.MX_UNROUTABLE
    assert check(server, allow_private=True).reason is expected


def test_one_good_address_among_bad_ones_is_enough(server: DnsServer) -> None:
    server.zone.glue = False
    server.zone.mx("a.test", (10, "mx.a.test"))
    server.zone.a("mx.a.test", "10.0.0.1", "127.0.0.1", "192.0.32.1")
    assert check(server).reason is Reason.DOMAIN_ACCEPTS


def test_only_five_addresses_of_an_exchanger_are_looked_at(server: DnsServer) -> None:
    server.zone.glue = False
    server.zone.mx("a.test", (10, "mx.a.test"))
    server.zone.a("mx.a.test", *(f"10.0.0.{n}" for n in range(1, 6)), "192.0.32.1")
    assert check(server).reason is Reason.MX_UNROUTABLE


def test_an_exchanger_with_ipv6_only_can_be_used(server: DnsServer) -> None:
    server.zone.glue = False
    server.zone.mx("a.test", (10, "mx.a.test"))
    server.zone.aaaa("mx.a.test", "2a00:1450::1")
    assert check(server).reason is Reason.DOMAIN_ACCEPTS


def test_only_ten_exchangers_are_used(server: DnsServer) -> None:
    server.zone.mx("a.test", *((number, f"mx{number:02}.a.test") for number in range(30)))
    server.zone.a("mx00.a.test", "192.0.32.1")
    found = check(server)
    assert [mx.preference for mx in found.mx] == list(range(10))


def test_a_domain_that_is_an_alias_is_followed(server: DnsServer) -> None:
    server.zone.cname("a.test", "b.test", ttl=90)
    server.zone.mail("b.test")
    found = check(server)
    assert (found.reason, found.mx) == (Reason.DOMAIN_ACCEPTS, (MxHost(10, "mx.b.test"),))
    assert found.ttl_s == 90


def test_aliases_that_lead_round_leave_it_unknown(server: DnsServer) -> None:
    server.zone.cname("a.test", "b.test")
    server.zone.cname("b.test", "a.test")
    assert check(server).reason is Reason.DNS_FAILURE


def test_an_exchanger_that_is_an_alias_is_tolerated_and_told(server: DnsServer) -> None:
    server.zone.glue = False
    server.zone.mx("a.test", (10, "mx.a.test"))
    server.zone.cname("mx.a.test", "host.test")
    server.zone.a("host.test", "192.0.32.1")
    found = check(server)
    assert found.reason is Reason.DOMAIN_ACCEPTS
    assert "RFC 2181" in found.detail


def test_an_exchanger_with_an_unusual_name_is_told_escaped(server: DnsServer) -> None:
    server.zone.misdeed("a.test", Misdeed.ODD_NAME)
    found = check(server)
    assert found.reason is Reason.MX_UNRESOLVABLE
    assert found.detail.isprintable()


def test_a_broken_list_of_addresses_beside_good_exchangers_is_made_up_by_asking(server: DnsServer) -> None:
    server.zone.glue = False
    server.zone.mail("a.test")
    found = check(server)
    assert found.reason is Reason.DOMAIN_ACCEPTS
    assert server.queries["mx.a.test", A] == 1


def test_providers_are_told_and_their_own_hosts_need_no_look_up(server: DnsServer) -> None:
    server.zone.glue = False
    server.zone.mx("a.test", (10, "mx.trusted.test"))
    server.zone.mx("b.test", (10, "b-test.tenants.test"))
    server.zone.mx("c.test", (10, "c-test.tenants.test"))
    server.zone.a("b-test.tenants.test", "192.0.32.1")
    found = ask(checker_for(server), "a.test", "b.test", "c.test")
    assert {d: (f.reason, f.provider) for d, f in found.items()} == {
        "a.test": (Reason.DOMAIN_ACCEPTS, "trusted"),
        "b.test": (Reason.DOMAIN_ACCEPTS, "tenants"),
        "c.test": (Reason.MX_UNRESOLVABLE, ""),
    }
    assert server.asked("mx.trusted.test") == 0


@pytest.mark.parametrize(
    ("literal", "reason"),
    [
        ("[192.0.32.1]", Reason.DOMAIN_ACCEPTS),
        ("[IPv6:2a00:1450::1]", Reason.DOMAIN_ACCEPTS),
        ("[10.0.0.1]", Reason.MX_UNROUTABLE),
        ("[IPv6:fe80::1]", Reason.MX_UNROUTABLE),
        ("[nonsense]", Reason.MX_UNROUTABLE),
    ],
)
def test_an_address_literal_is_judged_without_asking(server: DnsServer, literal: str, reason: Reason) -> None:
    assert check(server, literal).reason is reason
    assert server.total == 0


@pytest.mark.parametrize("domain", ["", ".", "a..test", "x" * 64 + ".test", "bücher.test", "a" * 260])
def test_what_cannot_be_asked_is_neither_lost_nor_invalid(server: DnsServer, domain: str) -> None:
    found = check(server, domain)
    assert (found.domain, found.reason, found.ttl_s) == (domain, Reason.DNS_FAILURE, 0)
    assert server.total == 0


def test_a_slow_domain_ends_within_its_own_deadline(server: DnsServer) -> None:
    hosts = [f"mx{number}.a.test" for number in range(10)]
    server.zone.mx("a.test", *((10, host) for host in hosts))
    for host in hosts:
        server.zone.misdeed(host, Misdeed.SILENCE)
    started = time.monotonic()
    found = checker_for(server, limits=replace(QUICK, domain_deadline_s=1.5)).check("a.test")
    assert found.reason is Reason.DNS_TIMEOUT
    assert time.monotonic() - started < 5


# --- sessions and caches


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
