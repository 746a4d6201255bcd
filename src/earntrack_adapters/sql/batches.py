"""Imports in SQL."""

from typing import ClassVar, Final

from attrs import asdict
from sqlalchemy import BigInteger, Column, Date, Integer, String, Text

from earntrack_adapters.sql.columns import Document, Key
from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.conditions import Conditions
from earntrack_adapters.sql.repository import (
    TableRepository,
    Values,
    entity_values,
)
from earntrack_adapters.sql.restoring import restorer
from earntrack_adapters.sql.tables import (
    entity_columns,
    indexed,
    refers,
    workspace_table,
)
from earntrack_core.earnings.model import BatchId
from earntrack_core.statements.batch import (
    Batch,
    BatchFilter,
    BatchState,
    Counts,
)


batches = workspace_table(
    "batch",
    "batches",
    *entity_columns(),
    Column("file_name", String(255), nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("format_id", Text, nullable=False),
    Column("platform_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("platform_id", Key),
    Column("account", Text, nullable=False),
    Column("file_key", Text),
    Column("answers", Document, nullable=False),
    Column("exported_on", Date),
    Column("offset", Integer, nullable=False),
    Column("report", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("counts", Document, nullable=False),
    refers("platform_id", "platforms"),
    indexed("digest"),
)

RESTORE: Final = restorer(Batch, batches.columns.keys())
STATES: Final = {state.value: state for state in BatchState}


class SqlBatches(TableRepository[Batch, BatchId, BatchFilter]):
    """Imports in SQL."""

    table = batches
    conditions: ClassVar[Conditions] = {
        "digest": lambda value: batches.c.digest == value,
        "state": lambda value: batches.c.state == value,
        "platform_id": lambda value: batches.c.platform_id == value,
    }

    def to_values(self, entity: Batch) -> Values:
        """Spread an import over the columns."""
        return entity_values(entity) | {
            "file_name": entity.file_name,
            "digest": entity.digest,
            "size": entity.size,
            "format_id": entity.format_id,
            "platform_key": entity.platform_key,
            "kind": entity.kind,
            "platform_id": entity.platform_id,
            "account": entity.account,
            "file_key": entity.file_key,
            "answers": entity.answers,
            "exported_on": entity.exported_on,
            "offset": entity.offset,
            "report": entity.report,
            "state": entity.state,
            "counts": asdict(entity.counts),
        }

    def from_row(self, row: Row) -> Batch:
        """Put an import together again."""
        *fields, state, counts = row
        return RESTORE((*fields, STATES[state], Counts(**counts)))
