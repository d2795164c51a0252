"""A verdict in plain words, for the detail pane, the report and the command line.

Builds text from a finished verdict and its evidence. It decides nothing and looks nothing up.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from emailcleaner.core.model import (
    Blame,
    Depth,
    DomainFinding,
    Explanation,
    Flag,
    Reason,
    Segment,
    Status,
    Verdict,
)
from emailcleaner.core.verdicts.sentences import (
    BLAME_WORDS,
    FLAG_SENTENCES,
    REASON_SENTENCES,
)

_HEADLINES: dict[Status, str] = {
    Status.RISKY: "Think twice before sending",
    Status.INVALID: "Do not send",
    Status.UNKNOWN: "Could not be checked",
}

_VALID_HEADLINES: dict[Depth, str] = {
    Depth.SYNTAX: "Well formed, nothing more was asked",
    Depth.DOMAIN: "Fine as far as the domain goes",
    Depth.MAILBOX: "The mailbox takes mail",
}

_SEGMENT_HEADLINES: dict[Segment, str] = {
    Segment.REJECTED: "Not a row with an address",
    Segment.SUPPRESSED: "On your suppression list",
}

_DEPTH_SENTENCES: dict[Depth, str] = {
    Depth.SYNTAX: "Only the spelling has been examined.",
    Depth.DOMAIN: "Spelling and domain have been examined; the mailbox has not.",
    Depth.MAILBOX: "Spelling, domain and mailbox have been examined.",
}

#: What a sentence of the reason has said already.
_SAID_BY_REASON: dict[Reason, Flag] = {
    Reason.ROLE_ACCOUNT: Flag.ROLE,
    Reason.DISPOSABLE_DOMAIN: Flag.DISPOSABLE,
    Reason.CATCH_ALL: Flag.CATCH_ALL,
    Reason.LOW_QUALITY: Flag.GIBBERISH,
}

_MX_SHOWN = 5


def explain(
    verdict: Verdict,
    *,
    address: str,
    domain: DomainFinding | None,
    suggestion: str,
    disposable_sources: Sequence[str] = (),
) -> Explanation:
    """The headline, sentences, score parts and evidence of one verdict; all of it plain text.

    `domain` is what DNS said (None: not asked); `disposable_sources` name the lists that hold the
    domain. Control and invisible characters of foreign text come out escaped.
    """
    return Explanation(
        headline=_headline(verdict),
        sentences=tuple(_sentences(verdict, suggestion, disposable_sources)),
        contributions=verdict.contributions,
        evidence=tuple(_evidence(verdict, address, domain)),
    )


def visible(text: str) -> str:
    """`text` with every control, format and line-breaking character written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii") if _is_hidden(char) else char for char in text
    )


def _is_hidden(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp")


def _headline(verdict: Verdict) -> str:
    if verdict.reason is Reason.DUPLICATE:
        return "Stands earlier in the list"
    if verdict.segment in _SEGMENT_HEADLINES:
        return _SEGMENT_HEADLINES[verdict.segment]
    if verdict.status is Status.VALID:
        return _VALID_HEADLINES[verdict.depth]
    return _HEADLINES[verdict.status]


def _sentences(verdict: Verdict, suggestion: str, disposable_sources: Sequence[str]) -> Iterator[str]:
    yield REASON_SENTENCES[verdict.reason]
    if verdict.reason is Reason.DUPLICATE:
        yield "Status and score are those of the first occurrence."
    if verdict.status is Status.UNKNOWN and verdict.blame is not Blame.NONE:
        yield f"That is due to {BLAME_WORDS[verdict.blame]}, so nothing is held against the address."
    if _is_depth_worth_saying(verdict):
        yield _DEPTH_SENTENCES[verdict.depth]
    if verdict.flags & Flag.DISPOSABLE and disposable_sources:
        yield f"Listed as disposable by: {', '.join(map(visible, disposable_sources))}."
    said = _SAID_BY_REASON.get(verdict.reason, Flag(0))
    for flag, sentence in FLAG_SENTENCES.items():
        if verdict.flags & flag & ~said:
            yield sentence
    if suggestion:
        yield f"Perhaps {visible(suggestion)} is meant; nothing was changed."


def _is_depth_worth_saying(verdict: Verdict) -> bool:
    """Not where the reason says it already, nor where there is no address to speak of."""
    if verdict.segment in (Segment.REJECTED, Segment.SUPPRESSED):
        return False
    return verdict.reason not in (Reason.DOMAIN_ACCEPTS, Reason.WELL_FORMED)


def _evidence(verdict: Verdict, address: str, domain: DomainFinding | None) -> Iterator[tuple[str, str]]:
    yield "Address", visible(address)
    yield "Score", f"{verdict.score} of 100 ({verdict.rating.value})"
    yield "Checked as far as", verdict.depth.value
    if domain is None:
        return
    yield "Domain", visible(domain.domain)
    if domain.mx:
        shown = [f"{visible(mx.host)} ({mx.preference})" for mx in domain.mx[:_MX_SHOWN]]
        more = len(domain.mx) - len(shown)
        yield "Mail servers", ", ".join(shown) + (f" and {more} more" if more else "")
    if domain.provider:
        yield "Provider", visible(domain.provider)
    if domain.detail:
        yield "DNS", visible(domain.detail)
    if domain.checked_at:
        yield "Domain asked at", domain.checked_at.isoformat(sep=" ", timespec="seconds")
    if domain.ttl_s:
        yield "Answer good for", f"{domain.ttl_s} s"
