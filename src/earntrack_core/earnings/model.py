"""Earnings: what one day's work on one platform brought in."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

from attrs import Attribute, field, frozen
from moneyed import Money

from earntrack_core.kernel.entity import Entity, in_utc
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import in_coins
from earntrack_core.kernel.patch import UNSET, UnsetType
from earntrack_core.kernel.periods import sane_day, zone_info
from earntrack_core.kernel.texts import optional_trimmed, text_of, trimmed
from earntrack_core.platforms.model import PlatformId


EarningId = NewType("EarningId", UUID)
PayoutId = NewType("PayoutId", UUID)
BatchId = NewType("BatchId", UUID)

MOST_WORKED: Final = timedelta(days=366)
NOTES: Final = 2000


class EarningKind(StrEnum):
    """What an earning is in the platform's books.

    Statements tell fees, tips and refunds apart, often in records of their
    own; each becomes an earning of its kind, so that nothing is netted.
    """

    EARNING = "earning"
    TIP = "tip"
    BONUS = "bonus"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    CHARGEBACK_REVERSAL = "chargeback_reversal"
    FEE = "fee"
    FEE_REFUND = "fee_refund"
    TAX_WITHHELD = "tax_withheld"
    TAX_COLLECTED = "tax_collected"
    ADJUSTMENT = "adjustment"
    TIME = "time"
    """Hours without pay of their own."""
    UNKNOWN = "unknown"


def sane_span(
    _: object, at: "Attribute[Any]", value: timedelta | None
) -> None:
    """Refuse negative spans, and spans longer than a year."""
    if value is not None and not timedelta() <= value <= MOST_WORKED:
        raise InvalidError(at.name, "must be 0 to 8784 hours")


def optional_zone(_: object, __: object, value: str | None) -> None:
    """Refuse names that are no time zone."""
    if value is not None:
        zone_info(value)


LEGS: Final = ("gross", "tip", "fee", "tax_withheld", "refund", "adjustment")
"""The money of an earning, all in one currency."""


@frozen(kw_only=True)
class NewEarning:
    """What you tell EarnTrack about an earning.

    Amounts are what the words say: a fee of 5 was kept by the platform, a
    refund of 5 was given back. What is left out is nothing, but a fee that
    is left out is what the platform's fee rule says.
    """

    platform_id: PlatformId
    earned_on: date
    gross: Money
    tip: Money | None = None
    fee: Money | None = None
    tax_withheld: Money | None = None
    refund: Money | None = None
    worked: timedelta | None = None
    category: str = ""
    notes: str = ""
    external_id: str | None = None
    occurred_at: datetime | None = None
    zone: str | None = None


@frozen(kw_only=True)
class Earning(Entity):
    """What one day's work on one platform brought in.

    `net` = gross + tip - fee - tax withheld - refund + adjustment.
    """

    id: EarningId
    platform_id: PlatformId
    earned_on: date = field(validator=sane_day)
    kind: EarningKind = EarningKind.EARNING
    gross: Money = field(converter=in_coins)
    tip: Money = field(converter=in_coins)
    fee: Money = field(converter=in_coins)
    tax_withheld: Money = field(converter=in_coins)
    refund: Money = field(converter=in_coins)
    adjustment: Money = field(converter=in_coins)
    count: int = 1
    """How many events of income this is: 1, or 0 for parts of others."""
    worked: timedelta | None = field(default=None, validator=sane_span)
    category: str = field(
        default="", converter=trimmed, validator=text_of(0, 40)
    )
    notes: str = field(
        default="",
        converter=trimmed,
        validator=text_of(0, NOTES, lines=True),
    )
    external_id: str | None = field(
        default=None, converter=optional_trimmed, validator=text_of(1, 200)
    )
    occurred_at: datetime | None = field(default=None, validator=in_utc)
    zone: str | None = field(default=None, validator=optional_zone)
    payout_id: PayoutId | None = None
    batch_id: BatchId | None = None
    """The import it came with; None if it was entered by hand."""

    def __attrs_post_init__(self) -> None:
        for name, amount in self.legs():
            if amount.currency != self.gross.currency:
                raise InvalidError(name, "must be in the currency of gross")
            if self.batch_id is None and amount.amount < 0:
                raise InvalidError(name, "must not be negative")
        if self.batch_id is None and self.fee > self.gross + self.tip:
            raise InvalidError("fee", "must not exceed gross and tip")

    def legs(self) -> Iterator[tuple[str, Money]]:
        """Yield the amounts with their names."""
        for name in LEGS:
            yield name, getattr(self, name)

    @property
    def currency(self) -> str:
        """The ISO code of all amounts."""
        return str(self.gross.currency.code)

    @property
    def net(self) -> Money:
        """What is left once everybody took their part."""
        left = self.gross + self.tip - self.fee - self.tax_withheld
        return left - self.refund + self.adjustment


@frozen(kw_only=True)
class EarningPatch:
    """What you change about an earning."""

    platform_id: PlatformId | UnsetType = UNSET
    earned_on: date | UnsetType = UNSET
    gross: Money | UnsetType = UNSET
    tip: Money | UnsetType = UNSET
    fee: Money | UnsetType = UNSET
    tax_withheld: Money | UnsetType = UNSET
    refund: Money | UnsetType = UNSET
    worked: timedelta | UnsetType | None = UNSET
    category: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET
    payout_id: PayoutId | UnsetType | None = UNSET


def searchable(earning: Earning) -> str:
    """Return the text that a search looks through, without case."""
    parts = (earning.notes, earning.category, earning.external_id or "")
    return "\n".join(parts).casefold()
