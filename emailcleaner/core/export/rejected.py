"""The rows of `rejected`: records that were no rows, and rows that have no address.

Brings the two together in the order of their lines, a block at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.columns import REJECTED_SCHEMA
from emailcleaner.core.export.arrays import booleans, no_rows, numbers
from emailcleaner.core.export.csv_text import changed
from emailcleaner.core.export.verdict_columns import Block
from emailcleaner.core.model import Reason, Segment

_NONE = no_rows(REJECTED_SCHEMA)


class RejectedFeed:
    """Hands out the records that were no rows, up to a line at a time.

    Rows with reason `empty` are dropped: they have a result, and come with their block.
    """

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._held = _NONE

    def up_to(self, line: int) -> pa.Table:
        """Those that begin on `line` or before it."""
        parts: list[pa.Table] = []
        while True:
            if not self._held.num_rows and not self._fetch():
                break
            count = int(
                np.searchsorted(numbers(self._held.column("line").combine_chunks()), line, side="right")
            )
            parts.append(self._held.slice(0, count))
            self._held = self._held.slice(count)
            if self._held.num_rows:
                break
        return pa.concat_tables(parts) if parts else _NONE

    def rest(self) -> Iterator[pa.Table]:
        """What is left, block by block."""
        while self._held.num_rows or self._fetch():
            yield self._held
            self._held = _NONE

    def _fetch(self) -> bool:
        """Hold the next batch with anything in it; False at the end."""
        for batch in self._batches:
            table = pa.Table.from_batches([batch]).select(REJECTED_SCHEMA.names)
            table = table.filter(pc.invert(pc.match_like(table.column("reason"), pattern=Reason.EMPTY.value)))
            if table.num_rows:
                self._held = table.sort_by("line")
                return True
        return False


def without_address(block: Block) -> pa.Table:
    """The rows of a block that have no address, as rejected ones."""
    masks = [mask for segment, mask in block.segments() if segment is Segment.REJECTED]
    if not masks:
        return _NONE
    chosen = booleans(masks[0])
    records = block.raw.records.filter(chosen)
    try:
        raw = records.cast(pa.large_string())
    except pa.ArrowInvalid:
        raw = changed(records, _repaired).cast(pa.large_string())
    reasons = block.column("reason").filter(chosen).cast(pa.string())
    columns = [block.column("line").filter(chosen), reasons, raw.cast(pa.string())]
    return pa.Table.from_arrays(columns, schema=REJECTED_SCHEMA)


def _repaired(record: bytes) -> bytes:
    return record.decode("utf-8", "replace").encode()


def in_order(first: pa.Table, second: pa.Table) -> pa.Table:
    """Both tables as one, in the order of the lines."""
    if not first.num_rows or not second.num_rows:
        return second if second.num_rows else first
    return pa.concat_tables([first, second]).sort_by("line")
