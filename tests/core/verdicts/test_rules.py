from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.model import (
    Blame,
    Depth,
    DomainFinding,
    Findings,
    Flag,
    Reason,
    Segment,
    Status,
    Verdict,
)
from emailcleaner.core.verdicts import BLAME_OF, RULES, SEGMENT_OF, STATUS_OF, judge, repeat_of

ACCEPTS = DomainFinding("example.com", Reason.DOMAIN_ACCEPTS, Blame.NONE, provider="google")
SYNTAX = tuple(r for r in Reason if list(Reason).index(r) <= list(Reason).index(Reason.PROVIDER_SYNTAX))
DOMAIN_BAD = (
    Reason.NO_SUCH_DOMAIN,
    Reason.NULL_MX,
    Reason.NO_MAIL_HOST,
    Reason.MX_UNRESOLVABLE,
    Reason.MX_UNROUTABLE,
)
DOMAIN_UNKNOWN = (Reason.DNS_TIMEOUT, Reason.DNS_FAILURE)
MAILBOX_INVALID = (
    Reason.NOT_FOUND,
    Reason.DISABLED,
    Reason.MOVED,
    Reason.RELAY_DENIED,
    Reason.RESTRICTED,
)
SERVER_UNKNOWN = tuple(
    r
    for r in Reason
    if list(Reason).index(Reason.UNVERIFIABLE_PROVIDER)
    <= list(Reason).index(r)
    <= list(Reason).index(Reason.BREAKER_OPEN)
)
MAILBOX_OTHER = (
    Reason.ACCEPTED,
    Reason.EXISTS_RATE_LIMITED,
    Reason.MAILBOX_FULL,
    Reason.ACCEPTED_UNCONFIRMED,
    Reason.CATCH_ALL,
)
NO_FLAGS = Flag(0)
FAULTS = (Blame.RECIPIENT, Blame.DOMAIN)
OTHER_BLAMES = tuple(b for b in Blame if b not in FAULTS)
RANK = {(r.reason, r.status): i for i, r in enumerate(RULES)}


def domain(reason: Reason, blame: Blame | None = None, flags: Flag = NO_FLAGS) -> DomainFinding:
    return DomainFinding("example.com", reason, blame or BLAME_OF[reason], flags=flags)


def findings_that_give(reason: Reason) -> Findings:
    """Findings in which `reason` is the one that must decide."""
    if reason in SYNTAX or reason in {Reason.MALFORMED_ROW, Reason.EMPTY}:
        return Findings(Depth.DOMAIN, reason)
    if reason in {*DOMAIN_BAD, *DOMAIN_UNKNOWN, Reason.DOMAIN_ACCEPTS}:
        return Findings(Depth.DOMAIN, None, domain=domain(reason))
    if reason in {Reason.NOT_CHECKED, Reason.CANCELLED}:
        return Findings(Depth.DOMAIN, None, run=reason)
    if reason in {Reason.SUPPRESSED, Reason.ALLOWLISTED, Reason.DUPLICATE}:
        return Findings(Depth.DOMAIN, None, domain=ACCEPTS, listed=reason)
    flags = {
        Reason.DISPOSABLE_DOMAIN: Flag.DISPOSABLE,
        Reason.ROLE_ACCOUNT: Flag.ROLE,
        Reason.LOW_QUALITY: Flag.GIBBERISH,
    }
    if reason in flags:
        return Findings(Depth.DOMAIN, None, flags[reason], domain=ACCEPTS)
    if reason is Reason.WELL_FORMED:
        return Findings(Depth.SYNTAX, None)
    return Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=reason, mailbox_blame=BLAME_OF[reason])


def rank(verdict: Verdict) -> int:
    return RANK[verdict.reason, verdict.status]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_can_decide_and_gives_what_its_row_says(reason: Reason) -> None:
    verdict = judge(findings_that_give(reason))
    assert verdict.reason is reason
    assert verdict.status is STATUS_OF[reason]
    assert verdict.segment is SEGMENT_OF[reason]
    assert verdict.blame is BLAME_OF[reason]


