"""Which columns the results table has, and what is asked of it. Free of heavy imports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emailcleaner.core.model import Segment


class Column(IntEnum):
    """The columns of the results table, from the left."""

    ADDRESS = 0
    STATUS = 1
    REASON = 2
    SCORE = 3
    FLAGS = 4
    SUGGESTION = 5
    PROVIDER = 6


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What is shown and in which order; no segments means all, no column means source order."""

    segments: frozenset[Segment] = frozenset()
    search: str = ""
    column: Column | None = None
    descending: bool = False
