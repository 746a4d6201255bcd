"""What you can do with exchange rates."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from attrs import frozen
from moneyed import Money

from earntrack_core.exchange.lookup import RateBook
from earntrack_core.exchange.model import (
    Converted,
    ExchangeRate,
    ExchangeRateFilter,
    ExchangeRatePatch,
    NewExchangeRate,
    RateId,
)
from earntrack_core.exchange.ports import ExchangeUnit
from earntrack_core.exchange.rules import convert
from earntrack_core.kernel.actor import Actor
from earntrack_core.ports.crud import CrudService
from earntrack_core.ports.rates import Quote, RateSource


U = TypeVar("U", bound=ExchangeUnit)


@frozen(kw_only=True)
class ExchangeService(
    CrudService[
        ExchangeRate,
        RateId,
        ExchangeRateFilter,
        NewExchangeRate,
        ExchangeRatePatch,
        U,
    ]
):
    """The user's own rates, and conversion with all that are known."""

    sources: Sequence[RateSource] = ()

    def rate(self, actor: Actor, base: str, quote: str, on: date) -> Quote:
        """Return the rate of a pair on a day.

        Raises:
            MissingRateError: None is known, or only older ones.
        """
        with self.units.view(actor) as unit:
            return RateBook(unit.rates, self.sources).rate(base, quote, on)

    def convert(
        self, actor: Actor, amount: Money, quote: str, on: date
    ) -> Converted:
        """Return an amount in another currency, with rate and source.

        Raises:
            MissingRateError: No rate is known, or only older ones.
        """
        base = str(amount.currency.code)
        return convert(amount, self.rate(actor, base, quote, on))
