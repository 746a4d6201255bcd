"""What exchange needs from the outside."""

from datetime import date
from typing import Protocol

from earntrack_core.exchange.model import (
    ExchangeRate,
    ExchangeRateFilter,
    RateId,
)
from earntrack_core.ports.rates import Quote
from earntrack_core.ports.storage import Repository, UnitOfWork


class Rates(Repository[ExchangeRate, RateId, ExchangeRateFilter], Protocol):
    """Where a workspace's own rates are kept; one per pair and day."""

    def latest(self, base: str, quote: str, on: date) -> Quote | None:
        """Return the last own quote of exactly this pair, up to a day."""
        ...


class ExchangeUnit(UnitOfWork, Protocol):
    """What a transaction on exchange rates can reach."""

    @property
    def rates(self) -> Rates:
        """The workspace's own rates."""
        ...
