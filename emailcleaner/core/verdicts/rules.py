"""The rule table: which reason decides an address, and what follows from it.

`RULES` is ordered and the first row that matches wins; read from top to bottom it is also the
documentation. `judge` is pure: no clock, no network, no settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from emailcleaner.core.model import Blame, Findings, Flag, Reason, Segment, Status, Verdict
from emailcleaner.core.verdicts.evidence import FAULTS, gather
from emailcleaner.core.verdicts.score import rating_of, score_of

#: Said of the cell and not of the address in it.
OF_CELL = Flag.CORRECTED | Flag.SEVERAL


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: when `reason` stands, these are the status and the segment.

    `blame` is whose fault it usually is; a finding that knows better says so. With `needs_fault`
    the row matches only if the blame falls on the recipient or the domain.
    """

    reason: Reason
    status: Status
    segment: Segment
    blame: Blame
    needs_fault: bool = False


def _rows(
    status: Status, segment: Segment, blame: Blame, *reasons: Reason, needs_fault: bool = False
) -> tuple[Rule, ...]:
    return tuple(Rule(reason, status, segment, blame, needs_fault) for reason in reasons)


_R = Reason

#: Not rows of addresses at all, and rows that another row or the user's own list settles.
_LIST = (
    *_rows(Status.UNKNOWN, Segment.REJECTED, Blame.NONE, _R.MALFORMED_ROW, _R.EMPTY),
    # The row repeats another one and takes over that one's answer: see `repeat_of`.
    *_rows(Status.UNKNOWN, Segment.DUPLICATE, Blame.NONE, _R.DUPLICATE),
    *_rows(Status.RISKY, Segment.SUPPRESSED, Blame.NONE, _R.SUPPRESSED),
)

_SYNTAX = (
    *_rows(
        Status.INVALID,
        Segment.INVALID,
        Blame.RECIPIENT,
        _R.CONTROL_CHARACTER,
        _R.MISSING_AT,
        _R.MULTIPLE_AT,
        _R.LOCAL_TOO_LONG,
        _R.ADDRESS_TOO_LONG,
        _R.DOUBLE_DOT,
        _R.EDGE_DOT,
        _R.BAD_CHARACTER,
        _R.QUOTED_NOT_ALLOWED,
        _R.UNBALANCED_QUOTE,
        _R.UNSAFE_UNICODE,
        _R.PROVIDER_SYNTAX,
    ),
    *_rows(
        Status.INVALID,
        Segment.INVALID,
        Blame.DOMAIN,
        _R.DOMAIN_TOO_LONG,
        _R.BAD_DOMAIN_LABEL,
        _R.BAD_IDN,
        _R.DOMAIN_LITERAL,
        _R.SPECIAL_USE_DOMAIN,
        _R.UNKNOWN_TLD,
    ),
)

#: Refusals seen on the network: permanent, and only if they are the domain's or recipient's own.
_REFUSED = (
    *_rows(
        Status.INVALID,
        Segment.INVALID,
        Blame.DOMAIN,
        _R.NO_SUCH_DOMAIN,
        _R.NULL_MX,
        _R.NO_MAIL_HOST,
        _R.MX_UNROUTABLE,
        _R.MX_UNRESOLVABLE,
        needs_fault=True,
    ),
    *_rows(
        Status.INVALID,
        Segment.INVALID,
        Blame.RECIPIENT,
        _R.NOT_FOUND,
        _R.DISABLED,
        _R.MOVED,
        _R.RESTRICTED,
        needs_fault=True,
    ),
    *_rows(Status.INVALID, Segment.INVALID, Blame.DOMAIN, _R.RELAY_DENIED, needs_fault=True),
)

_DISPOSABLE = _rows(Status.RISKY, Segment.DISPOSABLE, Blame.DOMAIN, _R.DISPOSABLE_DOMAIN)

_UNKNOWN = (
    *_rows(Status.UNKNOWN, Segment.UNKNOWN, Blame.DOMAIN, _R.DNS_FAILURE),
    *_rows(Status.UNKNOWN, Segment.UNKNOWN, Blame.OUR_NETWORK, _R.DNS_TIMEOUT),
    # A refusal that somebody else is to blame for proves nothing about the address.
    *(replace(r, status=Status.UNKNOWN, segment=Segment.UNKNOWN, needs_fault=False) for r in _REFUSED),
    *_rows(
        Status.UNKNOWN,
        Segment.UNKNOWN,
        Blame.OUR_NETWORK,
        _R.NETWORK_DOWN,
        _R.PORT_25_BLOCKED,
        _R.PROXY_FAILURE,
    ),
    *_rows(
        Status.UNKNOWN,
        Segment.UNKNOWN,
        Blame.OUR_IP,
        _R.IP_BLOCKED,
        _R.NO_REVERSE_DNS,
        _R.POLICY_REJECTED,
        _R.RATE_LIMITED,
        _R.BREAKER_OPEN,
    ),
    *_rows(
        Status.UNKNOWN,
        Segment.UNKNOWN,
        Blame.OUR_IDENTITY,
        _R.HELO_REJECTED,
        _R.SENDER_REJECTED,
    ),
    *_rows(
        Status.UNKNOWN,
        Segment.UNKNOWN,
        Blame.REMOTE_SERVER,
        _R.UNVERIFIABLE_PROVIDER,
        _R.GREYLISTED,
        _R.SYSTEM_FULL,
        _R.TOO_MANY_RECIPIENTS,
        _R.TEMPORARY_FAILURE,
        _R.TLS_REQUIRED,
        _R.SMTPUTF8_UNSUPPORTED,
        _R.NO_CONNECT,
        _R.TIMEOUT,
        _R.DISCONNECTED,
        _R.PROTOCOL_ERROR,
    ),
    *_rows(Status.UNKNOWN, Segment.UNKNOWN, Blame.NONE, _R.CANCELLED, _R.NOT_CHECKED),
)

