"""Figures: the daily totals of a workspace, in its own currency."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen
from moneyed import Money

from earntrack_core.app import EarnTrack
from earntrack_core.earnings.filters import EarningFilter
from earntrack_core.earnings.payouts import PayoutFilter
from earntrack_core.earnings.ports import EarningsUnit
from earntrack_core.earnings.totals import DailyTotal, Missing
from earntrack_core.exchange.lookup import RateBook
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import MissingRateError
from earntrack_core.kernel.money import EXACT, total
from earntrack_core.kernel.paging import MOST, Part
from earntrack_core.kernel.periods import Period
from earntrack_core.platforms.model import (
    Platform,
    PlatformFilter,
    PlatformId,
)
from earntrack_core.ports.rates import Quote


ONE_DAY: Final = timedelta(days=1)
EVERY: Final = Part(limit=MOST)
LATEST: Final = Part(limit=1)
ALL_PLATFORMS: Final = PlatformFilter()

RateOn = Callable[[str, str, date], Quote]


@frozen(kw_only=True)
class DayFigures:
    """What one platform brought in on one day; amounts are exact."""

    day: date
    platform_id: PlatformId
    net: Decimal
    gross: Decimal
    """With tips."""
    fee: Decimal
    worked: timedelta


@frozen(kw_only=True)
class LeftOut:
    """What could not be converted, and the rate that it would take."""

    net: Money
    missing: Missing


@frozen(kw_only=True)
class Figures:
    """What a workspace earned in a period, day by day."""

    currency: str
    platforms: tuple[Platform, ...]
    days: tuple[DayFigures, ...]
    left_out: tuple[LeftOut, ...]
    pending: Decimal | None
    """What was earned since the last payouts; None if there were none."""
    paying: int
    """How many platforms pay out."""
    is_empty: bool
    """Whether nothing was ever earned."""


@define
class Converter:
    """Converts days into one currency, and sets aside what it cannot."""

    currency: str
    rate_on: RateOn
    aside: dict[str, list[DailyTotal]] = field(factory=dict)
    missing: dict[str, Missing] = field(factory=dict)

    def convert(self, days: Sequence[DailyTotal]) -> Iterator[DayFigures]:
        """Yield the days of all currencies that can be converted."""
        rates = {
            (one.totals.currency, one.day): self._rate(one) for one in days
        }
        for one in days:
            code = one.totals.currency
            rate = rates[code, one.day]
            if rate is None or code in self.missing:
                self.aside.setdefault(code, []).append(one)
            else:
                yield _converted(one, rate)

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return what was set aside."""
        return tuple(
            LeftOut(
                net=total(code, (one.totals.net for one in self.aside[code])),
                missing=self.missing[code],
            )
            for code in sorted(self.aside)
        )

    def _rate(self, one: DailyTotal) -> Decimal | None:
        code = one.totals.currency
        if code in self.missing:
            return None
        try:
            return self.rate_on(code, self.currency, one.day).value
        except MissingRateError as error:
            self.missing[code] = Missing(
                base=error.base, quote=error.quote, on=error.on
            )
            return None


def _converted(one: DailyTotal, rate: Decimal) -> DayFigures:
    totals = one.totals
    gross = totals.gross.amount + totals.tip.amount
    return DayFigures(
        day=one.day,
        platform_id=one.platform_id,
        net=EXACT.multiply(totals.net.amount, rate),
        gross=EXACT.multiply(gross, rate),
        fee=EXACT.multiply(totals.fee.amount, rate),
        worked=totals.worked,
    )


def added(amounts: Iterable[Decimal]) -> Decimal:
    """Add up exact amounts."""
    result = Decimal()
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def figures_of(
    et: EarnTrack, actor: Actor, period: Period, today: date
) -> Figures:
    """Return what the actor's workspace earned in a period."""
    with et.units.view(actor) as unit:
        book = RateBook(unit.rates, et.parts.sources)
        converter = Converter(actor.currency, book.rate)
        where = EarningFilter(since=period.start, until=period.last)
        days = tuple(converter.convert(unit.earnings.daily(where)))
        platforms = tuple(unit.platforms.find(ALL_PLATFORMS, EVERY))
        pending, paying = _pending(unit, actor, book.rate, today)
        return Figures(
            currency=actor.currency,
            platforms=platforms,
            days=days,
            left_out=converter.left_out(),
            pending=pending,
            paying=paying,
            is_empty=unit.earnings.span() is None,
        )


def _pending(
    unit: EarningsUnit, actor: Actor, rate_on: RateOn, today: date
) -> tuple[Decimal | None, int]:
    """Return what came in after the last payout of each platform."""
    waiting: list[DayFigures] = []
    paying = 0
    for platform in unit.platforms.find(ALL_PLATFORMS, EVERY):
        last = unit.payouts.find(PayoutFilter(platform_id=platform.id), LATEST)
        if not last:
            continue
        paying += 1
        where = EarningFilter(
            since=last[0].paid_on + ONE_DAY,
            until=today,
            platform_id=(platform.id,),
        )
        converter = Converter(actor.currency, rate_on)
        waiting += converter.convert(unit.earnings.daily(where))
    return added(one.net for one in waiting) if paying else None, paying
