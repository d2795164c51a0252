"""Reads and writes the cache that survives a restart, in batches and in a thread of its own.

It may be slow or fail: that costs time or a second question, never a finding. Asks no name server.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from emailcleaner.core.model import DomainFinding
    from emailcleaner.core.ports import DomainCache

_log = logging.getLogger(__name__)

#: Findings are written when there are so many, or so old is the first of them.
_SAVE_ROWS: Final = 1000
_SAVE_S: Final = 1.0
#: Domains looked up at a time.
_LOAD_ROWS: Final = 5000


class CacheKeeper:
    """One thread around a cache. `deliver` takes what it knew, `ask` the domains that it did not."""

    def __init__(
        self,
        cache: DomainCache,
        *,
        deliver: Callable[[DomainFinding], None],
        ask: Callable[[Sequence[str]], None],
    ) -> None:
        self._cache = cache
        self._deliver = deliver
        self._ask = ask
        self._orders: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
        self._unsaved: deque[DomainFinding] = deque()
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name="dns-cache", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def load(self, domains: list[str]) -> None:
        """Have `domains` looked for; those not found go on to be asked."""
        self._orders.put(domains)

    def save(self, finding: DomainFinding) -> None:
        """Have `finding` written before long."""
        self._unsaved.append(finding)
        if len(self._unsaved) == _SAVE_ROWS:
            self._orders.put([])

    def stop(self, deadline: float) -> None:
        """Write what is left and end by `deadline` (monotonic seconds)."""
        self._is_ending = True
        self._orders.put(None)
        self._thread.join(max(deadline - time.monotonic(), 0.1))
        if self._thread.is_alive():
            _log.error("the cache of domains did not end in time")

    def _run(self) -> None:
        next_save = time.monotonic() + _SAVE_S
        while True:
            try:
                order = self._orders.get(timeout=max(next_save - time.monotonic(), 0.0))
            except queue.Empty:
                order = []
            if order is None or self._is_ending:
                self._write(all_of_it=True)
                return
            if order:
                self._read(order)
            is_time = time.monotonic() >= next_save
            self._write(all_of_it=is_time)
            if is_time:
                next_save = time.monotonic() + _SAVE_S

    def _read(self, domains: list[str]) -> None:
        for start in range(0, len(domains), _LOAD_ROWS):
            part = domains[start : start + _LOAD_ROWS]
            try:
                known = self._cache.load(part)
            except Exception:  # noqa: BLE001 - a cache that cannot be read costs time, not the answer
                _log.exception("the cache of domains could not be read")
                known = {}
            for finding in known.values():
                self._deliver(finding)
            self._ask([d for d in part if d not in known] if known else part)

    def _write(self, *, all_of_it: bool) -> None:
        """Write the findings, in batches of a thousand; a rest only if `all_of_it`."""
        while self._unsaved and (all_of_it or len(self._unsaved) >= _SAVE_ROWS):
            rows = [self._unsaved.popleft() for _ in range(min(len(self._unsaved), _SAVE_ROWS))]
            try:
                self._cache.save(rows)
            except Exception:  # noqa: BLE001 - the findings are delivered all the same
                _log.exception("the cache of domains could not be written", extra={"rows": len(rows)})
