"""A process that is killed at named points leaves a store that goes on as if it had never begun that step."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from emailcleaner.core.model import JobId, JobState, Segment
from emailcleaner.core.store import InstanceLock, open_store, read_part, write_part
from tests.core.store.rows import TurnableClock, result_table

JOB = JobId("j_1")

WORK = """
import os, signal, sys
from pathlib import Path
from emailcleaner.core.model import CleanRequest, JobId, JobState, Segment
from emailcleaner.core.store import InstanceLock, open_store, write_part
from tests.core.store.rows import CHECKED_AT, TurnableClock, result_table

home, point = Path(sys.argv[1]), sys.argv[2]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

store = open_store(home / "x.sqlite3", home=home, clock=TurnableClock())
lock = InstanceLock(home)
lock.acquire()
job = JobId("j_1")
store.jobs.create(job, CleanRequest(sources=("a.csv",)), CHECKED_AT)
store.jobs.set_state(job, JobState.RUNNING, expect={JobState.QUEUED})
store.jobs.set_counts(job, records=100)
folder = store.parts_folder(job)
first = write_part(folder, 0, result_table([f"a{n}@b.example" for n in range(50)]))
store.jobs.commit_part(job, first, records_done=50, segments={Segment.CLEAN: 50})
if point == "half a file":
    (folder / "part-000001.parquet.new").write_bytes(b"PAR1....")
    die()
second = write_part(folder, 1, result_table([f"other{n}@b.example" for n in range(9)]))
if point == "before the commit":
    die()
if point == "in the transaction":
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE validation_jobs SET processed_emails = 100")
        connection.exec_driver_sql("UPDATE job_parts SET rows = 1")
        die()
store.jobs.commit_part(job, second, records_done=59, segments={Segment.CLEAN: 59})
die()
"""


def killed(home: Path, point: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(home), point],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("point", ["half a file", "before the commit", "in the transaction"])
def test_a_part_that_was_not_entered_is_done_again_and_nothing_else_is(point: str, tmp_path: Path) -> None:
    killed(tmp_path, point)
    with (
        InstanceLock(tmp_path),
        open_store(tmp_path / "x.sqlite3", home=tmp_path, clock=TurnableClock()) as store,
    ):
        assert list(store.jobs.recover()) == [(JOB, JobState.PAUSED)]
        [first] = store.jobs.parts(JOB)
        assert (first.rows, store.jobs.list()[0].done) == (50, 50)
        assert read_part(store.parts_folder(JOB), first).num_rows == 50
        assert store.jobs.set_state(JOB, JobState.RUNNING, expect={JobState.PAUSED})
        table = result_table([f"a{n}@b.example" for n in range(50, 100)], row0=50)
        second = write_part(store.parts_folder(JOB), 1, table)
        assert store.jobs.commit_part(JOB, second, records_done=100, segments={Segment.CLEAN: 100})
        assert store.jobs.finish(JOB, '{"records": 100}')
        assert len(store.history.find("a99@b.example")) == 1
        assert store.history.find("other1@b.example") == []
        assert store.history.fill(1000) == 100
        assert (
            sorted(f.suffix for f in store.parts_folder(JOB).iterdir()) == [".index"] * 2 + [".parquet"] * 2
        )


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_part_that_was_entered_is_not_done_again(tmp_path: Path) -> None:
    killed(tmp_path, "after the commit")
    with open_store(tmp_path / "x.sqlite3", home=tmp_path, clock=TurnableClock()) as store:
        assert [part.rows for part in store.jobs.parts(JOB)] == [50, 9]
        assert store.jobs.list()[0].done == 59
