"""All bytes of a column of lower-case text at once: which cells are plain, where things stand in them.

Each step is one operation over some thousands of cells, a fraction of a nanosecond a byte; rows are looked up
only for the few bytes that say something. What is found about a row may be too strict, never too lax.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.checks.duplicates import padded, string_buffers
from emailcleaner.core.checks.gibberish import CONSONANT_RUN, HEX_RUN, REPEATED, SWITCHES, WALK_STARTS

Bools = npt.NDArray[np.bool_]
I64 = npt.NDArray[np.int64]
_DOT, _AT = b".@"
#: By byte: whether it is one of `_ + - '`.
_NOTED = np.zeros(256, np.bool_)
_NOTED[list(b"_+-'")] = True
#: So many that the work on them outweighs the calls, so few that all the masks stay in the processor's cache.
_CELLS_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class ByteScan:
    """What the bytes of a column say. `data` are its bytes, padded; `start` and `length` those of each cell.

    `plain`: letters, digits and `_ + - '` with single dots between, exactly one `@`, an alphanumeric end.
    `at`: place of the `@` where plain. `noted`: rows and positions in `data` of each `_ + - '`.
    `suspect`: rows that may be gibberish.
    """

    data: npt.NDArray[np.uint8]
    start: I64
    length: I64
    at: I64
    plain: Bools
    suspect: Bools
    noted: tuple[I64, I64]


def scan_bytes(lower: pa.StringArray) -> ByteScan:
    """Scan a lower-case column without nulls."""
    offsets, raw = string_buffers(lower)
    data = padded(raw)
    count = len(lower)
    at = np.zeros(count, np.int64)
    plain = np.zeros(count, np.bool_)
    suspect = np.zeros(count, np.bool_)
    rows, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for first in range(0, count, _CELLS_AT_ONCE):
        part = slice(first, min(first + _CELLS_AT_ONCE, count))
        base = int(offsets[part.start])
        bounds = offsets[part.start : part.stop + 1].astype(np.int64) - base
        # One byte more than the cells have, so that an empty last cell has a place to begin.
        at[part], plain[part], suspect[part], noted = _scan_part(
            data[base : base + int(bounds[-1]) + 1], bounds
        )
        rows.append(noted[0] + first)
        places.append(noted[1] + base)
    start = offsets[:-1].astype(np.int64)
    length = np.diff(offsets).astype(np.int64)
    suspect |= _begins_walk(data, start)
    return ByteScan(data, start, length, at, plain, suspect, (np.concatenate(rows), np.concatenate(places)))


def _scan_part(data: npt.NDArray[np.uint8], bounds: I64) -> tuple[I64, Bools, Bools, tuple[I64, I64]]:
    """`at`, `plain`, `suspect` and `noted` of a few thousand cells."""
    start, stop = bounds[:-1], bounds[1:]
    row_of = np.repeat(np.arange(len(start), dtype=np.uint16), np.diff(bounds))
    letter = (data - np.uint8(97)) < 26
    digit = (data - np.uint8(48)) < 10
    at_sign = data == _AT
    joint = at_sign | (data == _DOT)
    alnum = letter | digit
    places = _places(at_sign, row_of)
    rows = row_of[places].astype(np.int64)
    plain = np.bincount(rows, minlength=len(start)) == 1
    at = np.zeros(len(start), np.int64)
    at[rows] = places - start[rows]
    plain &= ~joint[start] & alnum[np.maximum(stop - 1, 0)]
    rare = ~(alnum | joint)
    rare[1:] |= joint[1:] & joint[:-1]
    places = _places(rare, row_of)
    known = _NOTED[data[places]]
    plain[row_of[places[~known]]] = False
    noted = places[known]
    suspect = np.zeros(len(start), np.bool_)
    suspect[row_of[_places(_random_runs(data, letter, digit), row_of)]] = True
    suspect[_switching(letter, digit, row_of, start + at)] = True
    return at, plain, suspect, (row_of[noted].astype(np.int64), noted)


def _random_runs(data: npt.NDArray[np.uint8], letter: Bools, digit: Bools) -> Bools:
    """Where a run begins that `gibberish` looks at closer."""
    vowel = data == 97
    for other in b"eiouy":
        vowel |= data == other
    hexadecimal = digit | ((data - np.uint8(97)) < 6)
    repeated = letter[1:] & (data[1:] == data[:-1])
    begins = np.zeros(len(data), np.bool_)
    for run in (
        _run(letter > vowel, CONSONANT_RUN),
        _run(hexadecimal, HEX_RUN),
        _run(repeated, REPEATED - 1),
    ):
        begins[: len(run)] |= run
    return begins


def _switching(letter: Bools, digit: Bools, row_of: npt.NDArray[np.uint16], stop: I64) -> I64:
    """The rows in which letters and digits change places often, before `stop` (that of the row).

    Every other change is one from letter to digit.
    """
    places = _places(digit[1:] & letter[:-1], row_of[1:])
    rows = row_of[places]
    ahead = SWITCHES // 2 - 1
    often = np.flatnonzero(rows[ahead:] == rows[: len(rows) - ahead]) + ahead
    found = rows[often].astype(np.int64)
    return np.compress(places[often] < stop[found], found)


def _begins_walk(data: npt.NDArray[np.uint8], start: I64) -> Bools:
    """The cells that may begin with a walk along the keyboard."""
    words = np.ndarray((len(data) - 3,), "<u4", data, strides=(1,))[start]
    return _WALK_TABLE[_walk_place(words)]


def _walk_place(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return (words * np.uint32(0x9E3779B1)) >> np.uint32(16)


_WALK_TABLE = np.zeros(1 << 16, np.bool_)
_WALK_TABLE[
    _walk_place(np.array([int.from_bytes(w.encode(), "little") for w in sorted(WALK_STARTS)], np.uint32))
] = True


def _run(mask: Bools, length: int) -> Bools:
    """Where `length` true values begin, found by doubling."""
    have = 1
    while have < length:
        step = min(have, length - have)
        mask = mask[:-step] & mask[step:]
        have += step
    return mask


def _places(mask: Bools, row_of: npt.NDArray[np.uint16]) -> I64:
    """Where `mask` is true within the cells (it may be a byte longer than they are)."""
    return np.flatnonzero(mask[: len(row_of)])
