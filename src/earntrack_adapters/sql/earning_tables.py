"""The tables of earnings, and of what they add up to each day."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    text,
)

from earntrack_adapters.sql.columns import Instant, Key, Span
from earntrack_adapters.sql.tables import (
    entity_columns,
    indexed,
    never_negative,
    refers,
    workspace_table,
)
from earntrack_core.earnings.model import LEGS


def _legs() -> list[Column[int]]:
    return [Column(leg, BigInteger, nullable=False) for leg in LEGS]


def _if_any(column: str) -> dict[str, object]:
    return {
        f"{dialect}_where": text(f"{column} IS NOT NULL")
        for dialect in ("sqlite", "postgresql")
    }


earnings = workspace_table(
    "earning",
    "earnings",
    *entity_columns(),
    Column("platform_id", Key, nullable=False),
    Column("earned_on", Date, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("currency", String(3), nullable=False),
    *_legs(),
    Column("count", Integer, nullable=False),
    Column("worked", Span),
    Column("category", String(40), nullable=False),
    Column("notes", Text, nullable=False),
    Column("external_id", String(200)),
    Column("occurred_at", Instant),
    Column("zone", String(64)),
    Column("payout_id", Key),
    Column("batch_id", Key),
    Column("search", Text, nullable=False),
    refers("platform_id", "platforms"),
    refers("payout_id", "payouts"),
    refers("batch_id", "batches"),
    indexed("earned_on", "id"),
    indexed("payout_id", **_if_any("payout_id")),
    indexed("batch_id", **_if_any("batch_id")),
)

daily_totals = workspace_table(
    "daily_total",
    "daily_totals",
    Column("day", Date, nullable=False),
    Column("platform_id", Key, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("count", BigInteger, nullable=False),
    *_legs(),
    Column("worked", BigInteger, nullable=False),
    PrimaryKeyConstraint("workspace_id", "day", "platform_id", "currency"),
    refers("platform_id", "platforms"),
    never_negative("entries"),
    clustered=True,
)
"""`entries` is how many earnings there are; `worked` is in microseconds."""

SUMS: Final = ("count", *LEGS, "worked")
"""What the daily totals add up, besides the number of earnings."""
