from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from emailcleaner.core.model import JobId
from emailcleaner.core.store.history_rows import history_rows
from emailcleaner.core.store.opening import Store
from emailcleaner.core.store.tables import email_history
from tests.core.store.conftest import JobMaker
from tests.core.store.rows import CHECKED_AT, result_table


def test_every_column_that_a_result_has_is_in_the_table(store: Store, make_job: JobMaker) -> None:
    make_job.done("j_1", result_table(["a@b.example"], flags="disposable;free;role", score=41))
    store.history.fill(1)
    with store.history._database.read() as connection:
        row = connection.execute(select(email_history)).one()
    assert (row.email, row.domain, row.job_id) == ("a@b.example", "b.example", "j_1")
    assert (row.valid, row.syntax_valid, row.domain_valid) == (True, True, True)
    assert json.loads(row.mx_records) == ["mx.example.com"]
    assert (row.is_disposable, row.is_role_based, row.is_catchall) == (True, True, False)
    assert (row.deliverability_score, row.deliverability_rating) == (41, "excellent")
    assert (row.status, row.reason, row.depth, row.segment) == ("valid", "domain_accepts", "domain", "clean")
    assert (row.flags, row.provider, row.created_at) == ("disposable;free;role", "google", CHECKED_AT)
    for unknown in ("smtp_valid", "mailbox_exists", "smtp_response", "session_id", "full_result"):
        assert row._mapping[unknown] is None


@pytest.mark.parametrize(
    ("reason", "mx_host", "depth", "syntax", "domain"),
    [
        ("missing_at", "", "syntax", False, None),
        ("provider_syntax", "", "syntax", False, None),
        ("no_such_domain", "", "domain", True, False),
        ("null_mx", "", "domain", True, False),
        ("dns_timeout", "", "domain", True, None),
        ("domain_accepts", "mx.example.com", "domain", True, True),
        ("well_formed", "", "syntax", True, None),
        ("disposable_domain", "mx.example.com", "domain", True, True),
    ],
)
def test_what_is_valid_follows_from_the_reason(
    reason: str, mx_host: str, depth: str, syntax: bool, domain: bool | None
) -> None:
    table = result_table(["a@b.example"], reason=reason, mx_host=mx_host, depth=depth)
    [row] = history_rows(table, JobId("j_1"))
    assert row[3:5] == (syntax, domain)


def test_times_of_any_age_are_kept_to_the_millisecond(store: Store, make_job: JobMaker) -> None:
    moments = [
        datetime(1969, 12, 31, 23, 59, 59, 1_000, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2099, 6, 7, 8, 9, 10, 999_000, tzinfo=UTC),
    ]
    for number, moment in enumerate(moments):
        make_job.done(f"j_{number}", result_table([f"a{number}@b.example"], checked_at=moment))
    store.history.fill(9)
    assert [store.history.find(f"a{n}@b.example")[0].checked_at for n in range(3)] == moments
