"""Many DNS questions at a time over a few UDP sockets, in one thread with one asyncio loop.

Sends, matches, retries on another server, goes to TCP for what is truncated, and ends every
question within its deadline. Knows nothing of aliases, caches or mail (`resolver` does). All
methods belong to the loop's thread. An answer counts only on the socket its question left from
(connected: answers from elsewhere never arrive), with its id and its whole question.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from emailcleaner.core.dns import codec
from emailcleaner.core.dns.codec import MalformedMessage, Message, RareMessage
from emailcleaner.core.dns.limits import DnsLimits
from emailcleaner.core.dns.outage import Outage
from emailcleaner.core.dns.outcomes import Outcome
from emailcleaner.core.dns.pacing import Pacer
from emailcleaner.core.dns.question import Done, Question
from emailcleaner.core.dns.rare_answers import read_rare_answer
from emailcleaner.core.dns.servers import Channel, Entropy, Server, ServerSet
from emailcleaner.core.dns.tcp import ask_over_tcp
from emailcleaner.core.dns.wheel import TimerWheel

_log = logging.getLogger(__name__)

#: More than a server may send us (`EDNS_SIZE`); what fills it was cut by us.
_DATAGRAM: Final = 4096
#: Answers read in one go before the loop has its turn.
_BATCH: Final = 128
#: Questions begun in one go before the loop has its turn.
_STARTS: Final = 2048
_TICK_S: Final = 0.02
#: Questions beyond their first attempt, as multiples of the window: they hardly cost anything.
_SLOW_WINDOWS: Final = 8
#: Sendings in a row that the operating system refused, after which more are no use.
_UNSENT: Final = 3


class Multiplexer:
    """The name servers, seen as one that takes questions and calls back.

    `feed` is called when there is room for more; it may `ask` and says whether it had anything.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        servers: Sequence[tuple[str, int]],
        limits: DnsLimits,
        entropy: Entropy,
        feed: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._entropy = entropy
        self._feed = feed
        now = loop.time()
        self._servers = ServerSet(servers, limits, entropy, now)
        self._pacer = Pacer(limits, now)
        self._wheel: TimerWheel[Question] = TimerWheel(now)
        self._outage = Outage(self, limits, has_given_up=not servers)
        self._waiting: deque[Question] = deque()
        self._fresh = 0
        self._slow = 0
        self._tcp_room = asyncio.Semaphore(limits.tcp_connections)
        self._tcp_tasks: set[asyncio.Task[None]] = set()
        self._tick_handle: asyncio.TimerHandle | None = None
        self._is_pumping = False
        self._is_closed = False
        self.ignored = 0

    def open(self) -> None:
        """Open the sockets and listen on them. Raises `OSError` if there are none to be had."""
        self._servers.open()
        for server in self._servers.all:
            for channel in server.channels:
                self._loop.add_reader(channel.sock, self._readable, channel)

    def close(self) -> None:
        """Close every socket and forget every question, without calling back."""
        self._is_closed = True
        for server in self._servers.all:
            for channel in server.channels:
                self._loop.remove_reader(channel.sock)
        self._servers.close()
        for task in self._tcp_tasks:
            task.cancel()
        if self._tick_handle is not None:
            self._tick_handle.cancel()
        self._waiting.clear()
        self._wheel.clear()

    def now(self) -> float:
        """Seconds of the loop's clock."""
        return self._loop.time()

    def call_later(self, delay_s: float, call: Callable[[], None]) -> None:
        """Call `call` after `delay_s` unless closed by then."""
        self._loop.call_later(delay_s, lambda: None if self._is_closed else call())

    def ask(self, question: Question) -> None:
        """Take a question; its `done` is called exactly once, never before this returns."""
        self._waiting.append(question)
        if not self._is_pumping:
            self._loop.call_soon(self.pump)

    restart = ask

    def servers_awake(self) -> list[Server]:
        """The servers that are asked at present: those that answer, or all if none does."""
        return self._servers.usable

    def probe(self, server: Server | None, done: Done, name: str = "", rtype: int = codec.NS) -> None:
        """Ask `server` (None: any) what it should know, at once and whatever the window says."""
        probe = Question.probe(server, self._limits.canary_timeout_s, done, name, rtype)
        self._slow += 1
        self._begin(probe, self._loop.time())

    def pump(self) -> None:
        """Begin questions as long as there is room."""
        if self._is_pumping or self._is_closed:
            return
        self._is_pumping = True
        try:
            more = self._start_some()
        finally:
            self._is_pumping = False
        if more:
            self._loop.call_soon(self.pump)

    def _start_some(self) -> bool:
        """Begin up to `_STARTS` questions; whether there may be room for more."""
        now = self._loop.time()
        pacer = self._pacer
        pacer.refill(now)
        slow_room = self._limits.window * _SLOW_WINDOWS
        for _ in range(_STARTS):
            if self._outage.has_given_up:
                if not self._refuse_one():
                    return False
            elif self._outage.is_down or self._fresh >= pacer.window or self._slow >= slow_room:
                return False
            elif pacer.budget < 1:
                self._tick_soon()
                return False
            elif self._waiting:
                question = self._waiting.popleft()
                question.attempts = question.bad_answers = question.unsent = 0
                question.is_fresh = True
                self._fresh += 1
                self._begin(question, now)
            elif not self._feed():
                return False
        return True

    def _refuse_one(self) -> bool:
        """End one question as offline; False if there is none."""
        if self._waiting:
            self.finish(self._waiting.popleft(), Outcome.OFFLINE, None)
            return True
        return self._feed()

    def _begin(self, question: Question, now: float) -> None:
        deadline_s = question.deadline_s
        question.deadline = now + (self._limits.deadline_s if deadline_s is None else deadline_s)
        self._send(question, now)
        if self._tick_handle is None:
            self._tick_soon()

    def _tick_soon(self) -> None:
        if self._tick_handle is None:
            self._tick_handle = self._loop.call_later(_TICK_S, self._tick)

    def _send(self, question: Question, now: float) -> None:
        """Send one more attempt, from a random socket with a random id."""
        server = question.pinned or self._servers.choose(question.server or question.avoid)
        entropy = self._entropy
        channels = server.channels
        number = entropy.number()
        channel = channels[(number >> 16) % len(channels)]
        inflight = channel.inflight
        ident = number & 0xFFFF
        while ident in inflight:
            ident = entropy.number() & 0xFFFF
        inflight[ident] = question
        question.tickets.append((inflight, ident))
        question.server = server
        question.attempts += 1
        question.outstanding = True
        question.sent_at = now
        query = codec.query_bytes(ident, question.section, edns=question.edns)
        self._pacer.budget -= 1
        try:
            channel.sock.send(query)
        except OSError as error:
            self._not_sent(question, channel, query, error, now)
            return
        if question.attempts == 1:
            question.timer = now + server.first_timeout_s
            self._wheel.add(question.timer, question)
        else:
            self._wait(question, now + self._limits.second_timeout_s * 2 ** (question.attempts - 2))

    def _not_sent(
        self, question: Question, channel: Channel, query: bytes, error: OSError, now: float
    ) -> None:
        """The operating system would not send: no route, or full, or an earlier datagram's error."""
        if isinstance(error, ConnectionRefusedError):
            try:
                channel.sock.send(query)
                self._wait(question, now + channel.server.first_timeout_s)
                return
            except OSError:
                pass
        if not isinstance(error, BlockingIOError):
            question.unsent += 1
            question.outstanding = False
            if channel.server.missed(now):
                self._let_rest(channel.server)
        self._wait(question, now + self._limits.breather_s / 2)

    def _wait(self, question: Question, until: float) -> None:
        question.timer = min(until, question.deadline)
        self._wheel.add(question.timer, question)

    def _tick(self) -> None:
        """Look at what has waited long enough, every 20 ms while anything is on its way."""
        now = self._loop.time()
        self._tick_handle = None
        for question in self._wheel.due(now):
            if not question.finished and question.timer <= now:
                self._expire(question, now)
        self._pacer.review(now)
        self.pump()
        if self._fresh or self._slow or self._waiting:
            self._tick_soon()

    def _expire(self, question: Question, now: float) -> None:
        """The time of an attempt, or of the pause before one, is over."""
        if question.outstanding and question.server is not None and not question.over_tcp:
            self._pacer.lost()
            question.outstanding = False
            question.unsent = 0
            if question.server.missed(now):
                self._let_rest(question.server)
        self._leave_window(question)
        if now < question.deadline and question.unsent < _UNSENT:
            self._send(question, now)
            return
        if question.failure is not None:
            self.finish(question, question.failure, None)
        elif question.is_probe or self._servers.answered_since(now - self._limits.canary_timeout_s):
            self.finish(question, Outcome.TIMEOUT, None)
        else:
            self._detach(question)
            question.timer = math.inf  # what is still in the wheel must not end it a second time
            self._outage.suspect(question)

    def _leave_window(self, question: Question) -> None:
        """Make room for another's first attempt: what is slow must not hold up the rest."""
        if question.is_fresh:
            question.is_fresh = False
            self._fresh -= 1
            self._slow += 1

    def _let_rest(self, server: Server) -> None:
        _log.debug("name server is silent", extra={"server": server.host, "port": server.port})
        self._servers.recount()
        self.call_later(server.rest_s(), lambda: self._wake(server))

    def _wake(self, server: Server) -> None:
        """Ask a resting server for a sign of life; it takes part again once it gave one."""

        def came(_question: Question, _outcome: Outcome, _message: Message | None) -> None:
            if server.is_resting:
                self.call_later(server.rest_s(), lambda: self._wake(server))

        if server.is_resting:
            self.probe(server, came)

    def _readable(self, channel: Channel) -> None:
        """Read the answers that have come on one socket."""
        now = self._loop.time()
        receive = channel.sock.recv
        inflight = channel.inflight
        answers = 0
        for _ in range(_BATCH):
            try:
                data = receive(_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                self._refused(channel, now)
                break
            question = inflight.get(data[0] << 8 | data[1]) if len(data) >= codec.HEADER_SIZE else None
            if question is not None and codec.is_reply_to(data, question.section):
                if not answers:
                    self._heard(channel.server, now, question)
                answers += 1
                self._replied(question, channel.server, data, now)
            elif question is not None and (rcode := codec.bare_rcode(data)) is not None:
                self._failed(question, channel.server, rcode, now)
            else:
                self.ignored += 1
        self._pacer.answered(answers)
        self.pump()

    def _heard(self, server: Server, now: float, question: Question | None = None) -> None:
        """A server gave a sign of life; how long it took is sure only for a first attempt."""
        took_s = now - question.sent_at if question is not None and question.attempts == 1 else None
        if server.answered(now, took_s):
            self._servers.recount()

    def _refused(self, channel: Channel, now: float) -> None:
        """Nobody listens there (ICMP said so): what waits on this socket goes elsewhere at once."""
        server = channel.server
        if server.missed(now):
            self._let_rest(server)
        for question in list(channel.inflight.values()):
            if question.outstanding and question.server is server:
                question.outstanding = False
                question.unsent += 1
                self._wait(question, now + self._limits.breather_s / 2)

    def _replied(self, question: Question, server: Server, data: bytes, now: float) -> None:
        if not codec.is_truncated(data) and len(data) < _DATAGRAM:
            self._read(question, server, data, now)
        elif not question.over_tcp:
            self._go_to_tcp(question, server)

    def _read(self, question: Question, server: Server, data: bytes, now: float) -> None:
        """Decode a matched answer and end its question, or have it asked again."""
        message: Message | None
        try:
            message = codec.read_answer(data, question.name, len(question.section))
        except RareMessage:
            message = read_rare_answer(data)
        except MalformedMessage:
            message = None
        if message is None:
            self._again(question, Outcome.MALFORMED, now)
        elif message.rcode == codec.NXDOMAIN:
            self.finish(question, Outcome.NXDOMAIN, message)
        elif message.rcode != codec.NOERROR:
            self._failed(question, server, message.rcode, now)
        elif message.answers or message.is_own or message.soa_ttl is not None:
            self.finish(question, Outcome.ANSWER, message)
        else:  # a referral: this server neither knows nor asks for us
            self._again(question, Outcome.REFUSED, now)

    def _failed(self, question: Question, server: Server, rcode: int, now: float) -> None:
        """The server says it cannot or will not answer."""
        self._heard(server, now)
        if rcode in {codec.FORMERR, codec.NOTIMP} and question.edns:
            question.edns = False  # RFC 6891 section 7: it may be too old for EDNS
            question.over_tcp = False
            self._leave_window(question)
            self._send(question, now)
        else:
            is_servfail = rcode == codec.SERVFAIL
            self._again(question, Outcome.SERVFAIL if is_servfail else Outcome.REFUSED, now)

    def _again(self, question: Question, failure: Outcome, now: float) -> None:
        """Ask once more, another server if there is one; or end it with this failure."""
        question.failure = failure
        question.bad_answers += 1
        question.outstanding = False
        question.over_tcp = False
        if failure is Outcome.REFUSED:
            self._pacer.lost()
        if question.is_probe or question.bad_answers >= self._limits.bad_answers:
            self.finish(question, failure, None)
            return
        self._leave_window(question)
        if len(self._servers) > 1:
            self._send(question, now)
        else:
            self._wait(question, now + self._limits.breather_s)

    def _go_to_tcp(self, question: Question, server: Server) -> None:
        question.over_tcp = True
        self._leave_window(question)
        self._wait(question, question.deadline)
        task = self._loop.create_task(self._ask_over_tcp(question, server))
        self._tcp_tasks.add(task)
        task.add_done_callback(self._tcp_tasks.discard)

    async def _ask_over_tcp(self, question: Question, server: Server) -> None:
        query = codec.query_bytes(self._entropy.number() & 0xFFFF, question.section, edns=question.edns)
        failure, data = Outcome.TIMEOUT, b""
        async with self._tcp_room:
            timeout_s = min(self._limits.tcp_timeout_s, question.deadline - self._loop.time())
            try:
                data = await ask_over_tcp(server, query, question.section, timeout_s)
            except OSError:  # a TimeoutError is one too
                pass
            except MalformedMessage:
                failure = Outcome.MALFORMED
        if question.finished:
            return
        if data:
            self._read(question, server, data, self._loop.time())
        else:
            self._again(question, failure, self._loop.time())

    def _detach(self, question: Question) -> None:
        """Take a question out of everything that waits for it."""
        for inflight, ident in question.tickets:
            inflight.pop(ident, None)
        question.tickets.clear()
        if question.is_fresh:
            question.is_fresh = False
            self._fresh -= 1
        else:
            self._slow -= 1

    def finish(self, question: Question, outcome: Outcome, message: Message | None) -> None:
        """End a question; what still comes for it is ignored."""
        if question.tickets:
            self._detach(question)
        question.finished = True
        question.done(question, outcome, message)
