"""Tells a domain that does not answer from a network that does not: the canary.

When a question ends without an answer and no server has said anything for a while, the servers are
asked for the root's name servers, which every resolver knows. Silence there is our own network's:
then questions are held, not judged, until the servers are back or the patience is over.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from emailcleaner.core.dns.outcomes import Outcome

if TYPE_CHECKING:
    from emailcleaner.core.dns.codec import Message
    from emailcleaner.core.dns.limits import DnsLimits
    from emailcleaner.core.dns.multiplexer import Multiplexer
    from emailcleaner.core.dns.question import Question

_log = logging.getLogger(__name__)


class Outage:
    """What is known about our own network. Lives in the loop's thread."""

    def __init__(self, multiplexer: Multiplexer, limits: DnsLimits, *, has_given_up: bool) -> None:
        self._multiplexer = multiplexer
        self._limits = limits
        self._suspended: list[Question] = []
        self._is_asking = False
        self._down_since = 0.0
        #: Whether no server answers anything at present.
        self.is_down = False
        self.has_given_up = has_given_up

    def suspect(self, question: Question) -> None:
        """Keep an unanswered question until it is known whose fault that is."""
        if self.has_given_up:
            self._multiplexer.finish(question, Outcome.OFFLINE, None)
            return
        self._suspended.append(question)
        if not self._is_asking and not self.is_down:
            self._ask()

    def _ask(self) -> None:
        if not self._is_asking:
            self._is_asking = True
            self._multiplexer.probe(None, self._came)

    def _came(self, _question: Question, outcome: Outcome, _message: Message | None) -> None:
        self._is_asking = False
        if outcome is Outcome.TIMEOUT:
            self._silence()
        else:
            self._sign_of_life()

    def _sign_of_life(self) -> None:
        suspended, self._suspended = self._suspended, []
        was_down, self.is_down, self.has_given_up = self.is_down, False, False
        if was_down:
            _log.info("name servers answer again", extra={"asked_again": len(suspended)})
        for question in suspended:
            if was_down:
                self._multiplexer.restart(question)
            else:
                self._multiplexer.finish(question, Outcome.TIMEOUT, None)
        self._multiplexer.pump()

    def _silence(self) -> None:
        now = self._multiplexer.now()
        if not self.is_down:
            self.is_down = True
            self._down_since = now
            _log.warning("no name server answers", extra={"held": len(self._suspended)})
        if now - self._down_since >= self._limits.outage_patience_s:
            self.has_given_up = True
            suspended, self._suspended = self._suspended, []
            for question in suspended:
                self._multiplexer.finish(question, Outcome.OFFLINE, None)
        self._multiplexer.call_later(self._limits.outage_probe_s, self._ask)
        self._multiplexer.pump()
