"""Which rows repeat an earlier one: 64-bit keys of the canonical address, and finding equal ones.

The canonical form is the local part case-folded and the domain as lower-case A-label. Keys are hashes: that
any two of ten million different addresses share one has a probability of 3 in a million. They are neither
secret nor stable across versions, so they are never kept as identity.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.sliced import lists_of

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX_WORD = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX_STATE = np.uint64(0x9FB21C651E98DF25)
_S29, _S32 = np.uint64(29), np.uint64(32)
#: Masks that keep the first n bytes of a little-endian word.
_KEEP = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)


def padded(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A copy of `data` with eight more bytes, so that a word may be read at any of its bytes."""
    out = np.empty(len(data) + 8, dtype=np.uint8)
    out[: len(data)] = data
    out[len(data) :] = 0
    return out


def hash_slices(
    buffer: npt.NDArray[np.uint8], start: npt.NDArray[np.integer], length: npt.NDArray[np.integer]
) -> U64:
    """64-bit hashes of the slices of a `padded` buffer, word by word for all slices at once."""
    words = np.ndarray((len(buffer) - 7,), "<u8", buffer, strides=(1,))
    state = length.astype(np.uint64) * _SEED
    rows: npt.NDArray[np.integer] | None = None
    while len(start):
        word = words[start]
        word &= _KEEP.take(length, mode="clip")
        word *= _MIX_WORD
        word ^= word >> _S29
        if rows is None:
            state = _stir(state ^ word)
        else:
            state[rows] = _stir(state[rows] ^ word)
        longer = np.flatnonzero(length > 8)
        start, length = start[longer] + 8, length[longer] - 8
        rows = longer if rows is None else rows[longer]
    return state


def hash_strings(strings: pa.StringArray) -> U64:
    """64-bit hashes of an array of strings without nulls."""
    offsets, data = string_buffers(strings)
    return hash_slices(padded(data), offsets[:-1], np.diff(offsets))


def join_keys(local: U64, domain: U64) -> U64:
    """Keys of addresses from the hashes of their two parts; never 0, which means "no address"."""
    state = _stir(local ^ (domain * _MIX_WORD))
    state *= _SEED
    state ^= state >> _S29
    state[state == 0] = 1
    return state


class HashFilter:
    """A quick "certainly not" for sets of texts, asked by their hashes (Bloom 1970, with one hash)."""

    def __init__(self, *texts: Iterable[str], bits: int) -> None:
        self._shift = np.uint64(64 - bits)
        self._bits = np.zeros(1 << bits, np.bool_)
        for group in texts:
            for part in lists_of(group):
                self._bits[self._place(hash_strings(pa.array(part, pa.string())))] = True

    def may_hold(self, hashes: U64) -> npt.NDArray[np.bool_]:
        """False where the text is certainly not in the set."""
        return self._bits[self._place(hashes)]

    def _place(self, hashes: U64) -> npt.NDArray[np.uint32]:
        return (hashes >> self._shift).astype(np.uint32)


def string_buffers(strings: pa.StringArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Offsets and bytes of a string array; the offsets are into the bytes, also for a slice."""
    _, offset_buffer, data_buffer = strings.buffers()
    if offset_buffer is None or len(strings) == 0:
        return np.zeros(1, dtype=np.int32), np.empty(0, dtype=np.uint8)
    offsets = np.frombuffer(offset_buffer, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    data = np.empty(0, np.uint8) if data_buffer is None else np.frombuffer(data_buffer, np.uint8)
    return offsets - offsets[0], data[offsets[0] : offsets[-1]]


def find_duplicates(keys: U64) -> tuple[I64, I64]:
    """The rows whose key stood in an earlier row, in order, and for each the first row with that key.

    `keys` are those of all rows of a job in order; 0 is never a duplicate. Needs 9 bytes a row.
    """
    ranked = np.sort(keys)
    repeated = np.unique(ranked[1:][ranked[1:] == ranked[:-1]])
    repeated = repeated[repeated != 0]
    if not len(repeated):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    rows = _rows_with(keys, repeated)
    group = np.searchsorted(repeated, keys[rows])
    # `rows` ascend, so the first of each group is where the group is met first.
    first = rows[np.unique(group, return_index=True)[1]][group]
    repeats = rows != first
    return rows[repeats], first[repeats]


def _rows_with(keys: U64, wanted: U64) -> I64:
    """The rows, in order, whose key is one of `wanted` (sorted)."""
    bits = np.uint64(max(16, min(26, len(wanted).bit_length() + 5)))
    shift = np.uint64(64) - bits
    likely = np.zeros(1 << int(bits), dtype=np.bool_)
    likely[wanted >> shift] = True
    # Most rows are ruled out by one look into a table that fits the cache.
    rows = np.flatnonzero(likely[keys >> shift]).astype(np.int64)
    place = np.minimum(np.searchsorted(wanted, keys[rows]), len(wanted) - 1)
    found: I64 = rows[wanted[place] == keys[rows]]
    return found


def _stir(state: U64) -> U64:
    state = state * _MIX_STATE
    state ^= state >> _S32
    return state
