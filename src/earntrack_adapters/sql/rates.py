"""Exchange rates in SQL."""

from datetime import date
from typing import ClassVar, Final

from sqlalchemy import Column, Date, String, bindparam, select
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
    unique,
    workspace_table,
)
from earntrack_core.exchange.model import (
    ExchangeRate,
    ExchangeRateFilter,
    RateId,
)
from earntrack_core.ports.rates import Quote


rates = workspace_table(
    "rate",
    "exchange_rates",
    *entity_columns(),
    Column("base", String(3), nullable=False),
    Column("quote", String(3), nullable=False),
    Column("on", Date, nullable=False),
    Column("value", Exact, nullable=False),
    Column("source", String(60), nullable=False),
    unique("base", "quote", "on"),
)

RESTORE: Final = restorer(ExchangeRate, rates.columns.keys())


class SqlRates(TableRepository[ExchangeRate, RateId, ExchangeRateFilter]):
    """Exchange rates in SQL."""

    table = rates
    conditions: ClassVar[Conditions] = {
        "base": lambda value: rates.c.base == value,
        "quote": lambda value: rates.c.quote == value,
        "since": lambda value: rates.c.on >= value,
        "until": lambda value: rates.c.on <= value,
    }

    def to_values(self, entity: ExchangeRate) -> Values:
        """Spread a rate over the columns."""
        return entity_values(entity) | {
            "base": entity.base,
            "quote": entity.quote,
            "on": entity.on,
            "value": entity.value,
            "source": entity.source,
        }

    def from_row(self, row: Row) -> ExchangeRate:
        """Put a rate together again."""
        return RESTORE(row)

    def latest(self, base: str, quote: str, on: date) -> Quote | None:
        """Return the last own quote of exactly this pair, up to a day."""
        row = self.work.row(
            self.statement("latest", self._latest),
            self.mine(base=base, quote=quote, on=on),
        )
        if row is None:
            return None
        day, value, source = row
        return Quote(
            base=base, quote=quote, on=day, value=value, source=source
        )

    def _latest(self) -> ClauseElement:
        return (
            select(rates.c.on, rates.c.value, rates.c.source)
            .where(
                self.of_mine(),
                rates.c.base == bindparam("base"),
                rates.c.quote == bindparam("quote"),
                rates.c.on <= bindparam("on"),
            )
            .order_by(rates.c.on.desc())
            .limit(1)
        )
