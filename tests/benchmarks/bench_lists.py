"""The list stage against pyarrow alone, a plain loop and the best peers; memory at 1 and 10 million rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import Row, best, compare, made_list, module, run

TOLD = ("polars", "duckdb")


def measure(folder: Path, *, rows: int, rounds: int, large: int = 0) -> Iterator[Row]:
    """Rows of the table; `large` rows (0: not) for the memory of a long list."""
    source = made_list(folder, rows)
    out = folder / "out"
    names = ("floor", "floor_streaming", "plain", *TOLD)
    found = compare(
        {name: module("contestants", name, str(source), str(out / name)) for name in names}
        | {"ours": module("list_stage", str(source), str(out / "ours"))},
        rounds=rounds,
    )
    floor, ours = min(found["floor"].seconds, found["floor_streaming"].seconds), found["ours"]
    said = f"({ours.seconds:.2f} s; floor {floor:.2f} s)"
    yield Row("list stage / pyarrow reading and writing the file", ours.seconds / floor, "x", 2.8, note=said)
    plain = found["plain"].seconds / ours.seconds
    yield Row("list stage is this much faster than csv and one regex", plain, "x", 6, at_most=False)
    yield Row("list stage / polars", ours.seconds / found["polars"].seconds, "x", 1.1)
    for name in TOLD[1:]:
        yield Row(f"list stage / {name} (for comparison)", ours.seconds / found[name].seconds, "x", math.inf)
    yield Row(f"memory of the list stage at {rows:,} rows", ours.peak_mb, "MB", 450)
    if large:
        long_list = made_list(folder, large)
        runs = [run(module("list_stage", str(long_list), str(out / "ours")))]
        yield Row(f"memory of the list stage at {large:,} rows", best(runs).peak_mb, "MB", 700)
