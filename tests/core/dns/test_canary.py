"""Name servers that deny what certainly exists make domains unknown, never invalid."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from emailcleaner.core.model import Blame, DomainFinding, Reason
from tests.servers.dns_asking import BRIEF, QUICK, TurnedClock
from tests.servers.dns_checking import KeptFindings, ask, checker_for
from tests.servers.dns_server import MX, SERVFAIL, A, DnsServer, Misdeed

CANARIES = ("sure.test", "certain.test")


def know(server: DnsServer, name: str = CANARIES[0]) -> None:
    """Have the server know a domain as the well-known ones are: with exchangers and an address."""
    server.zone.mail(name)
    server.zone.a(name, "192.0.32.9")


def forget(server: DnsServer, name: str) -> None:
    server.zone.rcode(name, 3)


def is_doubted(finding: DomainFinding) -> bool:
    return (finding.reason, finding.blame, finding.ttl_s) == (Reason.DNS_FAILURE, Blame.OUR_NETWORK, 0)


def test_a_server_that_denies_everything_makes_nothing_invalid(server: DnsServer) -> None:
    cache = KeptFindings(TurnedClock())
    checker = checker_for(server, cache=cache, canaries=CANARIES)
    domains = ["sure.test", *(f"d{number}.test" for number in range(300))]
    found = ask(checker, *domains)
    assert all(is_doubted(finding) for finding in found.values())
    assert {f.detail for f in found.values()} == {
        "the name server 127.0.0.1 denies even domains that certainly exist"
    }
    assert cache.rows == {}
    assert len(checker.findings._rows) == len(checker.memory.answers) == 0


def test_a_good_session_costs_one_question_more(server: DnsServer) -> None:
    know(server)
    server.zone.mail("good.test")
    found = ask(checker_for(server, canaries=CANARIES), "gone.test", "good.test")
    assert {d: f.reason for d, f in found.items()} == {
        "gone.test": Reason.NO_SUCH_DOMAIN,
        "good.test": Reason.DOMAIN_ACCEPTS,
    }
    assert server.total == 3 + 1


def test_many_denials_share_few_questions(server: DnsServer) -> None:
    know(server)
    domains = [f"gone{number}.test" for number in range(1000)]
    started = time.monotonic()
    found = ask(checker_for(server, canaries=CANARIES, limits=replace(QUICK, deadline_s=10.0)), *domains)
    took_s = time.monotonic() - started
    assert {f.reason for f in found.values()} == {Reason.NO_SUCH_DOMAIN}
    assert 1 <= server.asked("sure.test") <= 2 + took_s / 0.2


def test_no_canary_is_asked_while_nothing_is_denied(server: DnsServer) -> None:
    server.zone.mail("good.test")
    server.zone.rcode("bad.test", SERVFAIL)
    found = ask(checker_for(server, canaries=CANARIES), "good.test", "bad.test", "[10.0.0.1]", "a..test")
    assert found["[10.0.0.1]"].reason is Reason.MX_UNROUTABLE
    assert server.asked("sure.test") == server.asked("certain.test") == 0


def test_one_canary_that_exists_is_enough(server: DnsServer) -> None:
    know(server, CANARIES[1])
    found = ask(checker_for(server, canaries=CANARIES), "gone.test")
    assert found["gone.test"].reason is Reason.NO_SUCH_DOMAIN
    assert server.asked("sure.test") == 1


def deny(server: DnsServer, reason: Reason) -> None:
    """Make "a.test" a domain that is invalid for `reason`."""
    if reason is Reason.NULL_MX:
        server.zone.mx("a.test", (0, ""))
    elif reason is Reason.NO_MAIL_HOST:
        server.zone.empty("a.test")
    elif reason is Reason.MX_UNRESOLVABLE:
        server.zone.mx("a.test", (10, "gone.test"))
    elif reason is Reason.MX_UNROUTABLE:
        server.zone.a("a.test", "10.0.0.1")


DENIALS = [
    Reason.NO_SUCH_DOMAIN,
    Reason.NULL_MX,
    Reason.NO_MAIL_HOST,
    Reason.MX_UNRESOLVABLE,
    Reason.MX_UNROUTABLE,
]


@pytest.mark.parametrize("reason", DENIALS)
def test_every_denial_is_believed_only_of_servers_that_know_the_canaries(
    server: DnsServer, reason: Reason
) -> None:
    deny(server, reason)
    assert is_doubted(checker_for(server, canaries=CANARIES).check("a.test"))
    know(server)
    assert checker_for(server, canaries=CANARIES).check("a.test").reason is reason
    assert checker_for(server).check("a.test").reason is reason


def test_a_portal_that_sends_everyone_to_itself_makes_nothing_invalid(server: DnsServer) -> None:
    """Exchangers are passed through; every address is the portal's."""
    for name in (*CANARIES, "a.test"):
        server.zone.mx(name, (10, f"mx.{name}"))
        server.zone.a(name, "10.0.0.1")
        server.zone.a(f"mx.{name}", "10.0.0.1")
    assert is_doubted(checker_for(server, canaries=CANARIES).check("a.test"))
    assert server.queries["sure.test", A] == 1


def test_a_server_that_says_of_everything_it_has_no_records_makes_nothing_invalid(server: DnsServer) -> None:
    for name in (*CANARIES, "a.test"):
        server.zone.empty(name)
    assert is_doubted(checker_for(server, canaries=CANARIES).check("a.test"))


