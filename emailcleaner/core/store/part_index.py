"""The look-up file beside each part: which rows of the part hold an address, without reading the part.

Layout, little-endian: 8 bytes magic and version, 8 bytes count n, n sorted 64-bit fingerprints, n 32-bit row
positions in the part. It holds nothing that the part does not: a missing or damaged one is built again.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from emailcleaner.core.store.fingerprints import fingerprints

_MAGIC = b"ECIDX\x00\x00\x01"
_HEADER = struct.Struct("<8sQ")
_BYTES_A_ROW = 8 + 4


def index_bytes(address: pa.ChunkedArray, normalized: pa.ChunkedArray) -> bytes:
    """The look-up file for these rows. Rows without any address are left out."""
    import pyarrow.compute as pc

    text = known_as(address, normalized)
    prints = fingerprints(text)
    rows = np.flatnonzero(np.asarray(pc.binary_length(text)) > 0).astype(np.uint32)
    prints = prints[rows]
    order = np.argsort(prints, kind="stable")
    return _HEADER.pack(_MAGIC, len(rows)) + prints[order].tobytes() + rows[order].tobytes()


def known_as(address: pa.ChunkedArray, normalized: pa.ChunkedArray) -> pa.StringArray:
    """The text under which a row is found again: its normalized address, else what was found in the cell."""
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(normalized, ""), address, normalized).combine_chunks()


def find_rows(path: Path, wanted: int) -> list[int] | None:
    """The row positions whose fingerprint is `wanted`, in order; None when the file cannot be used."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            if len(view) < _HEADER.size:
                return None
            magic, count = _HEADER.unpack_from(view)
            if magic != _MAGIC or len(view) != _HEADER.size + count * _BYTES_A_ROW:
                return None
            return _search(view, count, wanted)
    except (OSError, ValueError):  # missing, or empty (which cannot be mapped)
        return None


def _search(view: mmap.mmap, count: int, wanted: int) -> list[int]:
    prints: npt.NDArray[np.uint64] = np.frombuffer(view, dtype="<u8", count=count, offset=_HEADER.size)
    first = int(np.searchsorted(prints, np.uint64(wanted), side="left"))
    last = first
    while last < count and int(prints[last]) == wanted:
        last += 1
    del prints  # the mapping cannot be closed while an array looks at it
    rows_at = _HEADER.size + 8 * count + 4 * first
    return list(struct.unpack_from(f"<{last - first}I", view, rows_at))