CONTRACT = {
    Status.INVALID: {*SYNTAX, *DOMAIN_BAD, *MAILBOX_INVALID},
    Status.VALID: {
        Reason.ACCEPTED,
        Reason.EXISTS_RATE_LIMITED,
        Reason.DOMAIN_ACCEPTS,
        Reason.WELL_FORMED,
        Reason.ALLOWLISTED,
    },
    Status.RISKY: {
        Reason.MAILBOX_FULL,
        Reason.ACCEPTED_UNCONFIRMED,
        Reason.CATCH_ALL,
        Reason.DISPOSABLE_DOMAIN,
        Reason.ROLE_ACCOUNT,
        Reason.LOW_QUALITY,
        Reason.SUPPRESSED,
    },
    Status.UNKNOWN: {
        *DOMAIN_UNKNOWN,
        *SERVER_UNKNOWN,
        Reason.MALFORMED_ROW,
        Reason.EMPTY,
        Reason.DUPLICATE,
        Reason.NOT_CHECKED,
        Reason.CANCELLED,
    },
}


def test_each_reason_has_the_status_of_the_contract() -> None:
    by_status = {s: {r for r in Reason if STATUS_OF[r] is s} for s in Status}
    assert by_status == CONTRACT


def test_only_the_recipient_or_the_domain_can_make_invalid() -> None:
    invalid = [rule for rule in RULES if rule.status is Status.INVALID]
    assert {rule.blame for rule in invalid} == set(FAULTS)
    assert {rule.segment for rule in invalid} == {Segment.INVALID}


def test_the_groups_of_the_table_stand_in_the_order_of_the_contract() -> None:
    order: list[Segment] = []
    for rule in RULES:
        segment = Segment.CLEAN if rule.status is Status.VALID else rule.segment
        if rule.reason is not Reason.ALLOWLISTED and segment not in order[-1:]:
            order.append(segment)
    assert order == [
        Segment.REJECTED,
        Segment.DUPLICATE,
        Segment.SUPPRESSED,
        Segment.INVALID,
        Segment.DISPOSABLE,
        Segment.UNKNOWN,
        Segment.CATCHALL,
        Segment.ROLE_BASED,
        Segment.RISKY,
        Segment.CLEAN,
    ]


@pytest.mark.parametrize("reason", [*DOMAIN_BAD, *MAILBOX_INVALID])
@pytest.mark.parametrize("blame", OTHER_BLAMES)
def test_a_refusal_that_others_are_to_blame_for_is_unknown(reason: Reason, blame: Blame) -> None:
    by_domain = judge(Findings(Depth.DOMAIN, None, domain=domain(reason, blame)))
    by_mailbox = judge(Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=reason, mailbox_blame=blame))
    for verdict in (by_domain, by_mailbox):
        assert (verdict.status, verdict.segment) == (Status.UNKNOWN, Segment.UNKNOWN)
        assert (verdict.reason, verdict.blame) == (reason, blame)


@pytest.mark.parametrize("blame", FAULTS)
def test_a_refusal_keeps_the_blame_it_was_given(blame: Blame) -> None:
    verdict = judge(
        Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=Reason.NOT_FOUND, mailbox_blame=blame)
    )
    assert (verdict.status, verdict.blame) == (Status.INVALID, blame)


def test_a_stage_that_blames_nobody_leaves_the_usual_blame_of_a_temporary_fault() -> None:
    verdict = judge(Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=Reason.GREYLISTED))
    assert verdict.blame is Blame.REMOTE_SERVER


@pytest.mark.parametrize(
    ("worse", "lesser"),
    [
        (
            Findings(Depth.DOMAIN, None, Flag.DISPOSABLE, domain(Reason.NO_SUCH_DOMAIN)),
            Reason.NO_SUCH_DOMAIN,
        ),
        (
            Findings(Depth.DOMAIN, None, Flag.DISPOSABLE, domain(Reason.DNS_TIMEOUT)),
            Reason.DISPOSABLE_DOMAIN,
        ),
        (Findings(Depth.DOMAIN, None, Flag.ROLE, domain(Reason.DNS_TIMEOUT)), Reason.DNS_TIMEOUT),
        (Findings(Depth.DOMAIN, None, Flag.ROLE | Flag.CATCH_ALL, ACCEPTS), Reason.CATCH_ALL),
        (Findings(Depth.DOMAIN, None, Flag.ROLE | Flag.GIBBERISH, ACCEPTS), Reason.ROLE_ACCOUNT),
        (
            Findings(Depth.MAILBOX, None, Flag.GIBBERISH, ACCEPTS, Reason.MAILBOX_FULL),
            Reason.MAILBOX_FULL,
        ),
        (
            Findings(Depth.DOMAIN, Reason.UNKNOWN_TLD, Flag.ROLE, listed=Reason.SUPPRESSED),
            Reason.SUPPRESSED,
        ),
        (
            Findings(Depth.DOMAIN, None, domain=domain(Reason.NULL_MX), listed=Reason.ALLOWLISTED),
            Reason.NULL_MX,
        ),
        (
            Findings(Depth.DOMAIN, None, domain=domain(Reason.DNS_TIMEOUT), listed=Reason.ALLOWLISTED),
            Reason.DNS_TIMEOUT,
        ),
        (
            Findings(Depth.MAILBOX, None, Flag.DISPOSABLE | Flag.ROLE, ACCEPTS, listed=Reason.ALLOWLISTED),
            Reason.ALLOWLISTED,
        ),
    ],
)
def test_of_several_reasons_the_first_of_the_table_decides(worse: Findings, lesser: Reason) -> None:
    assert judge(worse).reason is lesser


