"""What earnings need from the outside."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from earntrack_core.earnings.changes import Change, ChangeFilter, ChangeId
from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning, EarningId, PayoutId
from earntrack_core.earnings.payouts import Payout, PayoutFilter
from earntrack_core.earnings.totals import Bucket, DailyTotal, Totals
from earntrack_core.exchange.ports import ExchangeUnit
from earntrack_core.kernel.paging import FIRST, Part
from earntrack_core.kernel.periods import Period, Step
from earntrack_core.platforms.ports import PlatformsUnit
from earntrack_core.ports.storage import Repository


class Earnings(Repository[Earning, EarningId, EarningFilter], Protocol):
    """Where earnings are kept, with their totals of each day.

    Everything that changes an earning changes the daily totals with it.
    """

    def ordered(
        self, where: EarningFilter, order: EarningOrder, part: Part = FIRST
    ) -> Sequence[Earning]:
        """Return a part of the earnings that match, in some order.

        The cursor's value is `order_value` of the earning before the part.
        """
        ...

    def add_all(self, earnings: Sequence[Earning]) -> None:
        """Store many new earnings at once."""
        ...

    def replace_all(self, earnings: Sequence[Earning]) -> Sequence[Earning]:
        """Store many changed earnings, or raise as `replace` does."""
        ...

    def remove_all(self, keys: Sequence[EarningId]) -> None:
        """Forget many earnings; those that are gone do not matter."""
        ...

    def get_all(self, keys: Sequence[EarningId]) -> Sequence[Earning]:
        """Return those of the earnings that exist, in no order."""
        ...

    def daily(self, where: EarningFilter) -> Sequence[DailyTotal]:
        """Return the totals of each day, platform and currency.

        Sorted by day, platform and currency. Answered by the daily totals
        alone where the filter allows (`by_day_only`), else from the rows.
        """
        ...

    def totals(self, where: EarningFilter) -> Sequence[Totals]:
        """Return the totals of each currency, sorted by its code."""
        ...

    def summary(
        self,
        period: Period,
        step: Step | None,
        *,
        by_platform: bool,
        first_weekday: int = 0,
    ) -> Sequence[Bucket]:
        """Return sums of the daily totals of a period.

        One bucket per step (None: the whole period), per platform if asked
        for, and per currency; sorted in that order; empty ones left out.
        """
        ...

    def settle(self, payout: Payout, until: date) -> int:
        """Link to a payout what no payout pays yet; return how many.

        All earnings of its platform and currency, up to and with a day.
        """
        ...

    def unsettle(self, key: PayoutId) -> int:
        """Unlink all earnings of a payout; return how many."""
        ...

    def span(self) -> Period | None:
        """Return the days from the first to the last earning."""
        ...


class Payouts(Repository[Payout, PayoutId, PayoutFilter], Protocol):
    """Where payouts are kept, the latest day first."""

    def add_all(self, payouts: Sequence[Payout]) -> None:
        """Store many new payouts at once."""
        ...

    def remove_all(self, keys: Sequence[PayoutId]) -> None:
        """Forget many payouts; earnings linked to them are unlinked.

        Those that are gone do not matter.
        """
        ...

    def get_all(self, keys: Sequence[PayoutId]) -> Sequence[Payout]:
        """Return those of the payouts that exist, in no order."""
        ...


class Changes(Repository[Change, ChangeId, ChangeFilter], Protocol):
    """Where it is kept what bulk changes replaced, to undo them."""


class EarningsUnit(PlatformsUnit, ExchangeUnit, Protocol):
    """What a transaction on earnings can reach."""

    @property
    def earnings(self) -> Earnings:
        """The workspace's earnings."""
        ...

    @property
    def payouts(self) -> Payouts:
        """The workspace's payouts."""
        ...

    @property
    def changes(self) -> Changes:
        """The workspace's bulk changes."""
        ...
