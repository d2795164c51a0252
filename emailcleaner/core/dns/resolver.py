"""Looks up MX, A and AAAA: aliases followed, answers remembered, each name asked once at a time.

Says what DNS says and for how long that holds; what it means for mail is `mail_route`'s business.
All methods belong to the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from emailcleaner.core.dns.cache import (
    LONGEST_TTL_S,
    FailureMemory,
    TtlCache,
    negative_ttl,
    positive_ttl,
)
from emailcleaner.core.dns.codec import CNAME, MX, Additional, Message, Rdata
from emailcleaner.core.dns.outcomes import Outcome
from emailcleaner.core.dns.question import Question

if TYPE_CHECKING:
    from emailcleaner.core.dns.limits import DnsLimits
    from emailcleaner.core.dns.multiplexer import Multiplexer
    from emailcleaner.core.dns.servers import Server


class LookUp(NamedTuple):
    """The end of a look-up.

    `records` are the values asked for (`codec.Rdata`), without repetition only if the server sent
    none. `aliases` is how many CNAMEs led to them. `glue` may hold addresses of the targets that came
    along; only good for judging this one answer. `ttl_s` is how long it holds (0: not kept).
    """

    name: str
    rtype: int
    outcome: Outcome
    ttl_s: int
    records: tuple[Rdata, ...] = ()
    aliases: int = 0
    glue: Additional | None = None


class AnswerMemory:
    """What look-ups have found, kept from one session to the next.

    Addresses of exchangers are kept here. What a domain's MX mean is kept as a finding by whoever
    asks, so their records are not kept twice.
    """

    def __init__(self, limits: DnsLimits) -> None:
        self.answers: TtlCache[tuple[str, int], LookUp] = TtlCache(limits.cached_answers)
        self.failures: FailureMemory[tuple[str, int]] = FailureMemory(limits.cached_answers)


class Resolver:
    """Look-ups over one multiplexer. `now` is the wall clock in seconds."""

    def __init__(
        self,
        multiplexer: Multiplexer,
        memory: AnswerMemory,
        limits: DnsLimits,
        now: Callable[[], float],
    ) -> None:
        self._multiplexer = multiplexer
        self._memory = memory
        self._max_aliases = limits.max_aliases
        self._now = now
        self._wanted: dict[tuple[str, int], list[Callable[[LookUp], None]]] = {}

    def look_up(self, name: str, rtype: int, done: Callable[[LookUp], None]) -> None:
        """Have `done` called with the result, at once if it is remembered.

        Raises `ValueError` for a name that cannot be asked.
        """
        key = (name, rtype)
        if rtype != MX:
            known = self._memory.answers.get(key, self._now())
            if known is not None:
                done(known)
                return
        wanted = self._wanted.get(key)
        if wanted is not None:
            wanted.append(done)
            return
        self.send(Question(name, rtype, self._came))
        self._wanted[key] = [done]

    def _came(self, question: Question, outcome: Outcome, message: Message | None) -> None:
        """The first answer: mostly it holds what was asked, under the very name."""
        name, rtype = question.name, question.rtype
        if outcome is Outcome.ANSWER and message is not None:
            least = LONGEST_TTL_S
            records: list[Rdata] = []
            for owner, kind, ttl, data in message.answers:
                if kind == rtype and owner == name:
                    records.append(data)
                    if ttl < least:  # noqa: PLR1730 - min() costs more than all the rest of this loop
                        least = ttl
            if records:
                ttl_s = positive_ttl(least)
                self.finish(LookUp(name, rtype, outcome, ttl_s, tuple(records), 0, message.additional))
                return
        _Pursuit(self, name, rtype).take(question, outcome, message)

    def send(self, question: Question) -> None:
        """Hand a question to the name servers."""
        self._multiplexer.ask(question)

    def finish(self, found: LookUp) -> None:
        """Remember what was found and tell everyone who waits for it."""
        key = (found.name, found.rtype)
        outcome = found.outcome
        if outcome is not Outcome.ANSWER and outcome is not Outcome.OFFLINE and outcome.is_failure:
            found = found._replace(ttl_s=self._memory.failures.failed(key, self._now()))
        if found.rtype != MX:
            self._memory.answers.put(key, found, self._now(), found.ttl_s)
        for done in self._wanted.pop(key, ()):
            done(found)

    @property
    def max_aliases(self) -> int:
        """How many CNAMEs in a row are followed."""
        return self._max_aliases


class _Pursuit:
    """One look-up under way: which name the aliases have led to so far."""

    __slots__ = ("_aliases", "_name", "_resolver", "_rtype", "_target", "_ttl", "_was_denied")

    def __init__(self, resolver: Resolver, name: str, rtype: int) -> None:
        self._resolver = resolver
        self._name = name
        self._rtype = rtype
        self._target = name
        self._aliases = 0
        self._ttl = LONGEST_TTL_S
        self._was_denied = False

    def ask(self, target: str, avoid: Server | None = None) -> None:
        """Ask for the records of `target`. Raises `ValueError` if that cannot be asked."""
        self._target = target
        question = Question(target, self._rtype, self.take)
        if avoid is not None:
            question.avoid = avoid
        self._resolver.send(question)

    def take(self, question: Question, outcome: Outcome, message: Message | None) -> None:
        """Go on with an answer."""
        if message is None:
            self._end(outcome, 0)
        elif outcome is Outcome.ANSWER:
            self._read(message)
        elif self._was_denied:
            self._end(Outcome.NXDOMAIN, negative_ttl(message.soa_ttl))
        else:  # one "no such name" is no verdict: once more, of another server if there is one
            self._was_denied = True
            self.ask(self._target, avoid=question.server)

    def _read(self, message: Message) -> None:
        """Use the records of the name itself, or go where its aliases lead."""
        records = self._records(message)
        aliases_before = self._aliases
        while not records and self._step(message):
            if self._aliases > self._resolver.max_aliases:
                self._end(Outcome.ALIAS_LOOP, 0)
                return
            records = self._records(message)
        if records:
            self._end(Outcome.ANSWER, positive_ttl(self._ttl), records, message.additional)
        elif self._aliases > aliases_before and message.soa_ttl is None:
            self._was_denied = False
            try:
                self.ask(self._target)  # the server knew the alias only
            except ValueError:
                self._end(Outcome.MALFORMED, 0)
        else:
            self._end(Outcome.NODATA, negative_ttl(message.soa_ttl))

    def _records(self, message: Message) -> list[Rdata]:
        """The values of the present target, and the least TTL noted."""
        rtype, target = self._rtype, self._target
        records: list[Rdata] = []
        for owner, kind, ttl, data in message.answers:
            if kind == rtype and owner == target:
                records.append(data)
                self._ttl = min(ttl, self._ttl)
        return records

    def _step(self, message: Message) -> bool:
        """Go to the target of the present name's CNAME; False if it has none."""
        for owner, kind, ttl, data in message.answers:
            if kind == CNAME and owner == self._target and isinstance(data, str):
                self._target = data
                self._ttl = min(ttl, self._ttl)
                self._aliases += 1
                return True
        return False

    def _end(
        self,
        outcome: Outcome,
        ttl_s: int,
        records: Sequence[Rdata] = (),
        glue: Additional | None = None,
    ) -> None:
        found = LookUp(self._name, self._rtype, outcome, ttl_s, tuple(records), self._aliases, glue)
        self._resolver.finish(found)
