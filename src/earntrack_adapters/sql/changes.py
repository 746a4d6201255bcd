"""Bulk changes in SQL, with the earnings as they were before."""

from typing import Any, Final

from sqlalchemy import Column, String

from earntrack_adapters.sql import earning_rows
from earntrack_adapters.sql.columns import Document, Instant
from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.documents import as_document, from_document
from earntrack_adapters.sql.earning_tables import earnings
from earntrack_adapters.sql.repository import (
    TableRepository,
    Values,
    entity_values,
)
from earntrack_adapters.sql.restoring import restorer
from earntrack_adapters.sql.tables import entity_columns, workspace_table
from earntrack_core.earnings.changes import Change, ChangeFilter, ChangeId
from earntrack_core.earnings.model import Earning


changes = workspace_table(
    "change",
    "changes",
    *entity_columns(),
    Column("verb", String(40), nullable=False),
    Column("undone_at", Instant),
    Column("before", Document, nullable=False),
    Column("after", Document, nullable=False),
)

RESTORE: Final = restorer(Change, changes.columns.keys())


class SqlChanges(TableRepository[Change, ChangeId, ChangeFilter]):
    """Bulk changes in SQL."""

    table = changes

    def to_values(self, entity: Change) -> Values:
        """Spread a change over the columns."""
        return entity_values(entity) | {
            "verb": entity.verb,
            "undone_at": entity.undone_at,
            "before": [_written(one) for one in entity.before],
            "after": list(entity.after),
        }

    def from_row(self, row: Row) -> Change:
        """Put a change together again."""
        *fields, before, after = row
        earlier = tuple(_read(one) for one in before)
        return RESTORE((*fields, earlier, tuple(after)))


def _written(earning: Earning) -> list[Any]:
    return as_document(earnings, earning_rows.to_values(earning))


def _read(written: list[Any]) -> Earning:
    return earning_rows.from_row(from_document(earnings, written))
