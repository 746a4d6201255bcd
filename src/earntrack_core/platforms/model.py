"""Platforms: where money is earned, and what they usually keep of it."""

from decimal import Decimal
from typing import Final, NewType
from uuid import UUID

from attrs import Attribute, field, frozen

from earntrack_core.kernel.currencies import LOOKS, currency_info
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.patch import UNSET, UnsetType
from earntrack_core.kernel.texts import optional_trimmed, text_of, trimmed


PlatformId = NewType("PlatformId", UUID)

HUNDRED: Final = Decimal(100)
MOST_FIXED: Final = Decimal(10) ** 6
FINEST: Final = Decimal("0.0001")
COLOUR: Final = "#rrggbb"


def sane_percent(_: object, at: "Attribute[Decimal]", value: Decimal) -> None:
    """Refuse what is not 0 to 100, or finer than a ten-thousandth."""
    if not value.is_finite() or not 0 <= value <= HUNDRED:
        raise InvalidError(at.name, "must be 0 to 100")
    if value != value.quantize(FINEST):
        raise InvalidError(at.name, "must not have more than four decimals")


def sane_fixed(_: object, at: "Attribute[Decimal]", value: Decimal) -> None:
    """Refuse negative, huge and overly fine amounts."""
    if not value.is_finite() or not 0 <= value < MOST_FIXED:
        raise InvalidError(at.name, f"must be 0 to {MOST_FIXED:,}")
    if value != value.quantize(FINEST):
        raise InvalidError(at.name, "must not have more than four decimals")


@frozen(kw_only=True)
class FeeRule:
    """What a platform keeps of an earning: a share, and a fixed part.

    It is a default for earnings entered by hand; statements tell the fee
    that was really kept, which differs by tier, country and year.
    """

    percent: Decimal = field(default=Decimal(0), validator=sane_percent)
    fixed: Decimal = field(default=Decimal(0), validator=sane_fixed)
    """In the currency of the earning."""


NO_FEE: Final = FeeRule()


def lower(text: str) -> str:
    """Return *text* in small letters."""
    return text.lower()


def hex_colour(_: object, at: "Attribute[str]", value: str) -> None:
    """Refuse what is not `#rrggbb`."""
    digits = value[1:]
    if (
        len(value) != len(COLOUR)
        or value[0] != "#"
        or not all(digit in "0123456789abcdef" for digit in digits)
    ):
        raise InvalidError(at.name, f"must look like {COLOUR}, in hex")


def optional_currency(
    _: object, at: "Attribute[str | None]", value: str | None
) -> None:
    """Refuse what is not a currency of ISO 4217."""
    if value is not None:
        currency_info(value, at.name)


@frozen(kw_only=True)
class PlatformInfo:
    """What is known of a platform before anybody earns on it."""

    key: str
    name: str
    category: str
    colour: str = "#5b6ee1"
    currency: str | None = None
    fee: FeeRule = NO_FEE


@frozen(kw_only=True)
class Platform(Entity):
    """A place where somebody earns money."""

    id: PlatformId
    name: str = field(converter=trimmed, validator=text_of(1, 80))
    key: str | None = field(
        converter=optional_trimmed, validator=text_of(1, 64)
    )
    """Names the platform whose statements are booked here, as `upwork`."""
    category: str = field(converter=trimmed, validator=text_of(0, 40))
    colour: str = field(
        converter=lower,
        validator=hex_colour,
        metadata={"schema": {"pattern": "^#[0-9A-Fa-f]{6}$"}},
    )
    currency: str | None = field(validator=optional_currency, metadata=LOOKS)
    fee: FeeRule
    active: bool


@frozen(kw_only=True)
class NewPlatform:
    """What you tell EarnTrack about a platform."""

    name: str
    key: str | None = None
    category: str = ""
    colour: str | None = None
    currency: str | None = None
    fee: FeeRule | None = None
    active: bool = True


@frozen(kw_only=True)
class PlatformPatch:
    """What you change about a platform."""

    name: str | UnsetType = UNSET
    key: str | UnsetType | None = UNSET
    category: str | UnsetType = UNSET
    colour: str | UnsetType = UNSET
    currency: str | UnsetType | None = UNSET
    fee: FeeRule | UnsetType = UNSET
    active: bool | UnsetType = UNSET


@frozen(kw_only=True)
class PlatformFilter:
    """Which platforms; an unset field does not narrow the choice."""

    name: str | None = None
    key: str | None = None
    category: str | None = None
    active: bool | None = None

    def matches(self, platform: Platform) -> bool:
        """Say whether *platform* is one of them."""
        return (
            self.name in {None, platform.name}
            and self.key in {None, platform.key}
            and self.category in {None, platform.category}
            and self.active in {None, platform.active}
        )
