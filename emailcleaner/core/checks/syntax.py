"""One address: is it well formed, and which reason of the contract says why not.

An own linear parser (RFC 5321 §4.1.2, RFC 6531 §3.3), strict about what may be sent to: no comments, no
folding, no obsolete forms. Takes the address as it stands; repairing a cell is the task of `normalize`,
and what a domain's DNS says is not looked at.

When several things are wrong the first of this order is named: control characters and unsafe Unicode,
missing @, quotes, several @, local part (empty, length, dots, characters), domain (literal, dots,
characters, length, labels, IDNA), whole length, special use, top level, rules of the provider, and at
last the legal forms that the policy refuses.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from emailcleaner.core.checks.data import CheckData
from emailcleaner.core.checks.hostnames import HostName, read_domain, read_literal, top_level_reason
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.checks.providers import provider_of, provider_refuses
from emailcleaner.core.model import Flag, Reason

#: RFC 5321 §4.5.3.1.1, and §4.5.3.1.3: a path of 256 octets less its angle brackets.
MAX_LOCAL = 64
MAX_ADDRESS = 254

#: Reasons that leave an address which can be written down, compared and counted.
WITH_ADDRESS = frozenset(
    {
        None,
        Reason.QUOTED_NOT_ALLOWED,
        Reason.DOMAIN_LITERAL,
        Reason.SPECIAL_USE_DOMAIN,
        Reason.UNKNOWN_TLD,
        Reason.PROVIDER_SYNTAX,
    }
)

_IDN, _SMTPUTF8 = int(Flag.IDN), int(Flag.SMTPUTF8)

#: C0, DEL, C1 and the two Unicode line ends.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ATOM_FOREIGN = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff-]")
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~\u0080-\U0010ffff]|\\[ -~])*)"')
#: At signs for people and none for machines: full-width and small form.
_AT_LOOKALIKES = frozenset("\uff20\ufe6b")


class Parsed(NamedTuple):
    """An address taken apart. `local` and `domain` are as on the wire, empty if `reason` leaves none.

    `flags` are bits of `model.Flag`.
    """

    local: str
    domain: str
    reason: Reason | None
    flags: int = 0

    @property
    def normalized(self) -> str:
        """The address as it goes on the wire, or an empty string."""
        return f"{self.local}@{self.domain}" if self.domain else ""


@dataclass(frozen=True, slots=True)
class SyntaxRules:
    """What the parser must be told: the top levels there are, those set aside, and the forms allowed."""

    tlds: frozenset[str]
    special_use: frozenset[str]
    allow_quoted: bool = False
    allow_literal: bool = False

    @classmethod
    def of(cls, data: CheckData, policy: AddressPolicy) -> SyntaxRules:
        """The rules of a job: the lists, as its policy bends them."""
        return cls(
            data.tlds | policy.allow_special_use,
            data.special_use - policy.allow_special_use,
            policy.allow_quoted,
            policy.allow_literal,
        )


def parse_address(text: str, rules: SyntaxRules) -> Parsed:
    """Take `text` apart; never raises, whatever the text is."""
    reason = unsafe_reason(text)
    if reason is not None:
        return Parsed("", "", reason)
    at = text.rfind("@")
    if at < 0:
        return Parsed("", "", Reason.MISSING_AT)
    local, quoted = text[:at], False
    if '"' in text:
        split = _quoted_local(text)
        if isinstance(split, Reason):
            return Parsed("", "", split)
        local, quoted = split, True
        at = len(local)
    elif "@" in local:
        return Parsed("", "", Reason.MULTIPLE_AT)
    return _judge_parts(local, text[at + 1 :], rules, quoted=quoted)


def unsafe_reason(text: str) -> Reason | None:
    """Characters that no address may hold, wherever they stand."""
    if text.isascii():
        return None if text.isprintable() else Reason.CONTROL_CHARACTER
    if CONTROL.search(text):
        return Reason.CONTROL_CHARACTER
    before = "@"
    for char in text:
        if char > "\x7f" and _is_unsafe(char, before):
            return Reason.UNSAFE_UNICODE
        before = char
    return None


def _is_unsafe(char: str, before: str) -> bool:
    """Invisible, bidirectional, private, unassigned, spaces; marks with nothing to stand on."""
    kind = unicodedata.category(char)
    if kind[0] == "M":
        return before in "@."
    if char in "\u200c\u200d":
        return before <= "\x7f"  # joiners have a meaning in some scripts; IDNA decides in which
    return kind[0] in "CZ" or char in _AT_LOOKALIKES


def _quoted_local(text: str) -> str | Reason:
    """The quoted local part at the start of `text`, quotes included, or what is wrong with the quotes."""
    match = _QUOTED.match(text)
    if match is not None:
        if text[match.end() : match.end() + 1] == "@":
            return match.group()
        return Reason.BAD_CHARACTER if text.count('"') % 2 == 0 else Reason.UNBALANCED_QUOTE
    unescaped = text.replace("\\\\", "").replace('\\"', "").count('"')
    return Reason.UNBALANCED_QUOTE if unescaped % 2 else Reason.BAD_CHARACTER


def _judge_parts(local: str, domain: str, rules: SyntaxRules, *, quoted: bool) -> Parsed:
    flags = 0
    if not local.isascii():
        local = unicodedata.normalize("NFC", local)
        flags |= _SMTPUTF8
    reason = _local_reason(local, quoted=quoted)
    if reason is not None:
        return Parsed("", "", reason)
    literal = domain.startswith("[")
    host = read_literal(domain) if literal else read_domain(domain)
    if host.reason is not None:
        return Parsed("", "", host.reason)
    if len(local.encode()) + 1 + len(host.ascii) > MAX_ADDRESS:
        return Parsed("", "", Reason.ADDRESS_TOO_LONG)
    if host.idn:
        flags |= _IDN
    reason = _mailable_reason(local, host, rules, quoted=quoted, literal=literal)
    if reason not in WITH_ADDRESS:
        return Parsed("", "", reason)
    return Parsed(local, host.ascii, reason, flags)


def _local_reason(local: str, *, quoted: bool) -> Reason | None:
    if not local:
        return Reason.BAD_CHARACTER
    if len(local) > MAX_LOCAL or (not local.isascii() and len(local.encode()) > MAX_LOCAL):
        return Reason.LOCAL_TOO_LONG
    if quoted:
        return None
    if local[0] == "." or local[-1] == ".":
        return Reason.EDGE_DOT
    if ".." in local:
        return Reason.DOUBLE_DOT
    return Reason.BAD_CHARACTER if _ATOM_FOREIGN.search(local) else None


def _mailable_reason(
    local: str, host: HostName, rules: SyntaxRules, *, quoted: bool, literal: bool
) -> Reason | None:
    """Legal so far; is it also an address that mail can be sent to?"""
    if not literal:
        reason = top_level_reason(host.ascii, tlds=rules.tlds, special_use=rules.special_use)
        if reason is not None:
            return reason
        provider = provider_of(host.ascii)
        if provider is not None and provider_refuses(local, provider):
            return Reason.PROVIDER_SYNTAX
    if quoted and not rules.allow_quoted:
        return Reason.QUOTED_NOT_ALLOWED
    return Reason.DOMAIN_LITERAL if literal and not rules.allow_literal else None
