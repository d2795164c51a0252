"""Time-outs for thousands of questions with one timer: a wheel of short slots.

An item is looked at once when its slot has passed; the caller decides whether it still matters.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

T = TypeVar("T")

#: Slots a second: time-outs are kept to 20 ms.
SLOTS_PER_S: Final = 50


class TimerWheel(Generic[T]):
    """Items by the slot in which they are due. Times are seconds of the loop's clock."""

    def __init__(self, now: float) -> None:
        self._slots: dict[int, list[T]] = {}
        self._next = int(now * SLOTS_PER_S)

    def __len__(self) -> int:
        return sum(map(len, self._slots.values()))

    def add(self, when: float, item: T) -> None:
        """Have `item` come out of `due` once `when` has passed."""
        slot = max(int(when * SLOTS_PER_S) + 1, self._next)
        bucket = self._slots.get(slot)
        if bucket is None:
            self._slots[slot] = [item]
        else:
            bucket.append(item)

    def due(self, now: float) -> list[T]:
        """Take out the items whose time has passed."""
        current = int(now * SLOTS_PER_S)
        items: list[T] = []
        if current - self._next > len(self._slots):
            # after a long pause there are more empty slots than full ones
            for slot in sorted(s for s in self._slots if s <= current):
                items += self._slots.pop(slot)
        else:
            for slot in range(self._next, current + 1):
                items += self._slots.pop(slot, ())
        self._next = max(self._next, current + 1)
        return items

    def clear(self) -> None:
        """Forget everything."""
        self._slots.clear()
