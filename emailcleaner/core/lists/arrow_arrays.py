"""Arrow arrays out of numbers and texts, without `pyarrow.array`.

That function imports pandas at its first call, whatever it is given, which costs most of a second
and 40 MB; a list of a million rows is read in less.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_INTEGERS = {np.dtype(np.int32): pa.int32(), np.dtype(np.int64): pa.int64()}


def integers(values: npt.NDArray[Any]) -> pa.Array:
    """An int32 or int64 array over the same memory."""
    flat = np.ascontiguousarray(values)
    return pa.Array.from_buffers(_INTEGERS[flat.dtype], len(flat), [None, pa.py_buffer(flat)])


def slices(offsets: npt.NDArray[Any], data: bytes, kind: pa.DataType) -> pa.Array:
    """The pieces of `data` between one offset and the next, as text or bytes."""
    wide = kind in (pa.large_string(), pa.large_binary())
    flat = np.ascontiguousarray(offsets, dtype=np.int64 if wide else np.int32)
    return pa.Array.from_buffers(kind, len(flat) - 1, [None, pa.py_buffer(flat), pa.py_buffer(data)])


def texts(values: Sequence[bytes], kind: pa.DataType) -> pa.Array:
    """An array of these UTF-8 texts (or bytes, as `kind` says)."""
    offsets = np.fromiter(accumulate(map(len, values), initial=0), dtype=np.int64, count=len(values) + 1)
    return slices(offsets, b"".join(values), kind)
