"""A store of its own for each test, with a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from emailcleaner.core.model import CleanRequest, JobId, JobState
from emailcleaner.core.store import open_store, write_part
from emailcleaner.core.store.opening import Store
from tests.core.store.rows import TurnableClock


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(place: Path, clock: TurnableClock) -> Iterator[Store]:
    with open_store(place / "store.sqlite3", home=place, clock=clock) as opened:
        yield opened


class JobMaker:
    """Makes jobs in a store, as the engine would."""

    def __init__(self, store: Store, clock: TurnableClock) -> None:
        self._store = store
        self._clock = clock

    def running(self, job_id: str, request: CleanRequest | None = None) -> JobId:
        made = JobId(job_id)
        self._store.jobs.create(made, request or CleanRequest(sources=("a.csv",)), self._clock.now())
        assert self._store.jobs.set_state(made, JobState.RUNNING, expect={JobState.QUEUED})
        return made

    def done(self, job_id: str, *tables: pa.Table) -> JobId:
        made = self.running(job_id)
        for number, table in enumerate(tables):
            part = write_part(self._store.parts_folder(made), number, table)
            self._store.jobs.commit_part(made, part, records_done=part.rows, segments={})
        assert self._store.jobs.finish(made, "{}")
        return made


@pytest.fixture
def make_job(store: Store, clock: TurnableClock) -> JobMaker:
    return JobMaker(store, clock)
