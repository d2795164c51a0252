"""Arrow arrays out of bytes and numbers, by their buffers.

`pyarrow.array`, `pyarrow.scalar` and `to_numpy` load pandas at their first use, a quarter of a second
that no CSV export needs; looking at the buffers by hand does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def binaries(values: Sequence[bytes]) -> pa.LargeBinaryArray:
    """An array of byte strings."""
    offsets = np.zeros(len(values) + 1, np.int64)
    np.cumsum([len(value) for value in values], out=offsets[1:])
    return pa.Array.from_buffers(
        pa.large_binary(), len(values), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(values))]
    )


def positions(numbers: npt.NDArray[np.intp]) -> pa.Int64Array:
    """An array of row numbers, for `take`."""
    whole = np.ascontiguousarray(numbers, np.int64)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)])


def booleans(mask: npt.NDArray[np.bool_]) -> pa.BooleanArray:
    """A mask of rows, for `filter`."""
    bits = np.packbits(mask, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(mask), [None, pa.py_buffer(bits)])


def numbers(array: pa.Array) -> npt.NDArray[np.integer[Any]]:
    """The numbers of an array of integers that has no nulls, without copying."""
    dtype = np.dtype(str(array.type))
    data = array.buffers()[1]
    if data is None or not len(array):
        return np.empty(0, dtype)
    return np.frombuffer(data, dtype, len(array), array.offset * dtype.itemsize)


def mask_of(array: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    """The booleans of an array that has no nulls."""
    data = array.buffers()[1]
    if data is None or not len(array):
        return np.empty(0, np.bool_)
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)].astype(np.bool_)


def no_rows(schema: pa.Schema) -> pa.Table:
    """A table of `schema` without rows."""
    return pa.Table.from_batches([], schema)
