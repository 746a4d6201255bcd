"""The arithmetic of earnings. No clock, no storage, no surprises."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve
from moneyed import Money

from earntrack_core.earnings.changes import Change, ChangeId
from earntrack_core.earnings.filters import EarningOrder
from earntrack_core.earnings.model import (
    Earning,
    EarningId,
    EarningPatch,
    NewEarning,
)
from earntrack_core.earnings.totals import ConvertedSum, DailyTotal
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import ConflictError
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.money import EXACT, minor, rounded, zero
from earntrack_core.kernel.patch import changes
from earntrack_core.platforms.model import Platform
from earntrack_core.platforms.rules import default_fee
from earntrack_core.ports.rates import Quote


RateOn = Callable[[str, str, date], Quote]


def earn(
    new: NewEarning, platform: Platform | None, *, by: Actor, now: datetime
) -> Earning:
    """Turn what the user said into an earning.

    A fee that was left out is what the platform usually keeps.
    """
    nothing = zero(new.gross.currency.code)
    fee = new.fee
    if fee is None and platform is not None:
        fee = default_fee(platform.fee, new.gross)
    return Earning(
        **stamp(by.workspace_id, now),
        id=EarningId(uuid7(now)),
        platform_id=new.platform_id,
        earned_on=new.earned_on,
        gross=new.gross,
        tip=nothing if new.tip is None else new.tip,
        fee=nothing if fee is None else fee,
        tax_withheld=nothing if new.tax_withheld is None else new.tax_withheld,
        refund=nothing if new.refund is None else new.refund,
        adjustment=nothing,
        worked=new.worked,
        category=new.category,
        notes=new.notes,
        external_id=new.external_id,
        occurred_at=new.occurred_at,
        zone=new.zone or by.zone,
    )


def corrected(old: Earning, patch: EarningPatch, now: datetime) -> Earning:
    """Return an earning with some fields changed.

    With another currency, the amounts that are not given are nothing: they
    must be, since no amount is carried over into another currency.
    """
    set_fields = changes(patch)
    gross: Money = set_fields.get("gross", old.gross)
    for name, amount in old.legs():
        moved = amount.currency != gross.currency
        if moved and name not in set_fields and not minor(amount):
            set_fields[name] = zero(gross.currency.code)
    return evolve(old, **set_fields, updated_at=now)


def order_value(earning: Earning, order: EarningOrder) -> str | int:
    """Return what an order sorts by, as text or number."""
    match order.removeprefix("-"):
        case "date":
            return earning.earned_on.isoformat()
        case "amount":
            return minor(earning.gross)
        case "net":
            return minor(earning.net)
        case _:
            return earning.id.hex


def converted(
    days: Iterable[DailyTotal], currency: str, rate_on: RateOn
) -> tuple[ConvertedSum, ...]:
    """Convert the net of each day with the rate of that day.

    One sum per currency, rounded once, with every rate that was used.

    Raises:
        MissingRateError: A rate is not known.
    """
    exact: dict[str, Decimal] = {}
    nets: dict[str, Money] = {}
    quotes: dict[str, dict[date, Quote]] = {}
    for one in days:
        net = one.totals.net
        base = one.totals.currency
        nets[base] = nets.get(base, zero(base)) + net
        used = quotes.setdefault(base, {})
        if one.day not in used:
            used[one.day] = rate_on(base, currency, one.day)
        part = EXACT.multiply(net.amount, used[one.day].value)
        exact[base] = EXACT.add(exact.get(base, Decimal()), part)
    target = currency_info(currency).currency
    return tuple(
        ConvertedSum(
            original=nets[base],
            amount=rounded(Money(exact[base], target)),
            quotes=tuple(quotes[base].values()),
        )
        for base in sorted(nets)
    )


def changed(
    verb: str,
    before: Sequence[Earning],
    after: Sequence[int],
    *,
    by: Actor,
    now: datetime,
) -> Change:
    """Return the note that lets a bulk change be undone."""
    return Change(
        **stamp(by.workspace_id, now),
        id=ChangeId(uuid7(now)),
        verb=verb,
        before=tuple(before),
        after=tuple(after),
    )


def restorable(change: Change, present: Sequence[Earning]) -> None:
    """Refuse to undo what was already undone, or changed since.

    Raises:
        ConflictError: It was.
    """
    if change.undone_at is not None:
        raise ConflictError("This change was undone already.")
    versions = {one.id: one.version for one in present}
    expected = {
        one.id: version
        for one, version in zip(change.before, change.after, strict=True)
        if version
    }
    touched = [key for key in expected if versions.get(key) != expected[key]]
    back = [
        one.id
        for one, version in zip(change.before, change.after, strict=True)
        if not version and one.id in versions
    ]
    if touched or back:
        raise ConflictError(
            f"{len(touched) + len(back)} of the earnings were changed since;"
            " undo those changes first."
        )
