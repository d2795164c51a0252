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
    Rating,
    Reason,
)
from emailcleaner.core.verdicts import judge, rating_of

ACCEPTS = DomainFinding("example.com", Reason.DOMAIN_ACCEPTS, Blame.NONE)


@pytest.mark.parametrize(
    ("findings", "score"),
    [
        (Findings(Depth.SYNTAX, None), 60),
        (Findings(Depth.DOMAIN, None, domain=ACCEPTS), 85),
        (Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=Reason.ACCEPTED), 100),
        (Findings(Depth.DOMAIN, None, Flag.ROLE, ACCEPTS), 65),
        (Findings(Depth.DOMAIN, None, Flag.DISPOSABLE, ACCEPTS), 5),
        (Findings(Depth.SYNTAX, None, Flag.DISPOSABLE), 0),
        (Findings(Depth.DOMAIN, None), 40),
        (Findings(Depth.DOMAIN, Reason.MISSING_AT), 0),
        (Findings(Depth.DOMAIN, Reason.EMPTY), 0),
        (Findings(Depth.MAILBOX, None, domain=ACCEPTS, mailbox=Reason.CATCH_ALL), 60),
        (
            Findings(
                Depth.MAILBOX,
                None,
                Flag.ROLE | Flag.TYPO,
                ACCEPTS,
                mailbox=Reason.ACCEPTED,
                listed=Reason.ALLOWLISTED,
            ),
            100,
        ),
    ],
)
def test_scores_of_the_usual_cases(findings: Findings, score: int) -> None:
    assert judge(findings).score == score


def test_a_domain_alone_never_reaches_excellent() -> None:
    assert judge(Findings(Depth.DOMAIN, None, domain=ACCEPTS)).rating is Rating.GOOD


def test_a_malformed_address_gets_no_points_for_being_well_formed() -> None:
    verdict = judge(Findings(Depth.DOMAIN, Reason.DOUBLE_DOT))
    assert [part.points for part in verdict.contributions] == [0]


@pytest.mark.parametrize(
    ("score", "rating"),
    [
        (100, Rating.EXCELLENT),
        (90, Rating.EXCELLENT),
        (89, Rating.GOOD),
        (75, Rating.GOOD),
        (74, Rating.FAIR),
        (50, Rating.FAIR),
        (49, Rating.POOR),
        (25, Rating.POOR),
        (24, Rating.BAD),
        (0, Rating.BAD),
    ],
)
def test_ratings_are_bands_of_the_score(score: int, rating: Rating) -> None:
    assert rating_of(score) is rating


@given(
    asked=st.sampled_from(Depth),
    syntax=st.sampled_from([None, None, Reason.DOUBLE_DOT]),
    bits=st.integers(0, (1 << 16) - 1),
    domain=st.sampled_from([None, ACCEPTS, DomainFinding("a.b", Reason.NULL_MX, Blame.DOMAIN)]),
    mailbox=st.sampled_from([None, *Reason]),
    listed=st.sampled_from([None, Reason.ALLOWLISTED, Reason.SUPPRESSED]),
)
def test_contributions_always_add_up_to_the_score(
    asked: Depth,
    syntax: Reason | None,
    bits: int,
    domain: DomainFinding | None,
    mailbox: Reason | None,
    listed: Reason | None,
) -> None:
    verdict = judge(Findings(asked, syntax, Flag(bits), domain, mailbox, listed=listed))
    assert sum(part.points for part in verdict.contributions) == verdict.score
    assert verdict.rating is rating_of(verdict.score)
