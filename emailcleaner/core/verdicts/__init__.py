"""Findings to verdict: a pure function over an ordered rule table, with score and plain words.

Knows no file, no network and no other stage.
"""

from __future__ import annotations

from emailcleaner.core.verdicts.explain import explain, visible
from emailcleaner.core.verdicts.rules import (
    BLAME_OF,
    OF_CELL,
    RULES,
    SEGMENT_OF,
    STATUS_OF,
    Rule,
    judge,
    repeat_of,
)
from emailcleaner.core.verdicts.score import rating_of
from emailcleaner.core.verdicts.sentences import (
    BLAME_WORDS,
    FLAG_SENTENCES,
    REASON_SENTENCES,
    reason_sentence,
)

__all__ = [
    "BLAME_OF",
    "BLAME_WORDS",
    "FLAG_SENTENCES",
    "OF_CELL",
    "REASON_SENTENCES",
    "RULES",
    "SEGMENT_OF",
    "STATUS_OF",
    "Rule",
    "explain",
    "judge",
    "rating_of",
    "reason_sentence",
    "repeat_of",
    "visible",
]
