"""Jobs that are paused, cancelled, asked from elsewhere, broken off, and gone on with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.model import CleanRequest, Depth, JobId, JobState
from emailcleaner.core.services import ExportPlan, Services
from emailcleaner.core.store import open_store
from tests.core.jobs.cleaning import (
    SMALL_BLOCKS,
    assert_adds_up,
    assert_files_agree,
    clean,
    request_for,
    services,
    summary_of,
    verdicts,
    workers,
    write,
)
from tests.servers.dns_server import DnsServer, Misdeed

_ROWS = 400


@pytest.fixture
def source(tmp_path: Path) -> Path:
    lines = [f"user{n}@d{n % 7}-mail.org" for n in range(_ROWS)]
    lines[50], lines[399], lines[200] = "", lines[0], "no address"
    return write(tmp_path / "l.csv", "email,n\n" + "".join(f"{a},{n}\n" for n, a in enumerate(lines)))


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as running:
        for n in range(6):
            running.zone.mail(f"d{n}-mail.org")
        yield running


def _files(out: Path) -> dict[str, bytes]:
    """What an export must have in common with every other of the same list."""
    return {p.name: p.read_bytes() for p in out.iterdir() if p.suffix == ".csv"}


def _counts(summary: dict[str, object]) -> dict[str, object]:
    run = ("job_id", "started_at", "finished_at", "duration_s", "rate_per_s")
    return {k: v for k, v in summary.items() if k not in run}


def _stop_at(number: int, stop: Callable[[], None]) -> Callable[[int], None]:
    return lambda n: stop() if n == number else None


@pytest.mark.parametrize("at", range(0, 15, 3))
@pytest.mark.parametrize("ends_as", [JobState.PAUSED, JobState.CANCELLED])
def test_a_stopped_job_goes_on_to_the_same_result(
    tmp_path: Path, source: Path, at: int, ends_as: JobState
) -> None:
    with services(tmp_path / "home", block_size=SMALL_BLOCKS) as opened:
        whole = clean(opened, request_for(source, tmp_path / "out"))
        expected = _files(tmp_path / "out")
        _remove(tmp_path / "out")
        job_id = opened.create(request_for(source, tmp_path / "out"))
        ask = opened.pause if ends_as is JobState.PAUSED else opened.cancel
        with workers(_stop_at(at, lambda: ask(job_id))) as pool:
            job = opened.run(job_id, pool)
        assert pool.count > at
        assert job.state is ends_as
        assert not (tmp_path / "out").exists()
        assert opened.summary(job_id) == {}
        with workers() as pool:
            job = opened.run(job_id, pool)
        assert job.state is JobState.DONE
        assert _counts(opened.summary(job_id)) == _counts(whole)
    assert _files(tmp_path / "out") == expected


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def test_a_job_that_waits_for_a_domain_can_be_paused_from_another_process(
    tmp_path: Path, source: Path, server: DnsServer
) -> None:
    server.zone.misdeed("d6-mail.org", Misdeed.SILENCE)
    home = tmp_path / "home"
    with services(home, server, deadline_s=60.0) as opened, workers() as pool:
        job_id = opened.create(request_for(source, tmp_path / "out", depth=Depth.DOMAIN))
        with ThreadPoolExecutor(1) as runner:
            running = runner.submit(opened.run, job_id, pool)
            _wait_until(lambda: opened.progress(job_id).domains_done == 6)
            with services(home) as elsewhere:  # another store, as another process has it
                elsewhere.pause(job_id)
                assert elsewhere.job(job_id).state is JobState.PAUSING
            job = running.result(timeout=20)
        assert job.state is JobState.PAUSED
        server.zone.mail("d6-mail.org")
        server.zone.misdeed("d6-mail.org", Misdeed.SILENCE, times=0)
        asked = server.asked("d0-mail.org")
        job = opened.run(job_id, pool)
        assert server.asked("d0-mail.org") == asked  # what was known before the pause is not asked again
    assert job.state is JobState.DONE
    assert verdicts(tmp_path / "out").count("domain_accepts") == _ROWS - 3


def test_a_waiting_job_can_be_cancelled_and_a_done_one_cannot(tmp_path: Path, source: Path) -> None:
    with services(tmp_path / "home") as opened, workers() as pool:
        job_id = opened.create(CleanRequest(sources=(str(source),), depth=Depth.SYNTAX))
        opened.cancel(job_id)
        assert opened.job(job_id).state is JobState.CANCELLED
        assert opened.run(job_id, pool).state is JobState.DONE
        for ask in (opened.pause, opened.cancel):
            with pytest.raises(UserError, match="done"):
                ask(job_id)
        with pytest.raises(UserError, match="done"):
            opened.run(job_id, pool)


def test_a_job_is_not_run_twice_at_a_time(tmp_path: Path, source: Path) -> None:
    refused: list[str] = []

    def again(opened: Services, job_id: JobId, number: int) -> None:
        if number == 0:
            with pytest.raises(UserError, match="running already") as error, workers() as pool:
                opened.run(job_id, pool)
            refused.append(str(error.value))

    with services(tmp_path / "home") as opened:
        job_id = opened.create(CleanRequest(sources=(str(source),), depth=Depth.SYNTAX))
        with workers(lambda number: again(opened, job_id, number)) as pool:
            assert opened.run(job_id, pool).state is JobState.DONE
    assert len(refused) == 1


def test_two_jobs_at_a_time_do_not_disturb_each_other(
    tmp_path: Path, source: Path, server: DnsServer
) -> None:
    with (
        services(tmp_path / "home", server, block_size=SMALL_BLOCKS) as opened,
        workers() as pool,
        ThreadPoolExecutor(3) as runner,
    ):
        outs = [tmp_path / f"out{n}" for n in range(3)]
        jobs = [opened.create(request_for(source, out, depth=Depth.DOMAIN)) for out in outs]
        ended = [f.result(timeout=60) for f in [runner.submit(opened.run, job, pool) for job in jobs]]
        assert {job.state for job in ended} == {JobState.DONE}
        for job, out in zip(jobs, outs, strict=True):
            assert_files_agree(out, opened.summary(job))
    assert _files(outs[0]) == _files(outs[1]) == _files(outs[2])


def test_at_the_end_progress_says_what_the_job_says(tmp_path: Path, source: Path, server: DnsServer) -> None:
    with services(tmp_path / "home", server, block_size=SMALL_BLOCKS) as opened, workers() as pool:
        job_id = opened.create(request_for(source, tmp_path / "out", depth=Depth.DOMAIN))
        job = opened.run(job_id, pool)
        last = opened.progress(job_id)
        summary = opened.summary(job_id)
    assert (last.state, last.fraction, last.rows_done) == (JobState.DONE, 1.0, _ROWS)
    assert last.domains_done == last.domains_total == 7
    assert {s.segment.value: s.rows for s in last.segments} == summary["segments"]
    assert set(last.segments) == set(job.segments)


def test_unknown_jobs_are_named_in_a_sentence(tmp_path: Path) -> None:
    nobody = JobId("j_0123456789ab")
    with services(tmp_path / "home") as opened, workers() as pool:
        for call in (
            lambda: opened.job(nobody),
            lambda: opened.pause(nobody),
            lambda: opened.run(nobody, pool),
            lambda: opened.progress(nobody),
            lambda: opened.results(nobody),
            lambda: opened.export(nobody, ExportPlan(tmp_path / "out"), pool),
        ):
            with pytest.raises(UserError, match="There is no job j_0123456789ab"):
                call()


@pytest.mark.parametrize(
    ("left", "found"),
    [
        (JobState.RUNNING, JobState.PAUSED),
        (JobState.PAUSING, JobState.PAUSED),
        (JobState.CANCELLING, JobState.CANCELLED),
    ],
)
def test_jobs_that_a_dead_process_left_are_found_and_go_on(
    tmp_path: Path, source: Path, left: JobState, found: JobState
) -> None:
    home = tmp_path / "home"
    with services(home) as opened:
        job_id = opened.create(request_for(source, tmp_path / "out"))
        other = opened.create(CleanRequest(sources=(str(source),), depth=Depth.SYNTAX))
    with services(home) as opened:
        parts = opened._parts
        parts.store.jobs.set_state(job_id, JobState.RUNNING, expect={JobState.QUEUED})
        if left is not JobState.RUNNING:
            parts.store.jobs.set_state(job_id, left, expect={JobState.RUNNING})
    (home / "jobs" / "new-j_0123456789ab" / "lists").mkdir(parents=True)
    (home / "jobs" / "count-x").mkdir()
    with services(home, sole=True) as opened, workers() as pool:
        assert opened.job(job_id).state is found
        assert opened.job(other).state is JobState.QUEUED
        assert opened.run(job_id, pool).state is JobState.DONE
    assert sorted(p.name for p in (home / "jobs").iterdir()) == sorted([job_id, other])
    assert len(verdicts(tmp_path / "out")) == _ROWS


def test_a_job_of_which_the_copy_is_gone_fails_with_a_sentence_and_can_be_asked_again(
    tmp_path: Path, source: Path
) -> None:
    with services(tmp_path / "home") as opened, workers() as pool:
        job_id = opened.create(CleanRequest(sources=(str(source),), depth=Depth.SYNTAX))
        copy = tmp_path / "home" / "jobs" / job_id / "lists" / "0" / "list.utf8"
        content = copy.read_bytes()
        copy.unlink()
        with pytest.raises(UserError):
            opened.run(job_id, pool)
        job = opened.job(job_id)
        assert job.state is JobState.FAILED
        assert "copy" in job.error
        assert opened.progress(job_id).message == job.error
        copy.write_bytes(content)
        job = opened.run(job_id, pool)
    assert (job.state, job.error) == (JobState.DONE, "")


def test_damaged_results_are_said_in_a_sentence(tmp_path: Path, source: Path) -> None:
    with services(tmp_path / "home") as opened, workers() as pool:
        job_id = opened.create(CleanRequest(sources=(str(source),), depth=Depth.SYNTAX))
        opened.run(job_id, pool)
        (part,) = (tmp_path / "home" / "jobs" / job_id / "parts").glob("*.parquet")
        part.write_bytes(part.read_bytes()[:-100])
        with pytest.raises(UserError, match="damaged"):
            opened.results(job_id)
        with pytest.raises(UserError, match="damaged"):
            opened.export(job_id, ExportPlan(tmp_path / "out"), pool)
    assert not (tmp_path / "out").exists()


def test_a_fault_of_a_worker_fails_the_job_and_leaves_no_half_written_list(
    tmp_path: Path, source: Path
) -> None:
    def break_down() -> None:
        raise RuntimeError("a fault of ours")

    with services(tmp_path / "home", block_size=SMALL_BLOCKS) as opened:
        job_id = opened.create(request_for(source, tmp_path / "out"))
        with workers(_stop_at(8, break_down)) as pool, pytest.raises(RuntimeError):
            opened.run(job_id, pool)
        job = opened.job(job_id)
        assert job.state is JobState.FAILED
        assert "fault" in job.error
        assert not (tmp_path / "out").exists()
        with workers() as pool:
            assert opened.run(job_id, pool).state is JobState.DONE
    assert len(verdicts(tmp_path / "out")) == _ROWS


def test_an_export_that_fails_does_not_undo_the_work(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "out"
    with services(tmp_path / "home", block_size=SMALL_BLOCKS) as opened:
        job_id = opened.create(request_for(source, out))
        write(out, "a file where the folder should be")
        with workers() as pool, pytest.raises(UserError):
            opened.run(job_id, pool)
        assert opened.job(job_id).state is JobState.FAILED
        assert len(opened.results(job_id).table) == _ROWS
        out.unlink()
        with workers() as pool:
            assert opened.run(job_id, pool).state is JobState.DONE
            assert pool.count < _ROWS / 50  # nothing was checked again
    assert_files_agree(out, summary_of(out))


def test_what_is_known_of_a_paused_job_can_be_exported(
    tmp_path: Path, source: Path, server: DnsServer
) -> None:
    server.zone.misdeed("d6-mail.org", Misdeed.SILENCE)
    with services(tmp_path / "home", server, block_size=SMALL_BLOCKS, deadline_s=60.0) as opened:
        job_id = opened.create(request_for(source, tmp_path / "out", depth=Depth.DOMAIN))
        with workers() as pool, ThreadPoolExecutor(1) as runner:
            running = runner.submit(opened.run, job_id, pool)
            _wait_until(lambda: opened.progress(job_id).domains_done == 6)
            opened.pause(job_id)
            assert running.result(timeout=20).state is JobState.PAUSED
            before = opened.job(job_id)
            summary = opened.export(job_id, ExportPlan(tmp_path / "now"), pool)
        assert opened.job(job_id) == before
        assert not list((tmp_path / "home" / "jobs" / job_id).glob("known-*"))
    reasons = verdicts(tmp_path / "now")
    assert len(reasons) == _ROWS
    assert reasons.count("not_checked") == sum(n % 7 == 6 and n not in (50, 200) for n in range(_ROWS))
    assert summary["state"] == "paused"
    assert_adds_up(summary)
    assert_files_agree(tmp_path / "now", summary)


def test_a_job_that_never_ran_can_be_exported(tmp_path: Path, source: Path) -> None:
    with services(tmp_path / "home", block_size=SMALL_BLOCKS) as opened, workers() as pool:
        job_id = opened.create(CleanRequest(sources=(str(source),), depth=Depth.DOMAIN))
        summary = opened.export(job_id, ExportPlan(tmp_path / "now"), pool)
        assert opened.job(job_id).state is JobState.QUEUED
    assert summary["reasons"] == {"not_checked": _ROWS - 3, "duplicate": 1, "missing_at": 1, "empty": 1}
    assert_files_agree(tmp_path / "now", summary)


def test_the_store_knows_the_state_as_it_is(tmp_path: Path, source: Path) -> None:
    seen: list[tuple[JobState, int]] = []
    home = tmp_path / "home"
    with services(home, block_size=SMALL_BLOCKS) as opened:
        job_id = opened.create(request_for(source, tmp_path / "out"))

        def look(_: int) -> None:
            job = opened.job(job_id)
            seen.append((job.state, job.done))

        with workers(look) as pool:
            opened.run(job_id, pool)
        last = opened.job(job_id)
    assert {state for state, _ in seen} == {JobState.RUNNING}
    done = [n for _, n in seen]
    assert done == sorted(done)
    assert 0 < done[-1] <= _ROWS
    assert (last.state, last.done) == (JobState.DONE, _ROWS)
    with open_store(home / "store.sqlite3", home=home, clock=opened._parts.clock) as store:
        assert sum(part.rows for part in store.jobs.parts(job_id)) == _ROWS


def _wait_until(is_so: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(2_000):
        if is_so():
            return
        tick.wait(0.01)
    pytest.fail("waited 20 s in vain")
