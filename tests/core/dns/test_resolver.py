"""Look-ups follow aliases, ask no name twice at a time, and remember what they may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from emailcleaner.core.dns.codec import AAAA, MX, A
from emailcleaner.core.dns.outcomes import Outcome
from emailcleaner.core.dns.resolver import AnswerMemory
from tests.servers.dns_asking import BRIEF, QUICK, Asker, TurnedClock
from tests.servers.dns_server import NXDOMAIN, DnsServer, Misdeed


@pytest.fixture
def asker(server: DnsServer) -> Iterator[Asker]:
    with Asker([server.address]) as asker:
        yield asker


def test_records_with_their_ttl_between_a_minute_and_a_day(server: DnsServer, asker: Asker) -> None:
    server.zone.a("short.test", "192.0.32.1", ttl=1)
    server.zone.a("plain.test", "192.0.32.1", "192.0.32.2", ttl=777)
    server.zone.a("long.test", "192.0.32.1", ttl=10**9)
    short, plain, long = asker.look_up(
        asker.resolver(), ("short.test", A), ("plain.test", A), ("long.test", A)
    )
    assert (short.ttl_s, plain.ttl_s, long.ttl_s) == (60, 777, 86400)
    assert plain.records == (b"\xc0\x00\x20\x01", b"\xc0\x00\x20\x02")


@pytest.mark.parametrize(("soa", "kept"), [(1, 60), (900, 900), (10**6, 3 * 3600), (None, 0)])
def test_negative_answers_are_kept_by_their_soa(
    server: DnsServer, asker: Asker, soa: int | None, kept: int
) -> None:
    server.zone.negative_soa = soa
    server.zone.empty("empty.test")
    empty, gone = asker.look_up(asker.resolver(), ("empty.test", AAAA), ("gone.test", AAAA))
    assert (empty.outcome, empty.ttl_s) == (Outcome.NODATA, kept)
    assert (gone.outcome, gone.ttl_s) == (Outcome.NXDOMAIN, kept)


def test_what_is_remembered_is_not_asked_until_it_expires(server: DnsServer, asker: Asker) -> None:
    server.zone.a("host.test", "192.0.32.1", ttl=300)
    clock, memory = TurnedClock(), AnswerMemory(QUICK)
    resolver = asker.resolver(memory, clock)
    for seconds, asked in ((0, 1), (299, 1), (2, 2)):
        clock.turn(seconds)
        assert asker.look_up(resolver, ("host.test", A))[0].records == (b"\xc0\x00\x20\x01",)
        assert server.total == asked
    assert (memory.answers.hits, memory.answers.misses) == (1, 2)


def test_nothing_without_a_soa_is_remembered(server: DnsServer, asker: Asker) -> None:
    server.zone.negative_soa = None
    server.zone.empty("empty.test")
    resolver = asker.resolver()
    asker.look_up(resolver, ("empty.test", A))
    asker.look_up(resolver, ("empty.test", A))
    assert server.total == 2


def test_failures_are_remembered_for_five_seconds_doubling_to_five_minutes(
    server: DnsServer, asker: Asker
) -> None:
    server.zone.misdeed("bad.test", Misdeed.SERVFAIL)
    clock = TurnedClock()
    resolver = asker.resolver(clock=clock)
    kept = []
    for _ in range(8):
        [found] = asker.look_up(resolver, ("bad.test", A))
        assert found.outcome is Outcome.SERVFAIL
        kept.append(found.ttl_s)
        asked = server.total
        clock.turn(found.ttl_s - 1)
        asker.look_up(resolver, ("bad.test", A))
        assert server.total == asked
        clock.turn(2)
    assert kept == [5, 10, 20, 40, 80, 160, 300, 300]


def test_an_outage_of_ours_is_not_remembered(server: DnsServer) -> None:
    server.is_silent = True
    with Asker([server.address], BRIEF) as asker:
        [found] = asker.look_up(asker.resolver(), ("host.test", A))
    assert (found.outcome, found.ttl_s) == (Outcome.OFFLINE, 0)


def test_a_clock_put_back_expires_what_is_remembered(server: DnsServer, asker: Asker) -> None:
    server.zone.a("host.test", "192.0.32.1")
    clock = TurnedClock()
    resolver = asker.resolver(clock=clock)
    asker.look_up(resolver, ("host.test", A))
    clock.turn(-3600)
    asker.look_up(resolver, ("host.test", A))
    assert server.total == 2


def test_a_name_wanted_a_thousand_times_is_asked_once(server: DnsServer, asker: Asker) -> None:
    server.zone.a("host.test", "192.0.32.1")
    found = asker.look_up(asker.resolver(), *[("host.test", A)] * 1000)
    assert {f.outcome for f in found} == {Outcome.ANSWER}
    assert server.total == 1


def test_no_such_name_is_believed_only_the_second_time(server: DnsServer, asker: Asker) -> None:
    [found] = asker.look_up(asker.resolver(), ("gone.test", MX))
    assert found.outcome is Outcome.NXDOMAIN
    assert server.asked("gone.test") == 2


def test_the_second_word_on_a_missing_name_comes_from_another_server(server: DnsServer) -> None:
    with DnsServer() as other, Asker([server.address, other.address]) as asker:
        names = [f"gone{number}.test" for number in range(20)]
        asker.look_up(asker.resolver(), *((name, MX) for name in names))
        assert all(server.asked(name) == other.asked(name) == 1 for name in names)


def test_a_name_that_one_server_knows_exists(server: DnsServer) -> None:
    with DnsServer() as other, Asker([server.address, other.address]) as asker:
        names = [f"half{number}.test" for number in range(20)]
        for name in names:
            other.zone.mail(name)
        found = asker.look_up(asker.resolver(), *((name, MX) for name in names))
    assert {f.outcome for f in found} == {Outcome.ANSWER}


@pytest.mark.parametrize(
    ("misdeed", "outcome"), [(Misdeed.SERVFAIL, Outcome.SERVFAIL), (Misdeed.SILENCE, Outcome.TIMEOUT)]
)
def test_a_missing_name_that_is_not_confirmed_is_a_failure(
    server: DnsServer, misdeed: Misdeed, outcome: Outcome
) -> None:
    server.zone.rcode("half.test", NXDOMAIN)
    server.zone.misdeed("half.test", misdeed, after=1)
    with Asker([server.address], BRIEF) as asker:
        [found] = asker.look_up(asker.resolver(), ("half.test", MX))
    assert found.outcome is outcome


def test_aliases_are_followed(server: DnsServer, asker: Asker) -> None:
    server.zone.cname("a.test", "b.test", ttl=100)
    server.zone.cname("b.test", "c.test")
    server.zone.a("c.test", "192.0.32.1", ttl=500)
    [found] = asker.look_up(asker.resolver(), ("a.test", A))
    assert (found.outcome, found.records, found.aliases) == (Outcome.ANSWER, (b"\xc0\x00\x20\x01",), 2)
    assert found.ttl_s == 100


def chain(server: DnsServer, length: int) -> str:
    for number in range(length):
        server.zone.cname(f"alias{number}.test", f"alias{number + 1}.test")
    server.zone.a(f"alias{length}.test", "192.0.32.1")
    return "alias0.test"


def test_eight_aliases_in_a_row_are_followed_and_nine_are_not(server: DnsServer, asker: Asker) -> None:
    first = chain(server, 9)
    nine, eight = asker.look_up(asker.resolver(), (first, A), ("alias1.test", A))
    assert (eight.outcome, eight.aliases) == (Outcome.ANSWER, 8)
    assert nine.outcome is Outcome.ALIAS_LOOP


def test_aliases_that_lead_round_are_a_failure(server: DnsServer, asker: Asker) -> None:
    server.zone.cname("a.test", "b.test")
    server.zone.cname("b.test", "a.test")
    server.zone.cname("self.test", "self.test")
    found = asker.look_up(asker.resolver(), ("a.test", A), ("self.test", A))
    assert [f.outcome for f in found] == [Outcome.ALIAS_LOOP] * 2


def test_an_alias_whose_target_the_server_left_out_is_asked_for(server: DnsServer) -> None:
    """A server that answers for its own zone only gives the alias and no more."""
    with Asker([server.address]) as asker:
        server.zone.negative_soa = None
        server.zone.cname("a.test", "far.test")
        server.zone.empty("far.test")
        resolver = asker.resolver()
        [found] = asker.look_up(resolver, ("a.test", A))
        assert found.outcome is Outcome.NODATA
        assert server.asked("far.test") == 1


def test_an_alias_to_nowhere_is_no_such_name(server: DnsServer, asker: Asker) -> None:
    server.zone.cname("a.test", "gone.test")
    [found] = asker.look_up(asker.resolver(), ("a.test", A))
    assert found.outcome is Outcome.NXDOMAIN


def test_a_name_that_cannot_be_asked_is_refused_at_once(asker: Asker) -> None:
    with pytest.raises(ValueError, match="not a name"):
        asker.resolver().look_up("a..b", A, lambda _: None)


def test_the_memory_forgets_the_oldest_first(server: DnsServer) -> None:
    limits = replace(QUICK, cached_answers=8)
    names = [f"host{number}.test" for number in range(9)]
    for name in names:
        server.zone.a(name, "192.0.32.1")
    with Asker([server.address], limits) as asker:
        resolver = asker.resolver(AnswerMemory(limits))
        for name in [*names, names[-1], names[0]]:
            asker.look_up(resolver, (name, A))
    assert server.asked(names[-1]) == 1
    assert server.asked(names[0]) == 2
