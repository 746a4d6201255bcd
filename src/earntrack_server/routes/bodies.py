"""What clients send about earnings and payouts: amounts beside a currency."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import field, fields_dict, frozen
from moneyed import Money

from earntrack_core.earnings.bulk import MOST
from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import (
    EarningId,
    EarningPatch,
    NewEarning,
    PayoutId,
)
from earntrack_core.earnings.payouts import REASONS, NewPayout
from earntrack_core.kernel.currencies import LOOKS
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import in_coins, money
from earntrack_core.kernel.patch import UNSET, UnsetType, changes
from earntrack_core.platforms.model import PlatformId


SOME: Final = {"schema": {"minItems": 1, "maxItems": MOST}}
LEGS: Final[Mapping[str, str]] = {
    "amount": "gross",
    "tip": "tip",
    "fee": "fee",
    "tax_withheld": "tax_withheld",
    "refund": "refund",
}
"""What the wire calls the amounts of an earning."""


@contextmanager
def about(field: str) -> Iterator[None]:
    """Let an error about an amount name the field that it is of."""
    try:
        yield
    except InvalidError as error:
        if error.field == "currency":
            raise
        raise InvalidError(field, error.problem) from error


def amount_in(field: str, amount: Decimal, currency: str) -> Money:
    """Return an amount of a field.

    Raises:
        InvalidError: It is too large, or finer than a coin of its currency.
    """
    with about(field):
        return in_coins(money(amount, currency))


@frozen(kw_only=True)
class EarningBody:
    """A new earning; without a currency it is in the workspace's."""

    platform_id: PlatformId
    date: dt.date
    amount: Decimal
    currency: str | None = field(default=None, metadata=LOOKS)
    tip: Decimal | None = None
    fee: Decimal | None = None
    """What the platform kept; left out, what its fee rule says."""
    tax_withheld: Decimal | None = None
    refund: Decimal | None = None
    hours: timedelta | None = None
    category: str = ""
    notes: str = ""
    external_id: str | None = None
    occurred_at: datetime | None = None
    zone: str | None = None

    def new(self, currency: str) -> NewEarning:
        """Return it as the core wants it."""
        code = self.currency or currency
        legs: dict[str, Any] = {
            leg: amount_in(name, amount, code)
            for name, leg in LEGS.items()
            if (amount := getattr(self, name)) is not None
        }
        return NewEarning(
            platform_id=self.platform_id,
            earned_on=self.date,
            worked=self.hours,
            category=self.category,
            notes=self.notes,
            external_id=self.external_id,
            occurred_at=self.occurred_at,
            zone=self.zone,
            **legs,
        )


@frozen(kw_only=True)
class EarningChange:
    """What to change about an earning; what is left out stays."""

    platform_id: PlatformId | UnsetType = UNSET
    date: dt.date | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    currency: str | UnsetType = field(default=UNSET, metadata=LOOKS)
    tip: Decimal | UnsetType = UNSET
    fee: Decimal | UnsetType = UNSET
    tax_withheld: Decimal | UnsetType = UNSET
    refund: Decimal | UnsetType = UNSET
    hours: timedelta | UnsetType | None = UNSET
    category: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET
    payout_id: PayoutId | UnsetType | None = UNSET

    def patch(self, currency: str) -> EarningPatch:
        """Return it as the core wants it; *currency* is the present one.

        Raises:
            InvalidError: A currency comes without an amount.
        """
        given = changes(self)
        code = given.pop("currency", currency)
        if code != currency and "amount" not in given:
            raise InvalidError("amount", "is needed with another currency")
        words = {"date": "earned_on", "hours": "worked", **LEGS}
        fields: dict[str, Any] = {
            words.get(name, name): (
                amount_in(name, value, code) if name in LEGS else value
            )
            for name, value in given.items()
        }
        return EarningPatch(**fields)


@frozen(kw_only=True)
class EarningQuery(EarningFilter):
    """Which earnings, and in which order."""

    sort: EarningOrder = EarningOrder.NEWEST

    @property
    def where(self) -> EarningFilter:
        """Return only the choice."""
        return EarningFilter(
            **{
                name: getattr(self, name)
                for name in fields_dict(EarningFilter)
            }
        )


@frozen(kw_only=True)
class Categorise:
    """Give many earnings a category."""

    ids: tuple[EarningId, ...] = field(metadata=SOME)
    category: str


@frozen(kw_only=True)
class Move:
    """Move many earnings to another platform."""

    ids: tuple[EarningId, ...] = field(metadata=SOME)
    platform_id: PlatformId


@frozen(kw_only=True)
class Delete:
    """Remove many earnings."""

    ids: tuple[EarningId, ...] = field(metadata=SOME)


@frozen(kw_only=True)
class PayoutBody:
    """A new payout; without a currency it is in the workspace's."""

    platform_id: PlatformId
    date: dt.date
    amount: Decimal
    currency: str | None = field(default=None, metadata=LOOKS)
    external_id: str | None = None
    notes: str = ""
    earning_ids: tuple[EarningId, ...] = ()

    def new(self, currency: str) -> NewPayout:
        """Return it as the core wants it."""
        return NewPayout(
            platform_id=self.platform_id,
            paid_on=self.date,
            amount=amount_in("amount", self.amount, self.currency or currency),
            external_id=self.external_id,
            notes=self.notes,
            earnings=self.earning_ids,
        )


@frozen(kw_only=True)
class Link:
    """Which earnings a payout pays: these, or all up to a day."""

    earning_ids: tuple[EarningId, ...] = ()
    until: dt.date | None = None


@frozen(kw_only=True)
class Reason:
    """What explains the residual of a payout."""

    reason: str = field(metadata={"schema": {"enum": sorted(REASONS)}})
