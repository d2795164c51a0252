"""How long a list will take, said as honestly as it can be known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emailcleaner.core.model import Depth
from emailcleaner.ui.widgets.text import duration

if TYPE_CHECKING:
    from emailcleaner.core.services import ListCounts

#: Rows a second that an ordinary computer reads, checks and keeps.
_ROWS_PER_S = 400_000
#: Domains a second at an ordinary resolver, and at one that answers slowly or limits.
_DOMAINS_PER_S = (4_000, 400)
#: Under this many seconds one does not count.
_INSTANT_S = 2


def estimate(depth: Depth, counts: ListCounts | None) -> str:
    """One line for a depth card."""
    if counts is None:
        return "Counting the list\u2026"
    reading = counts.rows / _ROWS_PER_S
    if depth is Depth.SYNTAX:
        return "At once" if reading < _INSTANT_S else f"About {duration(reading)}"
    quick, slow = (reading + counts.domains / rate for rate in _DOMAINS_PER_S)
    if slow < _INSTANT_S:
        return "A second or two"
    if quick < _INSTANT_S:
        return f"Up to {duration(slow)}, as fast as the name servers answer"
    if duration(quick) == duration(slow):
        return f"About {duration(slow)}"
    return f"{duration(quick)} to {duration(slow)}, as fast as the name servers answer"
