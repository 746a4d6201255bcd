"""The summary: net per platform and month, and the figures of this month.

Pure arithmetic on `Figures`. Each cell is rounded once, and sums are those
of the cells, so that what stands in a table adds up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from attrs import evolve, frozen
from moneyed import Money

from earntrack_core.earnings.totals import hourly_rate
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.money import QUOTIENT, rounded, total
from earntrack_core.kernel.periods import (
    Period,
    Step,
    buckets,
    period_of,
    shift,
)
from earntrack_core.platforms.model import Platform, PlatformId
from earntrack_server.web.figures import DayFigures, Figures, added


MONTHS: Final = 12
OTHER: Final = "k0"
MARKS: Final = ("k1", "k2", "k3", "k4", "k5", "k6")
"""The classes that colour platforms; more would not be told apart."""

NOBODY: Final = timedelta()

By = Mapping[tuple[PlatformId, date], Sequence[DayFigures]]


@frozen(kw_only=True)
class Line:
    """A platform, or all of them: net by month, and sums."""

    platform: Platform | None
    mark: str
    months: tuple[Money | None, ...]
    net: Money
    gross: Money
    fee: Money
    worked: timedelta
    share: Decimal
    """Of all net that was earned: 0 to 1; 0 for a loss."""

    @property
    def hourly(self) -> Money | None:
        """The net per hour worked; None if no time was logged."""
        return hourly_rate(self.net, self.worked)

    @property
    def fee_share(self) -> Decimal | None:
        """What part of gross the platform kept; None without any."""
        return ratio(self.fee, self.gross)


@frozen(kw_only=True)
class Metrics:
    """The figures of this month, beside those of the same days before."""

    net: Money
    net_before: Money
    hourly: Money | None
    hourly_before: Money | None
    worked: timedelta
    fee: Money
    fee_share: Decimal | None
    pending: Money | None
    paying: int
    net_trend: tuple[Decimal, ...]
    hourly_trend: tuple[Decimal, ...]
    fee_trend: tuple[Decimal, ...]


@frozen(kw_only=True)
class Summary:
    """What was earned in the last twelve months."""

    currency: str
    today: date
    months: tuple[date, ...]
    """The first day of each, the earliest first."""
    lines: tuple[Line, ...]
    """The platforms, those with the largest net first."""
    whole: Line
    metrics: Metrics

    @property
    def is_empty(self) -> bool:
        """Whether nothing was earned in these months."""
        return not self.lines


def span_until(today: date) -> Period:
    """Return the twelve months that end with that of *today*."""
    this = period_of(Step.MONTH, today)
    return Period(shift(this.start, Step.MONTH, 1 - MONTHS), this.end)


def ratio(part: Money, whole: Money) -> Decimal | None:
    """Return which share of a whole a part is, if there is a whole."""
    if whole.amount <= 0:
        return None
    return QUOTIENT.divide(part.amount, whole.amount)


def change(now: Money | None, before: Money | None) -> Decimal | None:
    """Return by which share something grew; None if it was nothing."""
    if now is None or before is None or before.amount <= 0:
        return None
    return ratio(now - before, before)


def summarise(figures: Figures, today: date) -> Summary:
    """Return the summary of the twelve months that end today."""
    span = span_until(today)
    months = tuple(one.start for one in buckets(span, Step.MONTH))
    by = _by_platform_and_month(figures.days)
    lines = _lines(figures, months, by)
    return Summary(
        currency=figures.currency,
        today=today,
        months=months,
        lines=lines,
        whole=_whole(figures.currency, months, lines),
        metrics=_metrics(figures, today, months),
    )


def _by_platform_and_month(days: Iterable[DayFigures]) -> By:
    found: dict[tuple[PlatformId, date], list[DayFigures]] = {}
    for one in days:
        key = (one.platform_id, one.day.replace(day=1))
        found.setdefault(key, []).append(one)
    return found


def _money(
    days: Iterable[DayFigures],
    leg: Callable[[DayFigures], Decimal],
    currency: str,
) -> Money:
    exact = added(leg(one) for one in days)
    return rounded(Money(exact, currency_info(currency).currency))


def _net(one: DayFigures) -> Decimal:
    return one.net


def _gross(one: DayFigures) -> Decimal:
    return one.gross


def _fee(one: DayFigures) -> Decimal:
    return one.fee


def _worked(days: Iterable[DayFigures]) -> timedelta:
    return sum((one.worked for one in days), NOBODY)


def _lines(
    figures: Figures, months: Sequence[date], by: By
) -> tuple[Line, ...]:
    earning = {platform_id for platform_id, _ in by}
    found = [
        _line(platform, months, by, figures.currency)
        for platform in figures.platforms
        if platform.id in earning
    ]
    found.sort(key=lambda line: -line.net.amount)
    return _marked(_shared(found))


def _line(
    platform: Platform, months: Sequence[date], by: By, currency: str
) -> Line:
    cells = [by.get((platform.id, month)) for month in months]
    nets = tuple(
        None if days is None else _money(days, _net, currency)
        for days in cells
    )
    all_days = [one for days in cells if days is not None for one in days]
    return Line(
        platform=platform,
        mark=OTHER,
        months=nets,
        net=total(currency, (net for net in nets if net is not None)),
        gross=_money(all_days, _gross, currency),
        fee=_money(all_days, _fee, currency),
        worked=_worked(all_days),
        share=Decimal(),
    )


def _shared(lines: Sequence[Line]) -> list[Line]:
    whole = sum((max(line.net.amount, Decimal()) for line in lines), Decimal())
    if not whole:
        return list(lines)
    return [
        evolve(
            line,
            share=QUOTIENT.divide(max(line.net.amount, Decimal()), whole),
        )
        for line in lines
    ]


def _marked(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Colour the largest; who came first has the first colour."""
    coloured = sorted(
        (line.platform.id for line in lines[: len(MARKS)] if line.platform),
        key=str,
    )
    marks = dict(zip(coloured, MARKS, strict=False))
    return tuple(
        evolve(line, mark=marks.get(line.platform.id, OTHER))
        if line.platform
        else line
        for line in lines
    )


