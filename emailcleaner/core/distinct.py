"""The different values of an array of numbers.

As `numpy.unique` finds them; that function imports `numpy.ma` at its first use, which costs a start some
fifteen milliseconds and a window as long a standstill.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)


class Distinct(NamedTuple):
    """Where each value stands first, in the order of the values, and how often it stands at all."""

    first: npt.NDArray[np.intp]
    times: npt.NDArray[np.intp]


def distinct(values: npt.NDArray[Number]) -> Distinct:
    """Look all `values` over; `values[distinct(values).first]` are the different ones, ascending."""
    order = np.argsort(values, kind="stable")
    begins = _begins(values[order])
    return Distinct(order[begins], np.diff(begins, append=len(values)))


def distinct_sorted(ranked: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The different values of an array in ascending order."""
    return ranked[_begins(ranked)]


def _begins(ranked: npt.NDArray[Number]) -> npt.NDArray[np.intp]:
    changes = np.ones(len(ranked), np.bool_)
    changes[1:] = ranked[1:] != ranked[:-1]
    return np.flatnonzero(changes)
