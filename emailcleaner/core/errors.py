"""The two kinds of exception that are not a bug: what the user must hear, and what she asked for.

Everything else that is raised is a fault of ours. This module must stay free of heavy imports.
"""

from __future__ import annotations


class UserError(Exception):
    """Something the user can understand and mend.

    `title` says what is wrong in one sentence, `hint` what to do about it, and `exit_code` is the
    status with which the command line ends (2: wrong usage or unreadable input).
    """

    def __init__(self, title: str, hint: str = "", *, exit_code: int = 2) -> None:
        super().__init__(title)
        self.title = title
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.title} {self.hint}".strip()


class Cancelled(Exception):  # noqa: N818 - an outcome the user asked for, not an error
    """The user asked to stop; unwinds without a message, and the work can be resumed."""


class Paused(Cancelled):
    """The user asked to pause; what is left is done when the job is resumed."""