def _whole(
    currency: str, months: Sequence[date], lines: Sequence[Line]
) -> Line:
    columns = [
        [line.months[at] for line in lines] for at in range(len(months))
    ]
    return Line(
        platform=None,
        mark=OTHER,
        months=tuple(_sum_of(column, currency) for column in columns),
        net=total(currency, (line.net for line in lines)),
        gross=total(currency, (line.gross for line in lines)),
        fee=total(currency, (line.fee for line in lines)),
        worked=sum((line.worked for line in lines), NOBODY),
        share=Decimal(1),
    )


def _sum_of(cells: Sequence[Money | None], currency: str) -> Money | None:
    told = [cell for cell in cells if cell is not None]
    return total(currency, told) if told else None


def _metrics(figures: Figures, today: date, months: Sequence[date]) -> Metrics:
    code = figures.currency
    by_month = [
        [one for one in figures.days if one.day.replace(day=1) == month]
        for month in months
    ]
    now, before = by_month[-1], by_month[-2]
    same = [one for one in before if one.day.day <= today.day]
    fee, gross = _money(now, _fee, code), _money(now, _gross, code)
    pending = figures.pending
    return Metrics(
        net=_money(now, _net, code),
        net_before=_money(same, _net, code),
        hourly=_hourly(now, code),
        hourly_before=_hourly(before, code),
        worked=_worked(now),
        fee=fee,
        fee_share=ratio(fee, gross),
        pending=None
        if pending is None
        else rounded(Money(pending, currency_info(code).currency)),
        paying=figures.paying,
        net_trend=tuple(added(map(_net, days)) for days in by_month),
        hourly_trend=tuple(_amount(_hourly(days, code)) for days in by_month),
        fee_trend=tuple(added(map(_fee, days)) for days in by_month),
    )


def _amount(money: Money | None) -> Decimal:
    return Decimal() if money is None else money.amount


def _hourly(days: Sequence[DayFigures], currency: str) -> Money | None:
    """Return the net per hour of the platforms that hours are logged for."""
    timed = {one.platform_id for one in days if one.worked}
    inside = [one for one in days if one.platform_id in timed]
    return hourly_rate(_money(inside, _net, currency), _worked(inside))
