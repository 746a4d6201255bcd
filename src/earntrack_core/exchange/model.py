"""Exchange rates, and money that was converted with one."""

from datetime import date
from decimal import Decimal
from typing import Final, NewType
from uuid import UUID

from attrs import Attribute, field, frozen
from moneyed import Money

from earntrack_core.kernel.currencies import LOOKS, currency_info
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.patch import UNSET, UnsetType
from earntrack_core.kernel.periods import sane_day
from earntrack_core.kernel.texts import text_of


RateId = NewType("RateId", UUID)

MOST_DIGITS: Final = 20
LARGEST: Final = Decimal(10) ** 12
SMALLEST: Final = Decimal("1e-12")


def known_currency(_: object, at: "Attribute[str]", value: str) -> None:
    """Refuse what is not a currency of ISO 4217."""
    currency_info(value, at.name)


def sane_rate(_: object, at: "Attribute[Decimal]", value: Decimal) -> None:
    """Refuse rates that are not positive numbers of bounded length."""
    check_rate(value, at.name)


def check_rate(value: Decimal, field: str) -> None:
    """Insist that a rate is a positive number of bounded length.

    Raises:
        InvalidError: It is not.
    """
    if not value.is_finite() or value <= 0:
        raise InvalidError(field, "must be a positive number")
    if not SMALLEST <= value < LARGEST:
        raise InvalidError(field, f"must be {SMALLEST} to {LARGEST:,}")
    if len(value.as_tuple().digits) > MOST_DIGITS:
        raise InvalidError(field, f"has more than {MOST_DIGITS} digits")


@frozen(kw_only=True)
class ExchangeRate(Entity):
    """What one unit of `base` was worth in `quote` on a day."""

    id: RateId
    base: str = field(validator=known_currency, metadata=LOOKS)
    quote: str = field(validator=known_currency, metadata=LOOKS)
    on: date = field(validator=sane_day)
    value: Decimal = field(
        validator=sane_rate, metadata={"schema": {"exclusiveMinimum": 0}}
    )
    source: str = field(validator=text_of(1, 60))

    def __attrs_post_init__(self) -> None:
        if self.base == self.quote:
            raise InvalidError("quote", "must differ from base")


@frozen(kw_only=True)
class NewExchangeRate:
    """What you tell EarnTrack about a rate."""

    base: str
    quote: str
    on: date
    value: Decimal
    source: str = "manual"


@frozen(kw_only=True)
class ExchangeRatePatch:
    """What you change about a rate."""

    value: Decimal | UnsetType = UNSET


@frozen(kw_only=True)
class ExchangeRateFilter:
    """Which rates; an unset field does not narrow the choice."""

    base: str | None = None
    quote: str | None = None
    since: date | None = None
    until: date | None = None

    def matches(self, rate: ExchangeRate) -> bool:
        """Say whether *rate* is one of them."""
        return (
            self.base in {None, rate.base}
            and self.quote in {None, rate.quote}
            and (self.since is None or rate.on >= self.since)
            and (self.until is None or rate.on <= self.until)
        )


@frozen(kw_only=True)
class Converted:
    """Money in another currency, with all that explains the number."""

    amount: Money
    original: Money
    rate: Decimal
    on: date
    """The day the rate is of, which may be before the day asked for."""
    source: str
