from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from emailcleaner.core.errors import UserError
from emailcleaner.core.store import upgrade
from emailcleaner.core.store.database import Database
from emailcleaner.core.store.tables import metadata

STEP = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("validation_jobs") as table:
        table.add_column(sa.Column("colour", sa.Text()))
        table.alter_column("depth", type_=sa.String(99))
    {more}
"""

REQUIRED = {
    "email_history": "email valid domain syntax_valid domain_valid mx_records is_disposable is_role_based "
    "is_catchall catchall_confidence smtp_valid mailbox_exists smtp_response deliverability_score "
    "deliverability_rating validation_time_ms session_id job_id created_at full_result",
    "validation_jobs": "job_id total_emails processed_emails valid_count invalid_count status "
    "progress_percent created_at started_at completed_at estimated_completion result_file "
    "error_message include_smtp job_data",
    "api_keys": "key_id key_hash name tier active rate_limit_per_minute quotas usage created_at last_used_at "
    "expires_at",
    "crm_configs": "crm_id crm_name aws_access_key_id_encrypted aws_secret_access_key_encrypted "
    "s3_bucket_name s3_region settings created_at updated_at",
    "crm_uploads": "upload_id crm_id total_emails validation_mode status progress_percent clean_count "
    "catchall_count invalid_count disposable_count role_based_count s3_keys created_at "
    "completed_at upload_data",
    "webhook_deliveries": "webhook_id url payload upload_id status attempts max_attempts last_response_code "
    "last_error created_at last_attempt_at delivered_at",
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "x.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """The migrations of a version that has one step more."""
    folder = tmp_path / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0002_colour.py").write_text(STEP.format(more=""))
    return folder


def schema(database: Database) -> list[tuple[str, ...]]:
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
        return [
            (kind, name, " ".join((sql or "").split()).replace("( ", "(").replace(" )", ")"))
            for kind, name, sql in found
        ]


def test_the_steps_give_exactly_the_tables_that_an_empty_file_gets(
    database: Database, tmp_path: Path
) -> None:
    upgrade.bring_up_to_date(database)
    stepped = Database(tmp_path / "stepped.sqlite3")
    upgrade.run_steps(stepped)
    assert schema(stepped) == schema(database)
    stepped.close()


def test_the_tables_are_the_ones_that_the_program_describes(database: Database) -> None:
    upgrade.run_steps(database)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_known_revisions_are_those_of_the_steps() -> None:
    steps = list(ScriptDirectory(str(upgrade.MIGRATIONS)).walk_revisions())
    assert tuple(step.revision for step in reversed(steps)) == upgrade.REVISIONS


def test_no_step_imports_the_present_tables() -> None:
    for step in (upgrade.MIGRATIONS / "versions").glob("0*.py"):
        text = step.read_text(encoding="utf-8")
        assert "emailcleaner" not in text
        assert "def downgrade" not in text


@pytest.mark.parametrize("table", REQUIRED)
def test_every_promised_column_is_there(table: str, database: Database) -> None:
    upgrade.bring_up_to_date(database)
    with database.read() as connection:
        names = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}
    assert set(REQUIRED[table].split()) <= names


def test_an_up_to_date_database_is_left_alone(database: Database) -> None:
    assert upgrade.bring_up_to_date(database) is None
    before = database.path.read_bytes()
    assert upgrade.bring_up_to_date(database) is None
    assert database.path.read_bytes() == before


def test_an_upgrade_keeps_the_rows_and_a_copy_of_what_was(database: Database, next_version: Path) -> None:
    upgrade.bring_up_to_date(database)
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO validation_jobs SELECT 'j_1', 'done', 'domain', 0, 0, 0, 0, 0, "
            "'2026-01-01 00:00:00.000000', NULL, NULL, NULL, '', '', 0, '{}', '{}', ''"
        )
        connection.exec_driver_sql("INSERT INTO job_parts VALUES ('j_1', 0, 0, 'f', 1, 0, 1, '', 0, 0)")
    copy = upgrade.upgrade_from(database, "0001", next_version)
    with database.read() as connection:
        assert upgrade.revision_of(connection) == "0002"
        assert connection.exec_driver_sql("SELECT job_id, colour FROM validation_jobs").all() == [
            ("j_1", None)
        ]
        assert connection.exec_driver_sql("SELECT job_id FROM job_parts").scalars().all() == ["j_1"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert old.execute("SELECT job_id FROM job_parts").fetchall() == [("j_1",)]


def test_a_step_that_fails_changes_nothing(database: Database, next_version: Path) -> None:
    upgrade.bring_up_to_date(database)
    before = schema(database)
    step = next_version / "versions" / "0002_colour.py"
    step.write_text(STEP.format(more='raise RuntimeError("power cut")'))
    with pytest.raises(RuntimeError, match="power cut"):
        upgrade.upgrade_from(database, "0001", next_version)
    assert schema(database) == before
    step.write_text(STEP.format(more=""))
    upgrade.upgrade_from(database, "0001", next_version)
    assert schema(database) != before


def test_a_newer_database_is_refused_untouched(database: Database, next_version: Path) -> None:
    upgrade.run_steps(database, next_version)
    before = database.path.read_bytes()
    with pytest.raises(UserError, match="newer version"):
        upgrade.bring_up_to_date(database)
    assert database.path.read_bytes() == before


def test_another_programs_database_is_refused_untouched(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(UserError, match="something else"):
        upgrade.bring_up_to_date(database)
    assert [name for _, name, _ in schema(database)] == ["recipes"]


def test_opening_does_not_import_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from emailcleaner.core.store import open_store\n"
        "from emailcleaner.core.clock import SystemClock\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "home = Path(sys.argv[1])\n"
        "for _ in range(2): open_store(home / 'x.sqlite3', home=home, clock=SystemClock()).close()\n"
        "assert not {'alembic', 'sqlalchemy.orm', 'pyarrow.parquet', 'pandas'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
