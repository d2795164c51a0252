"""Remembers answers for as long as they may be believed, and failures for as long as they must be.

Times are seconds of the wall clock, given by the caller: they go on while the computer sleeps.
Safe between threads. RFC 2308 (negative answers), RFC 9520 (failures).
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from itertools import islice
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LEAST_TTL_S: Final = 60
LONGEST_TTL_S: Final = 24 * 3600
LONGEST_NEGATIVE_TTL_S: Final = 3 * 3600
FIRST_FAILURE_TTL_S: Final = 5
#: "Resolvers MUST NOT cache ... for longer than 5 minutes": RFC 9520 section 3.2.
LONGEST_FAILURE_TTL_S: Final = 300


def positive_ttl(ttl: int) -> int:
    """How long an answer is kept: its own TTL between one minute and one day."""
    return min(max(ttl, LEAST_TTL_S), LONGEST_TTL_S)


def negative_ttl(soa_ttl: int | None) -> int:
    """How long "there is none" is kept: by its SOA, one minute to three hours; without SOA not at all."""
    if soa_ttl is None:
        return 0
    return min(max(soa_ttl, LEAST_TTL_S), LONGEST_NEGATIVE_TTL_S)


def failure_ttl(failures: int) -> int:
    """How long the `failures`-th failure in a row is kept: five seconds, doubling to five minutes."""
    return min(FIRST_FAILURE_TTL_S << min(failures - 1, 8), LONGEST_FAILURE_TTL_S)


class TtlCache(Generic[K, V]):
    """Values that expire; at most `size`, the oldest entries leave first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: dict[K, tuple[float, float, V]] = {}
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: K, now: float) -> V | None:
        """The value for `key` unless it has expired; a clock that was put back expires it too."""
        entry = self._entries.get(key)
        if entry is not None and entry[0] <= now < entry[1]:
            self.hits += 1
            return entry[2]
        self.misses += 1
        return None

    def put(self, key: K, value: V, now: float, ttl_s: float) -> None:
        """Keep `value` for `ttl_s` seconds from `now`; nothing is kept for 0 seconds."""
        if ttl_s <= 0:
            return
        with self._lock:
            self._entries.pop(key, None)
            if len(self._entries) >= self._size:
                # an eighth at once: finding the oldest one by one gets slow in a dict
                for oldest in list(islice(self._entries, self._size // 8 + 1)):
                    del self._entries[oldest]
            self._entries[key] = (now, now + ttl_s, value)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


class FailureMemory(Generic[K]):
    """How often in a row each key has failed, while that still matters."""

    def __init__(self, size: int) -> None:
        self._counts: TtlCache[K, int] = TtlCache(size)

    def failed(self, key: K, now: float) -> int:
        """Note a failure of `key`; gives how long it is to be kept, in seconds."""
        count = (self._counts.get(key, now) or 0) + 1
        self._counts.put(key, count, now, 2 * LONGEST_FAILURE_TTL_S)
        return failure_ttl(count)
