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
from functools import partial
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
    first_day,
    last_day,
)
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.rebooking import Rewritten, rebook
from earntrack_core.statements.touched import Touched


T = TypeVar("T")


def settle(unit: StatementsUnit, touched: Touched, book: Book) -> None:
    """Make the three rules hold again."""
    home = touched.platform_id
    rules = [partial(arrivals, unit, touched)]
    if home is not None:
        rules.insert(0, partial(_orders, unit, home, touched))
        rules.insert(1, partial(_summaries, unit, home, touched))
    for rule in rules:
        for some in _parts(list(rule())):
            rebook(unit, some, book)
            touched.see([one.before for one in some])


def _told(line: Line, shadow: Shadow, *, told: bool) -> Iterator[Rewritten]:
    """Yield a line if it is told of elsewhere since, or no more."""
    if told and line.shadow is not shadow:
        yield Rewritten(line, evolve(line, shadow=shadow, arrival_of=None))
    if not told and line.shadow is shadow:
        yield Rewritten(line, evolve(line, shadow=Shadow.NONE))


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
            yield from _told(
                line, Shadow.ORDER_REPORT, told=line.order_ref in told
            )


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
        if first_day(line) <= last:
            told = _told_in_detail(unit, line)
            yield from _told(line, Shadow.DETAIL, told=told)


def _told_in_detail(unit: StatementsUnit, line: Line) -> bool:
    """Say whether single records, or shorter sums, tell of a period."""
    inside = LineFilter(
        platform_id=line.platform_id,
        currency=line.currency,
        since=first_day(line),
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
    starts = first_day(one), first_day(line)
    spans = last_day(one) - starts[0], last_day(line) - starts[1]
    return starts[0] >= starts[1] and spans[0] < spans[1]
