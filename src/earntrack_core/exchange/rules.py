"""How money is converted: never silently, rounded once.

A rate is looked up directly, then as its inverse, then over one pivot
currency; each time the latest one of the last `MAX_AGE` days. A rate that was
given is used as it is; inverse and crossed ones have twelve decimals, small
ones as many as twelve digits need.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from attrs import evolve
from moneyed import Money

from earntrack_core.exchange.model import (
    Converted,
    ExchangeRate,
    NewExchangeRate,
    RateId,
    check_rate,
)
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import InvalidError, MissingRateError
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.money import EXACT, rounded
from earntrack_core.ports.rates import Quote


LookUp = Callable[[str, str, date], Quote | None]

MAX_AGE: Final = timedelta(days=7)
PIVOTS: Final = ("EUR", "USD")
DIGITS: Final = 12


def note(new: NewExchangeRate, by: Actor, now: datetime) -> ExchangeRate:
    """Turn what the user said into a rate."""
    return ExchangeRate(
        **stamp(by.workspace_id, now),
        id=RateId(uuid7(now)),
        base=new.base,
        quote=new.quote,
        on=new.on,
        value=new.value,
        source=new.source,
    )


def find_rate(base: str, quote: str, on: date, latest: LookUp) -> Quote:
    """Return the rate of a pair on a day.

    Raises:
        MissingRateError: None is known, or only older ones.
        InvalidError: A source says something that is no rate.
    """
    if base == quote:
        return Quote(
            base=base, quote=quote, on=on, value=Decimal(1), source="same"
        )
    for found in _candidates(base, quote, on, latest):
        if found is not None:
            return found
    raise MissingRateError(base, quote, on)


def _candidates(
    base: str, quote: str, on: date, latest: LookUp
) -> Iterator[Quote | None]:
    yield _given(base, quote, on, latest)
    yield _trimmed(_inverse(base, quote, on, latest))
    for pivot in PIVOTS:
        if pivot not in {base, quote}:
            yield _trimmed(_over(pivot, (base, quote), on, latest))


def _given(base: str, quote: str, on: date, latest: LookUp) -> Quote | None:
    found = latest(base, quote, on)
    if found is None or on - found.on > MAX_AGE:
        return None
    check_rate(found.value, "rate")
    return found


def _inverse(base: str, quote: str, on: date, latest: LookUp) -> Quote | None:
    found = _given(quote, base, on, latest)
    if found is None:
        return None
    value = EXACT.divide(Decimal(1), found.value)
    return evolve(found, base=base, quote=quote, value=value)


def _over(
    pivot: str, pair: tuple[str, str], on: date, latest: LookUp
) -> Quote | None:
    base, quote = pair
    first = _either(base, pivot, on, latest)
    second = _either(pivot, quote, on, latest)
    if first is None or second is None:
        return None
    sources = " and ".join(dict.fromkeys([first.source, second.source]))
    return Quote(
        base=base,
        quote=quote,
        on=min(first.on, second.on),
        value=EXACT.multiply(first.value, second.value),
        source=f"{sources} via {pivot}",
    )


def _either(base: str, quote: str, on: date, latest: LookUp) -> Quote | None:
    given = _given(base, quote, on, latest)
    if given is not None:
        return given
    return _inverse(base, quote, on, latest)


def _trimmed(computed: Quote | None) -> Quote | None:
    if computed is None:
        return None
    decimals = DIGITS - min(computed.value.adjusted() + 1, 0)
    last = Decimal((0, (1,), -decimals))
    value = computed.value.quantize(last, ROUND_HALF_UP, EXACT)
    return evolve(computed, value=value)


def convert(amount: Money, rate: Quote) -> Converted:
    """Convert an amount with a rate; round once, half up.

    Raises:
        InvalidError: The rate is one of another currency.
    """
    if amount.currency.code != rate.base:
        raise InvalidError(
            "currency",
            f"cannot convert {amount.currency.code} with a {rate.base} rate",
        )
    exact = EXACT.multiply(amount.amount, rate.value)
    return Converted(
        amount=rounded(Money(exact, currency_info(rate.quote).currency)),
        original=amount,
        rate=rate.value,
        on=rate.on,
        source=rate.source,
    )
