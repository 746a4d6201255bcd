"""What earnings add up to, from the daily totals wherever they can tell."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.columns import read_span
from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.conditions import Asked, Conditions, among
from earntrack_adapters.sql.earning_tables import SUMS, daily_totals, earnings
from earntrack_adapters.sql.functions import microseconds, summed
from earntrack_adapters.sql.repository import TableRepository
from earntrack_adapters.sql.restoring import amounts_of, restorer
from earntrack_core.earnings.filters import EarningFilter
from earntrack_core.earnings.model import Earning, EarningId
from earntrack_core.earnings.totals import Bucket, DailyTotal, Totals
from earntrack_core.kernel.periods import Period, Step, buckets


RESTORE: Final = restorer(Totals, SUMS)
RESTORE_DAY: Final = restorer(DailyTotal, ("day", "platform_id", "totals"))
RESTORE_BUCKET: Final = restorer(Bucket, ("start", "platform_id", "totals"))
DAY: Final = timedelta(days=1)

BY_DAY: Final[Conditions] = {
    "since": lambda value: daily_totals.c.day >= value,
    "until": lambda value: daily_totals.c.day <= value,
    "platform_id": lambda values: among(daily_totals.c.platform_id, values),
    "currency": lambda value: daily_totals.c.currency == value,
}
"""Conditions of the filters that the daily totals can answer."""

Group = tuple[date | None, Any, str]
"""Start of a bucket, platform and currency."""


class EarningSums(TableRepository[Earning, EarningId, EarningFilter]):
    """The questions about earnings whose answers are sums."""

    def daily(self, where: EarningFilter) -> Sequence[DailyTotal]:
        """Return the totals of each day, platform and currency."""
        rows = self._sums(where, ("day", "platform_id", "currency"))
        return [
            RESTORE_DAY((day, platform_id, _totals(code, sums)))
            for day, platform_id, code, *sums in rows
            if any(sums)
        ]

    def totals(self, where: EarningFilter) -> Sequence[Totals]:
        """Return the totals of each currency, sorted by its code."""
        rows = self._sums(where, ("currency",))
        return [_totals(code, sums) for code, *sums in rows]

    def summary(
        self,
        period: Period,
        step: Step | None,
        *,
        by_platform: bool,
        first_weekday: int = 0,
    ) -> Sequence[Bucket]:
        """Return sums of the daily totals of a period."""
        statement = self.statement(
            ("summary", step, by_platform),
            lambda: _summary(self.mine_of(daily_totals), step, by_platform),
        )
        given = self.mine(since=period.start, end=period.end)
        rows = self.work.rows(statement, given)
        starts = _starts(period, step, first_weekday)
        sums: dict[Group, list[int]] = {}
        for row in rows:
            group, amounts = _grouped(row, step, starts, by_platform)
            present = sums.setdefault(group, amounts)
            if present is not amounts:
                present[:] = map(sum, zip(present, amounts, strict=True))
        return [
            RESTORE_BUCKET((*group[:2], _totals(group[2], sums[group])))
            for group in sorted(sums, key=_sortable)
        ]

    def span(self) -> Period | None:
        """Return the days from the first to the last earning."""
        statement = self.statement(
            "span", lambda: _span(self.mine_of(daily_totals))
        )
        row = self.work.row(statement, self.mine())
        if row is None or row[0] is None:
            return None
        return Period(row[0], row[1] + DAY)

    def _sums(
        self, where: EarningFilter, by: tuple[str, ...]
    ) -> Sequence[Row]:
        what = self.ask(where)
        of_days = where.by_day_only
        build = self._of_days if of_days else self._of_rows
        statement = self.statement(
            ("sums", by, of_days, what.shape), lambda: build(what, by)
        )
        return self.work.rows(statement, self.mine(**what.given))

    def _of_days(self, what: Asked, by: tuple[str, ...]) -> Select[Any]:
        return _grouping(
            daily_totals,
            [daily_totals.c[name] for name in by],
            self.mine_of(daily_totals),
            *what.where(BY_DAY),
        )

    def _of_rows(self, what: Asked, by: tuple[str, ...]) -> Select[Any]:
        names = ["earned_on" if name == "day" else name for name in by]
        return _grouping(
            earnings, [earnings.c[name] for name in names], *self.where(what)
        )


def _grouping(
    table: Table,
    by: Sequence[ColumnElement[Any]],
    *where: ColumnElement[bool],
) -> Select[Any]:
    sums = [summed(microseconds(table.c[name])) for name in SUMS]
    query = select(*by, *sums).where(*where)
    return query.group_by(*by).order_by(*by)


def _summary(
    mine: ColumnElement[bool], step: Step | None, by_platform: bool
) -> ClauseElement:
    columns = daily_totals.c
    by: list[ColumnElement[Any]] = [columns.currency]
    if by_platform:
        by.append(columns.platform_id)
    if step in {Step.DAY, Step.WEEK}:
        by.append(columns.day)
    elif step is not None:
        by += [extract("year", columns.day), extract("month", columns.day)]
    something = or_(*(columns[name] != 0 for name in SUMS))
    sums = [summed(columns[name]) for name in SUMS]
    return (
        select(*sums, *by)
        .where(mine, columns.day >= bindparam("since"))
        .where(columns.day < bindparam("end"), something)
        .group_by(*by)
    )


def _span(mine: ColumnElement[bool]) -> ClauseElement:
    day = daily_totals.c.day
    first = select(func.min(day)).where(mine).scalar_subquery()
    last = select(func.max(day)).where(mine).scalar_subquery()
    return select(first, last)


def _starts(
    period: Period, step: Step | None, first_weekday: int
) -> list[date]:
    if step is None:
        return []
    return [one.start for one in buckets(period, step, first_weekday)]


def _grouped(
    row: Row, step: Step | None, starts: Sequence[date], by_platform: bool
) -> tuple[Group, list[int]]:
    sums = list(row[: len(SUMS)])
    currency, *rest = row[len(SUMS) :]
    platform_id = rest.pop(0) if by_platform else None
    if step is None:
        return (None, platform_id, currency), sums
    day = rest[0] if len(rest) == 1 else date(int(rest[0]), int(rest[1]), 1)
    start = starts[max(bisect_right(starts, day) - 1, 0)]
    return (start, platform_id, currency), sums


def _sortable(group: Group) -> tuple[Any, ...]:
    start, platform_id, currency = group
    return start or date.min, str(platform_id), currency


def _totals(code: str, sums: Sequence[int]) -> Totals:
    count, *legs, worked = sums
    return RESTORE((count, *amounts_of(legs, code), read_span(worked)))
