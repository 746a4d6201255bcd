"""How platforms come about, and what they keep."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from moneyed import Money

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import PlanLimitError, WrongStateError
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.money import EXACT, rounded
from earntrack_core.platforms.model import (
    HUNDRED,
    NO_FEE,
    FeeRule,
    NewPlatform,
    Platform,
    PlatformId,
    PlatformInfo,
)


PALETTE: Final = (
    "#3b6fd4",
    "#c4572e",
    "#1f8a70",
    "#8a55c2",
    "#b0851b",
    "#c2447f",
    "#4d7f2a",
    "#2b87a8",
)
"""Colours that stay apart for every kind of sight, taken in turn."""


def colour_of(name: str) -> str:
    """Return a colour for a name, always the same."""
    return PALETTE[sum(map(ord, name)) % len(PALETTE)]


def list_platform(new: NewPlatform, by: Actor, now: datetime) -> Platform:
    """Turn what the user said into a platform."""
    return Platform(
        **stamp(by.workspace_id, now),
        id=PlatformId(uuid7(now)),
        name=new.name,
        key=new.key,
        category=new.category,
        colour=new.colour or colour_of(new.name),
        currency=new.currency,
        fee=NO_FEE if new.fee is None else new.fee,
        active=new.active,
    )


def described(info: PlatformInfo) -> NewPlatform:
    """Return what a user would say about a platform that is known."""
    return NewPlatform(
        name=info.name,
        key=info.key,
        category=info.category,
        colour=info.colour,
        currency=info.currency,
        fee=info.fee,
    )


def default_fee(rule: FeeRule, gross: Money) -> Money:
    """Return what a platform usually keeps of *gross*, rounded half up.

    Nothing is kept of nothing, and never more than there is.
    """
    part = EXACT.multiply(gross.amount, rule.percent)
    exact = EXACT.add(EXACT.divide(part, HUNDRED), rule.fixed)
    kept = min(exact, gross.amount) if gross.amount > 0 else Decimal(0)
    return rounded(Money(kept, gross.currency))


def within_plan(
    platform: Platform,
    active: Sequence[Platform],
    plan: str,
    allowed: int | None,
) -> None:
    """Refuse one active platform too many.

    Raises:
        PlanLimitError: The plan includes no more.
    """
    others = [one for one in active if one.id != platform.id]
    if allowed is not None and platform.active and len(others) >= allowed:
        raise PlanLimitError(plan, "active platforms", allowed)


def unused(platform: Platform, *, used: bool) -> None:
    """Refuse to remove a platform that money is booked on.

    Raises:
        WrongStateError: There is some.
    """
    if used:
        raise WrongStateError(
            f"{platform.name} has earnings or imports; archive it instead"
            " (set it to inactive)."
        )
