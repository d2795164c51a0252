"""Lists: a file of any usual kind comes in, and goes out as rows with their address cells.

Stage `lists`: knows nothing of checks, verdicts or jobs.
"""

from __future__ import annotations

from emailcleaner.core.lists.intake import inspect, spool
from emailcleaner.core.lists.spooled import SpooledList, open_spooled

__all__ = ["SpooledList", "inspect", "open_spooled", "spool"]
