"""The results of a job as columns: filtering, searching and sorting a million rows in one go.

No Qt here. Text becomes Python text only for the rows that are on the screen.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.model import Reason, Segment
from emailcleaner.ui.models.results_columns import Arrangement, Column
from emailcleaner.ui.widgets.reason_words import REASON_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

#: From here on a code does not fit 16 bits, for which numpy has a radix sort.
_SHORT = 1 << 16


class Words:
    """A column of few different texts: a small number for each row, and the texts."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        array = column.unify_dictionaries().combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
        self.words: tuple[str, ...] = tuple(array.dictionary.to_pylist())
        kind = np.uint16 if len(self.words) < _SHORT else np.int32
        self.codes: npt.NDArray[np.uint16] | npt.NDArray[np.int32] = array.indices.to_numpy(
            zero_copy_only=False
        ).astype(kind)

    def __getitem__(self, row: int) -> str:
        return self.words[self.codes[row]]

    def ranks(
        self, shown: Callable[[str], str] = str.casefold
    ) -> npt.NDArray[np.uint16] | npt.NDArray[np.int32]:
        """For each row the place of its text among all texts, as they are shown."""
        order = sorted(range(len(self.words)), key=lambda code: shown(self.words[code]))
        place = np.empty(len(self.words), dtype=self.codes.dtype)
        place[order] = np.arange(len(order), dtype=self.codes.dtype)
        return place[self.codes] if len(place) else self.codes

    def rows_of(self, wanted: Callable[[str], bool]) -> npt.NDArray[np.bool_] | None:
        """Which rows have a text that is wanted; None if no text is."""
        hits = np.array([wanted(word) for word in self.words], dtype=np.bool_)
        return hits[self.codes] if hits.any() else None


