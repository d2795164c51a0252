"""The common case, column by column: plain ASCII dot-atoms, told apart from the rest by Arrow and numpy kernels.

Finds only what can be found without looking at one address at a time, and leaves everything unusual to the
one-by-one path, which is the reference: for each row that is `plain` both give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.checks.duplicates import U64, hash_slices, padded, string_buffers
from emailcleaner.core.checks.gibberish import SUSPECT
from emailcleaner.core.checks.syntax import MAX_ADDRESS, MAX_LOCAL

Bools = npt.NDArray[np.bool_]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

#: Lower-cased cells that need no repair and whose local part has no rare character.
_PLAIN = r"^[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*@[a-z0-9.-]*[a-z0-9]$"
_PLUS = 43


@dataclass(frozen=True, slots=True)
class Screen:
    """A block of cells, screened. Positions are bytes within the cell.

    `at` is the place of the `@`, also the length of the local part; it means something only where `plain`.
    `data` are the lower-cased bytes of all cells (padded), `start` where each begins.
    """

    cells: pa.StringArray
    lower: pa.StringArray
    data: npt.NDArray[np.uint8]
    start: I32
    length: I32
    at: I32
    plain: Bools


def screen(cells: pa.StringArray) -> Screen:
    """Screen `cells`, which has no nulls."""
    lower = pc.ascii_lower(cells)
    offsets, raw = string_buffers(lower)
    length = np.diff(offsets)
    plain = pc.match_substring_regex(lower, _PLAIN).to_numpy(zero_copy_only=False)
    at = pc.find_substring(lower, "@").to_numpy()
    plain &= (at <= MAX_LOCAL) & (length <= MAX_ADDRESS)
    return Screen(cells, lower, padded(raw), offsets[:-1], length, at, plain)


def split_domains(block: Screen) -> pa.DictionaryArray:
    """The domains as written (case included), dictionary-encoded; empty where not `plain`."""
    return _half(block, block.cells, 1).dictionary_encode()


def locals_of(block: Screen, rows: I64) -> list[str]:
    """The lower-case local parts of some plain rows."""
    start, at = block.start[rows], block.at[rows]
    return [
        block.data[s : s + a].tobytes().decode("ascii")
        for s, a in zip(start.tolist(), at.tolist(), strict=True)
    ]


def with_domains(block: Screen, rows: npt.NDArray[np.integer], domains: pa.StringArray) -> pa.StringArray:
    """Addresses made of the local parts (with `@`, case kept) of plain `rows` and new domains."""
    chosen = block.cells.take(pa.array(rows))
    part = Screen(
        chosen, chosen, block.data, block.start[rows], block.length[rows], block.at[rows], block.plain[rows]
    )
    return pc.binary_join_element_wise(_half(part, chosen, 0), domains, "")


def local_hashes(block: Screen) -> U64:
    """Hashes of the lower-case local parts; of nothing where not `plain`."""
    return hash_slices(block.data, block.start, np.where(block.plain, block.at, 0))


def plus_rows(block: Screen) -> tuple[I64, I32]:
    """The plain rows with a plus sign in the local part, and where the first of them stands."""
    places = np.flatnonzero(block.data[:-8] == _PLUS)
    rows = np.searchsorted(block.start, places, side="right") - 1
    rows, first = np.unique(rows, return_index=True)
    place = (places[first] - block.start[rows]).astype(np.int32)
    keep = block.plain[rows]
    return rows[keep], place[keep]


def rows_with(block: Screen, characters: bytes) -> I64:
    """The plain rows that have one of `characters` in the local part."""
    data = block.data[:-8]
    hit = data == characters[0]
    for other in characters[1:]:
        hit |= data == other
    places = np.flatnonzero(hit)
    rows = np.searchsorted(block.start, places, side="right") - 1
    inside = block.plain[rows] & (places - block.start[rows] < block.at[rows])
    return np.unique(rows[inside])


def suspect_rows(block: Screen) -> I64:
    """The plain rows that may hold gibberish."""
    suspect = pc.match_substring_regex(block.lower, f"^[^@]*(?:{SUSPECT})").to_numpy(zero_copy_only=False)
    return np.flatnonzero(suspect & block.plain)


def _half(block: Screen, cells: pa.StringArray, which: int) -> pa.StringArray:
    """What stands before the `@` of `cells` (with it: 0) or behind it (1); what is not plain is all before.

    The cut is only new offsets over the same bytes; nothing is copied but the half that is asked for.
    """
    count = len(cells)
    offsets, _ = string_buffers(cells)
    base = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset] if count else 0
    cut = np.empty(2 * count + 1, dtype=np.int32)
    cut[0::2] = offsets
    cut[1::2] = np.where(block.plain, offsets[:-1] + block.at + 1, offsets[1:])
    cut += base
    halves = pa.Array.from_buffers(pa.string(), 2 * count, [None, pa.py_buffer(cut), cells.buffers()[2]])
    return halves.take(pa.array(np.arange(which, 2 * count, 2, dtype=np.int32)))
