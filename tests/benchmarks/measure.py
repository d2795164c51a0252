"""Runs contestants in child processes and keeps their best time and highest memory.

Imports nothing large: a child's peak memory, as the kernel counts it, is never below its parent's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One child: `seconds` of the work itself as it said, else of the whole process; memory in 10^6 bytes."""

    seconds: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    told: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the printed table: a figure against its target."""

    what: str
    value: float
    unit: str
    target: float
    at_most: bool = True
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.value <= self.target if self.at_most else self.value >= self.target

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        word = "pass" if self.passed else "FAIL"
        return f"{word}  {self.what:<66} {self.value:9.2f} {self.unit:<3} {sign} {self.target:g}  {self.note}"


class ChildFailedError(Exception):
    """A contestant ended with an error; the message is what it said."""


def run(arguments: Sequence[str], *, environ: Mapping[str, str] | None = None, allowed: int = 0) -> Run:
    """Run a child to its end. A JSON object on its last line may say `seconds` of the work alone."""
    with tempfile.TemporaryFile() as out:
        started = os.times().elapsed
        child = subprocess.Popen(arguments, stdout=out, stderr=subprocess.STDOUT, env=environ)
        _pid, status, usage = os.wait4(child.pid, 0)
        wall_s = os.times().elapsed - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace").strip()
    if child.returncode != allowed:
        raise ChildFailedError(f"{' '.join(arguments)} ended with {child.returncode}:\n{text[-2000:]}")
    last = text.rpartition("\n")[2]
    told = json.loads(last) if last.startswith("{") else {}
    seconds = float(told.get("seconds", wall_s))
    return Run(seconds, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, told)


def best(runs: Sequence[Run]) -> Run:
    """The quickest of several: what is above it is the machine's other work."""
    return min(runs, key=lambda one: one.seconds)


def compare(contestants: Mapping[str, Sequence[str]], *, rounds: int = 3) -> dict[str, Run]:
    """Run all contestants in turn, round by round, and keep the best of each."""
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, arguments in contestants.items():
            runs[name].append(run(arguments))
    return {name: best(found) for name, found in runs.items()}


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of the benchmarks."""
    return [sys.executable, "-m", f"tests.benchmarks.{name}", *arguments]


def made_list(folder: Path, rows: int) -> Path:
    """A generated list of `rows` rows in `folder`, made if it is not there yet."""
    path = folder / f"list-{rows}.csv"
    if not path.exists():
        run(module("generate", str(path.with_suffix(".part")), "--rows", str(rows)))
        path.with_suffix(".part").rename(path)
    return path
