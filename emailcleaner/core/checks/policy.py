"""What a job's settings say about addresses; read by the checks, decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """How strict the checks are, and what counts as one and the same mailbox.

    `allow_quoted` and `allow_literal`: forms that are legal (RFC 5321 §4.1.2) and that most mailing
    tools refuse. `merge_gmail_dots` and `merge_plus_tags` widen the duplicate key for providers
    known to ignore them. `allow_special_use`: special-use top levels (as "test") that a laboratory
    does have. `disposable` and `not_disposable`: the user's own deny and allow list of domains.
    """

    allow_quoted: bool = False
    allow_literal: bool = False
    merge_gmail_dots: bool = False
    merge_plus_tags: bool = False
    allow_special_use: frozenset[str] = frozenset()
    disposable: frozenset[str] = frozenset()
    not_disposable: frozenset[str] = frozenset()
