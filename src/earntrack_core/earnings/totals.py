"""Sums of earnings: per day, per currency, and converted."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from attrs import evolve, frozen
from moneyed import Money

from earntrack_core.earnings.model import LEGS, Earning
from earntrack_core.kernel.money import minor, share, zero
from earntrack_core.platforms.model import PlatformId
from earntrack_core.ports.rates import Quote


SECOND: Final = timedelta(seconds=1)
HOUR: Final = Decimal(3600)


@frozen(kw_only=True)
class Totals:
    """What earnings in one currency add up to."""

    count: int
    gross: Money
    tip: Money
    fee: Money
    tax_withheld: Money
    refund: Money
    adjustment: Money
    worked: timedelta = timedelta()

    @property
    def currency(self) -> str:
        """The ISO code of all amounts."""
        return str(self.gross.currency.code)

    @property
    def net(self) -> Money:
        """What is left once everybody took their part."""
        left = self.gross + self.tip - self.fee - self.tax_withheld
        return left - self.refund + self.adjustment

    @property
    def hourly_rate(self) -> Money | None:
        """The net per hour worked; None if no time was logged."""
        return hourly_rate(self.net, self.worked)

    def __add__(self, other: "Totals") -> "Totals":
        """Add up two totals of one currency."""
        legs = {
            name: getattr(self, name) + getattr(other, name) for name in LEGS
        }
        return evolve(
            self,
            count=self.count + other.count,
            worked=self.worked + other.worked,
            **legs,
        )


@frozen(kw_only=True)
class DailyTotal:
    """What one platform brought in on one day, in one currency."""

    day: date
    platform_id: PlatformId
    totals: Totals


@frozen(kw_only=True)
class Bucket:
    """A row of a summary: a period, a platform or both, and their totals."""

    totals: Totals
    start: date | None = None
    platform_id: PlatformId | None = None


@frozen(kw_only=True)
class Missing:
    """A rate that would be needed, and is not known."""

    base: str
    quote: str
    on: date


@frozen(kw_only=True)
class ConvertedSum:
    """The net of one currency in another, day by day, rounded once."""

    original: Money
    amount: Money
    quotes: tuple[Quote, ...]
    """The rate of each day, as far back as the last known one."""


@frozen(kw_only=True)
class Overview:
    """Totals per currency, and their net in the workspace's currency.

    `converted` is None if a rate is missing: then `missing` says which.
    """

    totals: tuple[Totals, ...]
    converted: Money | None
    conversions: tuple[ConvertedSum, ...] = ()
    missing: Missing | None = None


def hourly_rate(net: Money, worked: timedelta | None) -> Money | None:
    """Return the net per hour worked; None if no time was logged."""
    seconds = (worked or timedelta()) // SECOND
    if not seconds:
        return None
    return share(net, Decimal(seconds) / HOUR)


def nothing(currency: str) -> Totals:
    """Return the totals of no earnings."""
    none = zero(currency)
    return Totals(
        count=0,
        gross=none,
        tip=none,
        fee=none,
        tax_withheld=none,
        refund=none,
        adjustment=none,
    )


def totals_of(earning: Earning) -> Totals:
    """Return the totals of one earning."""
    return Totals(
        count=earning.count,
        worked=earning.worked or timedelta(),
        **dict(earning.legs()),
    )


def by_currency(parts: Iterable[Totals]) -> tuple[Totals, ...]:
    """Add up totals, never mixing currencies; the codes are in order."""
    sums: dict[str, Totals] = {}
    for part in parts:
        code = part.currency
        sums[code] = sums[code] + part if code in sums else part
    return tuple(sums[code] for code in sorted(sums))


def empty(totals: Totals) -> bool:
    """Say whether there is nothing in it at all."""
    return (
        not totals.count
        and not totals.worked
        and not any(minor(getattr(totals, name)) for name in LEGS)
    )
