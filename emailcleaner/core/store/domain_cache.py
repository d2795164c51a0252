"""What DNS said about domains, kept until it expires: the `DomainCache` port over the `dns_cache` table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, delete, select

from emailcleaner.core.model import Blame, DomainFinding, Flag, MxHost, Reason
from emailcleaner.core.ports import Clock
from emailcleaner.core.store.database import Database
from emailcleaner.core.store.tables import dns_cache

#: Below the number of parameters that any SQLite takes in one statement (999).
_BATCH = 900

#: A finding from further in the future was kept while the clock was wrong, and would not expire for long.
_CLOCK_SLACK_S = 300

_cache = dns_cache.c
_COLUMNS = tuple(column.name for column in dns_cache.columns)
_SAVE = (
    f"INSERT INTO dns_cache ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - names of our own columns
    f"ON CONFLICT (domain) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in _COLUMNS[1:])}"
)


class StoredDomainCache:
    """Domain findings that survive a restart. May be used from any thread."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def load(self, domains: Iterable[str]) -> dict[str, DomainFinding]:
        """The findings that have not expired."""
        now = self._clock.now().timestamp()
        found: dict[str, DomainFinding] = {}
        fresh = select(dns_cache).where(
            _cache.expires_at_s > now, _cache.checked_at_ms <= (now + _CLOCK_SLACK_S) * 1000
        )
        with self._database.read() as connection:
            for batch in _batches(domains):
                for row in connection.execute(fresh.where(_cache.domain.in_(batch))):
                    found[row.domain] = _finding(row)
        return found

    def save(self, findings: Iterable[DomainFinding]) -> None:
        """Keep findings until they expire, at once or not at all, and remove what has expired.

        A finding that may not be kept (no TTL) is left out.
        """
        now = self._clock.now()
        rows = [_values(finding, now) for finding in findings if finding.ttl_s > 0]
        if not rows:
            return
        with self._database.write() as connection:
            connection.execute(delete(dns_cache).where(_cache.expires_at_s <= now.timestamp()))
            connection.exec_driver_sql(_SAVE, rows)


def _batches(domains: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = iter(domains)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _values(finding: DomainFinding, now: datetime) -> tuple[Any, ...]:
    checked = (finding.checked_at or now).timestamp()
    return (
        finding.domain,
        finding.reason.value,
        finding.blame.value,
        json.dumps([[mx.preference, mx.host] for mx in finding.mx]),
        int(finding.flags),
        finding.provider,
        finding.detail,
        finding.ttl_s,
        round(checked * 1000),
        int(checked) + finding.ttl_s,
    )


def _finding(row: Row[Any]) -> DomainFinding:
    return DomainFinding(
        domain=row.domain,
        reason=Reason(row.reason),
        blame=Blame(row.blame),
        mx=tuple(MxHost(preference, host) for preference, host in json.loads(row.mx)),
        flags=Flag(row.flags),
        provider=row.provider,
        detail=row.detail,
        checked_at=datetime.fromtimestamp(row.checked_at_ms / 1000, UTC),
        ttl_s=row.ttl_s,
    )
