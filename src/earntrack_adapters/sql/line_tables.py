"""The tables of imported lines, and of who claims them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)

from earntrack_adapters.sql.columns import Document, Exact, Instant, Key
from earntrack_adapters.sql.tables import (
    indexed,
    refers,
    unique,
    workspace_table,
)


def _where(condition: str) -> dict[str, object]:
    return {
        "sqlite_where": text(condition),
        "postgresql_where": text(condition),
    }


lines = workspace_table(
    "line",
    "lines",
    Column("id", Key, nullable=False),
    Column("key", Text, nullable=False),
    Column("batch_id", Key, nullable=False),
    Column("line", Integer, nullable=False),
    Column("platform_key", Text, nullable=False),
    Column("platform_id", Key),
    Column("report", Text, nullable=False),
    Column("summary", Boolean, nullable=False),
    Column("local_date", Date),
    Column("occurred_at", Instant),
    Column("period_start", Date),
    Column("exported_on", Date),
    Column("currency", Text),
    Column("earnings", Integer, nullable=False),
    Column("seconds", Integer),
    Column("external_id", Text),
    Column("group_id", Text),
    Column("order_ref", Text),
    Column("counterparty", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("original_amount", Exact),
    Column("original_currency", Text),
    Column("earning_id", Key),
    Column("payout_id", Key),
    Column("arrival_of", Key),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("shadow", Text, nullable=False),
    Column("amounts", Document, nullable=False),
    Column("pays_out", Boolean, nullable=False),
    Column("credit", Text),
    PrimaryKeyConstraint("workspace_id", "id"),
    unique("key"),
    refers("batch_id", "batches"),
    refers("platform_id", "platforms"),
    indexed("local_date"),
    indexed("platform_id", "order_ref", **_where("order_ref IS NOT NULL")),
)
"""`pays_out` and `credit` are what the rules of that name say of a line."""

claims = workspace_table(
    "claim",
    "claims",
    Column("line_id", Key, nullable=False),
    Column("batch_id", Key, nullable=False),
    Column("said", Document),
    PrimaryKeyConstraint("workspace_id", "line_id", "batch_id"),
    refers("line_id", "lines"),
    refers("batch_id", "batches"),
    indexed("batch_id", "line_id"),
    clustered=True,
)
"""`said` is what the batch says of the line, if that is something else."""
