"""Questions end as they should, whatever the servers do; asked of real servers on the loopback."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from emailcleaner.core.dns.codec import MX, A, Message
from emailcleaner.core.dns.outcomes import Outcome
from tests.servers.dns_asking import BRIEF, QUICK, Asker
from tests.servers.dns_server import FORMERR, NOTIMP, DnsServer, Misdeed


def exchangers(message: Message | None) -> list[object]:
    assert message is not None
    return [data for _, rtype, _, data in message.answers if rtype == MX]


def closed_port() -> tuple[str, int]:
    """An address at which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()  # type: ignore[no-any-return]  # of this family it is host and port


def test_a_plain_answer(server: DnsServer) -> None:
    server.zone.mail("good.test")
    with Asker([server.address]) as asker:
        [(outcome, message)] = asker.ask(("good.test", MX))
    assert outcome is Outcome.ANSWER
    assert exchangers(message) == [(10, "mx.good.test")]
    assert server.total == 1


@pytest.mark.parametrize(
    "misdeed",
    [
        Misdeed.WRONG_ID_FIRST,
        Misdeed.WRONG_QUESTION_FIRST,
        Misdeed.WRONG_CASE_FIRST,
        Misdeed.OTHER_PORT_FIRST,
        Misdeed.GARBAGE_FIRST,
        Misdeed.QUERY_ECHOED_FIRST,
    ],
)
def test_a_forged_answer_is_ignored_and_the_true_one_taken(server: DnsServer, misdeed: Misdeed) -> None:
    server.zone.mail("good.test")
    server.zone.misdeed("good.test", misdeed)
    with Asker([server.address]) as asker:
        [(outcome, message)] = asker.ask(("good.test", MX))
    assert outcome is Outcome.ANSWER
    assert exchangers(message) == [(10, "mx.good.test")]
    assert server.total == 1


@pytest.mark.parametrize(
    ("misdeed", "outcome"),
    [
        (Misdeed.SERVFAIL, Outcome.SERVFAIL),
        (Misdeed.BARE_SERVFAIL, Outcome.SERVFAIL),
        (Misdeed.REFUSED, Outcome.REFUSED),
        (Misdeed.REFERRAL, Outcome.REFUSED),
        (Misdeed.MALFORMED, Outcome.MALFORMED),
        (Misdeed.POINTER_LOOP, Outcome.MALFORMED),
        (Misdeed.TRUNCATED_AND_NO_TCP, Outcome.TIMEOUT),
    ],
)
def test_a_bad_answer_is_asked_for_once_more_and_then_a_failure(
    server: DnsServer, misdeed: Misdeed, outcome: Outcome
) -> None:
    server.zone.misdeed("bad.test", misdeed)
    with Asker([server.address]) as asker:
        assert asker.ask(("bad.test", MX)) == [(outcome, None)]
    assert server.total == 2


@pytest.mark.parametrize("misdeed", [Misdeed.SERVFAIL, Misdeed.REFUSED, Misdeed.MALFORMED, Misdeed.SILENCE])
def test_what_one_server_cannot_say_another_may(
    server: DnsServer, other: DnsServer, misdeed: Misdeed
) -> None:
    names = [f"good{number}.test" for number in range(12)]
    for name in names:
        server.zone.misdeed(name, misdeed)
        other.zone.mail(name)
    with Asker([server.address, other.address]) as asker:
        ends = asker.ask(*((name, MX) for name in names))
    assert [outcome for outcome, _ in ends] == [Outcome.ANSWER] * 12
    assert server.total > 0


def test_a_truncated_answer_is_fetched_over_tcp(server: DnsServer) -> None:
    server.zone.mx("big.test", *((number, f"mx{number}.{'x' * 50}.test") for number in range(60)))
    with Asker([server.address]) as asker:
        [(outcome, message)] = asker.ask(("big.test", MX))
    assert outcome is Outcome.ANSWER
    assert len(exchangers(message)) == 60
    assert server.tcp_queries == 1


