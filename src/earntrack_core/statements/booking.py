"""What a line is booked as: an earning, a payout, both or neither."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from attrs import evolve, frozen
from moneyed import Money

from earntrack_core.earnings.model import (
    NOTES,
    BatchId,
    Earning,
    EarningId,
    EarningKind,
    PayoutId,
)
from earntrack_core.earnings.payouts import Payout
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.ids import WorkspaceId, uuid7
from earntrack_core.kernel.money import round_amount, zero
from earntrack_core.kernel.texts import printable
from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.keys import amounts_of, content_of
from earntrack_core.statements.line import Line, LineId, Shadow
from earntrack_core.statements.model import NET_LEGS, Facts, StatementRow
from earntrack_core.statements.ports import StatementsUnit


SECOND: Final = timedelta(seconds=1)
SIGNS: Final = {
    "gross": 1,
    "tip": 1,
    "fee": -1,
    "tax_withheld": -1,
    "refund": -1,
    "adjustment": 1,
}
"""Lines have the owner's signs; an earning's fee is what was kept."""

KINDS: Final = {kind.value: kind for kind in EarningKind}
NOTHING: Final = Decimal()
NAME: Final = 200
REFERENCE: Final = 200
PAYOUT_NOTES: Final = 500


@frozen(kw_only=True)
class Origin:
    """Where lines come from, and for whom they are booked."""

    workspace_id: WorkspaceId
    batch_id: BatchId
    facts: Facts
    platform_id: PlatformId | None
    currency: str
    """The workspace's, for hours without money."""
    now: datetime


def line_of(row: StatementRow, key: str, origin: Origin) -> Line:
    """Return the line that a row is kept as."""
    facts = origin.facts
    worked = row.worked
    line = Line(
        id=LineId(uuid7(origin.now)),
        key=key,
        digest="",
        batch_id=origin.batch_id,
        line=row.line,
        platform_key=facts.platform,
        platform_id=origin.platform_id,
        report=facts.report,
        kind=row.kind,
        status=row.status,
        summary=row.summary,
        local_date=row.local_date,
        period_start=row.period[0] if row.period else None,
        exported_on=facts.exported_on,
        currency=row.currency,
        amounts=amounts_of(row),
        earnings=row.earnings,
        seconds=None if worked is None else worked // SECOND,
        external_id=_reference(row.external_id),
        group_id=_reference(row.group_id),
        order_ref=_reference(row.order_ref),
        counterparty=printable(row.counterparty, NAME),
        description=printable(row.description, NOTES),
        original_amount=row.original_amount,
        original_currency=row.original_currency,
    )
    return evolve(line, digest=content_of(line))


def _reference(text: str | None) -> str | None:
    return printable(text or "", REFERENCE) or None


def earns(line: Line) -> bool:
    """Say whether a line is booked as an earning."""
    if line.platform_id is None or line.local_date is None:
        return False
    if line.shadow is Shadow.NONE:
        return _tells_money(line) or line.seconds is not None
    return line.shadow is Shadow.ARRIVAL and any(
        line.amounts.get(leg) for leg in NET_LEGS[1:]
    )


def _tells_money(line: Line) -> bool:
    return any(leg in line.amounts for leg in NET_LEGS)


def pays(line: Line) -> bool:
    """Say whether a line is booked as a payout."""
    return (
        line.platform_id is not None
        and line.shadow is Shadow.NONE
        and line.local_date is not None
        and bool(line.amounts.get("payout"))
    )


def _money(line: Line, leg: str, currency: str) -> Money:
    exact = line.amounts.get(leg, NOTHING) * SIGNS[leg]
    info = currency_info(currency)
    return Money(round_amount(exact, currency), info.currency)


def _day(line: Line) -> date:
    if line.local_date is None:
        raise ValueError(line.key)
    return line.local_date