@pytest.mark.parametrize(
    ("findings", "depth"),
    [
        (Findings(Depth.DOMAIN, Reason.MISSING_AT), Depth.SYNTAX),
        (Findings(Depth.SYNTAX, None), Depth.SYNTAX),
        (Findings(Depth.DOMAIN, None, domain=ACCEPTS), Depth.DOMAIN),
        (Findings(Depth.DOMAIN, None, domain=domain(Reason.NULL_MX)), Depth.DOMAIN),
        (Findings(Depth.DOMAIN, None, domain=domain(Reason.DNS_TIMEOUT)), Depth.SYNTAX),
        (Findings(Depth.MAILBOX, None, domain=ACCEPTS), Depth.DOMAIN),
        (Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=Reason.GREYLISTED), Depth.DOMAIN),
        (Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=Reason.CATCH_ALL), Depth.MAILBOX),
        (Findings(Depth.DOMAIN, None, listed=Reason.SUPPRESSED), Depth.SYNTAX),
    ],
)
def test_depth_is_how_far_an_answer_really_came(findings: Findings, depth: Depth) -> None:
    assert judge(findings).depth is depth


@pytest.mark.parametrize("asked", [Depth.DOMAIN, Depth.MAILBOX])
def test_what_was_asked_for_and_not_answered_is_never_valid(asked: Depth) -> None:
    verdict = judge(Findings(asked, None))
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.NOT_CHECKED)


def test_a_domain_alone_does_not_satisfy_a_job_that_asks_for_mailboxes() -> None:
    verdict = judge(Findings(Depth.MAILBOX, None, domain=ACCEPTS))
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.NOT_CHECKED)


def test_an_allow_listed_address_needs_no_mailbox_answer() -> None:
    verdict = judge(Findings(Depth.MAILBOX, None, domain=ACCEPTS, listed=Reason.ALLOWLISTED))
    assert (verdict.status, verdict.segment) == (Status.VALID, Segment.CLEAN)


def test_flags_of_address_and_domain_come_together_with_the_provider() -> None:
    finding = DomainFinding(
        "example.com", Reason.DOMAIN_ACCEPTS, Blame.NONE, flags=Flag.IMPLICIT_MX, provider="zoho"
    )
    verdict = judge(Findings(Depth.DOMAIN, None, Flag.FREE, finding))
    assert verdict.flags == Flag.FREE | Flag.IMPLICIT_MX
    assert verdict.provider == "zoho"


def test_a_repeated_row_takes_over_the_answer_of_the_first() -> None:
    first = judge(Findings(Depth.DOMAIN, None, Flag.ROLE | Flag.CORRECTED, ACCEPTS))
    again = repeat_of(first, Flag.FREE | Flag.SEVERAL)
    assert (again.reason, again.segment) == (Reason.DUPLICATE, Segment.DUPLICATE)
    assert (again.status, again.score) == (first.status, first.score)
    assert again.flags == Flag.ROLE | Flag.SEVERAL  # what is said of the cell is its own


# --- properties --------------------------------------------------------------------------------

