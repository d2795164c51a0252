"""Runs the benchmarks and prints their ratios against the targets; exit status 1 if one is missed.

    python -m tests.benchmarks [--only lists,command,dns,syntax,store,window] [--rows N] [--large N]
    python -m tests.benchmarks --costs      the cost table of docs/performance.md

Lists are kept in `benchmarks-out/`. Imports nothing large: see `measure`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import bench_command, bench_lists, measure

ROOT = Path(__file__).parents[2]
OWN = ("lists", "command")
#: Benchmarks with a command of their own, which print their rows themselves.
APART = ("syntax", "dns", "store", "window")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(OWN + APART))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0, help="rows of a long list whose memory is measured")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks-out")
    parser.add_argument("--costs", action="store_true")
    told = parser.parse_args()
    told.out.mkdir(exist_ok=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    if told.costs:
        print_costs(told.out, told.rounds)
        return 0
    wanted = told.only.split(",")
    missed = 0
    for row in own_rows(wanted, told):
        print(row, flush=True)
        missed += not row.passed
    for name in APART:
        if name in wanted and importlib.util.find_spec(f"tests.benchmarks.bench_{name}"):
            print(f"\n{name}", flush=True)
            missed += subprocess.run(measure.module(f"bench_{name}"), cwd=ROOT, check=False).returncode != 0
    return 1 if missed else 0


def own_rows(wanted: list[str], told: argparse.Namespace) -> Iterator[measure.Row]:
    """The rows of the list stage and of the whole command."""
    if "lists" in wanted:
        yield from bench_lists.measure(told.out, rows=told.rows, rounds=told.rounds, large=told.large)
    if "command" in wanted:
        yield from bench_command.measure(told.out, rows=told.rows, rounds=told.rounds)


def print_costs(folder: Path, rounds: int) -> None:
    """The cost table as it stands in the handbook."""
    print("| rows | time | CPU | memory |\n| ---: | ---: | ---: | ---: |")
    for rows, cost in bench_command.costs(folder, (10_000, 100_000, 1_000_000, 10_000_000), rounds):
        print(f"| {rows:,} | {cost.wall_s:.1f} s | {cost.cpu_s:.1f} s | {cost.peak_mb:.0f} MB |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
