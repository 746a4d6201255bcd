"""Earnings, payouts and platforms in dictionaries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from attrs import define, evolve

from earntrack_adapters.memory.repository import MemoryRepository
from earntrack_adapters.memory.shelves import Shelf
from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning, EarningId, PayoutId
from earntrack_core.earnings.payouts import Payout, PayoutFilter
from earntrack_core.earnings.rules import order_value
from earntrack_core.earnings.totals import (
    Bucket,
    DailyTotal,
    Totals,
    by_currency,
    empty,
    totals_of,
)
from earntrack_core.exchange.model import (
    ExchangeRate,
    ExchangeRateFilter,
    RateId,
)
from earntrack_core.kernel.paging import FIRST, Part
from earntrack_core.kernel.periods import Period, Step, period_of
from earntrack_core.platforms.model import (
    Platform,
    PlatformFilter,
    PlatformId,
)
from earntrack_core.ports.rates import Quote


Key = tuple[date, PlatformId, str]


@define
class MemoryPlatforms(MemoryRepository[Platform, PlatformId, PlatformFilter]):
    """Platforms in a dictionary."""

    users: Iterable[Shelf[Any, Any]] = ()
    """Where things stand that refer to platforms."""

    def used(self, key: PlatformId) -> bool:
        """Say whether something refers to a platform."""
        return any(
            one.platform_id == key for shelf in self.users for one in shelf
        )


@define
class MemoryEarnings(MemoryRepository[Earning, EarningId, EarningFilter]):
    """Earnings in a dictionary."""

    def ordered(
        self, where: EarningFilter, order: EarningOrder, part: Part = FIRST
    ) -> Sequence[Earning]:
        """Return a part of the earnings that match, in some order."""
        falling = order.startswith("-")

        def place(one: Earning) -> tuple[str | int, EarningId]:
            return order_value(one, order), one.id

        found = sorted(
            (one for one in self.shelf if where.matches(one)),
            key=place,
            reverse=falling,
        )
        if part.after is not None:
            at: Any = (part.after.value, part.after.id)
            found = [
                one
                for one in found
                if (place(one) < at if falling else place(one) > at)
            ]
        return found[: part.limit]

    def replace_all(self, earnings: Sequence[Earning]) -> Sequence[Earning]:
        """Store many changed earnings."""
        return [self.replace(one) for one in earnings]

    def remove_all(self, keys: Sequence[EarningId]) -> None:
        """Forget many earnings."""
        for key in keys:
            self.shelf.drop(key)

    def daily(self, where: EarningFilter) -> Sequence[DailyTotal]:
        """Return the totals of each day, platform and currency."""
        found = [one for one in self.shelf if where.matches(one)]
        sums = _summed((_day_key(one), totals_of(one)) for one in found)
        return [
            DailyTotal(day=day, platform_id=platform_id, totals=sums[key])
            for key in sorted(sums)
            for day, platform_id, _ in (key,)
            if not empty(sums[key])
        ]

    def totals(self, where: EarningFilter) -> Sequence[Totals]:
        """Return the totals of each currency."""
        found = (one for one in self.shelf if where.matches(one))
        return by_currency(totals_of(one) for one in found)

    def summary(
        self,
        period: Period,
        step: Step | None,
        *,
        by_platform: bool,
        first_weekday: int = 0,
    ) -> Sequence[Bucket]:
        """Return sums of the daily totals of a period."""
        days = self.daily(EarningFilter(since=period.start, until=period.last))
        sums: dict[Any, Totals] = {}
        for one in days:
            start = (
                None
                if step is None
                else period_of(step, one.day, first_weekday).start
            )
            platform_id = one.platform_id if by_platform else None
            key = (start, platform_id, one.totals.currency)
            held = sums.get(key)
            sums[key] = one.totals if held is None else held + one.totals
        return [
            Bucket(totals=sums[key], start=key[0], platform_id=key[1])
            for key in sorted(sums, key=_sortable)
        ]

    def settle(self, payout: Payout, until: date) -> int:
        """Link to a payout what no payout pays yet."""
        code = str(payout.amount.currency.code)
        open_ = [
            one
            for one in self.shelf
            if one.payout_id is None
            and one.platform_id == payout.platform_id
            and one.currency == code
            and one.earned_on <= until
        ]
        for one in open_:
            self.replace(evolve(one, payout_id=payout.id))
        return len(open_)

    def unsettle(self, key: PayoutId) -> int:
        """Unlink all earnings of a payout."""
        return self.unsettle_all([key])

    def unsettle_all(self, keys: Sequence[PayoutId]) -> int:
        """Unlink all earnings of many payouts."""
        paid = set(keys)
        linked = [
            one
            for one in self.shelf
            if one.payout_id is not None and one.payout_id in paid
        ]
        for one in linked:
            self.replace(evolve(one, payout_id=None))
        return len(linked)

    def span(self) -> Period | None:
        """Return the days from the first to the last earning."""
        days = [one.earned_on for one in self.shelf]
        if not days:
            return None
        return Period(min(days), period_of(Step.DAY, max(days)).end)


def _day_key(one: Earning) -> Key:
    return one.earned_on, one.platform_id, one.currency


def _summed(parts: Iterable[tuple[Key, Totals]]) -> dict[Key, Totals]:
    groups: defaultdict[Key, list[Totals]] = defaultdict(list)
    for key, totals in parts:
        groups[key].append(totals)
    return {key: by_currency(group)[0] for key, group in groups.items()}


def _sortable(key: tuple[date | None, Any, str]) -> tuple[Any, ...]:
    start, platform_id, currency = key
    return start or date.min, platform_id is None, str(platform_id), currency


@define
class MemoryPayouts(MemoryRepository[Payout, PayoutId, PayoutFilter]):
    """Payouts in a dictionary."""

    earnings: MemoryEarnings | None = None

    def remove(self, key: PayoutId) -> None:
        """Forget a payout, and unlink its earnings."""
        self.get(key)
        self.remove_all([key])

    def remove_all(self, keys: Sequence[PayoutId]) -> None:
        """Forget many payouts, and unlink their earnings."""
        if self.earnings is not None:
            self.earnings.unsettle_all(keys)
        for key in keys:
            self.shelf.drop(key)


@define
class MemoryRates(MemoryRepository[ExchangeRate, RateId, ExchangeRateFilter]):
    """Exchange rates in a dictionary."""

    def latest(self, base: str, quote: str, on: date) -> Quote | None:
        """Return the last own quote of exactly this pair, up to a day."""
        where = ExchangeRateFilter(base=base, quote=quote, until=on)
        found = [one for one in self.shelf if where.matches(one)]
        last = max(found, key=lambda one: one.on, default=None)
        if last is None:
            return None
        return Quote(
            base=base,
            quote=quote,
            on=last.on,
            value=last.value,
            source=last.source,
        )
