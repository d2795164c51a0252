"""Checkers of domains against the servers of a test, and a cache that lives in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from emailcleaner.core.checks.domains import MailDomainChecker
from emailcleaner.core.dns import DnsLimits, Provider, ProviderTable
from emailcleaner.core.model import DomainFinding
from emailcleaner.core.ports import DomainCache, DomainChecker
from tests.servers.dns_asking import QUICK, TurnedClock
from tests.servers.dns_server import DnsServer

PROVIDERS = ProviderTable(
    {"trusted.test": Provider("trusted", trusted_hosts=True), "tenants.test": Provider("tenants", False)}
)


class KeptFindings:
    """A cache that survives: what was saved, and in which batches."""

    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        self.rows: dict[str, DomainFinding] = {}
        self.loads: list[int] = []
        self.saves: list[int] = []
        self.threads: set[str] = set()
        self.is_broken = False

    def load(self, domains: Iterable[str]) -> dict[str, DomainFinding]:
        wanted = list(domains)
        self.loads.append(len(wanted))
        self.threads.add(threading.current_thread().name)
        if self.is_broken:
            raise OSError("the disk is gone")
        known = {d: self.rows[d] for d in wanted if d in self.rows}
        return {d: f for d, f in known.items() if self._age_s(f) < f.ttl_s}

    def _age_s(self, finding: DomainFinding) -> float:
        assert finding.checked_at is not None
        return (self.clock.now() - finding.checked_at).total_seconds()

    def save(self, findings: Iterable[DomainFinding]) -> None:
        rows = list(findings)
        self.saves.append(len(rows))
        self.threads.add(threading.current_thread().name)
        if self.is_broken:
            raise OSError("the disk is gone")
        self.rows.update({f.domain: f for f in rows})


def checker_for(
    *servers: DnsServer,
    clock: TurnedClock | None = None,
    cache: DomainCache | None = None,
    limits: DnsLimits = QUICK,
    allow_private: bool = False,
    canaries: tuple[str, ...] = (),
) -> MailDomainChecker:
    return MailDomainChecker(
        servers=[server.address for server in servers],
        cache=cache,
        clock=clock or TurnedClock(),
        limits=limits,
        allow_private=allow_private,
        providers=PROVIDERS,
        seed=7,
        canaries=canaries,
    )


def ask(checker: DomainChecker, *domains: str, within_s: float = 15) -> dict[str, DomainFinding]:
    """The findings of one session; each domain must come exactly once."""
    found: list[DomainFinding] = []
    deadline = time.monotonic() + within_s
    with checker.session() as session:
        session.submit(domains)
        while session.pending and time.monotonic() < deadline:
            found += session.take(1.0)
        assert session.pending == 0
        assert session.take(0.0) == []
    assert len(found) == len(set(domains))
    return {f.domain: f for f in found}
