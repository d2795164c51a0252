"""The common case, column by column: plain ASCII dot-atoms, told apart from the rest by fast kernels.

Finds only what can be found without looking at one address at a time, and leaves everything unusual to the
one-by-one path, which is the reference: for each row that is `plain` both give the same answer.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.checks.bytescan import ByteScan, scan_bytes
from emailcleaner.core.checks.duplicates import U64, hash_slices, string_buffers
from emailcleaner.core.checks.syntax import MAX_ADDRESS, MAX_LOCAL

Bools = npt.NDArray[np.bool_]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

_ADDRESS = r"[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*@[a-z0-9.-]*[a-z0-9]"
#: The commonest surroundings: display name and angle brackets, `mailto:`, punctuation at the edges.
_REPAIRABLE = (
    "(?i)^(?:"
    + "|".join(
        [
            rf"[ -9;=?A-~\p{{L}}]*<({_ADDRESS})> *",
            rf'[ <(\["]*({_ADDRESS})[ >)\]",;.]*',
            rf"mailto:({_ADDRESS})",
        ]
    )
    + ")$"
)
#: By byte: whether it may be part of the address in a repairable cell; all that is not ASCII may.
_INSIDE = np.arange(256) >= 0x80
_INSIDE[list(b"_+'-.@" + string.ascii_letters.encode() + string.digits.encode())] = True


@dataclass(frozen=True, slots=True)
class Notes:
    """Where the plain rows have one of the characters `+ _ - '` in their local part."""

    row: I64
    place: I64
    char: npt.NDArray[np.uint8]

    def rows(self, characters: bytes) -> I64:
        """The rows that have one of `characters`, some of them repeatedly."""
        wanted = self.char == characters[0]
        for other in characters[1:]:
            wanted |= self.char == other
        return np.compress(wanted, self.row)

    def first(self, character: bytes) -> tuple[I64, I64]:
        """The rows that have `character`, and where it stands first."""
        wanted = self.char == character[0]
        rows, first = np.unique(self.row[wanted], return_index=True)
        return rows, self.place[wanted][first]


@dataclass(frozen=True, slots=True)
class Screen:
    """A block of cells, screened. Positions are bytes within the cell.

    `cells` are those of the block, and behind them what is left of some when the commonest repairs are
    done; `place` says which of them is a row's, and `repaired` marks the rows of the latter. `at` is the
    place of the `@`, also the length of the local part; it means something only where `plain`. `data` are
    lower-cased bytes (padded), `start` says where each row's cell begins in them. `suspect` marks what may
    be gibberish.
    """

    cells: pa.StringArray
    place: I32
    data: npt.NDArray[np.uint8]
    start: I64
    at: I64
    plain: Bools
    repaired: Bools
    suspect: Bools
    notes: Notes


def screen(cells: pa.StringArray) -> Screen:
    """Screen `cells`, which has no nulls."""
    block = _screen_as_it_is(cells)
    odd = np.flatnonzero(~block.plain)
    if not len(odd):
        return block
    found = cells.take(pa.array(odd))
    fits = pc.match_substring_regex(found, _REPAIRABLE)
    rows = odd[fits.to_numpy(zero_copy_only=False)]
    if not len(rows):
        return block
    return _with_repairs(block, rows, _screen_as_it_is(_inner(found.filter(fits))))


def _screen_as_it_is(cells: pa.StringArray) -> Screen:
    scan = scan_bytes(pc.ascii_lower(cells))
    plain = scan.plain & (scan.at <= MAX_LOCAL) & (scan.length <= MAX_ADDRESS)
    nothing = np.zeros(len(plain), np.bool_)
    place = np.arange(len(cells), dtype=np.int32)
    notes = _notes(scan, plain)
    return Screen(cells, place, scan.data, scan.start, scan.at, plain, nothing, scan.suspect, notes)


def _inner(cells: pa.StringArray) -> pa.StringArray:
    """The addresses in cells that fit `_REPAIRABLE`: all around their only `@` that is not a surrounding."""
    offsets, data = string_buffers(cells)
    at = np.flatnonzero(data == ord("@"))
    around = np.concatenate([[-1], np.flatnonzero(~_INSIDE[data]), [len(data)]])
    after = np.searchsorted(around, at)
    cut = np.empty(3 * len(cells) + 1, np.int32)
    cut[0::3] = offsets
    cut[1::3] = np.maximum(around[after - 1] + 1, offsets[:-1])
    cut[2::3] = np.minimum(around[after], offsets[1:])
    pieces = _slices(cut, data).take(pa.array(np.arange(1, 3 * len(cells), 3, dtype=np.int32)))
    return pc.ascii_rtrim(pieces, ".")


def _notes(scan: ByteScan, plain: Bools) -> Notes:
    rows, places = scan.noted
    inside = places - scan.start[rows]
    keep = np.flatnonzero(plain[rows] & (inside < scan.at[rows]))
    return Notes(rows[keep], inside[keep], scan.data[places[keep]])


def _slices(offsets: I32, data: npt.NDArray[np.uint8]) -> pa.StringArray:
    """The texts between these offsets, over the same bytes."""
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def _with_repairs(block: Screen, rows: I64, mended: Screen) -> Screen:
    """`block` with `rows` replaced by those of `mended`, whose cells and bytes are put behind its own."""
    repaired = np.zeros(len(block.plain), np.bool_)
    repaired[rows] = True
    place, start, at = block.place.copy(), block.start.copy(), block.at.copy()
    plain, suspect = block.plain.copy(), block.suspect.copy()
    place[rows] = mended.place + np.int32(len(block.cells))
    start[rows] = mended.start + len(block.data)
    at[rows] = mended.at
    plain[rows] = mended.plain
    suspect[rows] = mended.suspect
    more = mended.notes
    return replace(
        block,
        cells=pa.concat_arrays([block.cells, mended.cells]),
        place=place,
        data=np.concatenate([block.data, mended.data]),
        start=start,
        at=at,
        plain=plain,
        repaired=repaired,
        suspect=suspect,
        notes=Notes(
            np.concatenate([block.notes.row, rows[more.row]]),
            np.concatenate([block.notes.place, more.place]),
            np.concatenate([block.notes.char, more.char]),
        ),
    )


def split_domains(block: Screen) -> pa.DictionaryArray:
    """The domains as written (case included), dictionary-encoded; empty where not `plain`."""
    at, plain = np.zeros(len(block.cells), np.int32), np.zeros(len(block.cells), np.bool_)
    at[block.place], plain[block.place] = block.at, block.plain
    halves = _halves(block.cells, plain, at)
    return halves.take(pa.array(2 * block.place + 1)).dictionary_encode()


def cells_of(block: Screen, rows: npt.NDArray[np.integer]) -> pa.StringArray:
    """The cells of some rows, repaired if they were."""
    return block.cells.take(pa.array(block.place[rows]))


def with_texts(block: Screen, *changes: tuple[I64, pa.StringArray]) -> pa.StringArray:
    """The cells of all rows, repaired if they were, but for the new texts of some rows."""
    parts, place = [block.cells], block.place.copy()
    count = len(block.cells)
    for rows, texts in changes:
        place[rows] = np.arange(count, count + len(rows))
        parts.append(texts)
        count += len(texts)
    return block.cells if count == len(place) else pa.concat_arrays(parts).take(pa.array(place))


def locals_of(block: Screen, rows: I64) -> list[str]:
    """The lower-case local parts of some plain rows."""
    start, at = block.start[rows], block.at[rows]
    return [
        block.data[s : s + a].tobytes().decode("ascii")
        for s, a in zip(start.tolist(), at.tolist(), strict=True)
    ]


def with_domains(block: Screen, rows: npt.NDArray[np.integer], domains: pa.StringArray) -> pa.StringArray:
    """Addresses made of the local parts (with `@`, case kept) of plain `rows` and new domains."""
    halves = _halves(cells_of(block, rows), block.plain[rows], block.at[rows])
    local = halves.take(pa.array(np.arange(0, len(halves), 2, dtype=np.int32)))
    return pc.binary_join_element_wise(local, domains, "")


def local_hashes(block: Screen) -> U64:
    """Hashes of the lower-case local parts; of nothing where not `plain`."""
    return hash_slices(block.data, block.start, np.where(block.plain, block.at, 0))


def suspect_rows(block: Screen) -> I64:
    """The plain rows that may hold gibberish."""
    return np.flatnonzero(block.suspect & block.plain)


def _halves(cells: pa.StringArray, plain: Bools, at: npt.NDArray[np.integer]) -> pa.StringArray:
    """In turn what stands before the `@` of a cell (with it) and behind it; what is not plain is all before.

    These are only new offsets over the same bytes; nothing is copied.
    """
    offsets, data = string_buffers(cells)
    cut = np.empty(2 * len(cells) + 1, dtype=np.int32)
    cut[0::2] = offsets
    cut[1::2] = np.where(plain, offsets[:-1] + at + 1, offsets[1:])
    return _slices(cut, data)
