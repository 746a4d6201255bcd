"""What several reports tell of is booked once.

Three rules, each a function of the lines there are, so that the order of
imports does not matter:

* a sale in an order report is not booked if a ledger of the same platform
  tells of the same order;
* a sum of a period is not booked if single records of the platform, or sums
  of shorter periods, tell of that period;
* money that came in on a bank account or wallet is not income if it is the
  arrival of a payout (see `arrivals`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from attrs import evolve

from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.arrivals import arrivals
from earntrack_core.statements.booking import Book
from earntrack_core.statements.finding import PAGE, found
from earntrack_core.statements.line import (
    LEDGER,
    ORDERS,
    Line,
    LineFilter,
    Shadow,
)
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.rebooking import Rewritten, rebook
from earntrack_core.statements.touched import Touched


T = TypeVar("T")


def settle(unit: StatementsUnit, touched: Touched, book: Book) -> None:
    """Make the three rules hold again."""
    home = touched.platform_id
    if home is not None:
        _rebook(unit, _orders(unit, home, touched), book)
        _rebook(unit, _summaries(unit, home, touched), book)
    _rebook(unit, arrivals(unit, touched), book)


def _rebook(
    unit: StatementsUnit, changes: Iterator[Rewritten], book: Book
) -> None:
    for some in _parts(list(changes)):
        rebook(unit, some, book)


def _parts(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, PAGE)):
        yield some


def _orders(
    unit: StatementsUnit, home: PlatformId, touched: Touched
) -> Iterator[Rewritten]:
    """Yield the lines of order reports that a ledger came or went for."""
    reports = LineFilter(platform_id=home, report=ORDERS)
    if not touched.orders or not unit.lines.find(reports, limit=1):
        return
    for refs in _parts(sorted(touched.orders)):
        sold = evolve(reports, order_refs=tuple(refs))
        told = _told_by_ledger(unit, home, refs)
        for line in found(unit, sold):
            shadow = (
                Shadow.ORDER_REPORT if line.order_ref in told else Shadow.NONE
            )
            if line.shadow is not shadow:
                yield Rewritten(line, evolve(line, shadow=shadow))


def _told_by_ledger(
    unit: StatementsUnit, home: PlatformId, refs: Sequence[str]
) -> set[str | None]:
    where = LineFilter(
        platform_id=home, report=LEDGER, order_refs=tuple(refs), earns=True
    )
    return {line.order_ref for line in found(unit, where)}


def _summaries(
    unit: StatementsUnit, home: PlatformId, touched: Touched
) -> Iterator[Rewritten]:
    """Yield the sums of periods whose details came or went."""
    first, last = touched.first, touched.last
    sums = LineFilter(platform_id=home, summary=True, since=first)
    if first is None or last is None:
        return
    for line in found(unit, sums):
        start = line.period_start or line.local_date
        if start is None or start > last:
            continue
        told = _told_in_detail(unit, line)
        shadow = Shadow.DETAIL if told else Shadow.NONE
        if line.shadow is not shadow:
            yield Rewritten(line, evolve(line, shadow=shadow))


def _told_in_detail(unit: StatementsUnit, line: Line) -> bool:
    """Say whether single records, or shorter sums, tell of a period."""
    inside = LineFilter(
        platform_id=line.platform_id,
        currency=line.currency,
        since=line.period_start or line.local_date,
        until=line.local_date,
        summary=False,
        earns=True,
    )
    if unit.lines.find(inside, limit=1):
        return True
    sums = evolve(inside, summary=True, earns=None)
    return any(_shorter(one, line) for one in found(unit, sums))


def _shorter(one: Line, line: Line) -> bool:
    """Say whether a sum is of a part of the period of another."""
    start = line.period_start or line.local_date
    begun = one.period_start or one.local_date
    if start is None or begun is None or begun < start:
        return False
    return _length(one) < _length(line)


def _length(line: Line) -> timedelta:
    if line.local_date is None or line.period_start is None:
        return timedelta()
    return line.local_date - line.period_start
