"""Jobs made for tests: a home, lists, a name server, workers that tell, and what came out, read plainly."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.model import CleanRequest, Depth, Segment
from emailcleaner.core.paths import Home
from emailcleaner.core.ports import Clock
from emailcleaner.core.services import Services
from emailcleaner.core.settings import Settings
from emailcleaner.core.settings.catalogue import DnsSettings, NetworkSettings
from tests.servers.dns_server import DnsServer

T = TypeVar("T")

#: Blocks of some sixty short rows, so that small lists have many.
SMALL_BLOCKS = 2_000

VERDICT_COLUMNS = [
    "ec_status",
    "ec_reason",
    "ec_segment",
    "ec_score",
    "ec_rating",
    "ec_depth",
    "ec_blame",
    "ec_flags",
    "ec_suggestion",
    "ec_normalized",
]


class Workers:
    """A worker pool whose submissions can be told of: `at(n)` runs before the n-th (from 0)."""

    def __init__(self, executor: ThreadPoolExecutor, at: Callable[[int], None] | None = None) -> None:
        self._executor = executor
        self._at = at
        self.count = 0

    def submit(self, work: Callable[[], T]) -> Future[T]:
        number, self.count = self.count, self.count + 1
        if self._at is not None:
            self._at(number)
        return self._executor.submit(work)


@contextmanager
def workers(at: Callable[[int], None] | None = None) -> Iterator[Workers]:
    with ThreadPoolExecutor(2, "worker") as executor:
        yield Workers(executor, at)


def asking(server: DnsServer | None, *, deadline_s: float = 2.0) -> Settings:
    """Settings of a program that asks this name server only; without one, nobody answers."""
    host, port = server.address if server is not None else ("127.0.0.1", 9)
    return Settings(
        dns=DnsSettings(servers=(f"{host}:{port}",), deadline=deadline_s),
        network=NetworkSettings(allow_private=True),
    )


@contextmanager
def services(
    root: Path,
    server: DnsServer | None = None,
    *,
    clock: Clock | None = None,
    block_size: int | None = None,
    deadline_s: float = 2.0,
    sole: bool = False,
) -> Iterator[Services]:
    """The real services of a home at `root`."""
    with open_services(
        home=Home(root),
        settings=asking(server, deadline_s=deadline_s),
        clock=clock,
        block_size=block_size,
        sole=sole,
    ) as opened:
        yield opened


def clean(opened: Services, request: CleanRequest) -> dict[str, Any]:
    """Run a new job to its end; its summary."""
    with workers() as pool:
        job = opened.run(opened.create(request), pool)
    return opened.summary(job.job_id)


def request_for(source: Path, out: Path, **more: Any) -> CleanRequest:
    return CleanRequest(sources=(str(source),), out=str(out), **{"depth": Depth.SYNTAX} | more)


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def table(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by its header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def results(out: Path) -> list[dict[str, str]]:
    return rows(out / "results.csv")


def summary_of(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "summary.json").read_text()))


def verdicts(out: Path, column: str = "ec_reason") -> list[str]:
    return [row[column] for row in results(out)]


def assert_adds_up(summary: dict[str, Any]) -> None:
    """The accounting that holds of every job."""
    assert summary["records"] == summary["accepted"] + summary["rejected"] + summary["blank"]
    assert sum(summary["segments"].values()) == summary["accepted"] + summary["rejected"]
    assert sum(summary["statuses"].values()) == summary["accepted"] + summary["rejected"]
    assert sum(summary["reasons"].values()) == summary["accepted"] + summary["rejected"]
    assert summary["accepted"] == summary["unique"] + summary["duplicates"]


def assert_files_agree(out: Path, summary: dict[str, Any], *, lists: int = 1) -> None:
    """Segment files hold exactly the rows of `results.csv`, by segment; all files are as counted."""
    found: Counter[str] = Counter()
    for folder in [out] if lists == 1 else [p for p in out.iterdir() if p.is_dir()]:
        whole = table(folder / "results.csv")
        place = whole[0].index("ec_segment")
        width = len(whole[0]) - len(VERDICT_COLUMNS)
        for segment in Segment:
            path = folder / f"{segment.value}.csv"
            expected = [row[:width] for row in whole[1:] if row[place] == segment.value]
            found[segment.value] += len(expected)
            if segment is Segment.REJECTED:
                found[segment.value] += sum(r["reason"] == "malformed_row" for r in _rejected(path))
                assert sum(r["reason"] == "empty" for r in _rejected(path)) == len(expected)
            elif expected:
                assert table(path)[1:] == expected
            else:
                assert not path.exists()
    assert +found == Counter(summary["segments"])
    for name, written in summary["files"].items():
        assert (out / name).stat().st_size == written["bytes"]


def _rejected(path: Path) -> list[dict[str, str]]:
    return rows(path) if path.exists() else []
