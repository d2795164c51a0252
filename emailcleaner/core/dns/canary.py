"""Whether name servers that deny a domain can be believed.

A closed network, a captive portal or a broken company resolver says of everything that it does not
exist, or that it has an address of the portal's, and a whole list would be called invalid. So a
denial is held back until a question that left after it has shown that each server still knows
domains that certainly exist and take mail. If one does not, the fault is ours and the domain unknown.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Final

from emailcleaner.core.dns.codec import MX, A, Message, Rdata
from emailcleaner.core.dns.outcomes import Outcome
from emailcleaner.core.model import Blame, DomainFinding, Reason

if TYPE_CHECKING:
    from emailcleaner.core.dns.multiplexer import Multiplexer
    from emailcleaner.core.dns.question import Question
    from emailcleaner.core.dns.servers import Server

_log = logging.getLogger(__name__)

#: The least time between two rounds of questions, however many domains are denied.
_GAP_S: Final = 0.2
#: Denials that rest on exchangers (MX) alone; the others rest on addresses too.
_BY_MX_ALONE: Final = frozenset({Reason.NO_SUCH_DOMAIN, Reason.NULL_MX})
_UNCONFIRMED: Final = "the name servers deny it, and say nothing of domains that certainly exist"


class _Word(Enum):
    """What a server says of the canaries. `NOTHING`: neither of the two."""

    KNOWS = auto()
    DENIES = auto()
    NOTHING = auto()


class Canaries:
    """Passes findings on, denials only once the canaries have answered. Belongs to the loop's thread.

    `names` are domains that certainly exist and have exchangers and addresses, best of different
    operators; with none of them every finding is passed on as it is. `patience_s`: how long denials
    are held while no server says anything of the canaries. `forget` is called when the servers
    turned out to lie: what they said before is not to be used again.
    """

    def __init__(
        self,
        names: Sequence[str],
        multiplexer: Multiplexer,
        *,
        is_usable: Callable[[Sequence[Rdata]], bool],
        patience_s: float,
        deliver: Callable[[DomainFinding], None],
        forget: Callable[[], None],
    ) -> None:
        self.names = tuple(names)
        self.multiplexer = multiplexer
        self.is_usable = is_usable
        self._patience_s = patience_s
        self._deliver = deliver
        self._forget = forget
        self._held: list[DomainFinding] = []
        #: How many of them came before the present questions left.
        self._judged = 0
        self._words: list[tuple[Server, _Word]] = []
        self._open = 0
        self._is_busy = False
        self._asked_at = -math.inf
        self._silent_since = math.inf
        self._has_warned = False

    def take(self, finding: DomainFinding) -> None:
        """Pass a finding on: at once, or a denial by DNS when the canaries have answered."""
        is_denial = finding.blame is Blame.DOMAIN and not finding.domain.startswith("[")
        if not is_denial or not self.names:
            self._deliver(finding)
            return
        self._held.append(finding)
        if not self._is_busy:
            self._ask_soon()

    def _ask_soon(self) -> None:
        self._is_busy = True
        wait_s = self._asked_at + _GAP_S - self.multiplexer.now()
        if wait_s > 0:
            self.multiplexer.call_later(wait_s, self._ask)
        else:
            self._ask()

    def _ask(self) -> None:
        """Ask every server; those that are silent anyway deny nothing."""
        self._asked_at = self.multiplexer.now()
        self._judged = len(self._held)
        needs_addresses = any(f.reason not in _BY_MX_ALONE for f in self._held)
        rtypes = (MX, A) if needs_addresses else (MX,)
        servers = self.multiplexer.servers_awake()
        self._words.clear()
        self._open = len(servers)
        for server in servers:
            _Witness(self, server, rtypes, partial(self._heard, server)).next()

    def _heard(self, server: Server, word: _Word) -> None:
        self._words.append((server, word))
        self._open -= 1
        if self._open:
            return
        words = [word for _, word in self._words]
        if _Word.DENIES in words:
            liars = [server.host for server, word in self._words if word is _Word.DENIES]
            self._doubt(f"the name server {liars[0]} denies even domains that certainly exist")
        elif _Word.KNOWS in words:
            self._settle("")
        else:
            self._nobody_knows()

    def _nobody_knows(self) -> None:
        now = self.multiplexer.now()
        self._silent_since = min(self._silent_since, now)
        if now - self._silent_since < self._patience_s:
            self._ask_soon()
        else:
            self._doubt(_UNCONFIRMED)

    def _doubt(self, words: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            _log.warning("denials are not believed", extra={"why": words, "held": self._judged})
        self._forget()
        self._settle(words)

    def _settle(self, doubt: str) -> None:
        """Pass on what the canaries' answer is about; what came since needs one of its own."""
        self._silent_since = math.inf
        if not doubt:
            self._has_warned = False
        judged, self._held = self._held[: self._judged], self._held[self._judged :]
        for finding in judged:
            self._deliver(_doubted(finding, doubt) if doubt else finding)
        self._is_busy = False
        if self._held:
            self._ask_soon()


class _Witness:
    """One server, asked about one canary after the other until it knows one."""

    def __init__(
        self, canaries: Canaries, server: Server, rtypes: tuple[int, ...], done: Callable[[_Word], None]
    ) -> None:
        self._canaries = canaries
        self._server = server
        self._rtypes = rtypes
        self._done = done
        self._names = iter(canaries.names)
        self._has_denied = False
        self._outcomes: list[_Word] = []
        self._is_silent = False

    def next(self) -> None:
        """Ask about the next canary, or say how it ended."""
        name = next(self._names, None)
        if name is None or self._is_silent:
            self._done(_Word.DENIES if self._has_denied else _Word.NOTHING)
            return
        self._outcomes.clear()
        for rtype in self._rtypes:
            self._canaries.multiplexer.probe(self._server, self._came, name, rtype)

    def _came(self, question: Question, outcome: Outcome, message: Message | None) -> None:
        self._is_silent = self._is_silent or outcome is Outcome.TIMEOUT
        if message is None:
            word = _Word.NOTHING
        else:
            word = _Word.KNOWS if self._shows(question.rtype, message) else _Word.DENIES
        self._outcomes.append(word)
        if len(self._outcomes) < len(self._rtypes):
            return
        if set(self._outcomes) == {_Word.KNOWS}:
            self._done(_Word.KNOWS)
            return
        self._has_denied = self._has_denied or _Word.DENIES in self._outcomes
        self.next()

    def _shows(self, rtype: int, message: Message) -> bool:
        """Whether an answer has exchangers, or an address in the internet (no portal's)."""
        found = [data for _, kind, _, data in message.answers if kind == rtype]
        if rtype == MX:
            return any(isinstance(data, tuple) and data[1] for data in found)
        return self._canaries.is_usable(found)


def _doubted(finding: DomainFinding, words: str) -> DomainFinding:
    return replace(finding, reason=Reason.DNS_FAILURE, blame=Blame.OUR_NETWORK, mx=(), detail=words, ttl_s=0)
