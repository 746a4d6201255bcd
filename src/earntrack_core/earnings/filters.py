"""Which earnings, and in which order."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from earntrack_core.earnings.model import (
    BatchId,
    Earning,
    EarningId,
    EarningKind,
    PayoutId,
    searchable,
)
from earntrack_core.kernel.currencies import LOOKS
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.texts import text_of
from earntrack_core.platforms.model import PlatformId, optional_currency


class EarningOrder(StrEnum):
    """How a list of earnings is sorted; the id decides between equals."""

    NEWEST = "-date"
    OLDEST = "date"
    LATEST_ADDED = "-created"
    FIRST_ADDED = "created"
    LARGEST = "-amount"
    SMALLEST = "amount"
    LARGEST_NET = "-net"
    SMALLEST_NET = "net"


@frozen(kw_only=True)
class EarningFilter:
    """Which earnings; an unset field does not narrow the choice.

    Days are inclusive. The amount range is of gross and needs a currency,
    since 5 yen are not less than 6 dollars.
    """

    since: date | None = None
    until: date | None = None
    platform_id: tuple[PlatformId, ...] = ()
    kind: tuple[EarningKind, ...] = ()
    category: str | None = None
    currency: str | None = field(
        default=None, validator=optional_currency, metadata=LOOKS
    )
    least: Decimal | None = None
    most: Decimal | None = None
    text: str | None = field(default=None, validator=text_of(1, 200))
    has_hours: bool | None = None
    batch_id: BatchId | None = None
    payout_id: PayoutId | None = None
    ids: tuple[EarningId, ...] = ()

    def __attrs_post_init__(self) -> None:
        ranged = self.least is not None or self.most is not None
        if ranged and self.currency is None:
            raise InvalidError("currency", "is needed with an amount range")

    @property
    def by_day_only(self) -> bool:
        """Say whether the daily totals can answer."""
        return self == EarningFilter(
            since=self.since,
            until=self.until,
            platform_id=self.platform_id,
            currency=self.currency,
        )

    def matches(self, earning: Earning) -> bool:
        """Say whether *earning* is one of them."""
        return (
            self._when(earning)
            and self._where(earning)
            and self._how_much(earning)
            and self._which(earning)
        )

    def _when(self, earning: Earning) -> bool:
        day = earning.earned_on
        return (self.since is None or day >= self.since) and (
            self.until is None or day <= self.until
        )

    def _where(self, earning: Earning) -> bool:
        return (
            (not self.platform_id or earning.platform_id in self.platform_id)
            and (not self.kind or earning.kind in self.kind)
            and self.category in {None, earning.category}
            and self.currency in {None, earning.currency}
        )

    def _how_much(self, earning: Earning) -> bool:
        amount = earning.gross.amount
        return (self.least is None or amount >= self.least) and (
            self.most is None or amount <= self.most
        )

    def _which(self, earning: Earning) -> bool:
        return (
            (self.text is None or self.text.casefold() in searchable(earning))
            and self.has_hours in {None, bool(earning.worked)}
            and self.batch_id in {None, earning.batch_id}
            and self.payout_id in {None, earning.payout_id}
            and (not self.ids or earning.id in self.ids)
        )


ALL: EarningFilter = EarningFilter()
