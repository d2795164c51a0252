"""The common case, column by column: plain ASCII dot-atoms, told apart from the rest by fast kernels.

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
_ADDRESS = r"[a-z0-9_+'-]+(?:\.[a-z0-9_+'-]+)*@[a-z0-9.-]*[a-z0-9]"
_PLAIN = f"^{_ADDRESS}$"
#: The commonest surroundings: display name and angle brackets, `mailto:`, punctuation at the edges.
_REPAIRABLE = (
    rf'(?i)^(?:[ -9;=?A-~\p{{L}}]*<({_ADDRESS})> *|[ <(\["]*({_ADDRESS})[ >)\]",;.]*|mailto:({_ADDRESS}))$'
)
#: Characters of a local part that something depends on: the tag, and what some providers never allowed.
_NOTED = b"+_-'"
_DOT = ord(".")


@dataclass(frozen=True, slots=True)
class Screen:
    """A block of cells, screened. Positions are bytes within the cell.

    `cells` are what is left when the commonest repairs are done, in the rows that `repaired` marks. `at` is
    the place of the `@`, also the length of the local part; it means something only where `plain`. `data`
    are the lower-cased bytes of all cells (padded), `start` where each begins.
    """

    cells: pa.StringArray
    data: npt.NDArray[np.uint8]
    start: I32
    at: I32
    plain: Bools
    repaired: Bools

    @property
    def lower(self) -> pa.StringArray:
        """The cells in lower case, over the bytes of `data`."""
        offsets = np.append(self.start, np.int32(len(self.data) - 8))
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(pa.string(), len(self.start), buffers)


@dataclass(frozen=True, slots=True)
class Notes:
    """Where the plain rows have one of the characters `+ _ - '` in their local part."""

    row: I64
    place: I64
    char: npt.NDArray[np.uint8]

    def rows(self, characters: bytes) -> I64:
        """The rows that have one of `characters`, each once."""
        wanted = self.char == characters[0]
        for other in characters[1:]:
            wanted |= self.char == other
        return _once(self.row[wanted])[0]

    def first(self, character: bytes) -> tuple[I64, I64]:
        """The rows that have `character`, and where it stands first."""
        wanted = self.char == character[0]
        rows, first = _once(self.row[wanted])
        return rows, self.place[wanted][first]


def screen(cells: pa.StringArray) -> Screen:
    """Screen `cells`, which has no nulls."""
    lower = pc.ascii_lower(cells)
    plain = pc.match_substring_regex(lower, _PLAIN).to_numpy(zero_copy_only=False)
    at = pc.find_substring(lower, "@").to_numpy()
    repaired = np.zeros(len(cells), np.bool_)
    odd = np.flatnonzero(~plain)
    if len(odd):
        found = cells.take(pa.array(odd))
        fits = pc.match_substring_regex(found, _REPAIRABLE)
        rows = odd[fits.to_numpy(zero_copy_only=False)]
        if len(rows):
            inner = pc.replace_substring_regex(found.filter(fits), _REPAIRABLE, r"\1\2\3")
            repaired[rows] = True
            cells = pc.replace_with_mask(cells, pa.array(repaired), inner)
            lower = pc.ascii_lower(cells)
            at = at.copy()
            at[rows] = pc.find_substring(inner, "@").to_numpy()
    offsets, raw = string_buffers(lower)
    plain = (plain | repaired) & (at <= MAX_LOCAL) & (np.diff(offsets) <= MAX_ADDRESS)
    return Screen(cells, padded(raw), offsets[:-1], at, plain, repaired)


def notes(block: Screen) -> Notes:
    """Note the characters that the rules for tags and providers ask for."""
    data = block.data[:-8]
    hit = data == _NOTED[0]
    for other in _NOTED[1:]:
        hit |= data == other
    places = np.flatnonzero(hit)
    rows = np.searchsorted(block.start, places, side="right") - 1
    inside = places - block.start[rows]
    keep = np.flatnonzero(block.plain[rows] & (inside < block.at[rows]))
    return Notes(rows[keep], inside[keep], data[places[keep]])


def _once(rows: I64) -> tuple[I64, I64]:
    """Ascending `rows` without repetition, and where each stood first."""
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    return rows[first], first


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
        chosen, block.data, block.start[rows], block.at[rows], block.plain[rows], block.repaired[rows]
    )
    return pc.binary_join_element_wise(_half(part, chosen, 0), domains, "")


def local_hashes(block: Screen) -> U64:
    """Hashes of the lower-case local parts; of nothing where not `plain`."""
    return hash_slices(block.data, block.start, np.where(block.plain, block.at, 0))


def dotted_rows(block: Screen) -> I64:
    """The plain rows with a dot in the local part."""
    places = np.flatnonzero(block.data[:-8] == _DOT)
    rows = np.searchsorted(block.start, places, side="right") - 1
    return _once(rows[block.plain[rows] & (places - block.start[rows] < block.at[rows])])[0]


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