def earning_of(line: Line, origin: Origin) -> Earning:
    """Return the earning of a line, each amount rounded half up.

    Of the arrival of a payout only what was kept of it is left.
    """
    currency = line.currency or origin.currency
    legs: dict[str, Any] = {leg: _money(line, leg, currency) for leg in SIGNS}
    count = line.earnings
    kind = KINDS.get(line.kind, EarningKind.FEE)
    if not _tells_money(line):
        kind = EarningKind.TIME
    if line.shadow is Shadow.ARRIVAL:
        kind, count = EarningKind.FEE, 0
        legs["gross"] = zero(currency)
    return Earning(
        **stamp(origin.workspace_id, origin.now),
        id=line.earning_id or EarningId(uuid7(origin.now)),
        platform_id=_platform(line),
        earned_on=_day(line),
        kind=kind,
        **legs,
        count=count,
        worked=_worked(line),
        notes=line.description,
        external_id=line.external_id,
        batch_id=line.batch_id,
    )


def _worked(line: Line) -> timedelta | None:
    return None if line.seconds is None else timedelta(seconds=line.seconds)


def payout_of(line: Line, origin: Origin) -> Payout:
    """Return the payout of a line, rounded half up."""
    currency = line.currency or origin.currency
    amount = round_amount(-line.amounts["payout"], currency)
    return Payout(
        **stamp(origin.workspace_id, origin.now),
        id=line.payout_id or PayoutId(uuid7(origin.now)),
        platform_id=_platform(line),
        paid_on=_day(line),
        amount=Money(amount, currency_info(currency).currency),
        external_id=line.external_id,
        notes=line.description[:PAYOUT_NOTES],
        batch_id=line.batch_id,
    )


def _platform(line: Line) -> PlatformId:
    if line.platform_id is None:
        raise ValueError(line.key)
    return line.platform_id


@frozen
class Booked:
    """A line, and what it is booked as."""

    line: Line
    earning: Earning | None
    payout: Payout | None


def prepare(line: Line, origin: Origin, old: Earning | None = None) -> Booked:
    """Return what a line is booked as; what the user wrote beside it stays.

    Raises:
        InvalidError: An amount or a day is out of all bounds.
    """
    earning = earning_of(line, origin) if earns(line) else None
    payout = payout_of(line, origin) if pays(line) else None
    if earning is not None and old is not None:
        earning = _with_words(earning, old)
    pointing = evolve(
        line,
        earning_id=earning.id if earning else None,
        payout_id=payout.id if payout else None,
    )
    return Booked(pointing, earning, payout)


def store(unit: StatementsUnit, booked: Sequence[Booked]) -> None:
    """Store the earnings and payouts of lines, not the lines."""
    unit.payouts.add_all([one.payout for one in booked if one.payout])
    unit.earnings.add_all([one.earning for one in booked if one.earning])


def unbook(unit: StatementsUnit, lines: Sequence[Line]) -> None:
    """Take back what lines are booked as."""
    unit.earnings.remove_all(
        [line.earning_id for line in lines if line.earning_id is not None]
    )
    unit.payouts.remove_all(
        [line.payout_id for line in lines if line.payout_id is not None]
    )


def rebook(
    unit: StatementsUnit, lines: Sequence[Line], origin: Origin
) -> None:
    """Book changed lines anew, and store them."""
    keys = [line.earning_id for line in lines if line.earning_id is not None]
    old = {one.id: one for one in unit.earnings.get_all(keys)}
    booked = [
        prepare(
            line,
            origin,
            old.get(line.earning_id) if line.earning_id else None,
        )
        for line in lines
    ]
    unbook(unit, lines)
    store(unit, booked)
    unit.lines.replace_all([one.line for one in booked])


def _with_words(new: Earning, old: Earning) -> Earning:
    return evolve(
        new,
        category=old.category,
        notes=old.notes or new.notes,
        payout_id=old.payout_id,
        created_at=old.created_at,
        version=old.version + 1,
    )
