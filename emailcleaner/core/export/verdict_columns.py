"""The verdict columns of an export, and the few different verdicts that a block of rows has.

A block of a hundred thousand rows has some dozens of different verdicts, so their words are put
together once for each and handed to the rows by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.columns import RawBatch
from emailcleaner.core.export.arrays import numbers
from emailcleaner.core.model import Segment

#: Behind the source columns of `results.csv`, in this order.
VERDICT_COLUMNS = (
    "ec_status",
    "ec_reason",
    "ec_segment",
    "ec_score",
    "ec_rating",
    "ec_depth",
    "ec_blame",
    "ec_flags",
    "ec_suggestion",
    "ec_normalized",
)

#: Tables of more combinations than this are sorted instead of counted.
_COUNTABLE = 1 << 22


class VerdictWords(NamedTuple):
    """The words of one verdict, as they are written."""

    status: str
    reason: str
    segment: str
    score: str
    rating: str
    depth: str
    blame: str
    flags: str


@dataclass(frozen=True, slots=True)
class Block:
    """One block of rows, ready to be written: its bytes, its results, and its different verdicts.

    Row `i` has the verdict `words[codes[i]]`.
    """

    raw: RawBatch
    results: pa.Table
    codes: npt.NDArray[np.intp]
    words: tuple[VerdictWords, ...]

    @property
    def rows(self) -> int:
        """How many rows the block has."""
        return len(self.raw.records)

    def column(self, name: str) -> pa.Array:
        """One column of the results as a single array."""
        return single(self.results.column(name))

    def segments(self) -> list[tuple[Segment, npt.NDArray[np.bool_]]]:
        """The segments that occur, each with the mask of its rows."""
        of_word = [word.segment for word in self.words]
        return [
            (segment, np.array([name == segment.value for name in of_word])[self.codes])
            for segment in Segment
            if segment.value in of_word
        ]


def single(column: pa.ChunkedArray) -> pa.Array:
    """`column` as one array."""
    return column.combine_chunks()


def make_block(raw: RawBatch, results: pa.Table) -> Block:
    """Join one block of a list with its results.

    Raises ValueError if they are not the same rows: that would give people other people's verdicts.
    """
    if len(raw.records) != results.num_rows or len(raw.aligned) != results.num_rows:
        raise ValueError("the results are not those of this block of the list")
    if results.num_rows and results.column("row")[0].as_py() != raw.row0:
        raise ValueError("the results belong to other rows of the list")
    results = results.unify_dictionaries()
    codes, words = _combine(results)
    return Block(raw, results, codes, words)


def _combine(results: pa.Table) -> tuple[npt.NDArray[np.intp], tuple[VerdictWords, ...]]:
    """Number the different verdicts: column after column, keeping only the numbers in use."""
    codes = np.zeros(results.num_rows, dtype=np.intp)
    words: list[tuple[str, ...]] = [()]
    for name in VerdictWords._fields:
        indices, values = _coded(single(results.column(name)))
        wide = codes * len(values) + indices
        used, codes = _renumber(wide, len(words) * len(values))
        words = [(*words[code // len(values)], values[code % len(values)]) for code in used]
    return codes, tuple(VerdictWords(*word) for word in words)


def _coded(column: pa.Array) -> tuple[npt.NDArray[np.intp], list[str]]:
    """A column as numbers and the words that they stand for (at least one)."""
    if isinstance(column, pa.DictionaryArray):
        values = [str(value) for value in column.dictionary.to_pylist()]
        return numbers(column.indices).astype(np.intp), values or [""]
    return numbers(column).astype(np.intp), [str(value) for value in range(256)]


def _renumber(wide: npt.NDArray[np.intp], size: int) -> tuple[list[int], npt.NDArray[np.intp]]:
    if size > _COUNTABLE:
        used, codes = np.unique(wide, return_inverse=True)
        return used.tolist(), codes
    used = np.flatnonzero(np.bincount(wide, minlength=1))
    table = np.zeros(size, dtype=np.intp)
    table[used] = np.arange(len(used))
    return used.tolist(), table[wide]
