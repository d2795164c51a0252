"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rate_limit_per_minute", sa.Integer(), nullable=False),
        sa.Column("quotas", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_used_at", sa.DateTime()),
        sa.Column("expires_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_table(
        "crm_configs",
        sa.Column("crm_id", sa.String(length=64), nullable=False),
        sa.Column("crm_name", sa.Text(), nullable=False),
        sa.Column("aws_access_key_id_encrypted", sa.Text()),
        sa.Column("aws_secret_access_key_encrypted", sa.Text()),
        sa.Column("s3_bucket_name", sa.Text()),
        sa.Column("s3_region", sa.String(length=64)),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("crm_id", name="pk_crm_configs"),
    )
    op.create_table(
        "crm_uploads",
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("crm_id", sa.String(length=64), nullable=False),
        sa.Column("total_emails", sa.BigInteger(), nullable=False),
        sa.Column("validation_mode", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("progress_percent", sa.Float(), nullable=False),
        sa.Column("clean_count", sa.BigInteger(), nullable=False),
        sa.Column("catchall_count", sa.BigInteger(), nullable=False),
        sa.Column("invalid_count", sa.BigInteger(), nullable=False),
        sa.Column("disposable_count", sa.BigInteger(), nullable=False),
        sa.Column("role_based_count", sa.BigInteger(), nullable=False),
        sa.Column("s3_keys", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("completed_at", sa.DateTime()),
        sa.Column("upload_data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name="pk_crm_uploads"),
    )
    op.create_index("ix_crm_uploads_crm_id", "crm_uploads", ["crm_id"])
    op.create_table(
        "dns_cache",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("blame", sa.String(length=16), nullable=False),
        sa.Column("mx", sa.Text(), nullable=False),
        sa.Column("flags", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ttl_s", sa.Integer(), nullable=False),
        sa.Column("checked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name="pk_dns_cache"),
    )
    op.create_index("ix_dns_cache_expires_at_s", "dns_cache", ["expires_at_s"])
    op.create_table(
        "email_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("syntax_valid", sa.Boolean()),
        sa.Column("domain_valid", sa.Boolean()),
        sa.Column("mx_records", sa.Text()),
        sa.Column("is_disposable", sa.Boolean(), nullable=False),
        sa.Column("is_role_based", sa.Boolean(), nullable=False),
        sa.Column("is_catchall", sa.Boolean(), nullable=False),
        sa.Column("catchall_confidence", sa.Float()),
        sa.Column("smtp_valid", sa.Boolean()),
        sa.Column("mailbox_exists", sa.Boolean()),
        sa.Column("smtp_response", sa.Text()),
        sa.Column("deliverability_score", sa.Integer()),
        sa.Column("deliverability_rating", sa.String(length=16)),
        sa.Column("validation_time_ms", sa.Float()),
        sa.Column("session_id", sa.String(length=64)),
        sa.Column("job_id", sa.String(length=64)),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("full_result", sa.Text()),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("depth", sa.String(length=16), nullable=False),
        sa.Column("segment", sa.String(length=16), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_email_history"),
    )
    op.create_index("ix_email_history_email", "email_history", ["email"])
    op.create_index("ix_email_history_job_id", "email_history", ["job_id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_done_at_due_at", "outbox", ["done_at", "due_at"])
    op.create_table(
        "validation_jobs",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("depth", sa.String(length=16), nullable=False),
        sa.Column("total_emails", sa.BigInteger(), nullable=False),
        sa.Column("processed_emails", sa.BigInteger(), nullable=False),
        sa.Column("valid_count", sa.BigInteger(), nullable=False),
        sa.Column("invalid_count", sa.BigInteger(), nullable=False),
        sa.Column("progress_percent", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime()),
        sa.Column("completed_at", sa.DateTime()),
        sa.Column("estimated_completion", sa.DateTime()),
        sa.Column("result_file", sa.Text(), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=False),
        sa.Column("include_smtp", sa.Boolean(), nullable=False),
        sa.Column("job_data", sa.Text(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_validation_jobs"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.String(length=64)),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("last_response_code", sa.Integer()),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_attempt_at", sa.DateTime()),
        sa.Column("delivered_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_status_created_at", "webhook_deliveries", ["status", "created_at"])
    op.create_table(
        "job_parts",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("row0", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("filled_rows", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["validation_jobs.job_id"],
            name="fk_job_parts_job_id_validation_jobs",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_job_parts"),
    )
    op.create_index("ix_job_parts_damaged_filled_rows", "job_parts", ["damaged", "filled_rows"])