def test_many_truncated_answers_share_few_connections(server: DnsServer) -> None:
    names = [f"big{number}.test" for number in range(40)]
    for name in names:
        server.zone.mail(name)
        server.zone.misdeed(name, Misdeed.TRUNCATED)
    with Asker([server.address], replace(QUICK, tcp_connections=3, deadline_s=5)) as asker:
        ends = asker.ask(*((name, MX) for name in names))
    assert {outcome for outcome, _ in ends} == {Outcome.ANSWER}
    assert server.tcp_queries == 40


def test_a_server_too_old_for_edns_is_asked_without(server: DnsServer) -> None:
    server.zone.mail("old.test")
    server.zone.misdeed("old.test", Misdeed.NO_EDNS)
    with Asker([server.address]) as asker:
        [(outcome, message)] = asker.ask(("old.test", MX))
    assert outcome is Outcome.ANSWER
    assert exchangers(message) == [(10, "mx.old.test")]


@pytest.mark.parametrize("rcode", [FORMERR, NOTIMP])
def test_a_server_that_understands_nothing_is_a_failure(server: DnsServer, rcode: int) -> None:
    server.zone.rcode("old.test", rcode)
    with Asker([server.address]) as asker:
        assert asker.ask(("old.test", MX)) == [(Outcome.REFUSED, None)]


def test_unusual_octets_in_a_name_are_read(server: DnsServer) -> None:
    server.zone.misdeed("odd.test", Misdeed.ODD_NAME)
    with Asker([server.address]) as asker:
        [(_, message)] = asker.ask(("odd.test", MX))
    assert exchangers(message) == [(5, "ma\\032il\\000\\255.test")]


def test_silence_about_one_name_is_a_timeout_within_the_deadline(server: DnsServer) -> None:
    server.zone.misdeed("silent.test", Misdeed.SILENCE)
    with Asker([server.address], BRIEF) as asker:
        started = time.monotonic()
        assert asker.ask(("silent.test", MX)) == [(Outcome.TIMEOUT, None)]
        took_s = time.monotonic() - started
    assert BRIEF.deadline_s <= took_s < BRIEF.deadline_s + BRIEF.canary_timeout_s + 1
    assert 2 <= server.asked("silent.test") <= 4


def test_silence_about_everything_is_our_network(server: DnsServer) -> None:
    server.is_silent = True
    with Asker([server.address], BRIEF) as asker:
        ends = asker.ask(("one.test", MX), ("two.test", A))
    assert ends == [(Outcome.OFFLINE, None)] * 2


def test_a_port_where_nobody_listens_is_noticed_before_the_deadline() -> None:
    with Asker([closed_port()], replace(QUICK, deadline_s=8.0)) as asker:
        started = time.monotonic()
        assert asker.ask(("one.test", MX)) == [(Outcome.OFFLINE, None)]
        assert time.monotonic() - started < 4


def test_no_server_at_all_is_our_network() -> None:
    with Asker([]) as asker:
        assert asker.ask(("one.test", MX)) == [(Outcome.OFFLINE, None)]


def test_a_dead_server_beside_a_good_one_costs_little(server: DnsServer) -> None:
    names = [f"good{number}.test" for number in range(300)]
    for name in names:
        server.zone.mail(name)
    with Asker([closed_port(), server.address]) as asker:
        started = time.monotonic()
        ends = asker.ask(*((name, MX) for name in names))
        took_s = time.monotonic() - started
    assert {outcome for outcome, _ in ends} == {Outcome.ANSWER}
    assert took_s < 3


