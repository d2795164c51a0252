"""One question on its way: what is asked, of whom, and how often so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emailcleaner.core.dns.codec import NS, Message, encode_question

if TYPE_CHECKING:
    from emailcleaner.core.dns.outcomes import Outcome
    from emailcleaner.core.dns.servers import Server

#: Called once with the end of a question: `ANSWER` with a message (NOERROR or NXDOMAIN), or a failure.
Done = Callable[["Question", "Outcome", Message | None], None]


class Question:
    """A question and its state; only the multiplexer changes it once it was asked.

    `avoid` is a server that should not be asked first, `pinned` the only one that may be. `is_probe`:
    asks about a server's health, so it does not wait for room. `is_fresh`: in its first attempt;
    `outstanding`: an attempt waits for its answer until `timer`. `tickets`: where it is entered as
    waiting, so that late answers to earlier attempts count too.
    Raises `ValueError` for a name that cannot be asked.
    """

    # Defaults of the class: most questions end after one attempt and need none of their own.
    server: Server | None = None
    failure: Outcome | None = None
    attempts = 0
    bad_answers = 0
    unsent = 0
    deadline = 0.0
    sent_at = 0.0
    timer = 0.0
    edns = True
    is_fresh = False
    outstanding = False
    over_tcp = False
    finished = False
    avoid: Server | None = None
    pinned: Server | None = None
    deadline_s: float | None = None
    is_probe = False

    def __init__(self, name: str, rtype: int, done: Done) -> None:
        self.name = name
        self.rtype = rtype
        self.section = encode_question(name, rtype)
        self.done = done
        self.tickets: list[tuple[dict[int, Question], int]] = []

    @classmethod
    def probe(
        cls, server: Server | None, deadline_s: float, done: Done, name: str = "", rtype: int = NS
    ) -> Question:
        """A question to `server` (None: any) that every server can answer: the root's name servers,
        if no other is named.
        """
        question = cls(name, rtype, done)
        question.pinned = server
        question.deadline_s = deadline_s
        question.is_probe = True
        return question
