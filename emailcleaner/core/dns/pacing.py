"""How many questions may be on their way, and how many datagrams a second may be sent.

Starts small, grows with every answer, and shrinks when many are lost or refused: a small resolver
at home drops what it cannot carry, and asking faster than it answers only makes it worse.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from emailcleaner.core.dns.limits import DnsLimits

_FIRST_WINDOW: Final = 256
_LEAST_WINDOW: Final = 32
_REVIEW_S: Final = 0.25
#: Fewer ends than this in one period say nothing about the share that is lost.
_LEAST_ENDS: Final = 50
#: Well above what a bad line loses (2 per cent each way) and a list's dead domains add.
_TOO_MANY_LOST: Final = 0.25
#: How much of a second's datagrams may be sent at once.
_BURST_S: Final = 0.05


class Pacer:
    """The present size of the window and the sending budget. Times are of the loop's clock."""

    def __init__(self, limits: DnsLimits, now: float) -> None:
        self._largest = limits.window
        self.window = min(_FIRST_WINDOW, limits.window)
        self._answered = 0
        self._lost = 0
        self._reviewed = now
        self._rate_per_s = limits.rate_per_s
        self._burst = max(limits.rate_per_s * _BURST_S, 1.0) if limits.rate_per_s > 0 else math.inf
        self._refilled = now
        #: Datagrams that may be sent now; whoever sends takes them away, and retries may overdraw it.
        self.budget = self._burst

    def answered(self, count: int) -> None:
        """So many questions were answered: there is room for as many more."""
        self._answered += count
        self.window = min(self.window + count, self._largest)

    def lost(self) -> None:
        """One attempt was not answered in time, or refused."""
        self._lost += 1

    def review(self, now: float) -> None:
        """Halve the window if too many of the last period's attempts were lost."""
        if now - self._reviewed < _REVIEW_S:
            return
        ends = self._answered + self._lost
        if ends < _LEAST_ENDS:
            return
        if self._lost > ends * _TOO_MANY_LOST:
            self.window = max(self.window // 2, min(_LEAST_WINDOW, self._largest))
        self._reviewed = now
        self._answered = self._lost = 0

    def refill(self, now: float) -> None:
        """Add what the time since the last call allows to be sent."""
        self.budget = min(self.budget + (now - self._refilled) * self._rate_per_s, self._burst)
        self._refilled = now
