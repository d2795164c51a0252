"""Counts what goes by while a list is written, for the summary and the report.

Counts only; it keeps no addresses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.export.arrays import binaries, numbers, positions
from emailcleaner.core.export.verdict_columns import Block, VerdictWords
from emailcleaner.core.model import Segment

#: Names that are counted apart before they are brought together.
_PENDING_LIMIT = 2_000_000


@dataclass(frozen=True, slots=True)
class NameCount:
    """How many rows a domain or a provider has, and how many of them are clean."""

    name: str
    rows: int
    clean: int


class NameTally:
    """Rows by a column of words, in memory of the different words."""

    def __init__(self) -> None:
        self._names: list[pa.Array] = []
        self._rows: list[npt.NDArray[np.int64]] = []
        self._clean: list[npt.NDArray[np.int64]] = []
        self._pending = 0

    def add(self, column: pa.DictionaryArray, is_clean: npt.NDArray[np.bool_]) -> None:
        """Count a column; `is_clean` says which of its rows are clean."""
        size = len(column.dictionary)
        indices = numbers(column.indices)
        rows = np.bincount(indices, minlength=size)
        seen = np.flatnonzero(rows)
        self._names.append(column.dictionary.take(positions(seen)).cast(pa.large_string()))
        self._rows.append(rows[seen])
        self._clean.append(np.bincount(indices[is_clean], minlength=size)[seen])
        self._pending += len(seen)
        if self._pending > _PENDING_LIMIT:
            self._gather()
            self._pending = 0

    def top(self, count: int) -> tuple[list[NameCount], int]:
        """The names with most rows, and how many different names there are; "" is no name."""
        if not self._names:
            return [], 0
        self._gather()
        names, rows, clean = self._names[0], self._rows[0], self._clean[0]
        order = np.lexsort((np.arange(len(rows)), -rows))
        found: list[NameCount] = []
        for i in order[: count + 1].tolist():
            name = names[i].as_py()
            if name and len(found) < count:
                found.append(NameCount(name, int(rows[i]), int(clean[i])))
        nameless = pc.index(names, binaries([b""]).cast(names.type)[0]).as_py() >= 0
        return found, len(names) - nameless

    def _gather(self) -> None:
        coded = pa.concat_arrays(self._names).dictionary_encode()
        indices = numbers(coded.indices)
        self._names = [coded.dictionary]
        self._rows = [_sums(indices, self._rows)]
        self._clean = [_sums(indices, self._clean)]


def _sums(
    indices: npt.NDArray[np.integer[Any]], counts: list[npt.NDArray[np.int64]]
) -> npt.NDArray[np.int64]:
    return np.bincount(indices, weights=np.concatenate(counts)).astype(np.int64)


@dataclass(slots=True)
class Tally:
    """Everything that was counted over all lists of an export."""

    verdicts: Counter[VerdictWords] = field(default_factory=Counter)
    domains: NameTally = field(default_factory=NameTally)
    providers: NameTally = field(default_factory=NameTally)
    rows: int = 0
    malformed: Counter[str] = field(default_factory=Counter)

    def add(self, block: Block) -> None:
        """Count the rows of one block."""
        counts = np.bincount(block.codes, minlength=len(block.words)).tolist()
        for word, count in zip(block.words, counts, strict=True):
            self.verdicts[word] += count
        self.rows += block.rows
        if block.rows:
            of_word = np.array([word.segment == Segment.CLEAN.value for word in block.words])
            is_clean = of_word[block.codes]
            self.domains.add(block.column("domain"), is_clean)
            self.providers.add(block.column("provider"), is_clean)

    def add_malformed(self, reasons: pa.ChunkedArray) -> None:
        """Count records that were no rows, by their reason."""
        for entry in reasons.value_counts().to_pylist():
            self.malformed[entry["values"]] += entry["counts"]

    def segments(self) -> Mapping[str, int]:
        """Rows of each segment that has any, in the order of the contract."""
        counts = self._by("segment")
        counts[Segment.REJECTED.value] += self.malformed.total()
        return {segment.value: counts[segment.value] for segment in Segment if counts[segment.value]}

    def statuses(self) -> Mapping[str, int]:
        """Rows of each status; records that were no rows are unknown."""
        counts = self._by("status")
        counts["unknown"] += self.malformed.total()
        return dict(sorted((name, count) for name, count in counts.items() if count))

    def reasons(self) -> Mapping[str, int]:
        """Rows of each reason, the most frequent first."""
        counts = self._by("reason") + self.malformed
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def _by(self, field_name: str) -> Counter[str]:
        index = VerdictWords._fields.index(field_name)
        counts: Counter[str] = Counter()
        for word, count in self.verdicts.items():
            counts[word[index]] += count
        return counts
