"""The book: platforms, rates, imports, payouts and earnings."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from earntrack_adapters.sql.columns import Document, Exact, Instant, Key, Span
from earntrack_adapters.sql.walls import wall


revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _platforms()
    _exchange_rates()
    _batches()
    _payouts()
    _earnings()
    _daily_totals()
    _changes()
    wall(
        "platforms",
        "exchange_rates",
        "batches",
        "payouts",
        "earnings",
        "daily_totals",
        "changes",
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "changes",
        "daily_totals",
        "earnings",
        "payouts",
        "batches",
        "exchange_rates",
        "platforms",
    ):
        op.drop_table(name)


def _entity() -> Iterator[sa.Column[Any]]:
    yield sa.Column("workspace_id", Key, nullable=False)
    yield sa.Column("id", Key, nullable=False)
    yield sa.Column("created_at", Instant, nullable=False)
    yield sa.Column("updated_at", Instant, nullable=False)
    yield sa.Column("version", sa.Integer, nullable=False)


def _legs() -> Iterator[sa.Column[Any]]:
    for leg in (
        "gross",
        "tip",
        "fee",
        "tax_withheld",
        "refund",
        "adjustment",
    ):
        yield sa.Column(leg, sa.BigInteger, nullable=False)


def _platforms() -> None:
    op.create_table(
        "platforms",
        *_entity(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("key", sa.String(64)),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("currency", sa.String(3)),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("fee_percent", Exact, nullable=False),
        sa.Column("fee_fixed", Exact, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_platforms"),
        sa.UniqueConstraint(
            "workspace_id", "key", name="uq_platforms_workspace_id_key"
        ),
        sa.UniqueConstraint(
            "workspace_id", "name", name="uq_platforms_workspace_id_name"
        ),
    )


def _exchange_rates() -> None:
    op.create_table(
        "exchange_rates",
        *_entity(),
        sa.Column("base", sa.String(3), nullable=False),
        sa.Column("quote", sa.String(3), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("value", Exact, nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "id", name="pk_exchange_rates"
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "base",
            "quote",
            "on",
            name="uq_exchange_rates_workspace_id_base_quote_on",
        ),
    )


def _batches() -> None:
    op.create_table(
        "batches",
        *_entity(),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("format_id", sa.Text, nullable=False),
        sa.Column("platform_key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("platform_id", Key),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("file_key", sa.Text),
        sa.Column("answers", Document, nullable=False),
        sa.Column("exported_on", sa.Date),
        sa.Column("offset", sa.Integer, nullable=False),
        sa.Column("report", Document, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counts", Document, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_batches"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "platform_id"],
            ["platforms.workspace_id", "platforms.id"],
            name="fk_batches_workspace_id_platform_id",
        ),
    )
    op.create_index(
        "ix_batches_workspace_id_digest", "batches", ["workspace_id", "digest"]
    )


def _payouts() -> None:
    op.create_table(
        "payouts",
        *_entity(),
        sa.Column("platform_id", Key, nullable=False),
        sa.Column("paid_on", sa.Date, nullable=False),
        sa.Column("external_id", sa.String(200)),
        sa.Column("notes", sa.String(500), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("arrived_on", sa.Date),
        sa.Column("batch_id", Key),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_payouts"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "batch_id"],
            ["batches.workspace_id", "batches.id"],
            name="fk_payouts_workspace_id_batch_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "platform_id"],
            ["platforms.workspace_id", "platforms.id"],
            name="fk_payouts_workspace_id_platform_id",
        ),
    )


def _earnings() -> None:
    op.create_table(
        "earnings",
        *_entity(),
        sa.Column("platform_id", Key, nullable=False),
        sa.Column("earned_on", sa.Date, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        *_legs(),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("worked", Span),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("external_id", sa.String(200)),
        sa.Column("occurred_at", Instant),
        sa.Column("zone", sa.String(64)),
        sa.Column("payout_id", Key),
        sa.Column("batch_id", Key),
        sa.Column("search", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_earnings"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "batch_id"],
            ["batches.workspace_id", "batches.id"],
            name="fk_earnings_workspace_id_batch_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "payout_id"],
            ["payouts.workspace_id", "payouts.id"],
            name="fk_earnings_workspace_id_payout_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "platform_id"],
            ["platforms.workspace_id", "platforms.id"],
            name="fk_earnings_workspace_id_platform_id",
        ),
    )
    op.create_index(
        "ix_earnings_workspace_id_batch_id",
        "earnings",
        ["workspace_id", "batch_id"],
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_index(
        "ix_earnings_workspace_id_earned_on_id",
        "earnings",
        ["workspace_id", "earned_on", "id"],
    )
    op.create_index(
        "ix_earnings_workspace_id_payout_id",
        "earnings",
        ["workspace_id", "payout_id"],
        sqlite_where=sa.text("payout_id IS NOT NULL"),
        postgresql_where=sa.text("payout_id IS NOT NULL"),
    )


def _daily_totals() -> None:
    op.create_table(
        "daily_totals",
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("platform_id", Key, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        *_legs(),
        sa.Column("worked", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id",
            "day",
            "platform_id",
            "currency",
            name="pk_daily_totals",
        ),
        sa.CheckConstraint(
            "entries >= 0", name=op.f("ck_daily_totals_entries_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "platform_id"],
            ["platforms.workspace_id", "platforms.id"],
            name="fk_daily_totals_workspace_id_platform_id",
        ),
        sqlite_with_rowid=False,
    )


def _changes() -> None:
    op.create_table(
        "changes",
        *_entity(),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("undone_at", Instant),
        sa.Column("before", Document, nullable=False),
        sa.Column("after", Document, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_changes"),
    )
