"""What stands against and for one address: the reasons its findings give, and how deep they go.

Reads findings only. It gives no verdict: which of the reasons decides is the rule table's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emailcleaner.core.model import Blame, Depth, Findings, Flag, Reason

#: The faults that may make an address invalid; every other one leaves it unknown.
FAULTS = frozenset({Blame.RECIPIENT, Blame.DOMAIN})

#: A stage counts as evidence only if it said something: a silent one was tried, not reached.
SILENT_DOMAIN = frozenset({Reason.DNS_TIMEOUT, Reason.DNS_FAILURE})
SPEAKING_MAILBOX = frozenset(
    {
        Reason.ACCEPTED,
        Reason.EXISTS_RATE_LIMITED,
        Reason.NOT_FOUND,
        Reason.DISABLED,
        Reason.MOVED,
        Reason.RELAY_DENIED,
        Reason.RESTRICTED,
        Reason.MAILBOX_FULL,
        Reason.ACCEPTED_UNCONFIRMED,
        Reason.CATCH_ALL,
    }
)

#: Bits of the flags that are a reason by themselves (plain numbers: flag arithmetic is slow).
_POLICY = tuple(
    (int(flag), reason)
    for flag, reason in (
        (Flag.DISPOSABLE, Reason.DISPOSABLE_DOMAIN),
        (Flag.CATCH_ALL, Reason.CATCH_ALL),
        (Flag.ROLE, Reason.ROLE_ACCOUNT),
        (Flag.GIBBERISH, Reason.LOW_QUALITY),
    )
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reasons that stand, each with the blame it was given (None: as is usual for it).

    `well_formed` is whether there is an address that could go on the wire at all. `flags` are those
    of the address and of its domain together; `depth` is the deepest stage that gave an answer.
    """

    standing: Mapping[Reason, Blame | None]
    well_formed: bool
    flags: Flag
    depth: Depth


def gather(findings: Findings) -> Evidence:
    """All the reasons that `findings` give, including the ones that are missing evidence."""
    flags = findings.flags
    if findings.domain and findings.domain.flags:
        flags |= findings.domain.flags
    if findings.mailbox is Reason.CATCH_ALL:
        flags |= Flag.CATCH_ALL
    standing = _named(findings)
    # Whom the user vouches for, no policy is held against.
    if findings.listed is not Reason.ALLOWLISTED:
        _add_policy(standing, flags)
    if _is_unasked(findings):
        standing.setdefault(Reason.NOT_CHECKED, None)
    if not findings.syntax and (findings.asked is Depth.SYNTAX or not standing):
        standing.setdefault(Reason.WELL_FORMED, None)
    return Evidence(standing, not findings.syntax, flags, _depth(findings))


def _named(findings: Findings) -> dict[Reason, Blame | None]:
    """The reasons that the stages gave by name."""
    standing: dict[Reason, Blame | None] = {}
    if findings.domain:
        standing[findings.domain.reason] = findings.domain.blame
    # Two stages may name the same reason: the one that blames the address's side is the worse.
    if findings.mailbox and standing.get(findings.mailbox) not in FAULTS:
        standing[findings.mailbox] = findings.mailbox_blame
    for reason in (findings.syntax, findings.listed, findings.run):
        if reason:
            standing[reason] = None
    return standing


def _add_policy(standing: dict[Reason, Blame | None], flags: Flag) -> None:
    """Flags that are a reason by themselves."""
    bits = int(flags)
    for flag, reason in _POLICY:
        if bits & flag:
            standing.setdefault(reason, None)


def _is_unasked(findings: Findings) -> bool:
    """Whether something the job asked for has no answer, not even a failed one."""
    if findings.listed is Reason.SUPPRESSED or findings.syntax:
        return False
    if findings.asked is Depth.SYNTAX:
        return False
    if findings.domain is None:
        return findings.mailbox is None
    wants_mailbox = findings.asked is Depth.MAILBOX and findings.listed is not Reason.ALLOWLISTED
    return wants_mailbox and findings.mailbox is None


def _depth(findings: Findings) -> Depth:
    if findings.mailbox in SPEAKING_MAILBOX:
        return Depth.MAILBOX
    if findings.domain and findings.domain.reason not in SILENT_DOMAIN:
        return Depth.DOMAIN
    return Depth.SYNTAX
