"""The rows of `rejected`: records that were no rows, and rows that have no address.

Brings the two together in the order of their lines, a block at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.columns import REJECTED_SCHEMA
from emailcleaner.core.export.verdict_columns import Block
from emailcleaner.core.model import Reason, Segment

_NONE = REJECTED_SCHEMA.empty_table()


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
            count = int(np.searchsorted(self._held.column("line").to_numpy(), line, side="right"))
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
            table = table.filter(pc.not_equal(table.column("reason"), Reason.EMPTY.value))
            if table.num_rows:
                self._held = table.sort_by("line")
                return True
        return False


def without_address(block: Block) -> pa.Table:
    """The rows of a block that have no address, as rejected ones."""
    masks = [mask for segment, mask in block.segments() if segment is Segment.REJECTED]
    if not masks:
        return _NONE
    chosen = pa.array(masks[0])
    raw = [record.decode("utf-8", "replace") for record in block.raw.records.filter(chosen).to_pylist()]
    reasons = block.column("reason").filter(chosen).cast(pa.string())
    columns = [block.column("line").filter(chosen), reasons, pa.array(raw, pa.string())]
    return pa.Table.from_arrays(columns, schema=REJECTED_SCHEMA)


def in_order(first: pa.Table, second: pa.Table) -> pa.Table:
    """Both tables as one, in the order of the lines."""
    if not first.num_rows or not second.num_rows:
        return second if second.num_rows else first
    return pa.concat_tables([first, second]).sort_by("line")
