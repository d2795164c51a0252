from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from emailcleaner.core.model import CleanRequest, Depth, JobId, JobState, Segment, SegmentCount
from emailcleaner.core.store import PartRecord, open_store
from emailcleaner.core.store.opening import Store
from emailcleaner.core.store.states import ALLOWED, AT_REST, RECOVERED, is_allowed
from tests.core.store.conftest import JobMaker
from tests.core.store.rows import CHECKED_AT, TurnableClock


def part(number: int, rows: int = 10, sha256: str = "00") -> PartRecord:
    return PartRecord(
        number=number,
        source=0,
        file=f"part-{number:06d}.parquet",
        rows=rows,
        row0=number * rows,
        size=99,
        sha256=sha256,
    )


def test_a_job_comes_back_as_it_was_made(store: Store) -> None:
    request = CleanRequest(sources=("ä.csv", "b.txt"), out="/out", depth=Depth.SYNTAX, suppress=("s.csv",))
    store.jobs.create(JobId("j_1"), request, CHECKED_AT)
    row = store.jobs.get(JobId("j_1"))
    assert row is not None
    assert row.request == request
    summary = row.summary
    assert (summary.state, summary.sources, summary.depth) == (JobState.QUEUED, request.sources, Depth.SYNTAX)
    assert (summary.records, summary.done, summary.out, summary.error) == (0, 0, "/out", "")
    assert (summary.created_at, summary.started_at, summary.finished_at) == (CHECKED_AT, None, None)


def test_an_unknown_job_is_none(store: Store) -> None:
    assert store.jobs.get(JobId("j_none")) is None
    assert store.jobs.state(JobId("j_none")) is None
    assert not store.jobs.set_state(JobId("j_none"), JobState.RUNNING, expect={JobState.QUEUED})


def test_jobs_are_listed_newest_first(store: Store) -> None:
    for number in range(3):
        store.jobs.create(
            JobId(f"j_{number}"), CleanRequest(sources=()), CHECKED_AT + timedelta(hours=number)
        )
    assert [job.job_id for job in store.jobs.list()] == ["j_2", "j_1", "j_0"]


