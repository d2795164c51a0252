"""The tables of the store as SQLAlchemy Core describes them; no connection and no statement here.

The migrations do not use these definitions: a step must go on doing what it did when it was written. A test
holds that the steps together give exactly these tables.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes, kept in UTC without a zone, so that every database orders them alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it would be somebody's local time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


#: A row number that SQLite keeps as its own rowid.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

validation_jobs = Table(
    "validation_jobs",
    metadata,
    Column("job_id", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("depth", String(16), nullable=False),
    Column("total_emails", BigInteger, nullable=False),
    Column("processed_emails", BigInteger, nullable=False),
    Column("valid_count", BigInteger, nullable=False),
    Column("invalid_count", BigInteger, nullable=False),
    Column("progress_percent", Float, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("estimated_completion", UtcDateTime),
    Column("result_file", Text, nullable=False),  # where the cleaned list goes; empty: not told
    Column("error_message", Text, nullable=False),
    Column("include_smtp", Boolean, nullable=False),
    Column("job_data", Text, nullable=False),  # JSON: what was asked for
    Column("segments", Text, nullable=False),  # JSON: rows in each segment so far
    Column("summary", Text, nullable=False),  # JSON: what summary.json says; empty until done
)

job_parts = Table(
    "job_parts",
    metadata,
    Column("job_id", ForeignKey("validation_jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("source", Integer, nullable=False),
    Column("file", String(64), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("row0", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("filled_rows", BigInteger, nullable=False),  # how many are in email_history already
    Column("damaged", Boolean, nullable=False),
)
# The parts that the history has not taken yet, found without looking at all the others.
Index(None, job_parts.c.damaged, job_parts.c.filled_rows)

email_history = Table(
    "email_history",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("email", Text, nullable=False),
    Column("valid", Boolean, nullable=False),
    Column("domain", Text, nullable=False),
    Column("syntax_valid", Boolean),
    Column("domain_valid", Boolean),  # NULL: not asked, or no answer
    Column("mx_records", Text),  # JSON list; of our own results the exchanger with the highest preference
    Column("is_disposable", Boolean, nullable=False),
    Column("is_role_based", Boolean, nullable=False),
    Column("is_catchall", Boolean, nullable=False),
    Column("catchall_confidence", Float),
    Column("smtp_valid", Boolean),
    Column("mailbox_exists", Boolean),
    Column("smtp_response", Text),
    Column("deliverability_score", Integer),
    Column("deliverability_rating", String(16)),
    Column("validation_time_ms", Float),
    Column("session_id", String(64)),
    Column("job_id", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("full_result", Text),  # JSON of an imported record; NULL for our own, whose columns say it all
    Column("status", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("depth", String(16), nullable=False),
    Column("segment", String(16), nullable=False),
    Column("flags", Text, nullable=False),
    Column("provider", Text, nullable=False),
)
Index(None, email_history.c.email)
Index(None, email_history.c.job_id)

dns_cache = Table(
    "dns_cache",
    metadata,
    Column("domain", String(255), primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("blame", String(16), nullable=False),
    Column("mx", Text, nullable=False),  # JSON: [[preference, host], ...]
    Column("flags", BigInteger, nullable=False),
    Column("provider", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("ttl_s", Integer, nullable=False),
    # Milliseconds and seconds since 1970: sixty thousand of them are read at the start of a job.
    Column("checked_at_ms", BigInteger, nullable=False),
    Column("expires_at_s", BigInteger, nullable=False),
)
Index(None, dns_cache.c.expires_at_s)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(64), primary_key=True),
    Column("key_hash", String(128), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("tier", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("rate_limit_per_minute", Integer, nullable=False),
    Column("quotas", Text, nullable=False),  # JSON
    Column("usage", Text, nullable=False),  # JSON
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
)

crm_configs = Table(
    "crm_configs",
    metadata,
    Column("crm_id", String(64), primary_key=True),
    Column("crm_name", Text, nullable=False),
    Column("aws_access_key_id_encrypted", Text),
    Column("aws_secret_access_key_encrypted", Text),
    Column("s3_bucket_name", Text),
    Column("s3_region", String(64)),
    Column("settings", Text, nullable=False),  # JSON
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime),
)

crm_uploads = Table(
    "crm_uploads",
    metadata,
    Column("upload_id", String(64), primary_key=True),
    Column("crm_id", String(64), nullable=False, index=True),
    Column("total_emails", BigInteger, nullable=False),
    Column("validation_mode", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("progress_percent", Float, nullable=False),
    Column("clean_count", BigInteger, nullable=False),
    Column("catchall_count", BigInteger, nullable=False),
    Column("invalid_count", BigInteger, nullable=False),
    Column("disposable_count", BigInteger, nullable=False),
    Column("role_based_count", BigInteger, nullable=False),
    Column("s3_keys", Text, nullable=False),  # JSON
    Column("created_at", UtcDateTime, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("upload_data", Text, nullable=False),  # JSON
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("webhook_id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("payload", Text, nullable=False),  # JSON
    Column("upload_id", String(64)),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("last_response_code", Integer),
    Column("last_error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_attempt_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
)
Index(None, webhook_deliveries.c.status, webhook_deliveries.c.created_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),  # the job or upload it is about
    Column("payload", Text, nullable=False),  # JSON
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("done_at", UtcDateTime),
)
Index(None, outbox.c.done_at, outbox.c.due_at)
