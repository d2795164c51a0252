"""Result rows as rows of `email_history`, in slices that are short enough to let other threads run.

`valid` is status `valid`; `syntax_valid` and `domain_valid` follow from the reason, and `domain_valid` is
NULL where the domain was not asked or did not answer. What only a mailbox check knows stays NULL, and so
does `full_result`: the columns say all that the part says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from emailcleaner.core.model import REASONS, JobId, Reason, Status

#: Rows turned into Python objects in one go: a few milliseconds.
_SLICE = 2_048

_COLUMNS = (
    "email",
    "valid",
    "domain",
    "syntax_valid",
    "domain_valid",
    "mx_records",
    "is_disposable",
    "is_role_based",
    "is_catchall",
    "deliverability_score",
    "deliverability_rating",
    "job_id",
    "created_at",
    "status",
    "reason",
    "depth",
    "segment",
    "flags",
    "provider",
)

#: The statement that takes the rows.
INSERT = (
    f"INSERT INTO email_history ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own columns
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)

_PLACE = {reason: number for number, reason in enumerate(REASONS) if reason is not None}
_SYNTAX = frozenset(r.value for r in _PLACE if _PLACE[r] <= _PLACE[Reason.PROVIDER_SYNTAX])
_DOMAIN_BAD = frozenset(
    r.value
    for r in (
        Reason.NO_SUCH_DOMAIN,
        Reason.NULL_MX,
        Reason.NO_MAIL_HOST,
        Reason.MX_UNRESOLVABLE,
        Reason.MX_UNROUTABLE,
    )
)


def history_rows(table: pa.Table, job_id: JobId) -> Iterator[tuple[Any, ...]]:
    """The values for `INSERT`; rows without any address are left out."""
    for start in range(0, table.num_rows, _SLICE):
        part = table.slice(start, _SLICE)
        columns = [_values(part[name]) for name in _READ]
        for values in zip(*columns, _times(part["checked_at"]), strict=True):
            row = _row(job_id, *values)
            if row[0]:
                yield row


_READ = (
    "address",
    "normalized",
    "domain",
    "status",
    "reason",
    "segment",
    "score",
    "rating",
    "depth",
    "flags",
    "provider",
    "mx_host",
)


def _row(
    job_id: JobId,
    address: str,
    normalized: str,
    domain: str,
    status: str,
    reason: str,
    segment: str,
    score: int,
    rating: str,
    depth: str,
    flags: str,
    provider: str,
    mx_host: str,
    checked_at: str,
) -> tuple[Any, ...]:
    names = flags.split(";")
    return (
        normalized or address,
        status == Status.VALID,
        domain,
        reason not in _SYNTAX,
        _domain_valid(reason, mx_host, depth),
        f'["{mx_host}"]' if mx_host else None,  # a host name has nothing that JSON escapes
        "disposable" in names,
        "role" in names,
        "catch_all" in names,
        score,
        rating,
        job_id,
        checked_at,
        status,
        reason,
        depth,
        segment,
        flags,
        provider,
    )


def _domain_valid(reason: str, mx_host: str, depth: str) -> bool | None:
    if reason in _DOMAIN_BAD:
        return False
    return True if mx_host and depth != "syntax" else None


def _values(column: pa.ChunkedArray) -> list[Any]:
    """As `to_pylist`, which takes ten times as long for a dictionary."""
    values: list[Any] = column.combine_chunks().to_numpy(zero_copy_only=False).tolist()
    return values


def _times(column: pa.ChunkedArray) -> list[str]:
    """As SQLAlchemy writes a `DateTime` into SQLite: UTC, `2026-01-31 23:59:59.123000`."""
    moments = column.combine_chunks().cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    texts = np.datetime_as_string(np.asarray(moments).view("datetime64[us]"), unit="us")
    return [str(text).replace("T", " ") for text in texts.tolist()]
