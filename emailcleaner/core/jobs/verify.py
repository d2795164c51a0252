"""The verdict of single addresses: the same checks and the same rules as for a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emailcleaner.core.model import (
    AddressFinding,
    CleanRequest,
    Depth,
    DomainFinding,
    Findings,
    Flag,
    Reason,
    Verdict,
    flag_names,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emailcleaner.core.bootstrap import Parts


def verify_addresses(parts: Parts, addresses: Sequence[str], depth: Depth) -> list[dict[str, Any]]:
    """One flat object for each address, in order; domains are asked together."""
    checker = parts.address_checker(CleanRequest(sources=(), depth=depth))
    found = [checker.check(a) for a in addresses]
    domains: dict[str, DomainFinding] = {}
    if depth is not Depth.SYNTAX:
        wanted = {f.domain for f in found if f.reason is None}
        with parts.domain_checker(fresh=False, patient=False).session() as session:
            session.submit(wanted)
            while session.pending:
                domains.update((d.domain, d) for d in session.take(0.1))
    return [_object(parts, a, f, domains.get(f.domain), depth) for a, f in zip(addresses, found, strict=True)]


def _object(
    parts: Parts, given: str, found: AddressFinding, domain: DomainFinding | None, depth: Depth
) -> dict[str, Any]:
    from emailcleaner.core.verdicts import explain, judge

    flags, suggestion = found.flags, found.suggestion
    if domain is not None and domain.reason is Reason.DOMAIN_ACCEPTS:
        # A domain that takes mail is no typing mistake, however much it looks like one.
        flags, suggestion = flags & ~Flag.TYPO, ""
    asked = domain if found.reason is None else None
    verdict: Verdict = judge(Findings(asked=depth, syntax=found.reason, flags=flags, domain=asked))
    words = explain(
        verdict,
        address=found.normalized or found.address,
        domain=asked,
        suggestion=suggestion,
        disposable_sources=parts.check_data().disposable_sources(found.domain),
    )
    checked = asked.checked_at if asked is not None and asked.checked_at else parts.clock.now()
    return {
        "address": given,
        "normalized": found.normalized,
        "status": verdict.status.value,
        "reason": verdict.reason.value,
        "depth": verdict.depth.value,
        "blame": verdict.blame.value,
        "segment": verdict.segment.value,
        "score": verdict.score,
        "rating": verdict.rating.value,
        "flags": list(flag_names(verdict.flags, verdict.provider)),
        "suggestion": suggestion,
        "extra": list(found.extra),
        "explanation": words.headline,
        "mx_host": asked.mx[0].host if asked is not None and asked.mx else "",
        "provider": verdict.provider,
        "smtp_code": None,
        "enhanced_code": None,
        "reply_text": None,
        "rule_id": None,
        "attempts": 0,
        "retry_after": None,
        "checked_at": checked.isoformat(timespec="seconds"),
    }