def test_a_server_that_says_of_everything_it_takes_no_mail_makes_nothing_invalid(server: DnsServer) -> None:
    for name in (*CANARIES, "a.test"):
        server.zone.mx(name, (0, ""))
    assert is_doubted(checker_for(server, canaries=CANARIES).check("a.test"))


def test_canaries_that_fail_are_no_proof(server: DnsServer) -> None:
    for name in CANARIES:
        server.zone.rcode(name, SERVFAIL)
    finding = checker_for(server, canaries=CANARIES).check("gone.test")
    assert is_doubted(finding)
    assert "say nothing" in finding.detail


def test_a_server_silent_about_the_canaries_is_no_proof(server: DnsServer) -> None:
    for name in CANARIES:
        server.zone.misdeed(name, Misdeed.SILENCE)
    assert is_doubted(checker_for(server, canaries=CANARIES, limits=BRIEF).check("gone.test"))


def test_a_network_that_breaks_in_the_middle_is_noticed_at_once(server: DnsServer) -> None:
    know(server)
    with checker_for(server, canaries=CANARIES).session() as session:
        session.submit(["before.test"])
        assert [f.reason for f in session.take(5.0)] == [Reason.NO_SUCH_DOMAIN]
        forget(server, "sure.test")
        session.submit(["during.test"])
        assert [is_doubted(f) for f in session.take(5.0)] == [True]
        server.zone.rcode("sure.test", 0)
        session.submit(["after.test"])
        assert [f.reason for f in session.take(5.0)] == [Reason.NO_SUCH_DOMAIN]


def test_an_answer_of_before_the_break_proves_nothing_of_what_was_denied_after_it(server: DnsServer) -> None:
    know(server)
    server.zone.slow("sure.test", 0.4)
    found: list[DomainFinding] = []
    with checker_for(server, canaries=CANARIES).session() as session:
        session.submit(["before.test"])
        deadline = time.monotonic() + 5
        while not server.asked("sure.test") and time.monotonic() < deadline:
            assert session.take(0.01) == []
        forget(server, "sure.test")  # its good answer is on the way
        session.submit(["after.test"])
        while session.pending and time.monotonic() < deadline:
            found += session.take(1.0)
    assert [(f.domain, is_doubted(f)) for f in found] == [("before.test", False), ("after.test", True)]


def test_what_a_lying_server_said_of_an_exchanger_is_forgotten(server: DnsServer) -> None:
    server.zone.glue = False
    server.zone.mx("a.test", (10, "mx.shared.test"))
    server.zone.mx("b.test", (10, "mx.shared.test"))
    checker = checker_for(server, canaries=CANARIES)
    assert is_doubted(checker.check("a.test"))
    know(server)
    server.zone.a("mx.shared.test", "192.0.32.1")
    assert checker.check("b.test").reason is Reason.DOMAIN_ACCEPTS


def test_denials_are_held_while_nothing_answers_and_judged_afterwards(server: DnsServer) -> None:
    know(server)
    server.zone.misdeed("sure.test", Misdeed.SILENCE, times=2)
    server.zone.misdeed("certain.test", Misdeed.SILENCE)
    limits = replace(BRIEF, outage_patience_s=10.0, canary_timeout_s=0.1, second_timeout_s=0.3)
    found = ask(checker_for(server, canaries=CANARIES, limits=limits), "gone.test")
    assert found["gone.test"].reason is Reason.NO_SUCH_DOMAIN
    assert server.queries["sure.test", MX] >= 3


def test_one_lying_server_beside_a_good_one_is_enough_to_doubt(server: DnsServer, other: DnsServer) -> None:
    """A question lost on its way to the good one would leave two denials by the other."""
    know(server)
    server.zone.mail("good.test")
    found = ask(checker_for(server, other, canaries=CANARIES), "good.test", "gone.test")
    assert found["good.test"].reason is Reason.DOMAIN_ACCEPTS
    assert is_doubted(found["gone.test"])


def test_a_silent_server_beside_a_good_one_leaves_denials_believed(
    server: DnsServer, other: DnsServer
) -> None:
    know(server)
    other.is_silent = True
    limits = replace(QUICK, canary_timeout_s=0.4)
    found = ask(checker_for(server, other, canaries=CANARIES, limits=limits), "gone.test")
    assert found["gone.test"].reason is Reason.NO_SUCH_DOMAIN


def test_what_is_kept_from_before_is_as_good_as_it_was(server: DnsServer) -> None:
    clock = TurnedClock()
    cache = KeptFindings(clock)
    know(server)
    first = ask(checker_for(server, clock=clock, cache=cache, canaries=CANARIES), "gone.test")
    forget(server, "sure.test")
    asked = server.total
    again = ask(checker_for(server, clock=clock, cache=cache, canaries=CANARIES), "gone.test")
    assert again == first
    assert server.total == asked


def test_leaving_while_denials_are_held_ends_the_session_soon(server: DnsServer) -> None:
    for name in CANARIES:
        server.zone.misdeed(name, Misdeed.SILENCE)
    limits = replace(QUICK, canary_timeout_s=10.0, outage_patience_s=30.0)
    started = time.monotonic()
    with checker_for(server, canaries=CANARIES, limits=limits).session() as session:
        session.submit(["gone.test"])
        assert session.take(0.2) == []
        assert session.pending == 1
    assert time.monotonic() - started < 2
