"""Payouts in SQL."""

from collections.abc import Sequence
from typing import ClassVar, Final

from attrs import define
from sqlalchemy import BigInteger, Column, Date, String

from earntrack_adapters.sql.columns import Key
from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.conditions import Conditions
from earntrack_adapters.sql.earnings import SqlEarnings
from earntrack_adapters.sql.repository import (
    TableRepository,
    Values,
    entity_values,
)
from earntrack_adapters.sql.restoring import (
    code_of,
    coins_of,
    money_of,
    restorer,
)
from earntrack_adapters.sql.tables import (
    entity_columns,
    refers,
    workspace_table,
)
from earntrack_core.earnings.model import PayoutId
from earntrack_core.earnings.payouts import Payout, PayoutFilter


payouts = workspace_table(
    "payout",
    "payouts",
    *entity_columns(),
    Column("platform_id", Key, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("external_id", String(200)),
    Column("notes", String(500), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("arrived_on", Date),
    Column("batch_id", Key),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False),
    refers("platform_id", "platforms"),
    refers("batch_id", "batches"),
)

RESTORE: Final = restorer(Payout, [*payouts.columns.keys()[:-2], "amount"])


@define(eq=False)
class SqlPayouts(TableRepository[Payout, PayoutId, PayoutFilter]):
    """Payouts in SQL."""

    table = payouts
    conditions: ClassVar[Conditions] = {
        "since": lambda value: payouts.c.paid_on >= value,
        "until": lambda value: payouts.c.paid_on <= value,
        "platform_id": lambda value: payouts.c.platform_id == value,
        "batch_id": lambda value: payouts.c.batch_id == value,
    }

    earnings: SqlEarnings

    def to_values(self, entity: Payout) -> Values:
        """Spread a payout over the columns."""
        return entity_values(entity) | {
            "platform_id": entity.platform_id,
            "paid_on": entity.paid_on,
            "external_id": entity.external_id,
            "notes": entity.notes,
            "reason": entity.reason,
            "arrived_on": entity.arrived_on,
            "batch_id": entity.batch_id,
            "currency": code_of(entity.amount),
            "amount": coins_of(entity.amount),
        }

    def from_row(self, row: Row) -> Payout:
        """Put a payout together again."""
        *fields, currency, coins = row
        return RESTORE((*fields, money_of(coins, currency)))

    def remove(self, key: PayoutId) -> None:
        """Forget a payout, and unlink its earnings."""
        self.earnings.unsettle(key)
        super().remove(key)

    def remove_all(self, keys: Sequence[PayoutId]) -> None:
        """Forget many payouts, and unlink their earnings."""
        self.earnings.unsettle_all(keys)
        statement = self.statement("remove", self._remove)
        self.work.write(statement, *(self.mine(key=key) for key in keys))
