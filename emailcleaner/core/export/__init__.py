"""Writes cleaned lists: results, segments, what was rejected, a summary and a report.

Knows no other stage: bytes, results and words come in as parameters.
"""

from __future__ import annotations

from emailcleaner.core.export.folder import require_usable
from emailcleaner.core.export.run import export_lists
from emailcleaner.core.export.selection import export_rows
from emailcleaner.core.export.source import ExportSource
from emailcleaner.core.export.verdict_columns import VERDICT_COLUMNS

__all__ = ["VERDICT_COLUMNS", "ExportSource", "export_lists", "export_rows", "require_usable"]
