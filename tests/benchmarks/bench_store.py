"""The store: rows kept durably, side by side with the ORM, and one address found among many.

    python -m tests.benchmarks.bench_store [--rows N] [--history N] [--orm-rows N]

Both ways of keeping rows end with the rows on the disk: ours in parts that are entered in the database, the
ORM's in a table with the two indexes of `email_history`, by the same connection settings. Every contestant
is a process of its own. Look-ups go to parts that the table has not taken yet, which is the slow case, and
then to the table.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Row, compare, module, run

if TYPE_CHECKING:
    import pyarrow as pa

    from emailcleaner.core.store.opening import Store

PART_ROWS = 100_000
ORM_BATCH = 1_000
DOMAINS = 60_000
LOOK_UPS = 40


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=500_000, help="rows that ours keeps")
    parser.add_argument("--orm-rows", type=int, default=20_000, help="rows that the ORM keeps")
    parser.add_argument(
        "--history", type=int, default=2_000_000, help="rows among which one address is looked up"
    )
    parser.add_argument("--fill", type=int, default=50_000, help="rows of them moved into the table")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--child", choices=["parts", "orm", "history"], help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.child:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(_CHILDREN[told.child](Path(folder), told)))
        return 0
    missed = 0
    for row in measured(told):
        print(row, flush=True)
        missed += not row.passed
    return 1 if missed else 0


def measured(told: argparse.Namespace) -> Iterator[Row]:
    """The figures against their targets."""

    def child(name: str) -> list[str]:
        return module(
            "bench_store", "--child", name, "--rows", str(told.rows), "--orm-rows", str(told.orm_rows),
            "--history", str(told.history), "--fill", str(told.fill),
        )  # fmt: skip

    runs = compare({"parts": child("parts"), "orm": child("orm")}, rounds=told.rounds)
    ours, orm = told.rows / runs["parts"].seconds, told.orm_rows / runs["orm"].seconds
    yield Row("rows kept durably a second, in thousands", ours / 1e3, "k/s", 200, at_most=False)
    yield Row("ratio to the ORM", ours / orm, "x", 10, at_most=False, note=f"(ORM {orm / 1e3:.1f} k/s)")
    found = run(child("history")).told
    note = f"(median; longest {found['parts_longest_ms']:.1f} ms)"
    rows = f"{told.history:,} rows"
    yield Row(f"one address in {rows}, none in the table", float(str(found["parts_ms"])), "ms", 50, note=note)
    yield Row(f"one address in {rows}, some in the table", float(str(found["mixed_ms"])), "ms", 50)
    print(
        f"      moved into the table: {float(str(found['fill_per_s'])) / 1e3:.0f} k rows a second", flush=True
    )


def keep_in_parts(folder: Path, told: argparse.Namespace) -> dict[str, float]:
    """Ours: parts and their entries."""
    tables = [table(row0) for row0 in range(0, told.rows, PART_ROWS)]
    with opened(folder) as store:
        started = time.perf_counter()
        keep(store, "j_1", tables)
        return {"seconds": time.perf_counter() - started}


def keep_by_orm(folder: Path, told: argparse.Namespace) -> dict[str, float]:
    """The ORM: objects added and committed in batches."""
    from sqlalchemy.orm import DeclarativeBase, Session

    from emailcleaner.core.store.tables import email_history

    class Base(DeclarativeBase):
        pass

    class Entry(Base):
        __table__ = email_history

    rows = table(0).slice(0, told.orm_rows).to_pylist()
    with opened(folder) as store:
        engine = store._database.engine
        started = time.perf_counter()
        for start in range(0, len(rows), ORM_BATCH):
            with Session(engine) as session, session.begin():
                session.add_all(Entry(**_entry(row)) for row in rows[start : start + ORM_BATCH])
        return {"seconds": time.perf_counter() - started}


def look_up(folder: Path, told: argparse.Namespace) -> dict[str, float]:
    """Look-ups among many finished parts, before and after some were moved into the table."""
    chance = random.Random(7)
    with opened(folder) as store:
        wanted = []
        for number, row0 in enumerate(range(0, told.history, PART_ROWS)):
            rows = table(row0)
            keep(store, f"j_{number}", [rows], finish=True)
            wanted.append(rows["normalized"][chance.randrange(PART_ROWS)].as_py())
        chance.shuffle(wanted)
        before = [_timed(store, address) for address in wanted[:LOOK_UPS]]
        started = time.perf_counter()
        moved = store.history.fill(told.fill)
        fill_s = time.perf_counter() - started
        after = [_timed(store, address) for address in wanted[:LOOK_UPS]]
    return {
        "seconds": sum(before),
        "parts_ms": statistics.median(before) * 1e3,
        "parts_longest_ms": max(before) * 1e3,
        "mixed_ms": statistics.median(after) * 1e3,
        "fill_per_s": moved / fill_s,
    }


def keep(store: Store, name: str, tables: list[pa.Table], *, finish: bool = False) -> None:
    """A job with these parts, as the engine makes it."""
    from emailcleaner.core.model import CleanRequest, JobId, JobState, Segment
    from emailcleaner.core.store import write_part

    job = JobId(name)
    store.jobs.create(job, CleanRequest(sources=("a.csv",)), datetime.now(UTC))
    store.jobs.set_state(job, JobState.RUNNING, expect={JobState.QUEUED})
    done = 0
    for number, rows in enumerate(tables):
        part = write_part(store.parts_folder(job), number, rows)
        done += part.rows
        store.jobs.commit_part(job, part, records_done=done, segments={Segment.CLEAN: done})
    if finish:
        store.jobs.finish(job, "{}")


def opened(folder: Path) -> Store:
    from emailcleaner.core.clock import SystemClock
    from emailcleaner.core.store import open_store

    return open_store(folder / "store.sqlite3", home=folder, clock=SystemClock())


def table(row0: int) -> pa.Table:
    """`PART_ROWS` results with lengths and repetitions as in real lists."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from emailcleaner.core.columns import RESULTS_SCHEMA

    chance = np.random.default_rng(row0)
    count = PART_ROWS

    def words(values: list[str], places: np.ndarray) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(values))

    def few(*values: str) -> pa.DictionaryArray:
        return words(list(values), (chance.pareto(1.5, count) * 0.7).astype(np.int64) % len(values))

    places = (chance.pareto(1.2, count) * 20).astype(np.int64) % DOMAINS
    domains = words([f"d{n:05d}.example.com" for n in range(DOMAINS)], places)
    numbers = pc.cast(pa.array(chance.permutation(count) + row0), pa.string())
    local = pc.binary_join_element_wise("person", numbers, ".")
    address = pc.binary_join_element_wise(local, pc.cast(domains, pa.string()), "@")
    columns = {
        "source": pa.array(np.zeros(count, np.int32)),
        "row": pa.array(np.arange(row0, row0 + count)),
        "line": pa.array(np.arange(row0 + 2, row0 + count + 2)),
        "address": address,
        "normalized": address,
        "domain": domains,
        "status": few("valid", "risky", "invalid", "unknown"),
        "reason": few("domain_accepts", "role_account", "no_such_domain", "dns_timeout"),
        "segment": few("clean", "role_based", "invalid", "unknown"),
        "score": pa.array(chance.integers(0, 100, count).astype(np.uint8)),
        "rating": few("excellent", "good", "fair", "poor", "bad"),
        "depth": few("domain"),
        "blame": few("none", "domain"),
        "flags": few("", "free", "role", "free;role"),
        "suggestion": pa.array([""] * count),
        "provider": few("", "google", "microsoft"),
        "mx_host": words([f"mx{n}.mail.example.net" for n in range(20_000)], places % 20_000),
        "duplicate_source": pa.array(np.full(count, -1, np.int32)),
        "duplicate_row": pa.array(np.full(count, -1, np.int64)),
        "checked_at": pa.array(np.full(count, 1_790_000_000_000), pa.timestamp("ms", tz="UTC")),
    }
    return pa.table(columns, schema=RESULTS_SCHEMA)


def _entry(row: dict[str, object]) -> dict[str, object]:
    kept = {
        name: row[name] for name in ("domain", "status", "reason", "depth", "segment", "flags", "provider")
    }
    return kept | {
        "email": row["normalized"],
        "valid": row["status"] == "valid",
        "syntax_valid": True,
        "domain_valid": True,
        "mx_records": json.dumps([row["mx_host"]]),
        "is_disposable": False,
        "is_role_based": False,
        "is_catchall": False,
        "deliverability_score": row["score"],
        "deliverability_rating": row["rating"],
        "job_id": "j_1",
        "created_at": row["checked_at"],
    }


def _timed(store: Store, address: str) -> float:
    started = time.perf_counter()
    found = store.history.find(address)
    took = time.perf_counter() - started
    assert len(found) == 1, found
    return took


_CHILDREN = {"parts": keep_in_parts, "orm": keep_by_orm, "history": look_up}

if __name__ == "__main__":
    sys.exit(main())
