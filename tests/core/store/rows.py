"""Result tables for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from emailcleaner.core.columns import RESULTS_SCHEMA

CHECKED_AT = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)


@dataclass
class TurnableClock:
    """A clock that stands still until it is turned."""

    at: datetime = CHECKED_AT

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def turn(self, by: timedelta) -> None:
        self.at += by


def result_table(
    normalized: Sequence[str],
    *,
    row0: int = 0,
    source: int = 0,
    status: str = "valid",
    reason: str | Sequence[str] = "domain_accepts",
    flags: str = "",
    mx_host: str = "mx.example.com",
    score: int = 90,
    depth: str = "domain",
    address: Sequence[str] | None = None,
    checked_at: datetime = CHECKED_AT,
) -> pa.Table:
    """One row for each address; the other columns as given or ordinary."""
    count = len(normalized)

    def words(value: str | Sequence[str]) -> pa.Array:
        values = [value] * count if isinstance(value, str) else list(value)
        return pa.array(values, pa.string()).dictionary_encode()

    columns = {
        "source": pa.array(np.full(count, source, np.int32)),
        "row": pa.array(np.arange(row0, row0 + count)),
        "line": pa.array(np.arange(row0 + 2, row0 + count + 2)),
        "address": pa.array(normalized if address is None else address, pa.string()),
        "normalized": pa.array(normalized, pa.string()),
        "domain": words([text.rpartition("@")[2] for text in normalized]),
        "status": words(status),
        "reason": words(reason),
        "segment": words("clean"),
        "score": pa.array(np.full(count, score, np.uint8)),
        "rating": words("excellent"),
        "depth": words(depth),
        "blame": words("none"),
        "flags": words(flags),
        "suggestion": pa.array([""] * count),
        "provider": words("google"),
        "mx_host": words(mx_host),
        "duplicate_source": pa.array(np.full(count, -1, np.int32)),
        "duplicate_row": pa.array(np.full(count, -1, np.int64)),
        "checked_at": pa.array([checked_at] * count, pa.timestamp("ms", tz="UTC")),
    }
    return pa.table(columns, schema=RESULTS_SCHEMA)
