"""Platforms in SQL."""

from typing import ClassVar, Final

from sqlalchemy import (
    Boolean,
    Column,
    String,
    Table,
    bindparam,
    exists,
    or_,
    select,
)
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.columns import Exact
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
    metadata,
    unique,
    workspace_table,
)
from earntrack_core.platforms.model import (
    FeeRule,
    Platform,
    PlatformFilter,
    PlatformId,
)


platforms = workspace_table(
    "platform",
    "platforms",
    *entity_columns(),
    Column("name", String(80), nullable=False),
    Column("key", String(64)),
    Column("category", String(40), nullable=False),
    Column("colour", String(7), nullable=False),
    Column("currency", String(3)),
    Column("active", Boolean, nullable=False),
    Column("fee_percent", Exact, nullable=False),
    Column("fee_fixed", Exact, nullable=False),
    unique("name"),
    unique("key"),
)

RESTORE: Final = restorer(Platform, [*platforms.columns.keys()[:-2], "fee"])
RESTORE_FEE: Final = restorer(FeeRule, ["percent", "fixed"])


class SqlPlatforms(TableRepository[Platform, PlatformId, PlatformFilter]):
    """Platforms in SQL."""

    table = platforms
    conditions: ClassVar[Conditions] = {
        "name": lambda value: platforms.c.name == value,
        "key": lambda value: platforms.c.key == value,
        "category": lambda value: platforms.c.category == value,
        "active": platforms.c.active.is_,
    }

    def to_values(self, entity: Platform) -> Values:
        """Spread a platform over the columns."""
        return entity_values(entity) | {
            "name": entity.name,
            "key": entity.key,
            "category": entity.category,
            "colour": entity.colour,
            "currency": entity.currency,
            "active": entity.active,
            "fee_percent": entity.fee.percent,
            "fee_fixed": entity.fee.fixed,
        }

    def used(self, key: PlatformId) -> bool:
        """Say whether something refers to a platform."""
        statement = self.statement("used", lambda: _used(self.table))
        row = self.work.row(statement, self.mine(key=key))
        return row is not None and bool(row[0])

    def from_row(self, row: Row) -> Platform:
        """Put a platform together again."""
        return RESTORE((*row[:-2], RESTORE_FEE(row[-2:])))


def _used(table: Table) -> ClauseElement:
    """Ask every table that refers to platforms."""
    uses = []
    for other in metadata.sorted_tables:
        for rule in other.foreign_key_constraints:
            if rule.referred_table is table:
                mine = other.c.workspace_id == bindparam("mine")
                column = other.c[rule.column_keys[-1]]
                uses.append(exists().where(mine, column == bindparam("key")))
    return select(or_(*uses))
