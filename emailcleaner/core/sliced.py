"""Python objects out of Arrow columns and back, some thousands at a time.

A single call that makes or reads tens of thousands of objects holds the interpreter's lock until it ends, and
every other thread, also that of a window, stands still so long. Cut into slices they take turns. Numbers need
no help: `np.fromiter` over a generator lets go between any two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa

#: Objects in one call: well below a millisecond.
AT_ONCE = 2_048


def texts_of(column: pa.StringArray) -> Iterator[str]:
    """The texts of a column, as `to_pylist` gives them."""
    for first in range(0, len(column), AT_ONCE):
        yield from column.slice(first, AT_ONCE).to_pylist()


def column_of(texts: Iterable[str]) -> pa.StringArray:
    """A column of these texts."""
    parts = [pa.array(part, pa.string()) for part in lists_of(texts)]
    return pa.concat_arrays(parts) if parts else pa.array([], pa.string())


def lists_of(texts: Iterable[str]) -> Iterator[list[str]]:
    """`texts` in lists of at most `AT_ONCE`."""
    left = iter(texts)
    while part := list(islice(left, AT_ONCE)):
        yield part
