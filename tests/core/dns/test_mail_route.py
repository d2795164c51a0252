"""Each row of RFC 5321's mail routing, asked of real servers on the loopback."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from emailcleaner.core.dns import DnsLimits
from emailcleaner.core.model import Blame, DomainFinding, Flag, MxHost, Reason
from tests.servers.dns_asking import BRIEF, QUICK, TurnedClock
from tests.servers.dns_checking import ask, checker_for
from tests.servers.dns_server import AAAA, MX, A, DnsServer, Misdeed


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def check(
    server: DnsServer, domain: str = "a.test", *, allow_private: bool = False, limits: DnsLimits = QUICK
) -> DomainFinding:
    return checker_for(server, allow_private=allow_private, limits=limits).check(domain)


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
    found = check(server, limits=BRIEF)
    assert (found.reason, found.blame) == (Reason.DNS_TIMEOUT, Blame.REMOTE_SERVER)


def test_silence_about_everything_is_our_network_and_is_not_kept(server: DnsServer) -> None:
    server.is_silent = True
    found = check(server, limits=BRIEF)
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
    found = check(server, limits=BRIEF if misdeed is Misdeed.SILENCE else QUICK)
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
    found = checker_for(server, limits=replace(BRIEF, domain_deadline_s=0.5)).check("a.test")
    assert found.reason is Reason.DNS_TIMEOUT
    assert 0.5 <= time.monotonic() - started < 2
