"""Cells in, findings out: one cell at a time, or a block of them column by column.

`check` is the reference; `check_batch` gives the same answers (a property test holds that) and looks one by
one only at what its screen leaves over. Knows neither DNS nor verdicts.
"""

from __future__ import annotations

import pyarrow as pa

from emailcleaner.core.checks.batch import check_block, keys_of_columns
from emailcleaner.core.checks.data import CheckData
from emailcleaner.core.checks.duplicates import U64
from emailcleaner.core.checks.inspection import CellInspector
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.columns import CheckedBatch
from emailcleaner.core.model import AddressFinding, Flag

_NO_CHOICES = AddressPolicy()


class AddressChecker:
    """Checks addresses against one set of lists and one policy. Not for two threads at once."""

    def __init__(self, data: CheckData, policy: AddressPolicy = _NO_CHOICES) -> None:
        self.data = data
        self.policy = policy
        self._inspector = CellInspector(data, policy)

    def check(self, cell: str) -> AddressFinding:
        """What the text of one cell says. Never raises, whatever the text is."""
        seen = self._inspector.inspect(cell)
        return AddressFinding(
            address=seen.address,
            normalized=seen.normalized,
            domain=seen.domain,
            reason=seen.reason,
            flags=Flag(seen.flags),
            suggestion=seen.suggestion,
            extra=seen.extra,
        )

    def check_batch(self, cells: pa.StringArray) -> CheckedBatch:
        """The same as `check` for each cell of a block, as columns; a null cell counts as an empty one."""
        return check_block(self._inspector, cells)

    def duplicate_key(self, finding: AddressFinding) -> int:
        """The 64-bit key under which `check_batch` knows the address; 0 if there is none."""
        if not finding.domain:
            return 0
        local = finding.normalized[: -len(finding.domain) - 1]
        return int(self._inspector.keys_of([local], [finding.domain])[0])

    def keys(self, normalized: pa.StringArray, domain: pa.DictionaryArray) -> U64:
        """The keys of a block's `normalized` and `domain` columns again, without checking anything."""
        return keys_of_columns(self._inspector, normalized, domain)
