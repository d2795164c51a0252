"""SIGKILL at named points and at random: what the next start makes of it is what would have been."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.jobs.cleaning import assert_adds_up, assert_files_agree, summary_of, write
from tests.core.jobs.doomed import Order
from tests.servers.dns_server import DnsServer, Misdeed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="forks"),
]

_ROOT = Path(__file__).parents[3]
_OF_THE_RUN = ("job_id", "started_at", "finished_at", "duration_s", "rate_per_s")


class Doomed:
    """The process that forks the ones that die."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def carry_out(self, order: Order) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(dataclasses.asdict(order)) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))


@pytest.fixture(scope="module")
def doomed() -> Iterator[Doomed]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.core.jobs.doomed"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    ) as process:
        yield Doomed(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclasses.dataclass(frozen=True)
class Whole:
    """The job when nothing kills it: its order, what it wrote, how often it passed each point."""

    order: Order
    files: dict[str, bytes]
    counts: dict[str, Any]
    passed: dict[str, int]
    took_s: float
    kept: list[str]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, doomed: Doomed) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    with DnsServer() as server:
        for n in range(8):
            server.zone.mail(f"d{n}-mail.org")
        server.zone.misdeed("d8-mail.org", Misdeed.SERVFAIL)
        source = write(folder / "l.csv", _list())
        host, port = server.address
        order = Order(str(folder / "home"), str(source), str(folder / "out"), f"{host}:{port}")
        begun = time.monotonic()
        done = doomed.carry_out(order)
        took_s = time.monotonic() - begun
        assert done["status"] == 0
        out = folder / "out"
        assert_adds_up(summary_of(out))
        assert_files_agree(out, summary_of(out))
        yield Whole(order, _files(out), _counts(out), done["passed"], took_s, _kept(folder / "home"))


def _list() -> str:
    """Rows of every kind, in some ten blocks."""
    lines = []
    for n in range(500):
        line = f"user{n}@d{n % 10}-mail.org,{n}"
        line = {7: "", 31: f"user{n - 1}@D{(n - 1) % 10}-mail.org,again", 57: f",{n}"}.get(n % 100, line)
        if n % 100 == 63:
            line = f'"a{n}@d1-mail.org; b{n}@d2-mail.org",{n}'
        if n == 250:
            line = "x" * 70_000 + ",too long"
        lines.append(line)
    return "email,n\n" + "\n".join(lines) + "\n"


def _files(out: Path) -> dict[str, bytes]:
    """All files by their content; of those that tell of the run, only that they are there."""
    telling = ("summary.json", "report.html")
    return {p.name: b"" if p.name in telling else p.read_bytes() for p in sorted(out.iterdir())}


def _counts(out: Path) -> dict[str, Any]:
    return {k: v for k, v in summary_of(out).items() if k not in (*_OF_THE_RUN, "sources")}


def _kept(home: Path) -> list[str]:
    """What is left of the one job in the home."""
    (job,) = (home / "jobs").iterdir()
    return sorted(str(p.relative_to(job)) for p in job.rglob("*"))


def _assert_the_same(whole: Whole, order: Order) -> None:
    out = Path(order.out)
    assert _files(out) == whole.files
    assert _counts(out) == whole.counts
    assert _kept(Path(order.home)) == whole.kept
    assert sorted(p.name for p in out.parent.iterdir()) == ["home", "out"]


def _order(whole: Whole, place: Path, **doom: Any) -> Order:
    return dataclasses.replace(whole.order, home=str(place / "home"), out=str(place / "out"), **doom)


@pytest.mark.parametrize("point", ["submit", "work", "worked", "clock", "file"])
def test_killed_at_a_point_and_gone_on_with_it_is_as_if_nothing_had_been(
    tmp_path: Path, doomed: Doomed, whole: Whole, point: str
) -> None:
    passings = whole.passed[point]
    assert passings > 10
    chance = random.Random(point)
    chosen = sorted({0, passings - 2, *(chance.randrange(passings) for _ in range(3))})
    for at in chosen:
        place = tmp_path / f"{at}"
        place.mkdir()
        died = doomed.carry_out(_order(whole, place, point=point, at=at))
        # Threads may pass points in another number than before: then nothing was killed.
        assert died["status"] in (-signal.SIGKILL, 0), at
        gone_on = doomed.carry_out(_order(whole, place))
        assert gone_on["status"] == 0, at
        _assert_the_same(whole, _order(whole, place))
        shutil.rmtree(place)


def test_killed_again_and_again_it_still_comes_to_its_end(
    tmp_path: Path, doomed: Doomed, whole: Whole
) -> None:
    kills = [("file", 3), ("worked", 4), ("submit", 8), ("file", 20), ("clock", 12), ("work", 5)]
    ended = [doomed.carry_out(_order(whole, tmp_path, point=point, at=at))["status"] for point, at in kills]
    assert ended[:4] == [-signal.SIGKILL] * 4
    assert doomed.carry_out(_order(whole, tmp_path))["status"] == 0
    _assert_the_same(whole, _order(whole, tmp_path))


def test_killed_at_random_moments_it_comes_to_the_same_end(
    tmp_path: Path, doomed: Doomed, whole: Whole
) -> None:
    chance = random.Random()
    for number in range(6):
        alarm_s = chance.uniform(0.01, 1.0) * whole.took_s
        place = tmp_path / str(number)
        place.mkdir()
        died = doomed.carry_out(_order(whole, place, alarm_s=alarm_s))
        assert died["status"] in (-signal.SIGALRM, 0), alarm_s
        assert doomed.carry_out(_order(whole, place))["status"] == 0, alarm_s
        _assert_the_same(whole, _order(whole, place))
        shutil.rmtree(place)
