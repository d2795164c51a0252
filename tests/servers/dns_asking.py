"""Asks name servers from within a test, without threads: a loop that runs until all is answered."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Self

from emailcleaner.core.dns.codec import Message
from emailcleaner.core.dns.limits import DnsLimits
from emailcleaner.core.dns.multiplexer import Multiplexer
from emailcleaner.core.dns.outcomes import Outcome
from emailcleaner.core.dns.question import Question
from emailcleaner.core.dns.resolver import AnswerMemory, LookUp, Resolver
from emailcleaner.core.dns.servers import Entropy

#: Short pauses and no patience; time enough for every answer that does come, on a busy machine too.
QUICK = DnsLimits(
    deadline_s=3.0,
    first_timeout_min_s=0.1,
    first_timeout_max_s=0.1,
    second_timeout_s=0.2,
    breather_s=0.02,
    canary_timeout_s=1.0,
    first_rest_s=0.2,
    outage_patience_s=0.0,
    outage_probe_s=0.1,
    tcp_timeout_s=2.0,
)
#: Quick ends too, for tests of what never comes.
BRIEF = replace(
    QUICK,
    deadline_s=0.3,
    first_timeout_min_s=0.05,
    first_timeout_max_s=0.05,
    canary_timeout_s=0.15,
    tcp_timeout_s=0.2,
)


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.time = datetime(2030, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def turn(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Asker:
    """A multiplexer on a loop of its own; used in a `with` block."""

    def __init__(
        self, servers: Sequence[tuple[str, int]], limits: DnsLimits = QUICK, seed: int | None = None
    ) -> None:
        self.loop = asyncio.SelectorEventLoop()
        self.limits = limits
        self.faults: list[object] = []
        self.loop.set_exception_handler(lambda _, context: self.faults.append(context))
        self.multiplexer = Multiplexer(self.loop, servers, limits, Entropy(seed), lambda: False)

    def __enter__(self) -> Self:
        gc.freeze()  # the look for rubbish at the end is then one through what is made from here on
        self.multiplexer.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.multiplexer.close()
        if tasks := asyncio.all_tasks(self.loop):
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()
        gc.collect()
        gc.unfreeze()
        assert not self.faults

    def ask(self, *questions: tuple[str, int]) -> list[tuple[Outcome, Message | None]]:
        """The ends of all questions, in their order."""
        ends: dict[int, tuple[Outcome, Message | None]] = {}

        def done_for(place: int) -> Callable[[Question, Outcome, Message | None], None]:
            def done(_question: Question, outcome: Outcome, message: Message | None) -> None:
                assert place not in ends
                ends[place] = outcome, message

            return done

        for place, (name, rtype) in enumerate(questions):
            self.multiplexer.ask(Question(name, rtype, done_for(place)))
        self._run(lambda: len(ends) == len(questions))
        return [ends[place] for place in range(len(questions))]

    def resolver(self, memory: AnswerMemory | None = None, clock: TurnedClock | None = None) -> Resolver:
        clock = clock or TurnedClock()
        memory = memory or AnswerMemory(self.limits)
        return Resolver(self.multiplexer, memory, self.limits, lambda: clock.now().timestamp())

    def look_up(self, resolver: Resolver, *questions: tuple[str, int]) -> list[LookUp]:
        """What the look-ups found, in the order of the questions."""
        ends: list[tuple[int, LookUp]] = []
        for place, (name, rtype) in enumerate(questions):
            resolver.look_up(name, rtype, partial(_note, ends, place))
        self._run(lambda: len(ends) == len(questions))
        return [found for _, found in sorted(ends, key=lambda end: end[0])]

    def _run(self, is_done: Callable[[], bool]) -> None:
        async def wait() -> None:
            deadline = self.loop.time() + 20
            while not is_done():
                assert self.loop.time() < deadline, "a question was never ended"
                await asyncio.sleep(0.002)

        self.loop.run_until_complete(wait())


def _note(ends: list[tuple[int, LookUp]], place: int, found: LookUp) -> None:
    ends.append((place, found))
