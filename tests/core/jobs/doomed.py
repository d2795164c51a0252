"""A process that cleans a list and kills itself on the way, at a named point; run by `test_kill.py`.

Reads one order a line (JSON) on standard input, forks for each, so that imports are paid once, and
answers with one line: how the fork ended, and how often each point was passed.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.clock import SystemClock
from emailcleaner.core.model import CleanRequest, Depth, JobState
from emailcleaner.core.paths import Home
from emailcleaner.core.settings import Settings
from emailcleaner.core.settings.catalogue import DnsSettings

T = TypeVar("T")

#: What the audit hook tells of that changes a file.
_FILE_EVENTS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"})


@dataclasses.dataclass(frozen=True)
class Order:
    """What to clean, and where to die: at the `at`-th passing of `point`, or after `alarm_s`."""

    home: str
    source: str
    out: str
    server: str
    point: str = ""
    at: int = 0
    alarm_s: float = 0.0


class Doom:
    """Counts what is passed and ends the process at the chosen passing, as a power cut would."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._lock = threading.Lock()
        self.passed: Counter[str] = Counter()

    def passing(self, point: str) -> None:
        with self._lock:
            if point == self._order.point and self.passed[point] == self._order.at:
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()
            self.passed[point] += 1

    def watch_files(self) -> None:
        roots = (self._order.home, self._order.out)

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE
            if (writes or event in _FILE_EVENTS) and str(arguments[0]).startswith(roots):
                self.passing("file")

        sys.addaudithook(hook)


class DoomedClock(SystemClock):
    def __init__(self, doom: Doom) -> None:
        self._doom = doom

    def now(self) -> datetime:
        self._doom.passing("clock")
        return super().now()

    def monotonic(self) -> float:
        self._doom.passing("clock")
        return super().monotonic()


class DoomedWorkers:
    def __init__(self, executor: ThreadPoolExecutor, doom: Doom) -> None:
        self._executor = executor
        self._doom = doom

    def submit(self, work: Callable[[], T]) -> Future[T]:
        self._doom.passing("submit")

        def carried_out() -> T:
            self._doom.passing("work")
            result = work()
            self._doom.passing("worked")
            return result

        return self._executor.submit(carried_out)


def carry_out(order: Order) -> Counter[str]:
    """Begin the job, or go on with what a killed process left."""
    doom = Doom(order)
    doom.watch_files()
    if order.alarm_s:
        signal.setitimer(signal.ITIMER_REAL, order.alarm_s)  # nobody handles the signal
    settings = Settings(dns=DnsSettings(servers=(order.server,), deadline=2.0))
    home = Home(Path(order.home))
    request = CleanRequest(sources=(order.source,), out=order.out, depth=Depth.DOMAIN)
    with (
        open_services(
            home=home, settings=settings, clock=DoomedClock(doom), block_size=2_000, sole=True
        ) as opened,
        ThreadPoolExecutor(2) as executor,
    ):
        jobs = opened.jobs()
        job_id = jobs[0].job_id if jobs else opened.create(request)
        if not jobs or jobs[0].state is not JobState.DONE:
            opened.run(job_id, DoomedWorkers(executor, doom))
    return doom.passed


def _fork(order: Order) -> dict[str, object]:
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        status = 1
        try:
            os.write(write, json.dumps(carry_out(order)).encode())
            status = 0
        except BaseException:  # noqa: BLE001 - whatever it is, a fork must not go on as its parent
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), "passed": json.loads(said or b"{}")}


#: What a job imports when it needs it; here before the forks.
_NEEDED = ("checks.domains", "export", "jobs.pipeline", "lists")


def main() -> None:
    for name in _NEEDED:
        importlib.import_module(f"emailcleaner.core.{name}")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_fork(Order(**json.loads(line)))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
