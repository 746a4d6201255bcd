"""What a line is booked as: an earning, a payout, both or neither.

What a line is booked as has the id of the line, each among its kind.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from attrs import fields, frozen
from moneyed import Money

from earntrack_core.earnings.model import (
    LEGS,
    Earning,
    EarningKind,
    sane_span,
)
from earntrack_core.earnings.payouts import Payout
from earntrack_core.kernel.currencies import CurrencyInfo, currency_info
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.kernel.making import maker
from earntrack_core.kernel.money import EXACT, in_coins, round_amount, zero
from earntrack_core.kernel.periods import sane_day
from earntrack_core.statements.line import Line, Shadow
from earntrack_core.statements.model import NET_LEGS


DIRECT: Final = frozenset({"gross", "tip", "adjustment"})
"""Legs that have the owner's sign in earnings, too; a fee was kept."""

KINDS: Final = {kind.value: kind for kind in EarningKind}
DIGITS: Final = 12
"""An amount below `money.LIMIT` has no more before its point."""

NAMED: Final = (
    "id",
    "workspace_id",
    "platform_id",
    "earned_on",
    "kind",
    *LEGS,
    "count",
    "worked",
    "notes",
    "external_id",
    "occurred_at",
    "batch_id",
    "created_at",
    "updated_at",
    "version",
    "category",
    "zone",
    "payout_id",
)
PAYOUT_NOTES: Final = 500
REST: Final = (1, "", None, None)
"""Version, category, zone and payout of what was just booked."""

_made: Final = maker(Earning, NAMED)
_DAY: Final = fields(Earning).earned_on
_WORKED: Final = fields(Earning).worked


@frozen(kw_only=True)
class Book:
    """For whom lines are booked, and when."""

    workspace_id: WorkspaceId
    currency: str
    """The workspace's, for hours without money."""
    now: datetime


def earns(line: Line) -> bool:
    """Say whether a line is booked as an earning."""
    if line.platform_id is None or line.local_date is None:
        return False
    if line.shadow is Shadow.NONE:
        return tells_money(line) or line.seconds is not None
    return line.shadow is Shadow.ARRIVAL and any(
        line.amounts.get(leg) for leg in NET_LEGS[1:]
    )


def tells_money(line: Line) -> bool:
    """Say whether a line has a part of an earning's net."""
    return not line.amounts.keys().isdisjoint(NET_LEGS)


def pays(line: Line) -> bool:
    """Say whether a line is booked as a payout."""
    return (
        line.platform_id is not None
        and line.shadow is Shadow.NONE
        and line.local_date is not None
        and bool(line.amounts.get("payout"))
    )


def dated(line: Line) -> None:
    """Refuse a line that is to be booked, but does not say when.

    Raises:
        InvalidError: It has no day.
    """
    if line.local_date is not None or line.platform_id is None:
        return
    if tells_money(line) or line.seconds or line.amounts.get("payout"):
        raise InvalidError("date", "is missing")


def _coins(exact: Decimal, info: CurrencyInfo) -> Decimal:
    """Return an amount rounded half up to whole coins."""
    if exact.same_quantum(info.coin) and exact.adjusted() < DIGITS:
        return exact
    rounded = round_amount(exact, info.code)
    return in_coins(Money(rounded, info.currency)).amount


@cache
def _nothing(code: str) -> Money:
    return zero(code)


def _legs(line: Line, info: CurrencyInfo) -> dict[str, Money]:
    """Return the amounts of an earning, by leg and in the order of `LEGS`.

    Raises:
        InvalidError: One is beyond all bounds.
    """
    nothing = _nothing(info.code)
    legs: dict[str, Money] = dict.fromkeys(LEGS, nothing)
    for leg, exact in line.amounts.items():
        if leg in legs and (amount := _coins(exact, info)):
            kept = amount if leg in DIRECT else EXACT.minus(amount)
            legs[leg] = Money(kept, info.currency)
    if line.shadow is Shadow.ARRIVAL:
        legs["gross"] = nothing
    return legs


def _worked(line: Line) -> timedelta | None:
    if line.seconds is None:
        return None
    worked = timedelta(seconds=line.seconds)
    sane_span(None, _WORKED, worked)
    return worked


def _kind(line: Line) -> EarningKind:
    if line.shadow is Shadow.ARRIVAL:
        return EarningKind.FEE
    if not tells_money(line):
        return EarningKind.TIME
    return KINDS.get(line.kind, EarningKind.FEE)


def earning_of(line: Line, book: Book) -> Earning | None:
    """Return what a line that points to an earning is booked as.

    Each amount is rounded half up. Of the arrival of a payout only what was
    kept of it is left.

    Raises:
        InvalidError: An amount, a day or a span is out of all bounds.
    """
    if line.earning_id is None:
        return None
    sane_day(None, _DAY, line.local_date)
    info = currency_info(line.currency or book.currency)
    return _made(
        (
            line.earning_id,
            book.workspace_id,
            line.platform_id,
            line.local_date,
            _kind(line),
            *_legs(line, info).values(),
            0 if line.shadow is Shadow.ARRIVAL else line.earnings,
            _worked(line),
            line.description,
            line.external_id,
            line.occurred_at,
            line.batch_id,
            book.now,
            book.now,
            *REST,
        )
    )


def payout_of(line: Line, book: Book) -> Payout | None:
    """Return the payout that a line points to, rounded half up.

    Raises:
        InvalidError: The amount or the day is out of all bounds.
    """
    key, platform_id, day = line.payout_id, line.platform_id, line.local_date
    if key is None or platform_id is None or day is None:
        return None
    info = currency_info(line.currency or book.currency)
    amount = EXACT.minus(_coins(line.amounts["payout"], info))
    return Payout(
        **stamp(book.workspace_id, book.now),
        id=key,
        platform_id=platform_id,
        paid_on=day,
        amount=Money(amount, info.currency),
        external_id=line.external_id,
        notes=line.description[:PAYOUT_NOTES],
        batch_id=line.batch_id,
    )
