"""Payouts that arrived: money that came in, but is no income.

What came in on a bank account or wallet is the arrival of a payout of
another platform if the amount is the same (or what the platform says of it
in another currency), at most ten days later, and on a wallet only if the
text names the platform. One to one: the named before the others, then the
nearest in time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from attrs import Factory, define, evolve

from earntrack_core.statements.finding import PAGE, found
from earntrack_core.statements.line import (
    Line,
    LineFilter,
    LineId,
    Shadow,
    credit,
    last_day,
)
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.rebooking import Rewritten
from earntrack_core.statements.touched import Touched


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
FREE: Final = frozenset({Shadow.NONE, Shadow.ARRIVAL})

Amount = tuple[Decimal | None, str | None]


def arrivals(unit: StatementsUnit, touched: Touched) -> Iterator[Rewritten]:
    """Yield the lines that are the arrival of another payout than before.

    On the payouts themselves it is noted when they arrived.
    """
    if touched.first is None or touched.last is None:
        return
    circle = Circle(unit)
    circle.draw(touched.first, touched.last)
    pairs = matched(circle.payouts.values(), circle.credits.values())
    _note(unit, circle, pairs)
    for line in circle.credits.values():
        payout = pairs.get(line.id)
        if line.arrival_of != payout:
            shadow = Shadow.NONE if payout is None else Shadow.ARRIVAL
            yield Rewritten(
                line, evolve(line, shadow=shadow, arrival_of=payout)
            )


@define
class Circle:
    """Payouts, and what came in that could be theirs.

    Drawn so wide that nothing inside fits anything outside: so the best
    match inside is the best match of all.
    """

    unit: StatementsUnit
    payouts: dict[LineId, Line] = Factory(dict)
    credits: dict[LineId, Line] = Factory(dict)

    def draw(self, first: date, last: date) -> None:
        """Draw it around what days may have changed."""
        payouts = self._payouts(first - WINDOW, last)
        self.payouts |= {line.id: line for line in payouts}
        matched_ = LineFilter(
            shadow=Shadow.ARRIVAL, since=first - WINDOW, until=last + WINDOW
        )
        came = list(found(self.unit, matched_))
        self.credits |= {line.id: line for line in came}
        while payouts or came:
            came += self._came(payouts)
            payouts = self._sent(came)
            came = []

    def _payouts(self, since: date, until: date) -> list[Line]:
        where = LineFilter(pays_out=True, since=since, until=until)
        return list(found(self.unit, where))

    def _came(self, payouts: Sequence[Line]) -> list[Line]:
        """Return what newly is inside, because it fits one of the payouts."""
        by_amount = _by_amount(payouts)
        amounts = sorted({one for one, _ in by_amount if one is not None})
        days = _days(payouts)
        new: dict[LineId, Line] = {}
        for start in range(0, len(amounts), PAGE):
            where = LineFilter(
                platform_keys=RECEIVERS,
                credit=tuple(amounts[start : start + PAGE]),
                since=min(days),
                until=max(days) + WINDOW,
            )
            for line in found(self.unit, where):
                sent = by_amount[credit(line), line.currency]
                if line.shadow in FREE and any(
                    fits(payout, line) for payout in sent
                ):
                    new[line.id] = line
        fresh = [one for one in new.values() if one.id not in self.credits]
        self.credits |= {line.id: line for line in fresh}
        return fresh

    def _sent(self, came: Sequence[Line]) -> list[Line]:
        """Return the payouts that newly are inside, because they fit."""
        days = _days(came)
        if not days:
            return []
        by_amount: defaultdict[Amount, list[Line]] = defaultdict(list)
        for line in came:
            by_amount[credit(line), line.currency].append(line)
        fresh = [
            payout
            for payout in self._payouts(min(days) - WINDOW, max(days))
            if payout.id not in self.payouts
            and any(
                fits(payout, line)
                for amount in amounts_of(payout)
                for line in by_amount[amount]
            )
        ]
        self.payouts |= {payout.id: payout for payout in fresh}
        return fresh


def _days(lines: Iterable[Line]) -> list[date]:
    return [last_day(line) for line in lines]


def _by_amount(
    payouts: Iterable[Line],
) -> defaultdict[Amount, list[Line]]:
    sent: defaultdict[Amount, list[Line]] = defaultdict(list)
    for payout in payouts:
        for amount in amounts_of(payout):
            sent[amount].append(payout)
    return sent


def amounts_of(payout: Line) -> Iterator[Amount]:
    """Yield what may come in of a payout."""
    yield -payout.amounts["payout"], payout.currency
    if payout.original_amount is not None:
        yield abs(payout.original_amount), payout.original_currency


def fits(payout: Line, line: Line) -> bool:
    """Say whether a line of the right amount may be the arrival of it."""
    if not 0 <= _gap(payout, line) <= WINDOW.days:
        return False
    if payout.platform_key == line.platform_key:
        return False
    return line.platform_key == BANK or _named(payout, line)


def matched(
    payouts: Iterable[Line], credits_: Iterable[Line]
) -> dict[LineId, LineId]:
    """Return the payout of each line that is the arrival of one."""
    by_amount = _by_amount(payouts)
    fitting = (
        (payout, line)
        for line in credits_
        for payout in by_amount[credit(line), line.currency]
        if fits(payout, line)
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
    return (last_day(line) - last_day(payout)).days


def _named(payout: Line, line: Line) -> bool:
    text = f"{line.description} {line.counterparty}".casefold()
    return payout.platform_key.replace("_", " ") in text


def _note(
    unit: StatementsUnit, circle: Circle, pairs: dict[LineId, LineId]
) -> None:
    """Write on the payouts when they arrived."""
    days = {
        payout: circle.credits[line].local_date
        for line, payout in pairs.items()
    }
    lines = {
        line.payout_id: line
        for line in circle.payouts.values()
        if line.payout_id is not None
    }
    for payout in unit.payouts.get_all(list(lines)):
        arrived_on = days.get(lines[payout.id].id)
        if payout.arrived_on != arrived_on:
            unit.payouts.replace(evolve(payout, arrived_on=arrived_on))
