"""The deliverability score: 0 to 100, the sum of its listed contributions.

A pure function of the evidence. Only positive evidence gives points; everything else can only take
them away. No part goes past 0 or 100, so that the contributions always add up to the score.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from emailcleaner.core.model import Contribution, Flag, Rating, Reason, Status
from emailcleaner.core.verdicts.evidence import Evidence

#: Points for what was found to be good: (any of these reasons stands, label, points).
GAINS: tuple[tuple[frozenset[Reason], str, int], ...] = (
    (frozenset({Reason.DOMAIN_ACCEPTS}), "Domain takes mail", 25),
    (frozenset({Reason.ACCEPTED, Reason.EXISTS_RATE_LIMITED}), "Mailbox confirmed by its server", 15),
    (frozenset({Reason.ALLOWLISTED}), "On your allow list", 10),
)

WELL_FORMED_POINTS = 60
WELL_FORMED_LABEL = "Address is well formed"

#: Points taken for what was found in the way: (reason, label, points).
LOSSES: tuple[tuple[Reason, str, int], ...] = (
    (Reason.DISPOSABLE_DOMAIN, "Disposable domain", -80),
    (Reason.MAILBOX_FULL, "Mailbox is full", -40),
    (Reason.CATCH_ALL, "Domain accepts every address", -25),
    (Reason.LOW_QUALITY, "Name looks random", -25),
    (Reason.ROLE_ACCOUNT, "Shared or role mailbox", -20),
    (Reason.ACCEPTED_UNCONFIRMED, "Accepted, but without proof", -20),
    (Reason.SUPPRESSED, "On your suppression list, not asked", -20),
)

UNANSWERED_POINTS = -20
UNANSWERED_LABEL = "A check that was asked for got no answer"

#: Points taken for facts that do not decide by themselves: (flag, label, points).
FLAG_LOSSES: tuple[tuple[Flag, str, int], ...] = (
    (Flag.TYPO, "Looks mistyped", -15),
    (Flag.IMPLICIT_MX, "No mail exchanger published, only an address", -10),
    (Flag.ALIAS, "Forwarding address", -5),
    (Flag.SMTPUTF8, "Needs a sender that handles international addresses", -5),
)

_LOSING = sum(flag.value for flag, _, _ in FLAG_LOSSES)

INVALID_LABEL = "Cannot be delivered"
MALFORMED_LABEL = "Not an address that can be mailed"

#: The lowest score of each band.
BANDS: tuple[tuple[int, Rating], ...] = (
    (90, Rating.EXCELLENT),
    (75, Rating.GOOD),
    (50, Rating.FAIR),
    (25, Rating.POOR),
    (0, Rating.BAD),
)


def rating_of(score: int) -> Rating:
    """The band that a score from 0 to 100 falls into."""
    return next(rating for lowest, rating in BANDS if score >= lowest)


def score_of(evidence: Evidence, statuses: AbstractSet[Status]) -> tuple[int, tuple[Contribution, ...]]:
    """The score and what it is made of; `statuses` are those of all the rules that match."""
    if not evidence.well_formed:
        return 0, (Contribution(MALFORMED_LABEL, 0),)
    score = WELL_FORMED_POINTS
    parts = [Contribution(WELL_FORMED_LABEL, score)]
    for reasons, label, points in GAINS:
        if not reasons.isdisjoint(evidence.standing):
            gained = min(points, 100 - score)
            parts.append(Contribution(label, gained))
            score += gained
    for label, points in _losses(evidence, statuses):
        taken = max(points, -score)
        parts.append(Contribution(label, taken))
        score += taken
    return score, tuple(parts)


def _losses(evidence: Evidence, statuses: AbstractSet[Status]) -> list[tuple[str, int]]:
    if Status.INVALID in statuses:
        return [(INVALID_LABEL, -100)]
    found = [(label, points) for reason, label, points in LOSSES if reason in evidence.standing]
    if Status.UNKNOWN in statuses:
        found.append((UNANSWERED_LABEL, UNANSWERED_POINTS))
    bits = int(evidence.flags)
    if bits & _LOSING and Reason.ALLOWLISTED not in evidence.standing:
        found += [(label, points) for flag, label, points in FLAG_LOSSES if bits & flag.value]
    return found
