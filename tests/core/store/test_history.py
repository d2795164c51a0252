from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from emailcleaner.core.errors import Cancelled
from emailcleaner.core.model import CleanRequest, Depth, JobId, JobState, Reason, Status
from emailcleaner.core.store import PartRecord, write_part
from emailcleaner.core.store.opening import Store
from emailcleaner.core.store.part_index import index_bytes
from emailcleaner.core.store.parts import ROW_GROUP, index_path
from tests.core.store.conftest import JobMaker
from tests.core.store.rows import CHECKED_AT, TurnableClock, result_table


class StopAfter:
    """A token that stops after some looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def check(self) -> None:
        if self.stopped:
            raise Cancelled
        self._looks -= 1

    @property
    def stopped(self) -> bool:
        return self._looks <= 0


def people(count: int, start: int = 0) -> list[str]:
    return [f"person{n}@example.com" for n in range(start, start + count)]


def rows_in_table(store: Store) -> int:
    with store.history._database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM email_history").scalar_one())


def test_an_address_is_found_with_what_was_said_of_it(store: Store, make_job: JobMaker) -> None:
    make_job.done("j_1", result_table(people(20), score=77, reason="role_account", status="risky"))
    [entry] = store.history.find("person7@example.com")
    assert (entry.address, entry.job_id, entry.score) == ("person7@example.com", "j_1", 77)
    assert (entry.status, entry.reason, entry.depth) == (Status.RISKY, Reason.ROLE_ACCOUNT, Depth.DOMAIN)
    assert entry.checked_at == CHECKED_AT
    assert store.history.find("person99@example.com") == []


@pytest.mark.parametrize("filled", [0, 1, 8, 19, 20, 40])
def test_the_answer_is_the_same_however_far_the_table_is_filled(
    filled: int, store: Store, make_job: JobMaker
) -> None:
    twice = ["first@example.com", *people(17), "person3@example.com", "last@example.com"]
    reasons = ["domain_accepts"] * 18 + ["duplicate", "domain_accepts"]
    make_job.done("j_1", result_table(twice, reason=reasons))
    make_job.done("j_2", result_table(people(20), checked_at=CHECKED_AT + timedelta(days=1)))
    assert store.history.fill(filled) == filled
    assert store.history.pending() == 40 - filled
    found = store.history.find("person3@example.com")
    assert [(e.job_id, e.reason) for e in found] == [
        ("j_2", Reason.DOMAIN_ACCEPTS),
        ("j_1", Reason.DOMAIN_ACCEPTS),
    ]
    assert [e.job_id for e in store.history.find("last@example.com")] == ["j_1"]


def test_an_address_that_only_repeats_another_spelling_is_found_as_duplicate(
    store: Store, make_job: JobMaker
) -> None:
    table = result_table(["jo.hn@gmail.com", "john@gmail.com"], reason=["domain_accepts", "duplicate"])
    make_job.done("j_1", table)
    for _ in range(2):
        assert [e.reason for e in store.history.find("john@gmail.com")] == [Reason.DUPLICATE]
        store.history.fill(10)


def test_what_has_no_normalized_form_is_found_as_it_stood_in_the_list(
    store: Store, make_job: JobMaker
) -> None:
    make_job.done("j_1", result_table(["", ""], address=["a@@b", ""], reason="multiple_at", status="invalid"))
    for _ in range(2):
        assert [e.address for e in store.history.find("a@@b")] == ["a@@b"]
        assert store.history.find("") == []
        store.history.fill(10)
    assert rows_in_table(store) == 1


def test_only_finished_jobs_are_history(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    part = write_part(store.parts_folder(job), 0, result_table(people(5)))
    store.jobs.commit_part(job, part, records_done=5, segments={})
    assert store.history.find("person1@example.com") == []
    assert (store.history.pending(), store.history.fill(10)) == (0, 0)
    store.jobs.finish(job, "{}")
    assert len(store.history.find("person1@example.com")) == 1
    assert store.history.pending() == 5


def test_another_address_with_the_same_fingerprint_is_not_it(store: Store, make_job: JobMaker) -> None:
    table = result_table(people(5))
    job = make_job.done("j_1", table)
    wrong = result_table(["a@b.c", *people(4, start=1)])  # a look-up file that finds a@b.c in row 0
    path = index_path(store.parts_folder(job), "part-000000.parquet")
    path.write_bytes(index_bytes(wrong["address"], wrong["normalized"]))
    assert store.history.find("a@b.c") == []
    assert len(store.history.find("person1@example.com")) == 1


@pytest.mark.parametrize("damage", [None, b"", b"half"])
def test_a_lost_look_up_file_is_built_again(
    damage: bytes | None, store: Store, make_job: JobMaker, caplog: pytest.LogCaptureFixture
) -> None:
    job = make_job.done("j_1", result_table(people(5)))
    path = index_path(store.parts_folder(job), "part-000000.parquet")
    assert len(store.history.find("person1@example.com")) == 1
    before = path.read_bytes()
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    assert len(store.history.find("person1@example.com")) == 1
    assert path.read_bytes() == before
    assert [record.message for record in caplog.records if record.levelname != "DEBUG"] == []


def test_a_damaged_part_is_passed_over_and_the_others_are_found(
    store: Store, make_job: JobMaker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    job = make_job.done("j_1", result_table(people(5)), result_table(people(5, start=5)))
    (store.parts_folder(job) / "part-000000.parquet").write_bytes(b"PAR1 nothing")
    assert store.history.find("person1@example.com") == []
    assert store.history.fill(100) == 5
    assert store.history.pending() == 0
    assert len(store.history.find("person7@example.com")) == 1
    assert "person" not in caplog.text


def test_filling_goes_on_where_it_was_stopped(store: Store, make_job: JobMaker) -> None:
    make_job.done("j_1", *[result_table(people(30, start=30 * n), row0=30 * n) for n in range(3)])
    with pytest.raises(Cancelled):
        store.history.fill(1000, StopAfter(2))
    assert (rows_in_table(store), store.history.pending()) == (60, 30)
    assert store.history.fill(1000, StopAfter(99)) == 30
    assert (rows_in_table(store), store.history.pending()) == (90, 0)


def test_filling_crosses_row_groups_without_losing_a_row(store: Store, make_job: JobMaker) -> None:
    make_job.done("j_1", result_table(people(ROW_GROUP + 100)))
    for limit in (100, ROW_GROUP, 10**6):
        store.history.fill(limit)
    assert rows_in_table(store) == ROW_GROUP + 100
    with store.history._database.read() as connection:
        distinct = connection.exec_driver_sql("SELECT count(DISTINCT email) FROM email_history").scalar()
    assert distinct == ROW_GROUP + 100


def test_a_part_of_a_number_that_is_filled_twice_at_once_is_entered_once(
    store: Store, make_job: JobMaker
) -> None:
    make_job.done("j_1", result_table(people(50)))
    with store.history._database.write() as connection:  # as another process that was quicker would
        connection.exec_driver_sql("UPDATE job_parts SET filled_rows = 50")
    assert store.history.fill(50) == 0
    assert rows_in_table(store) == 0


def test_at_most_so_many_entries_newest_first(store: Store, clock: TurnableClock, make_job: JobMaker) -> None:
    for number in range(6):
        when = CHECKED_AT + timedelta(days=number)
        make_job.done(f"j_{number}", result_table(people(1), checked_at=when))
        store.history.fill(1 if number % 2 else 0)
        clock.turn(timedelta(days=1))
    assert [e.job_id for e in store.history.find("person0@example.com", limit=4)] == [
        "j_5",
        "j_4",
        "j_3",
        "j_2",
    ]


def test_a_job_without_files_is_history_all_the_same(store: Store, make_job: JobMaker) -> None:
    job = make_job.running("j_1")
    gone = PartRecord(number=0, source=0, file="part-000000.parquet", rows=3, row0=0, size=1, sha256="0")
    store.jobs.commit_part(job, gone, records_done=3, segments={})
    store.jobs.finish(job, "{}")
    assert store.history.find("person0@example.com") == []
    assert store.history.fill(10) == 0
    assert store.history.pending() == 0
    assert store.jobs.state(JobId("j_1")) is JobState.DONE
    assert store.jobs.list()[0].sources == CleanRequest(sources=("a.csv",)).sources
