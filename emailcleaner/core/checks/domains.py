"""Asks DNS which domains take mail: many behind one's back (`session`) or one at once (`check`).

A session owns a thread with an asyncio loop and all sockets, and another thread for the cache that
survives a restart (reading and writing it may block). Both end with the `with` block. What DNS says
and what it means is decided in `core.dns`; nothing here judges.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from emailcleaner.core.dns.cache_keeper import CacheKeeper
from emailcleaner.core.dns.canary import Canaries
from emailcleaner.core.dns.coarse_clock import CoarseClock
from emailcleaner.core.dns.finding_memory import FindingMemory
from emailcleaner.core.dns.limits import DnsLimits
from emailcleaner.core.dns.mail_route import MailRouter
from emailcleaner.core.dns.multiplexer import Multiplexer
from emailcleaner.core.dns.providers import ProviderTable
from emailcleaner.core.dns.resolver import AnswerMemory, Resolver
from emailcleaner.core.dns.servers import Entropy
from emailcleaner.core.model import Blame, DomainFinding, Reason
from emailcleaner.core.ports import Clock, DomainCache

_log = logging.getLogger(__name__)

#: Beyond a domain's own time, before a single check is given up for lost.
_GRACE_S: Final = 15.0


class MailDomainChecker:
    """Implements `ports.DomainChecker`. Safe to use from any thread.

    `cache` is what survives a restart (None: nothing does); it is called from one thread of each
    session. `allow_private` lets exchangers with loopback and private addresses count as usable,
    for laboratories. `seed` fixes ids and ports for tests; None takes the system's randomness.
    `canaries` are domains that certainly exist and take mail: while a name server denies them, no domain
    is called invalid (see `dns.canary`).
    """

    def __init__(
        self,
        *,
        servers: Sequence[tuple[str, int]],
        cache: DomainCache | None,
        clock: Clock,
        limits: DnsLimits,
        allow_private: bool,
        providers: ProviderTable,
        seed: int | None,
        canaries: Sequence[str] = (),
    ) -> None:
        self.servers = tuple(servers)
        self.cache = cache
        self.clock = clock
        self.limits = limits
        self.allow_private = allow_private
        self.providers = providers
        self.seed = seed
        self.canaries = tuple(canaries)
        self.memory = AnswerMemory(limits)
        self.findings = FindingMemory(limits.cached_domains)

    def session(self) -> Any:
        """A context manager that yields a `MailDomainSession`."""
        return self._session(self.limits)

    def check(self, domain: str) -> DomainFinding:
        """The finding about one domain; waits for it, at most for the limits' deadlines."""
        limits = self.limits.without_patience()
        deadline = time.monotonic() + limits.domain_deadline_s + limits.deadline_s + _GRACE_S
        with self._session(limits) as session:
            session.submit([domain])
            found = session.take(deadline - time.monotonic())
        if found:
            return found[0]
        return DomainFinding(
            domain,
            Reason.DNS_TIMEOUT,
            Blame.NONE,
            detail="the look-up did not end in time",
            checked_at=self.clock.now(),
        )

    @contextmanager
    def _session(self, limits: DnsLimits) -> Iterator[MailDomainSession]:
        session = MailDomainSession(self, limits)
        session.start()
        try:
            yield session
        finally:
            session.close()


