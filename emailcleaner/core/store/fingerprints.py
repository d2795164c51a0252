"""64-bit fingerprints of many strings at once, straight over Arrow's buffers, for the look-up files of parts.

The function is our own, seedless and stable, because its values are kept in files: changing it needs a new
magic word in `part_index`. It spreads ordinary text evenly and is not meant to resist an attacker: whoever
looks something up by fingerprint must compare the text itself afterwards.

A string is taken as little-endian 64-bit words, the last one padded with zero bytes. Beginning with a state
made from the length, each word is mixed in by exclusive or, a multiplication by an odd constant and a
shift; one last multiplication and two shifts spread the end.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_WORD = 8
_START = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_LAST = np.uint64(0xA0761D6478BD642F)
_SHIFT = np.uint64(32)
_FINAL_SHIFT = np.uint64(29)

#: `_KEEP[n]` keeps the first n bytes of a little-endian word.
_KEEP = np.array([(1 << (8 * n)) - 1 for n in range(_WORD + 1)], dtype=np.uint64)


def fingerprints(texts: pa.StringArray) -> npt.NDArray[np.uint64]:
    """One fingerprint for each string; `texts` has no nulls."""
    count = len(texts)
    if count == 0:
        return np.empty(0, dtype=np.uint64)
    _, offset_buffer, data_buffer = texts.buffers()
    assert offset_buffer is not None  # a string array with rows always has offsets
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[texts.offset : texts.offset + count + 1].astype(
        np.int64
    )
    starts, lengths = offsets[:-1], np.diff(offsets)
    base, end = int(offsets[0]), int(offsets[-1])
    padded = np.zeros(end - base + _WORD, dtype=np.uint8)
    if data_buffer is not None:
        padded[: end - base] = np.frombuffer(data_buffer, dtype=np.uint8)[base:end]
    # A word may begin at any byte: a view of overlapping, unaligned words over the same memory.
    words = np.lib.stride_tricks.as_strided(padded[:_WORD].view("<u8"), shape=(end - base + 1,), strides=(1,))
    with np.errstate(over="ignore"):
        return _mix(words, starts - base, lengths)


def fingerprint(text: str) -> int:
    """The fingerprint of one string."""
    return int(fingerprints(pa.array([text], type=pa.string()))[0])


def _mix(
    words: npt.NDArray[np.uint64], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint64]:
    state: npt.NDArray[np.uint64] = lengths.astype(np.uint64) * _MIX + _START
    # Longest first would be simplest, but sorting costs more than narrowing the selection as strings end.
    alive: npt.NDArray[np.int64] | None = None
    position, left = starts, lengths
    while True:
        going = left > 0
        if not going.all():
            chosen = np.flatnonzero(going)
            alive = chosen if alive is None else alive[chosen]
            position, left = position[chosen], left[chosen]
            if not len(chosen):
                break
        word = words[position] & _KEEP[np.minimum(left, _WORD)]
        mixed = ((state if alive is None else state[alive]) ^ word) * _MIX
        mixed ^= mixed >> _SHIFT
        if alive is None:
            state = mixed
        else:
            state[alive] = mixed
        position, left = position + _WORD, left - _WORD
    state *= _LAST
    state ^= state >> _FINAL_SHIFT
    state *= _MIX
    return state ^ (state >> _SHIFT)
