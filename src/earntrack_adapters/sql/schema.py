"""All tables: importing this module makes `metadata` complete."""

from earntrack_adapters.sql.batches import batches
from earntrack_adapters.sql.changes import changes
from earntrack_adapters.sql.directory_tables import (
    attempts,
    memberships,
    sessions,
    tickets,
    users,
    workspaces,
)
from earntrack_adapters.sql.earning_tables import daily_totals, earnings
from earntrack_adapters.sql.line_tables import claims, lines
from earntrack_adapters.sql.outbox import event_numbers, events
from earntrack_adapters.sql.payouts import payouts
from earntrack_adapters.sql.platforms import platforms
from earntrack_adapters.sql.rates import rates
from earntrack_adapters.sql.replies import replies
from earntrack_adapters.sql.tables import metadata


__all__ = [
    "attempts",
    "batches",
    "changes",
    "claims",
    "daily_totals",
    "earnings",
    "event_numbers",
    "events",
    "lines",
    "memberships",
    "metadata",
    "payouts",
    "platforms",
    "rates",
    "replies",
    "sessions",
    "tickets",
    "users",
    "workspaces",
]
