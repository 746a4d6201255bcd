"""What several reports tell of is booked once.

Three rules, each a function of the lines there are, so that the order of
imports does not matter:

* a sale in an order report is not booked if a ledger of the same platform
  tells of the same order;
* a sum of a period is not booked if single records of the platform tell of
  that period;
* money that came in on a bank account or wallet is not income if it is the
  arrival of a payout: equal amount (or equal local amount), at most ten days
  later, and on a wallet only if the text names the platform.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from attrs import evolve, frozen

from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.booking import Origin, rebook
from earntrack_core.statements.line import (
    Line,
    LineFilter,
    LineId,
    Shadow,
    credit,
)
from earntrack_core.statements.ports import StatementsUnit


WINDOW: Final = timedelta(days=10)
RECEIVERS: Final = (
    "bank",
    "cashapp",
    "payoneer",
    "paypal",
    "revolut",
    "wise",
)
"""Platforms on which payouts of others arrive."""

BANK: Final = "bank"
PAGE: Final = 500


@frozen(kw_only=True)
class Touched:
    """What an import or its undoing changed."""

    platform_id: PlatformId | None
    platform_key: str
    report: str
    first: date | None
    last: date | None


def found(unit: StatementsUnit, where: LineFilter) -> Iterator[Line]:
    """Yield all lines that match, page by page."""
    after: LineId | None = None
    while page := unit.lines.find(where, after, PAGE):
        yield from page
        after = page[-1].id


def settle(unit: StatementsUnit, touched: Touched, origin: Origin) -> int:
    """Make the three rules hold again; return how many lines changed."""
    changed: list[Line] = []
    if touched.platform_id is not None:
        changed += _orders(unit, touched.platform_id)
        changed += _summaries(unit, touched.platform_id)
    changed += _arrivals(unit, touched)
    for start in range(0, len(changed), PAGE):
        rebook(unit, changed[start : start + PAGE], origin)
    return len(changed)


def _orders(unit: StatementsUnit, platform_id: PlatformId) -> Iterator[Line]:
    where = LineFilter(platform_id=platform_id, report="orders")
    after: LineId | None = None
    while page := unit.lines.find(where, after, PAGE):
        told = _told_by_ledger(unit, platform_id, page)
        for line in page:
            shadow = (
                Shadow.ORDER_REPORT if line.order_ref in told else Shadow.NONE
            )
            if line.shadow is not shadow:
                yield evolve(line, shadow=shadow)
        after = page[-1].id


def _told_by_ledger(
    unit: StatementsUnit, platform_id: PlatformId, page: Sequence[Line]
) -> set[str]:
    refs = tuple({line.order_ref for line in page if line.order_ref})
    if not refs:
        return set()
    where = LineFilter(
        platform_id=platform_id, report="ledger", order_refs=refs, earns=True
    )
    return {line.order_ref or "" for line in found(unit, where)}


def _summaries(
    unit: StatementsUnit, platform_id: PlatformId
) -> Iterator[Line]:
    where = LineFilter(platform_id=platform_id, summary=True, earns=True)
    for line in found(unit, where):
        detail = LineFilter(
            platform_id=platform_id,
            summary=False,
            earns=True,
            since=line.period_start or line.local_date,
            until=line.local_date,
        )
        told = line.local_date is not None and any(
            one.currency == line.currency
            for one in unit.lines.find(detail, limit=PAGE)
        )
        shadow = Shadow.DETAIL if told else Shadow.NONE
        if line.shadow is not shadow:
            yield evolve(line, shadow=shadow)


def _arrivals(unit: StatementsUnit, touched: Touched) -> list[Line]:
    if touched.first is None or touched.last is None:
        return []
    around = LineFilter(
        pays_out=True,
        since=touched.first - WINDOW,
        until=touched.last + WINDOW,
    )
    payouts = list(found(unit, around))
    credits_ = _credits(unit, payouts, touched.first, touched.last)
    pairs = _matched(payouts, credits_)
    _note(unit, payouts, credits_, pairs)
    return [
        evolve(
            line,
            shadow=Shadow.ARRIVAL if line.id in pairs else Shadow.NONE,
            arrival_of=pairs.get(line.id),
        )
        for line in credits_
        if line.shadow in {Shadow.NONE, Shadow.ARRIVAL}
        and line.arrival_of != pairs.get(line.id)
    ]


def _credits(
    unit: StatementsUnit, payouts: Sequence[Line], first: date, last: date
) -> list[Line]:
    """Return what is free to be the arrival of one of the payouts."""
    lines: dict[LineId, Line] = {}
    for payout in payouts:
        lines |= {line.id: line for line in _candidates(unit, payout)}
    matched = LineFilter(
        shadow=Shadow.ARRIVAL, since=first - WINDOW, until=last + 2 * WINDOW
    )
    lines |= {line.id: line for line in found(unit, matched)}
    near = {payout.id for payout in payouts}
    far = _existing(unit, [one.arrival_of for one in lines.values()], near)
    free = [one for one in lines.values() if one.arrival_of not in far]
    return sorted(free, key=lambda line: line.key)


def _candidates(unit: StatementsUnit, payout: Line) -> Iterator[Line]:
    if payout.local_date is None:
        return
    yield from found(
        unit,
        LineFilter(
            platform_keys=RECEIVERS,
            credit=tuple({amount for amount, _ in _sent(payout)}),
            since=payout.local_date,
            until=payout.local_date + WINDOW,
        ),
    )


def _existing(
    unit: StatementsUnit, keys: Sequence[LineId | None], near: set[LineId]
) -> set[LineId]:
    """Return those of the lines that exist, but are not among the near."""
    far = tuple({key for key in keys if key is not None and key not in near})
    if not far:
        return set()
    return {line.id for line in found(unit, LineFilter(ids=far))}


def _sent(payout: Line) -> Iterator[tuple[Decimal, str | None]]:
    yield -payout.amounts["payout"], payout.currency
    if payout.original_amount is not None:
        yield abs(payout.original_amount), payout.original_currency


def _matched(
    payouts: Sequence[Line], credits_: Sequence[Line]
) -> dict[LineId, LineId]:
    """Return the payout of each credit: the nearest day first, one to one."""
    fitting = (
        (payout, line)
        for payout in payouts
        for line in credits_
        if _fits(payout, line)
    )
    pairs: dict[LineId, LineId] = {}
    taken: set[LineId] = set()
    for payout, line in sorted(fitting, key=_nearness):
        if payout.id not in taken and line.id not in pairs:
            pairs[line.id] = payout.id
            taken.add(payout.id)
    return pairs


def _nearness(pair: tuple[Line, Line]) -> tuple[bool, int, str, str]:
    payout, line = pair
    return not _named(payout, line), _gap(payout, line), payout.key, line.key


def _gap(payout: Line, line: Line) -> int:
    if payout.local_date is None or line.local_date is None:
        return -1
    return (line.local_date - payout.local_date).days


def _fits(payout: Line, line: Line) -> bool:
    if not 0 <= _gap(payout, line) <= WINDOW.days:
        return False
    if payout.platform_key == line.platform_key:
        return False
    if (credit(line), line.currency) not in set(_sent(payout)):
        return False
    return line.platform_key == BANK or _named(payout, line)


def _named(payout: Line, line: Line) -> bool:
    text = f"{line.description} {line.counterparty}".casefold()
    return payout.platform_key.replace("_", " ") in text


def _note(
    unit: StatementsUnit,
    payouts: Sequence[Line],
    credits_: Sequence[Line],
    pairs: dict[LineId, LineId],
) -> None:
    """Write on the payouts when they arrived."""
    days = {line.id: line.local_date for line in credits_}
    arrived = {
        payout_id: days[line_id] for line_id, payout_id in pairs.items()
    }
    for line in payouts:
        if line.payout_id is None:
            continue
        payout = unit.payouts.get(line.payout_id)
        if payout.arrived_on != arrived.get(line.id):
            unit.payouts.replace(
                evolve(payout, arrived_on=arrived.get(line.id))
            )
