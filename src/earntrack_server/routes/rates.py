"""/rates: the user's own exchange rates, and conversion with all known."""

from datetime import date
from decimal import Decimal
from typing import Final

from attrs import field, frozen

from earntrack_core.app import EarnTrack
from earntrack_core.exchange.model import (
    Converted,
    ExchangeRate,
    ExchangeRateFilter,
    ExchangeRatePatch,
    NewExchangeRate,
    known_currency,
)
from earntrack_core.kernel.currencies import LOOKS
from earntrack_core.kernel.errors import InvalidError, MissingRateError
from earntrack_core.kernel.money import in_coins, money
from earntrack_core.kernel.periods import sane_day
from earntrack_server.crud import Resource, crud
from earntrack_server.http.route import VIEWER, Ask, Route


RATES: Final = Resource(
    path="/api/v1/rates",
    name="rate",
    plural="rates",
    record=ExchangeRate,
    new=NewExchangeRate,
    patch=ExchangeRatePatch,
    filter=ExchangeRateFilter,
    service=lambda et: et.rates,
)


@frozen(kw_only=True)
class Conversion:
    """An amount to convert."""

    amount: Decimal
    base: str = field(validator=known_currency, metadata=LOOKS)
    quote: str = field(validator=known_currency, metadata=LOOKS)
    on: date = field(validator=sane_day)


def convert(et: EarnTrack, ask: Ask[None]) -> Converted:
    """Convert an amount with the rate of a day."""
    wanted: Conversion = ask.query
    amount = in_coins(money(wanted.amount, wanted.base))
    return et.rates.convert(ask.actor, amount, wanted.quote, wanted.on)


def routes() -> list[Route]:
    """Return all of them."""
    return [
        Route(
            method="GET",
            path="/api/v1/rates/convert",
            id="convert",
            summary="Convert an amount with the rate of a day",
            policy=VIEWER,
            handler=convert,
            query=Conversion,
            words={"currency": "base"},
            reply=Converted,
            errors=(InvalidError, MissingRateError),
            tags=("rates",),
        ),
        *crud(RATES),
    ]
