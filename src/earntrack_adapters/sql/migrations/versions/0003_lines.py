"""Imported lines, and who claims them."""

import sqlalchemy as sa
from alembic import op

from earntrack_adapters.sql.columns import Document, Exact, Instant, Key
from earntrack_adapters.sql.walls import wall


revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _lines()
    _claims()
    wall("lines", "claims")


def downgrade() -> None:
    """Drop the tables."""
    for name in ("claims", "lines"):
        op.drop_table(name)


def _lines() -> None:
    op.create_table(
        "lines",
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("id", Key, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("batch_id", Key, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("platform_key", sa.Text, nullable=False),
        sa.Column("platform_id", Key),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("summary", sa.Boolean, nullable=False),
        sa.Column("local_date", sa.Date),
        sa.Column("occurred_at", Instant),
        sa.Column("period_start", sa.Date),
        sa.Column("exported_on", sa.Date),
        sa.Column("currency", sa.Text),
        sa.Column("earnings", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Integer),
        sa.Column("external_id", sa.Text),
        sa.Column("group_id", sa.Text),
        sa.Column("order_ref", sa.Text),
        sa.Column("counterparty", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("original_amount", Exact),
        sa.Column("original_currency", sa.Text),
        sa.Column("earning_id", Key),
        sa.Column("payout_id", Key),
        sa.Column("arrival_of", Key),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("shadow", sa.Text, nullable=False),
        sa.Column("amounts", Document, nullable=False),
        sa.Column("pays_out", sa.Boolean, nullable=False),
        sa.Column("credit", sa.Text),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_lines"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "batch_id"],
            ["batches.workspace_id", "batches.id"],
            name="fk_lines_workspace_id_batch_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "platform_id"],
            ["platforms.workspace_id", "platforms.id"],
            name="fk_lines_workspace_id_platform_id",
        ),
        sa.UniqueConstraint(
            "workspace_id", "key", name="uq_lines_workspace_id_key"
        ),
    )
    op.create_index(
        "ix_lines_workspace_id_local_date",
        "lines",
        ["workspace_id", "local_date"],
    )
    op.create_index(
        "ix_lines_workspace_id_platform_id_order_ref",
        "lines",
        ["workspace_id", "platform_id", "order_ref"],
        sqlite_where=sa.text("order_ref IS NOT NULL"),
        postgresql_where=sa.text("order_ref IS NOT NULL"),
    )


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("line_id", Key, nullable=False),
        sa.Column("batch_id", Key, nullable=False),
        sa.Column("said", Document),
        sa.PrimaryKeyConstraint(
            "workspace_id", "line_id", "batch_id", name="pk_claims"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "batch_id"],
            ["batches.workspace_id", "batches.id"],
            name="fk_claims_workspace_id_batch_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "line_id"],
            ["lines.workspace_id", "lines.id"],
            name="fk_claims_workspace_id_line_id",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_claims_workspace_id_batch_id_line_id",
        "claims",
        ["workspace_id", "batch_id", "line_id"],
    )