def test_times_of_a_job_follow_its_states(store: Store, clock: TurnableClock, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    started = clock.now()
    clock.turn(timedelta(minutes=1))
    store.jobs.set_state(job, JobState.CANCELLED, expect={JobState.RUNNING})
    row = store.jobs.get(job)
    assert row is not None
    assert (row.summary.started_at, row.summary.finished_at) == (started, clock.now())
    store.jobs.set_state(job, JobState.RUNNING, expect={JobState.CANCELLED})
    row = store.jobs.get(job)
    assert row is not None
    assert (row.summary.started_at, row.summary.finished_at) == (started, None)


def test_an_error_is_kept_until_the_next_change(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    store.jobs.set_state(job, JobState.FAILED, expect={JobState.RUNNING}, error="The disk is full.")
    assert store.jobs.list()[0].error == "The disk is full."
    store.jobs.set_state(job, JobState.RUNNING, expect={JobState.FAILED})
    assert not store.jobs.list()[0].error


def test_of_many_threads_one_takes_the_job(store: Store) -> None:
    store.jobs.create(JobId("j_1"), CleanRequest(sources=()), CHECKED_AT)
    won: list[bool] = []

    def take() -> None:
        won.append(store.jobs.set_state(JobId("j_1"), JobState.RUNNING, expect={JobState.QUEUED}))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_step_that_is_not_allowed_is_a_fault_whatever_the_state(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    with pytest.raises(ValueError, match="from done to running"):
        store.jobs.set_state(job, JobState.RUNNING, expect={JobState.QUEUED, JobState.DONE})
    assert store.jobs.state(job) is JobState.RUNNING


def test_a_part_is_entered_with_the_counts(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    store.jobs.set_counts(job, records=40)
    counts = {Segment.CLEAN: 7, Segment.INVALID: 3}
    assert store.jobs.commit_part(job, part(0), records_done=10, segments=counts)
    assert store.jobs.parts(job) == [part(0)]
    summary = store.jobs.list()[0]
    assert (summary.records, summary.done) == (40, 10)
    assert summary.segments == (SegmentCount(Segment.CLEAN, 7), SegmentCount(Segment.INVALID, 3))


def test_the_same_part_twice_counts_once(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    store.jobs.commit_part(job, part(0), records_done=10, segments={})
    store.jobs.commit_part(job, part(1), records_done=20, segments={})
    assert not store.jobs.commit_part(job, part(0), records_done=10, segments={})
    assert store.jobs.parts(job) == [part(0), part(1)]
    assert store.jobs.list()[0].done == 20


def test_another_part_of_a_number_is_a_fault(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    store.jobs.commit_part(job, part(0), records_done=10, segments={})
    with pytest.raises(ValueError, match="entered already"):
        store.jobs.commit_part(job, part(0, sha256="ff"), records_done=10, segments={})
    assert store.jobs.parts(job) == [part(0)]


def test_parts_of_a_job_that_does_not_exist_are_refused(store: Store) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.jobs.commit_part(JobId("j_none"), part(0), records_done=1, segments={})


def test_parts_are_cleared_with_their_counts_but_not_those_of_a_done_job(
    store: Store, make_job: JobMaker
) -> None:
    job = make_job.running("j_1")
    store.jobs.commit_part(job, part(0), records_done=10, segments={Segment.CLEAN: 10})
    store.jobs.clear_parts(job)
    assert store.jobs.parts(job) == []
    assert (store.jobs.list()[0].done, store.jobs.list()[0].segments) == (0, ())
    store.jobs.commit_part(job, part(0), records_done=10, segments={})
    store.jobs.finish(job, "{}")
    with pytest.raises(ValueError, match="is done"):
        store.jobs.clear_parts(job)
    assert store.jobs.parts(job) == [part(0)]


def test_a_finished_job_has_the_counts_of_its_summary(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    text = json.dumps({"records": 12, "statuses": {"valid": 9}, "segments": {"clean": 8, "role_based": 1}})
    assert store.jobs.finish(job, text)
    row = store.jobs.get(job)
    assert row is not None
    assert (row.summary.state, row.summary.records, row.summary.done) == (JobState.DONE, 12, 12)
    assert [(c.segment.value, c.rows) for c in row.summary.segments] == [("clean", 8), ("role_based", 1)]
    assert row.summary_json == text
    assert not store.jobs.finish(job, "{}")


def test_only_jobs_of_a_dead_process_are_recovered(store: Store, make_job: JobMaker) -> None:
    wanted = {
        "j_run": ([], JobState.PAUSED),
        "j_pause": ([JobState.PAUSING], JobState.PAUSED),
        "j_cancel": ([JobState.CANCELLING], JobState.CANCELLED),
        "j_rest": ([JobState.FAILED], None),
    }
    for name, (states, _) in wanted.items():
        job = make_job.running(name)
        for state in states:
            assert store.jobs.set_state(job, state, expect={JobState.RUNNING})
    assert dict(store.jobs.recover()) == {name: to for name, (_, to) in wanted.items() if to}
    assert store.jobs.state(JobId("j_rest")) is JobState.FAILED
    assert list(store.jobs.recover()) == []


def test_every_state_can_be_reached_and_left_except_done() -> None:
    assert set(ALLOWED) == set(JobState)
    assert {after for states in ALLOWED.values() for after in states} == set(JobState)
    assert [state for state in JobState if not ALLOWED[state]] == [JobState.DONE]
    assert all(is_allowed(before, after) for before, after in RECOVERED.items())


class JobLife(RuleBasedStateMachine):
    """Whatever is asked in whatever order, the stored state is what comparing and setting would give."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._clock = TurnableClock()
        self._store = open_store(
            Path(self._folder.name) / "x.sqlite3", home=Path(self._folder.name), clock=self._clock
        )
        self._job = JobId("j_1")
        self._store.jobs.create(self._job, CleanRequest(sources=()), CHECKED_AT)
        self._expected = JobState.QUEUED

    def teardown(self) -> None:
        self._store.close()
        self._folder.cleanup()

    @rule(to=st.sampled_from(JobState), expect=st.sets(st.sampled_from(JobState), min_size=1))
    def set_state(self, to: JobState, expect: set[JobState]) -> None:
        self._clock.turn(timedelta(seconds=1))
        if not all(is_allowed(before, to) for before in expect):
            with _refused():
                self._store.jobs.set_state(self._job, to, expect=expect)
            return
        changed = self._store.jobs.set_state(self._job, to, expect=expect)
        assert changed == (self._expected in expect)
        if changed:
            self._expected = to

    @rule(to=st.sampled_from(JobState))
    def go_on(self, to: JobState) -> None:
        if is_allowed(self._expected, to):
            assert self._store.jobs.set_state(self._job, to, expect={self._expected})
            self._expected = to

    @rule()
    def die_and_recover(self) -> None:
        self._store.jobs.recover()
        self._expected = RECOVERED.get(self._expected, self._expected)

    @invariant()
    def the_state_is_as_expected(self) -> None:
        summary = self._store.jobs.list()[0]
        assert summary.state is self._expected
        assert (summary.finished_at is not None) == (self._expected in AT_REST)


@contextmanager
def _refused() -> Iterator[None]:
    with pytest.raises(ValueError, match="may not go"):
        yield


JobLife.TestCase.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
TestJobLife = JobLife.TestCase
