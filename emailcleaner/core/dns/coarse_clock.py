"""A clock for thousands of findings a second, which do not each need the time to the microsecond."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from emailcleaner.core.ports import Clock

#: How old the time of a finding may be.
_COARSE_S: Final = 0.01


class CoarseClock:
    """The wall clock, looked at only every few milliseconds; for one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._good_until = 0.0
        self._now = clock.now()
        self._timestamp = self._now.timestamp()

    def now(self) -> datetime:
        """Aware, UTC, a few milliseconds old at most."""
        elapsed = time.monotonic()
        if elapsed > self._good_until:
            self._good_until = elapsed + _COARSE_S
            self._now = self._clock.now()
            self._timestamp = self._now.timestamp()
        return self._now

    def timestamp(self) -> float:
        """The same in seconds."""
        if time.monotonic() > self._good_until:
            self.now()
        return self._timestamp
