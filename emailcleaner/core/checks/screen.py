"""The common case, column by column: plain ASCII dot-atoms, told apart from the rest by fast kernels.

Finds only what can be found without looking at one address at a time, and leaves everything unusual to the
one-by-one path, which is the reference: for each row that is `plain` both give the same answer.
"""

from __future__ import annotations

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

    `cells` are what is left when the commonest repairs are done, in the rows that `repaired` marks. `at` is
    the place of the `@`, also the length of the local part; it means something only where `plain`. `data`
    are lower-cased bytes (padded), `start` says where each cell begins in them. `suspect` marks what may
    be gibberish.
    """

    cells: pa.StringArray
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
    inner = pc.replace_substring_regex(found.filter(fits), _REPAIRABLE, r"\1\2\3")
    return _with_repairs(block, rows, _screen_as_it_is(inner))


def _screen_as_it_is(cells: pa.StringArray) -> Screen:
    scan = scan_bytes(pc.ascii_lower(cells))
    plain = scan.plain & (scan.at <= MAX_LOCAL) & (scan.length <= MAX_ADDRESS)
    nothing = np.zeros(len(plain), np.bool_)
    return Screen(cells, scan.data, scan.start, scan.at, plain, nothing, scan.suspect, _notes(scan, plain))


def _notes(scan: ByteScan, plain: Bools) -> Notes:
    rows, places = scan.noted
    inside = places - scan.start[rows]
    keep = np.flatnonzero(plain[rows] & (inside < scan.at[rows]))
    return Notes(rows[keep], inside[keep], scan.data[places[keep]])


def _with_repairs(block: Screen, rows: I64, mended: Screen) -> Screen:
    """`block` with `rows` replaced by those of `mended`, whose bytes are put behind its own."""
    repaired = np.zeros(len(block.plain), np.bool_)
    repaired[rows] = True
    start, at = block.start.copy(), block.at.copy()
    plain, suspect = block.plain.copy(), block.suspect.copy()
    start[rows] = mended.start + len(block.data)
    at[rows] = mended.at
    plain[rows] = mended.plain
    suspect[rows] = mended.suspect
    more = mended.notes
    return replace(
        block,
        cells=pc.replace_with_mask(block.cells, pa.array(repaired), mended.cells),
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
    return _cut(block.cells, block.plain, block.at, 1).dictionary_encode()


def locals_of(block: Screen, rows: I64) -> list[str]:
    """The lower-case local parts of some plain rows."""
    start, at = block.start[rows], block.at[rows]
    return [
        block.data[s : s + a].tobytes().decode("ascii")
        for s, a in zip(start.tolist(), at.tolist(), strict=True)
    ]


def with_domains(block: Screen, rows: npt.NDArray[np.integer], domains: pa.StringArray) -> pa.StringArray:
    """Addresses made of the local parts (with `@`, case kept) of plain `rows` and new domains."""
    local = _cut(block.cells.take(pa.array(rows)), block.plain[rows], block.at[rows], 0)
    return pc.binary_join_element_wise(local, domains, "")


def local_hashes(block: Screen) -> U64:
    """Hashes of the lower-case local parts; of nothing where not `plain`."""
    return hash_slices(block.data, block.start, np.where(block.plain, block.at, 0))


def suspect_rows(block: Screen) -> I64:
    """The plain rows that may hold gibberish."""
    return np.flatnonzero(block.suspect & block.plain)


def _cut(cells: pa.StringArray, plain: Bools, at: I64, which: int) -> pa.StringArray:
    """What stands before the `@` of `cells` (with it: 0) or behind it (1); what is not plain is all before.

    The cut is only new offsets over the same bytes; nothing is copied but the half that is asked for.
    """
    count = len(cells)
    offsets, _ = string_buffers(cells)
    base = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset] if count else 0
    cut = np.empty(2 * count + 1, dtype=np.int32)
    cut[0::2] = offsets
    cut[1::2] = np.where(plain, offsets[:-1] + at + 1, offsets[1:])
    cut += base
    halves = pa.Array.from_buffers(pa.string(), 2 * count, [None, pa.py_buffer(cut), cells.buffers()[2]])
    return halves.take(pa.array(np.arange(which, 2 * count, 2, dtype=np.int32)))
