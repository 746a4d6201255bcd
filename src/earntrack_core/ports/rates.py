"""The rates port: what one currency is worth in another."""

from datetime import date
from decimal import Decimal
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Quote:
    """What one unit of `base` was worth in `quote`, when, says who."""

    base: str
    quote: str
    on: date
    value: Decimal
    source: str


class RateSource(Protocol):
    """Knows exchange rates of the past."""

    def latest(self, base: str, quote: str, on: date) -> Quote | None:
        """Return the last known quote of exactly this pair, up to a day."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
