"""Rates that are the same on every day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Self

from attrs import field, frozen

from earntrack_adapters.rates.reading import rate_of
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.ports.rates import Quote


Pair = tuple[str, str]

PREFIX: Final = "fixed:"
SOURCE: Final = "fixed"


def _checked(rates: Mapping[Pair, Decimal | str]) -> dict[Pair, Decimal]:
    for base, quote in rates:
        currency_info(base, "base")
        currency_info(quote, "quote")
        if base == quote:
            raise InvalidError("quote", "must differ from base")
    return {pair: rate_of(str(value)) for pair, value in rates.items()}


@frozen
class FixedRates:
    """Knows the rates that it was given, as numbers or as text."""

    rates: Mapping[Pair, Decimal] = field(converter=_checked)

    @classmethod
    def open(cls, url: str) -> Self:
        """Read a URL like `fixed:EUR/USD=1.08,EUR/GBP=0.85`.

        Raises:
            InvalidError: A part is no rate, or contradicts another.
        """
        rates: dict[Pair, str] = {}
        for part in url.removeprefix(PREFIX).split(","):
            name, equals, value = part.strip().partition("=")
            base, slash, quote = name.partition("/")
            if not equals or not slash:
                raise InvalidError("url", f"{part[:30]!r} is not like A/B=1.2")
            if rates.setdefault((base, quote), value) != value:
                raise InvalidError("url", f"has two rates for {name[:7]}")
        return cls(rates)

    def latest(self, base: str, quote: str, on: date) -> Quote | None:
        """Return the rate of a pair, as if it were of that very day."""
        value = self.rates.get((base, quote))
        if value is None:
            return None
        return Quote(base=base, quote=quote, on=on, value=value, source=SOURCE)

    def close(self) -> None:
        """Do nothing; nothing is open."""