class ResultsData:
    """All rows of a job. Thread-safe: `arrange` runs on workers, cells are read by the screen."""

    def __init__(self, table: pa.Table) -> None:
        self.rows: int = table.num_rows
        self._address = _text(table["address"])
        self._suggestion = _text(table["suggestion"])
        self.status = Words(table["status"])
        self.reason = Words(table["reason"])
        self.segment = Words(table["segment"])
        self.flags = Words(table["flags"])
        self.provider = Words(table["provider"])
        self.score: npt.NDArray[np.uint8] = table["score"].to_numpy()
        self._reasons = {word: REASON_WORDS[Reason(word)] for word in self.reason.words}

    # -- cells -------------------------------------------------------------------------------

    def address(self, row: int) -> str:
        """The address as it was found in the list."""
        return str(self._address[row].as_py())

    def suggestion(self, row: int) -> str:
        """The likely intended address, or nothing."""
        return str(self._suggestion[row].as_py())

    def reason_words(self, row: int) -> str:
        """The reason in words."""
        return self._reasons[self.reason[row]]

    # -- whole columns -----------------------------------------------------------------------

    def segment_counts(self, rows: npt.NDArray[np.int64] | None = None) -> dict[Segment, int]:
        """How many rows each segment has, of all or of some."""
        codes = self.segment.codes if rows is None else self.segment.codes[rows]
        counts = np.bincount(codes, minlength=len(self.segment.words))
        found = {Segment(word): int(count) for word, count in zip(self.segment.words, counts, strict=False)}
        return {segment: found[segment] for segment in Segment if found.get(segment)}

    def rows_by_segment(self, rows: npt.NDArray[np.int64]) -> dict[Segment, npt.NDArray[np.int64]]:
        """`rows` split by segment."""
        codes = self.segment.codes[rows]
        parts = {Segment(word): rows[codes == code] for code, word in enumerate(self.segment.words)}
        return {segment: parts[segment] for segment in Segment if segment in parts and len(parts[segment])}

    def arrange(self, arrangement: Arrangement) -> npt.NDArray[np.int64]:
        """The row numbers to show, in order."""
        kept = self._filter(arrangement)
        if arrangement.column is None:
            return np.arange(self.rows, dtype=np.int64) if kept is None else np.flatnonzero(kept)
        if arrangement.column in (Column.ADDRESS, Column.SUGGESTION):
            order = self._order_by_text(arrangement.column, descending=arrangement.descending)
            return order if kept is None else order[kept[order]]
        key = self._key(arrangement.column)
        rows = np.arange(self.rows, dtype=np.int64) if kept is None else np.flatnonzero(kept)
        return rows[_stable_order(key if kept is None else key[rows], descending=arrangement.descending)]

    def prepare_address_order(self) -> None:
        """Work out `address_order`; costs half a second a million rows, without holding up the screen."""
        _ = self.address_order

    @cached_property
    def address_order(self) -> npt.NDArray[np.int64]:
        """All rows by address."""
        return _text_order(self._address)

    def _order_by_text(self, column: Column, *, descending: bool) -> npt.NDArray[np.int64]:
        """All rows by address or by suggestion; rows without a suggestion come last either way."""
        step = -1 if descending else 1
        if column is Column.ADDRESS:
            return self.address_order[::step]
        has_one = pc.not_equal(self._suggestion, "").to_numpy(zero_copy_only=False)
        filled = np.flatnonzero(has_one)
        by_text = filled[_text_order(self._suggestion.take(pa.array(filled)))]
        return np.concatenate([by_text[::step], np.flatnonzero(~has_one)])

    def _key(self, column: Column) -> npt.NDArray[np.integer]:
        if column is Column.SCORE:
            return self.score
        if column is Column.REASON:
            return self.reason.ranks(lambda word: self._reasons[word])
        words = {Column.STATUS: self.status, Column.FLAGS: self.flags, Column.PROVIDER: self.provider}[column]
        return words.ranks(_empty_last)

    def _filter(self, arrangement: Arrangement) -> npt.NDArray[np.bool_] | None:
        kept: npt.NDArray[np.bool_] | None = None
        if arrangement.segments:
            kept = self.segment.rows_of(lambda word: word in arrangement.segments)
            if kept is None:
                return np.zeros(self.rows, dtype=np.bool_)
        search = arrangement.search.strip()
        if search:
            hits = self._search(search)
            kept = hits if kept is None else kept & hits
        return kept

    def _search(self, text: str) -> npt.NDArray[np.bool_]:
        """Rows with `text` in the address, reason, flags, suggestion or provider, whatever its case."""
        hits: npt.NDArray[np.bool_] = pc.match_substring(self._address, text, ignore_case=True).to_numpy(
            zero_copy_only=False
        )
        hits = hits | pc.match_substring(self._suggestion, text, ignore_case=True).to_numpy(
            zero_copy_only=False
        )
        folded = text.casefold()
        shown = {word: f"{word} {self._reasons[word]}" for word in self.reason.words}
        for words in (self.reason, self.flags, self.provider):
            wanted = frozenset(word for word in words.words if folded in shown.get(word, word).casefold())
            more = words.rows_of(wanted.__contains__)
            if more is not None:
                hits = hits | more
        return hits


def _text(column: pa.ChunkedArray) -> pa.LargeStringArray:
    array = column.cast(pa.large_string()).combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        return array.chunk(0) if array.num_chunks else pa.array([], pa.large_string())
    return array


def _text_order(array: pa.LargeStringArray) -> npt.NDArray[np.int64]:
    """Sorted in Arrow, which lets go of the interpreter lock; ASCII letters whatever their case."""
    order = pc.sort_indices(pc.ascii_lower(array))
    return order.to_numpy(zero_copy_only=False).astype(np.int64)


def _stable_order(key: npt.NDArray[np.integer], *, descending: bool) -> npt.NDArray[np.int64]:
    """The order of `key` with ties in source order, also when descending."""
    if descending and len(key):
        key = key.max() - key
    return np.argsort(key, kind="stable")


def _empty_last(word: str) -> str:
    return word.casefold() if word else "\U0010ffff"
