"""The worker pool behind the command line: plain threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class ThreadWorkers:
    """Implements `ports.WorkerPool` on a thread pool."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self._executor = executor

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` on a thread."""
        return self._executor.submit(work)


@contextmanager
def thread_workers() -> Iterator[ThreadWorkers]:
    """As many workers as there are cores, two at least; all have ended when the block ends."""
    with ThreadPoolExecutor(max(2, min(8, os.cpu_count() or 2)), thread_name_prefix="worker") as executor:
        yield ThreadWorkers(executor)
