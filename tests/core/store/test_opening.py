from __future__ import annotations

import stat
from pathlib import Path

import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.model import CleanRequest, JobId
from emailcleaner.core.store import open_store
from tests.core.store.rows import CHECKED_AT, TurnableClock


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "new" / "home" / "store.sqlite3"
    for _ in range(2):
        with open_store(path, home=path.parent, clock=TurnableClock()) as store:
            if not store.jobs.list():
                store.jobs.create(JobId("j_1"), CleanRequest(sources=("a",)), CHECKED_AT)
    assert [job.job_id for job in store.jobs.list()] == ["j_1"]
    store.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("url", ["sqlite:///{path}", "sqlite+pysqlite:///{path}", "{path}"])
def test_the_database_may_be_given_as_path_or_url(url: str, tmp_path: Path) -> None:
    path = tmp_path / "x 1.sqlite3"
    open_store(url.format(path=path), home=tmp_path, clock=TurnableClock()).close()
    assert path.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://u:secret@h/db", "PostgreSQL is not supported yet"),
        ("postgresql+psycopg://h/db", "PostgreSQL is not supported yet"),
        ("mysql://h/db", "'mysql' is not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://host/path", "names no file"),
    ],
)
def test_other_databases_are_refused_in_words(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=words) as caught:
        open_store(url, home=tmp_path, clock=TurnableClock())
    assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be made"):
        open_store(tmp_path / "file" / "x.sqlite3", home=tmp_path, clock=TurnableClock())


def test_parts_of_a_job_are_in_its_folder(tmp_path: Path) -> None:
    with open_store(tmp_path / "x", home=tmp_path, clock=TurnableClock()) as store:
        assert store.parts_folder(JobId("j_1")) == tmp_path / "jobs" / "j_1" / "parts"