def test_a_silent_server_is_left_out_until_it_answers_again(server: DnsServer, other: DnsServer) -> None:
    first = [f"first{number}.test" for number in range(60)]
    second = [f"second{number}.test" for number in range(60)]
    for name in first + second:
        server.zone.mail(name)
        other.zone.mail(name)
    server.is_silent = True
    with Asker([server.address, other.address]) as asker:
        for number in range(0, 60, 4):  # over longer than `first_rest_s`, which is when silence counts
            asker.ask(*((name, MX) for name in first[number : number + 4]))
        asked_before = server.total
        assert [o for o, _ in asker.ask(*((name, MX) for name in second))] == [Outcome.ANSWER] * 60
        assert server.total == asked_before


def test_questions_are_held_while_the_network_is_away_and_asked_again(server: DnsServer) -> None:
    server.zone.mail("good.test")
    server.is_silent = True
    limits = replace(BRIEF, outage_patience_s=30.0)
    with Asker([server.address], limits) as asker:
        asker.loop.call_later(0.8, setattr, server, "is_silent", False)
        [(outcome, _)] = asker.ask(("good.test", MX))
    assert outcome is Outcome.ANSWER


def test_a_late_answer_to_the_first_attempt_still_counts(server: DnsServer) -> None:
    server.zone.mail("slow.test")
    server.zone.slow("slow.test", 0.4)  # later than the first time-out, and than the second attempt
    with Asker([server.address]) as asker:
        [(outcome, _)] = asker.ask(("slow.test", MX))
    assert outcome is Outcome.ANSWER


def test_lost_datagrams_are_asked_again(server: DnsServer) -> None:
    names = [f"good{number}.test" for number in range(500)]
    for name in names:
        server.zone.mail(name)
    server.drop_every = 50  # two per cent
    with Asker([server.address], replace(QUICK, deadline_s=5.0)) as asker:
        ends = asker.ask(*((name, MX) for name in names))
    assert {outcome for outcome, _ in ends} == {Outcome.ANSWER}
    assert server.total > 500


def test_ids_and_ports_vary(server: DnsServer) -> None:
    names = [f"good{number}.test" for number in range(200)]
    for name in names:
        server.zone.mail(name)
    with Asker([server.address]) as asker:
        asker.ask(*((name, MX) for name in names))
    assert len(server.ports) == QUICK.sockets_per_server
    assert len(server.idents) > 190
    numbers = sorted(int.from_bytes(ident, "big") for ident in server.idents)
    assert numbers[-1] - numbers[0] > 30_000


def test_the_window_is_kept(server: DnsServer) -> None:
    names = [f"good{number}.test" for number in range(40)]
    for name in names:
        server.zone.mail(name)
    server.delay_s = 0.05
    with Asker([server.address], replace(QUICK, window=4)) as asker:
        started = time.monotonic()
        asker.ask(*((name, MX) for name in names))
        assert time.monotonic() - started >= 10 * 0.05


def test_the_rate_is_capped(server: DnsServer) -> None:
    names = [f"good{number}.test" for number in range(40)]
    for name in names:
        server.zone.mail(name)
    with Asker([server.address], replace(QUICK, rate_per_s=60.0)) as asker:
        started = time.monotonic()
        asker.ask(*((name, MX) for name in names))
        assert time.monotonic() - started > 0.55


def test_an_ipv6_server_can_be_asked() -> None:
    with DnsServer(host="::1") as server:
        server.zone.mail("good.test")
        with Asker([server.address]) as asker:
            [(outcome, _)] = asker.ask(("good.test", MX))
    assert outcome is Outcome.ANSWER


def test_closing_with_questions_under_way_leaves_nothing_open(server: DnsServer) -> None:
    server.zone.misdeed("silent.test", Misdeed.SILENCE)
    server.zone.misdeed("tcp.test", Misdeed.TRUNCATED)
    with Asker([server.address]) as asker:
        asker.ask(("gone.test", MX))
        socks = [c.sock for s in asker.multiplexer._servers.all for c in s.channels]
        assert all(sock.fileno() >= 0 for sock in socks)
    assert all(sock.fileno() == -1 for sock in socks)
