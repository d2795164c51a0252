"""Whether a name server that denies a domain can be believed.

A closed network, a captive portal or a broken company resolver answers NXDOMAIN to everything, and a
whole list would be called invalid. So before a denial is passed on, a few domains are asked that
certainly exist: if they are denied too, the fault is ours and the domain is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from emailcleaner.core.dns.codec import MX
from emailcleaner.core.dns.outcomes import Outcome
from emailcleaner.core.dns.resolver import LookUp, Resolver
from emailcleaner.core.model import Blame, DomainFinding, Reason

#: Findings that rest on a server's word that something does not exist.
_DENIALS: Final = frozenset({Reason.NO_SUCH_DOMAIN, Reason.NO_MAIL_HOST, Reason.MX_UNRESOLVABLE})
#: A network may break in the middle of a job: an answer of the canaries is good for so long.
_GOOD_FOR_S: Final = 60.0
_WORDS: Final = "the name server denies even domains that certainly exist"


class Canaries:
    """Passes findings on, denials only once the canaries have answered. Belongs to the loop's thread.

    `names` are domains that certainly exist, best of different operators; with none of them every
    finding is passed on as it is.
    """

    def __init__(
        self,
        names: Sequence[str],
        resolver: Resolver,
        elapsed: Callable[[], float],
        deliver: Callable[[DomainFinding], None],
    ) -> None:
        self._names = tuple(names)
        self._resolver = resolver
        self._elapsed = elapsed
        self._deliver = deliver
        self._believed: bool | None = None
        self._answered_at = 0.0
        self._waiting = 0
        self._held: list[DomainFinding] = []

    def take(self, finding: DomainFinding) -> None:
        """Pass a finding on, now or when the canaries have answered."""
        if not self._names or finding.reason not in _DENIALS:
            self._deliver(finding)
        elif self._believed is not None and self._elapsed() - self._answered_at < _GOOD_FOR_S:
            self._deliver(finding if self._believed else _doubted(finding))
        else:
            self._held.append(finding)
            if not self._waiting:
                self._ask()

    def _ask(self) -> None:
        self._believed = None
        self._waiting = len(self._names)
        for name in self._names:
            self._resolver.look_up(name, MX, self._came)

    def _came(self, found: LookUp) -> None:
        self._waiting -= 1
        if found.outcome in (Outcome.ANSWER, Outcome.NODATA):
            self._settle(believed=True)
        elif not self._waiting and self._believed is None:
            self._settle(believed=False)

    def _settle(self, *, believed: bool) -> None:
        self._believed = believed
        self._answered_at = self._elapsed()
        held, self._held = self._held, []
        for finding in held:
            self._deliver(finding if believed else _doubted(finding))


def _doubted(finding: DomainFinding) -> DomainFinding:
    return replace(finding, reason=Reason.DNS_FAILURE, blame=Blame.OUR_NETWORK, mx=(), detail=_WORDS, ttl_s=0)
