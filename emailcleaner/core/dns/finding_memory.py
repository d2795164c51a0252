"""Findings about domains, kept in memory from one session to the next until they expire.

Kept as tuples of plain values instead of objects: the garbage collector then has nothing to follow
in a hundred thousand of them, which took a quarter of the whole look-up's time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from emailcleaner.core.dns.cache import TtlCache
from emailcleaner.core.model import REASON_CODE, REASONS, Blame, DomainFinding, Flag, MxHost

_BLAMES: Final = tuple(Blame)
_BLAME_CODE: Final = {blame: code for code, blame in enumerate(_BLAMES)}

#: Reason, blame, flags, provider, detail, when made, TTL; then preference and host of each exchanger.
_Row = tuple[Any, ...]


class FindingMemory:
    """Findings by domain. Safe between threads."""

    def __init__(self, size: int) -> None:
        self._rows: TtlCache[str, _Row] = TtlCache(size)

    @property
    def hits(self) -> int:
        """How many domains were found here."""
        return self._rows.hits

    @property
    def misses(self) -> int:
        """How many were not."""
        return self._rows.misses

    def get(self, domain: str, now: float) -> DomainFinding | None:
        """The finding about `domain` if it still holds at `now`; with the time it was made."""
        row = self._rows.get(domain, now)
        if row is None:
            return None
        reason, blame, flags, provider, detail, checked_at, ttl_s, *mx = row
        why = REASONS[reason]
        assert why is not None
        return DomainFinding(
            domain,
            why,
            _BLAMES[blame],
            tuple(MxHost(p, host) for p, host in zip(mx[::2], mx[1::2], strict=True)),
            Flag(flags),
            provider,
            detail,
            datetime.fromtimestamp(checked_at, UTC),
            ttl_s,
        )

    def put(self, finding: DomainFinding, checked_at: float) -> None:
        """Keep `finding`, made at `checked_at`, for as long as it says."""
        row = (
            REASON_CODE[finding.reason],
            _BLAME_CODE[finding.blame],
            int(finding.flags),
            finding.provider,
            finding.detail,
            checked_at,
            finding.ttl_s,
            *[part for mx in finding.mx for part in (mx.preference, mx.host)],
        )
        self._rows.put(finding.domain, row, checked_at, finding.ttl_s)
