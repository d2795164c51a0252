"""Facts of the domains of earlier blocks: lists name the same domains again and again.

Looked for by hash, believed only where the text is the same: two domains of one hash never share facts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.checks.duplicates import U64

I64 = npt.NDArray[np.int64]
#: Places for domains; one that another has taken is found anew.
_BITS = 19
#: Domains remembered at most; a list with more distinct ones starts over.
_REMEMBERED = 500_000
#: Stands where nothing is remembered; no domain is like that.
_NOBODY = "\n"


class DomainMemory:
    """Remembers a number for each domain. Not for two threads at once."""

    _place: npt.NDArray[np.int32]
    _names: pa.StringArray
    _numbers: I64

    def __init__(self) -> None:
        self._forget()

    def recall(self, domains: pa.StringArray, hashes: U64) -> tuple[npt.NDArray[np.bool_], I64]:
        """Which domains are remembered, and their numbers (of the others: anything)."""
        place = self._place[_slots(hashes)]
        same = pc.equal(self._names.take(pa.array(place)), domains)
        return same.to_numpy(zero_copy_only=False), self._numbers[place]

    def keep(self, domains: pa.StringArray, hashes: U64, numbers: I64) -> None:
        """Remember more domains."""
        if len(self._names) > _REMEMBERED:
            self._forget()
        count = len(self._names)
        self._place[_slots(hashes)] = np.arange(count, count + len(domains))
        self._names = pa.concat_arrays([self._names, domains])
        self._numbers = np.concatenate([self._numbers, numbers])

    def _forget(self) -> None:
        self._place = np.zeros(1 << _BITS, np.int32)
        self._names = pa.array([_NOBODY], pa.string())
        self._numbers = np.zeros(1, np.int64)


def _slots(hashes: U64) -> I64:
    return (hashes >> np.uint64(64 - _BITS)).astype(np.int64)
