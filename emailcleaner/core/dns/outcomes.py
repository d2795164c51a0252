"""The ways a question to the name servers can end."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a look-up ended. `ANSWER`, `NODATA` and `NXDOMAIN` are answers, the rest are failures.

    `NODATA`: the name exists without records of that type. `REFUSED`: our name servers would not
    say. `MALFORMED`: what came could not be read. `ALIAS_LOOP`: aliases lead nowhere.
    `OFFLINE`: no name server answers anything, whoever is asked about.
    """

    ANSWER = "answer"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    MALFORMED = "malformed"
    ALIAS_LOOP = "alias_loop"
    TIMEOUT = "timeout"
    OFFLINE = "offline"

    @property
    def is_failure(self) -> bool:
        """Whether nothing is known, so that the verdict must be `unknown`."""
        return self not in _ANSWERS


_ANSWERS = frozenset({Outcome.ANSWER, Outcome.NODATA, Outcome.NXDOMAIN})