flags_st = st.integers(0, (1 << 16) - 1).map(Flag)
domains_st = st.one_of(
    st.none(),
    st.builds(
        domain,
        st.sampled_from([*DOMAIN_BAD, *DOMAIN_UNKNOWN, Reason.DOMAIN_ACCEPTS]),
        st.sampled_from(Blame),
        flags_st,
    ),
)
findings_st = st.builds(
    Findings,
    asked=st.sampled_from(Depth),
    syntax=st.sampled_from([None, None, None, *SYNTAX, Reason.EMPTY]),
    flags=flags_st,
    domain=domains_st,
    mailbox=st.sampled_from([None, *MAILBOX_INVALID, *MAILBOX_OTHER, *SERVER_UNKNOWN]),
    mailbox_blame=st.sampled_from(Blame),
    listed=st.sampled_from([None, None, Reason.SUPPRESSED, Reason.ALLOWLISTED]),
    run=st.sampled_from([None, None, Reason.NOT_CHECKED, Reason.CANCELLED]),
)
GOODNESS = {Status.VALID: 2, Status.RISKY: 1, Status.UNKNOWN: 1, Status.INVALID: 0}


@given(findings_st)
def test_every_row_gets_exactly_one_whole_verdict(findings: Findings) -> None:
    verdict = judge(findings)
    assert isinstance(verdict.segment, Segment)
    assert 0 <= verdict.score <= 100
    if verdict.status is Status.INVALID:
        assert verdict.blame in FAULTS
        assert verdict.score == 0
    if verdict.status is Status.VALID:
        assert verdict.blame is Blame.NONE
        assert verdict.segment is Segment.CLEAN


@given(findings_st, flags_st)
def test_a_further_bad_flag_never_makes_it_better(findings: Findings, more: Flag) -> None:
    before = judge(findings)
    worse = judge(
        Findings(
            asked=findings.asked,
            syntax=findings.syntax,
            flags=findings.flags | more,
            domain=findings.domain,
            mailbox=findings.mailbox,
            mailbox_blame=findings.mailbox_blame,
            listed=findings.listed,
            run=findings.run,
        )
    )
    assert rank(worse) <= rank(before)
    assert GOODNESS[worse.status] <= GOODNESS[before.status]
    assert worse.score <= before.score


@given(
    findings_st.filter(lambda f: f.listed is not Reason.SUPPRESSED),
    st.sampled_from([*SYNTAX, *DOMAIN_BAD, *MAILBOX_INVALID, *DOMAIN_UNKNOWN, *SERVER_UNKNOWN]),
)
def test_a_further_bad_answer_never_makes_it_better(findings: Findings, bad: Reason) -> None:
    before = judge(findings)
    fields = {
        "asked": findings.asked,
        "syntax": findings.syntax,
        "flags": findings.flags,
        "domain": findings.domain,
        "mailbox": findings.mailbox,
        "mailbox_blame": findings.mailbox_blame,
        "listed": findings.listed,
        "run": findings.run,
    }
    if bad in SYNTAX:
        if findings.syntax:
            return
        fields["syntax"] = bad
    elif bad in {*DOMAIN_BAD, *DOMAIN_UNKNOWN}:
        if findings.domain and findings.domain.reason is not Reason.DOMAIN_ACCEPTS:
            return
        fields["domain"] = domain(bad, BLAME_OF[bad], findings.domain.flags if findings.domain else Flag(0))
    else:
        if findings.mailbox and findings.mailbox not in {Reason.ACCEPTED, Reason.EXISTS_RATE_LIMITED}:
            return
        fields["mailbox"] = bad
        fields["mailbox_blame"] = BLAME_OF[bad]
    worse = judge(Findings(**fields))  # type: ignore[arg-type]  # fields of one dataclass, by name
    assert GOODNESS[worse.status] <= GOODNESS[before.status]
    assert worse.score <= before.score


@given(
    st.sampled_from(Depth),
    st.sampled_from([None, *DOMAIN_UNKNOWN]),
    st.sampled_from([None, *SERVER_UNKNOWN]),
    st.sampled_from(OTHER_BLAMES),
    flags_st,
    st.sampled_from([None, Reason.NOT_CHECKED, Reason.CANCELLED]),
)
def test_unknowns_alone_never_give_invalid(
    asked: Depth,
    dns: Reason | None,
    mailbox: Reason | None,
    blame: Blame,
    flags: Flag,
    run: Reason | None,
) -> None:
    finding = domain(dns, blame) if dns else None
    verdict = judge(Findings(asked, None, flags, finding, mailbox, blame, run=run))
    assert verdict.status is not Status.INVALID
    assert verdict.segment is not Segment.INVALID
