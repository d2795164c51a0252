"""The whole program as a user starts it: store, start-up, report and all.

And a list with its domains, without the store.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import name_server
from tests.benchmarks.measure import Row, Run, best, made_list, module, run

DELAY_MS = 30
DOMAINS = 60_000
#: Names beside the generator's own that a list mentions.
OTHERS = (
    "mailinator.com",
    "yopmail.com",
    "guerrillamail.com",
    "sharklasers.com",
    "trashmail.com",
    "10minutemail.com",
)


def command(source: Path, folder: Path, depth: str, *, servers: str = "") -> Run:
    """One run of `emailcleaner clean` with a home of its own."""
    home, out = folder / "home", folder / "cleaned"
    for place in (home, out):
        shutil.rmtree(place, ignore_errors=True)
    environ = dict(os.environ) | {"EMAILCLEANER_HOME": str(home)}
    if servers:
        environ["EMAILCLEANER_DNS_SERVERS"] = servers
    arguments = [
        sys.executable,
        "-m",
        "emailcleaner",
        "clean",
        str(source),
        "--out",
        str(out),
        "--depth",
        depth,
        "--json",
    ]
    return run(arguments, environ=environ)


def start_up(folder: Path) -> Run:
    """The shortest thing the program does."""
    return run(
        [sys.executable, "-m", "emailcleaner", "--help"],
        environ=dict(os.environ) | {"EMAILCLEANER_HOME": str(folder)},
    )


def costs(folder: Path, sizes: tuple[int, ...], rounds: int) -> Iterator[tuple[int, Run]]:
    """Time and memory of the whole command at depth syntax for lists of each size."""
    for rows in sizes:
        source = made_list(folder, rows)
        yield rows, best([command(source, folder, "syntax") for _ in range(rounds)])


def measure(folder: Path, *, rows: int, rounds: int) -> Iterator[Row]:
    """Rows of the table."""
    source = made_list(folder, rows)
    floors, ours = [], []
    for _ in range(rounds):
        floors.append(run(module("contestants", "floor", str(source), str(folder / "out"))))
        floors.append(run(module("contestants", "floor_streaming", str(source), str(folder / "out"))))
        ours.append(command(source, folder, "syntax"))
    # Of the command the whole process counts, of the floor only its work.
    whole, floor = min(one.wall_s for one in ours), best(floors).seconds
    note = f"({whole:.2f} s; floor {floor:.2f} s)"
    yield Row(
        "clean --depth syntax, all of it / pyarrow reading and writing", whole / floor, "x", 6, note=note
    )
    yield Row(f"memory of clean --depth syntax at {rows:,} rows", max(one.peak_mb for one in ours), "MB", 450)
    yield Row("start-up: --help", best([start_up(folder) for _ in range(5)]).wall_s, "s", math.inf)
    if name_server.program() is None:
        return
    yield from _with_domains(folder, source, rounds)


def _with_domains(folder: Path, source: Path, rounds: int) -> Iterator[Row]:
    from tests.benchmarks.generate import domain_names

    with tempfile.TemporaryDirectory(prefix="bench-zone-") as place:
        name_server.write_root_zone(Path(place), [*domain_names(DOMAINS), *OTHERS])
        with name_server.nsd(Path(place)) as near, name_server.slow_line(near, DELAY_MS) as far:
            stages = [
                run(module("list_stage", str(source), str(folder / "out" / "ours"), str(far)))
                for _ in range(rounds)
            ]
            whole = command(source, folder, "domain", servers=f"127.0.0.1:{far}")
    seconds = best(stages).seconds
    yield Row("list and its 60,000 domains at 30 ms, without the store", seconds, "s", 4)
    yield Row("the same by the whole command, with the store", whole.wall_s, "s", math.inf)