class MailDomainSession:
    """Implements `ports.DomainSession`; made by `MailDomainChecker.session`."""

    def __init__(self, checker: MailDomainChecker, limits: DnsLimits) -> None:
        self._checker = checker
        self._limits = limits
        self._seen: set[str] = set()
        self._taken = 0
        self._lock = threading.Lock()
        self._found: deque[DomainFinding] = deque()
        self._something = threading.Event()
        self._backlog: deque[str] = deque()
        self._fault: BaseException | None = None
        self._keeper = (
            CacheKeeper(checker.cache, deliver=self.deliver, ask=self.ask)
            if checker.cache is not None
            else None
        )
        self._loop_thread = _LoopThread(self, checker, limits, self._backlog)

    def start(self) -> None:
        """Start the threads. Raises `OSError` if no sockets are to be had."""
        self._loop_thread.start()
        if self._keeper is not None:
            self._keeper.start()

    def close(self) -> None:
        """End the threads and close the sockets; what is still being asked is dropped."""
        deadline = time.monotonic() + self._limits.close_deadline_s
        self._loop_thread.stop(deadline)
        if self._keeper is not None:
            self._keeper.stop(deadline)
        answers, findings = self._checker.memory.answers, self._checker.findings
        _log.debug(
            "domain session ended",
            extra={
                "submitted": len(self._seen),
                "cache_hits": findings.hits,
                "cache_misses": findings.misses,
                "answer_hits": answers.hits,
                "answer_misses": answers.misses,
            },
        )

    def submit(self, domains: Iterable[str]) -> None:
        """Ask these domains; each is asked once however often it is submitted."""
        with self._lock:
            seen = self._seen
            new = [d for d in dict.fromkeys(domains) if d not in seen]
            seen.update(new)
        if not new:
            return
        if self._keeper is not None:
            self._keeper.load(new)
        else:
            self.ask(new)

    def take(self, timeout_s: float) -> list[DomainFinding]:
        """The findings that came since the last call; waits at most `timeout_s` for the first.

        Raises `RuntimeError` if the session broke and nothing more will come.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            self._something.clear()
            found = self._drain()
            if found:
                return found
            if self._fault is not None:
                raise RuntimeError("asking DNS broke off") from self._fault
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not self._something.wait(remaining):
                return self._drain()

    def _drain(self) -> list[DomainFinding]:
        with self._lock:
            taken = [self._found.popleft() for _ in range(len(self._found))]
            self._taken += len(taken)
        return taken

    @property
    def pending(self) -> int:
        """How many submitted domains have not been taken yet."""
        with self._lock:
            return len(self._seen) - self._taken

    def ask(self, domains: Sequence[str]) -> None:
        """Put `domains` before the loop's thread: what neither cache knew."""
        self._backlog.extend(domains)
        self._loop_thread.wake()

    def deliver(self, finding: DomainFinding) -> None:
        """Have `finding` come out of `take`."""
        self._found.append(finding)
        if not self._something.is_set():
            self._something.set()

    def keep(self, finding: DomainFinding, now: float) -> None:
        """Remember a new finding until it expires: here, and beyond a restart if it is about the domain."""
        if finding.ttl_s <= 0:
            return
        self._checker.findings.put(finding, now)
        if self._keeper is not None and finding.blame is not Blame.OUR_NETWORK:
            self._keeper.save(finding)

    def known(self, domain: str, now: float) -> DomainFinding | None:
        """What an earlier session of this checker found, if it still holds."""
        return self._checker.findings.get(domain, now)

    def break_off(self, fault: BaseException) -> None:
        """Note that nothing more will come, so that nobody waits for it."""
        self._fault = self._fault or fault
        self._something.set()


class _LoopThread:
    """The thread that owns the event loop and every socket of a session."""

    def __init__(
        self,
        session: MailDomainSession,
        checker: MailDomainChecker,
        limits: DnsLimits,
        backlog: deque[str],
    ) -> None:
        self._session = session
        self._backlog = backlog
        # add_reader needs a selector; Windows' default loop has none
        self._loop = asyncio.SelectorEventLoop()
        self._loop.set_exception_handler(self._broke)
        self._clock = CoarseClock(checker.clock)
        self._multiplexer = Multiplexer(
            self._loop, checker.servers, limits, Entropy(checker.seed), self._feed
        )
        resolver = Resolver(self._multiplexer, checker.memory, limits, self._clock.timestamp)
        self._router = MailRouter(
            resolver,
            checker.providers,
            limits,
            allow_private=checker.allow_private,
            wall_clock=self._clock.now,
            elapsed=self._loop.time,
            done=self._came,
        )
        self._canaries = Canaries(
            checker.canaries,
            self._multiplexer,
            is_usable=self._router.is_usable,
            patience_s=limits.outage_patience_s,
            deliver=self._found,
            forget=checker.memory.answers.clear,
        )
        self._thread = threading.Thread(target=self._run, name="dns", daemon=True)

    def start(self) -> None:
        try:
            self._multiplexer.open()
        except BaseException:
            self._loop.close()
            raise
        self._thread.start()

    def wake(self) -> None:
        """Have the loop look at the backlog; harmless once it is closed."""
        try:
            self._loop.call_soon_threadsafe(self._multiplexer.pump)
        except RuntimeError:
            _log.debug("domains submitted after the end of their session")

    def stop(self, deadline: float) -> None:
        """End the thread by `deadline` (monotonic seconds)."""
        self._backlog.clear()
        try:
            self._loop.call_soon_threadsafe(self._loop.stop)
        except RuntimeError:
            _log.debug("the loop had ended before its session")
        self._thread.join(max(deadline - time.monotonic(), 0.1))
        if self._thread.is_alive():
            _log.error("the DNS thread did not end in time")

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        except BaseException as error:  # noqa: BLE001 - whoever waits for findings must hear of it
            self._session.break_off(error)
        finally:
            self._multiplexer.close()
            tasks = asyncio.all_tasks(self._loop)
            if tasks:
                self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

    def _broke(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A fault of ours in a callback: findings may be missing, so nobody must wait for all."""
        fault = context.get("exception") or RuntimeError(str(context.get("message")))
        _log.error("fault while asking DNS", exc_info=fault)
        self._session.break_off(fault)

    def _feed(self) -> bool:
        """Begin one more domain; False when there is none."""
        try:
            domain = self._backlog.popleft()
        except IndexError:
            return False
        known = self._session.known(domain, self._clock.timestamp())
        if known is not None:
            self._session.deliver(known)
        else:
            self._router.route(domain)
        return True

    def _came(self, finding: DomainFinding) -> None:
        self._canaries.take(finding)

    def _found(self, finding: DomainFinding) -> None:
        self._session.keep(finding, self._clock.timestamp())
        self._session.deliver(finding)
