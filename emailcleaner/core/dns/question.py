"""One question on its way: what is asked, of whom, and how often so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emailcleaner.core.dns.codec import Message, encode_question

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

    __slots__ = (
        "attempts",
        "avoid",
        "bad_answers",
        "deadline",
        "deadline_s",
        "done",
        "edns",
        "failure",
        "finished",
        "is_fresh",
        "is_probe",
        "name",
        "outstanding",
        "over_tcp",
        "pinned",
        "rtype",
        "section",
        "sent_at",
        "server",
        "tickets",
        "timer",
        "unsent",
    )

    def __init__(
        self,
        name: str,
        rtype: int,
        done: Done,
        *,
        avoid: Server | None = None,
        pinned: Server | None = None,
        is_probe: bool = False,
        deadline_s: float | None = None,
    ) -> None:
        self.name = name
        self.rtype = rtype
        self.section = encode_question(name, rtype)
        self.done = done
        self.avoid = avoid
        self.pinned = pinned
        self.is_probe = is_probe
        self.deadline_s = deadline_s
        self.tickets: list[tuple[dict[int, Question], int]] = []
        self.server: Server | None = None
        self.failure: Outcome | None = None
        self.attempts = 0
        self.bad_answers = 0
        self.unsent = 0
        self.deadline = 0.0
        self.sent_at = 0.0
        self.timer = 0.0
        self.edns = True
        self.is_fresh = False
        self.outstanding = False
        self.over_tcp = False
        self.finished = False