#: The user vouches for these: past the domain nothing else is held against them.
_ALLOWED = _rows(Status.VALID, Segment.CLEAN, Blame.NONE, _R.ALLOWLISTED)

_RISKY = (
    *_rows(Status.RISKY, Segment.CATCHALL, Blame.REMOTE_SERVER, _R.CATCH_ALL),
    *_rows(Status.RISKY, Segment.ROLE_BASED, Blame.RECIPIENT, _R.ROLE_ACCOUNT),
    *_rows(Status.RISKY, Segment.RISKY, Blame.RECIPIENT, _R.MAILBOX_FULL),
    *_rows(Status.RISKY, Segment.RISKY, Blame.REMOTE_SERVER, _R.ACCEPTED_UNCONFIRMED),
    *_rows(Status.RISKY, Segment.RISKY, Blame.RECIPIENT, _R.LOW_QUALITY),
)

_VALID = _rows(
    Status.VALID,
    Segment.CLEAN,
    Blame.NONE,
    _R.ACCEPTED,
    _R.EXISTS_RATE_LIMITED,
    _R.DOMAIN_ACCEPTS,
    _R.WELL_FORMED,
)

#: From top to bottom; the first row that matches wins.
RULES: tuple[Rule, ...] = (
    *_LIST,
    *_SYNTAX,
    *_REFUSED,
    *_DISPOSABLE,
    *_UNKNOWN,
    *_ALLOWED,
    *_RISKY,
    *_VALID,
)


def _by_reason() -> Mapping[Reason, tuple[tuple[int, Rule], ...]]:
    rows: dict[Reason, tuple[tuple[int, Rule], ...]] = {}
    for rank, rule in enumerate(RULES):
        rows[rule.reason] = (*rows.get(rule.reason, ()), (rank, rule))
    return MappingProxyType(rows)


_BY_REASON = _by_reason()

#: The status that each reason gives when the blame is the usual one.
STATUS_OF: Mapping[Reason, Status] = MappingProxyType(
    {reason: rows[0][1].status for reason, rows in _BY_REASON.items()}
)

#: The blame that each reason has when the finding does not know better.
BLAME_OF: Mapping[Reason, Blame] = MappingProxyType(
    {reason: rows[0][1].blame for reason, rows in _BY_REASON.items()}
)

#: The segment that each reason leads to when the blame is the usual one.
SEGMENT_OF: Mapping[Reason, Segment] = MappingProxyType(
    {reason: rows[0][1].segment for reason, rows in _BY_REASON.items()}
)


def judge(findings: Findings) -> Verdict:
    """The verdict on one address: status, reason, blame, segment and score of its findings."""
    evidence = gather(findings)
    matches = sorted(_matches(evidence.standing), key=lambda match: match[0])
    decisive = matches[0][1]
    score, contributions = score_of(evidence, frozenset(rule.status for _, rule in matches))
    return Verdict(
        status=decisive.status,
        reason=decisive.reason,
        depth=evidence.depth,
        blame=_blame(decisive, evidence.standing[decisive.reason]),
        segment=decisive.segment,
        score=score,
        rating=rating_of(score),
        flags=evidence.flags,
        provider=findings.domain.provider if findings.domain else "",
        contributions=contributions,
    )


def repeat_of(first: Verdict, own: Flag) -> Verdict:
    """The verdict on a row that repeats an earlier one: its answer, in the duplicates' segment.

    Of its `own` flags, those that speak of the cell and not of the address (`OF_CELL`) stay.
    """
    flags = first.flags & ~OF_CELL | own & OF_CELL
    return replace(first, reason=Reason.DUPLICATE, segment=Segment.DUPLICATE, flags=flags)


def _matches(standing: Mapping[Reason, Blame | None]) -> Iterator[tuple[int, Rule]]:
    """The row that each standing reason meets, with its place in the table."""
    for reason, blame in standing.items():
        for rank, rule in _BY_REASON[reason]:
            if not rule.needs_fault or blame is None or blame in FAULTS:
                yield rank, rule
                break


def _blame(rule: Rule, given: Blame | None) -> Blame:
    if rule.status is Status.VALID:
        return Blame.NONE
    if given is None:
        return rule.blame
    # A stage that blames nobody leaves the usual blame, except where that would accuse the address
    # of the very thing that could not be held against it.
    excused = rule.status is Status.UNKNOWN and rule.blame in FAULTS
    return rule.blame if given is Blame.NONE and not excused else given
