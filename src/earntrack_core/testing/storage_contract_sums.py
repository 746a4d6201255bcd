"""What every storage promises about sums: they are those of the rows."""
# ruff: noqa: S101 -- a contract is made of tests, on whole units

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from earntrack_core.earnings.filters import ALL, EarningFilter
from earntrack_core.earnings.model import Earning, EarningId
from earntrack_core.earnings.totals import (
    Bucket,
    DailyTotal,
    Totals,
    by_currency,
    empty,
    totals_of,
)
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.errors import NotFoundError
from earntrack_core.kernel.periods import Period, Step, period_of
from earntrack_core.testing.makers import a_payout, an_earning
from earntrack_core.testing.storage_contract_lists import a_book
from earntrack_core.testing.strategies import earnings, filters


STEPS = (None, *Step)
DAY = timedelta(days=1)
HANDFUL = 4


def daily(rows: Iterable[Earning]) -> list[DailyTotal]:
    """Add up the days of some earnings."""
    groups: defaultdict[Any, list[Totals]] = defaultdict(list)
    for one in rows:
        key = one.earned_on, one.platform_id, one.currency
        groups[key].append(totals_of(one))
    sums = {key: by_currency(group)[0] for key, group in groups.items()}
    return [
        DailyTotal(day=key[0], platform_id=key[1], totals=sums[key])
        for key in sorted(sums)
        if not empty(sums[key])
    ]


def summary(
    days: Iterable[DailyTotal],
    step: Step | None,
    *,
    by_platform: bool,
    first_weekday: int,
) -> list[Bucket]:
    """Add up the buckets of some days; what is empty is left out."""
    groups: defaultdict[Any, list[DailyTotal]] = defaultdict(list)
    for one in days:
        start = date.min
        if step is not None:
            start = period_of(step, one.day, first_weekday).start
        platform = str(one.platform_id) if by_platform else ""
        groups[start, platform, one.totals.currency].append(one)
    buckets = []
    for key in sorted(groups):
        found = groups[key]
        totals = by_currency(one.totals for one in found)[0]
        buckets.append(
            Bucket(
                totals=totals,
                start=None if step is None else key[0],
                platform_id=found[0].platform_id if by_platform else None,
            )
        )
    return full(buckets)


def full(buckets: Sequence[Bucket]) -> list[Bucket]:
    """Return the buckets that have something in them."""
    return [one for one in buckets if not empty(one.totals)]


class BookMachine(RuleBasedStateMachine):
    """A book that changes at random, beside a model of it."""

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self.storage = storage
        self.actor, self.platforms, batch = a_book(storage)
        self.draws = earnings(self.actor, self.platforms, batch.id)
        self.model: dict[EarningId, Earning] = {}

    def _chosen(self, data: st.DataObject) -> list[Earning]:
        rows = st.sampled_from(sorted(self.model.values(), key=_key))
        return data.draw(st.lists(rows, unique_by=_key, max_size=HANDFUL))

    @rule(data=st.data())
    def add(self, data: st.DataObject) -> None:
        """Store a few earnings, one by one or at once."""
        drawn = data.draw(st.lists(self.draws, min_size=1, max_size=HANDFUL))
        with self.storage.begin(self.actor) as unit:
            if data.draw(st.booleans()):
                unit.earnings.add_all(drawn)
            else:
                for one in drawn:
                    unit.earnings.add(one)
        self.model |= {one.id: one for one in drawn}

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def replace(self, data: st.DataObject) -> None:
        """Change a few earnings: amounts, days, platforms, currencies."""
        changed = [
            evolve(
                data.draw(self.draws),
                id=one.id,
                created_at=one.created_at,
                version=one.version,
            )
            for one in self._chosen(data)
        ]
        with self.storage.begin(self.actor) as unit:
            newer = unit.earnings.replace_all(changed)
        assert [one.version - 1 for one in newer] == [
            one.version for one in changed
        ]
        self.model |= {one.id: one for one in newer}

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Remove a few earnings, one by one or at once."""
        keys = [one.id for one in self._chosen(data)]
        with self.storage.begin(self.actor) as unit:
            if data.draw(st.booleans()):
                unit.earnings.remove_all(keys)
            else:
                for key in keys:
                    unit.earnings.remove(key)
        for key in keys:
            del self.model[key]

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        """Change something, and take it back."""
        gone = list(self.model)[:2]
        with suppress(NotFoundError), self.storage.begin(self.actor) as unit:
            unit.earnings.add(data.draw(self.draws))
            unit.earnings.remove_all(gone)
            unit.earnings.get(gone[0])

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """Ask for the sums of what a filter matches."""
        where = data.draw(filters(self.platforms, self._some()))
        self._agree(where)

    @rule(data=st.data())
    def summarise(self, data: st.DataObject) -> None:
        """Ask for a summary of a period."""
        since = data.draw(st.dates(date(2025, 12, 1), date(2026, 3, 31)))
        span = timedelta(days=data.draw(st.integers(1, 120)))
        step = data.draw(st.sampled_from(STEPS))
        how: dict[str, Any] = {
            "by_platform": data.draw(st.booleans()),
            "first_weekday": data.draw(st.integers(0, 6)),
        }
        period = Period(since, since + span)
        rows = [one for one in self.model.values() if one.earned_on in period]
        with self.storage.view(self.actor) as unit:
            found = unit.earnings.summary(period, step, **how)
        assert full(found) == summary(daily(rows), step, **how)

    @invariant()
    def agree(self) -> None:
        """All sums are those of all rows."""
        self._agree(ALL)
        days = [one.earned_on for one in self.model.values()]
        with self.storage.view(self.actor) as unit:
            span = unit.earnings.span()
        expected = Period(min(days), max(days) + DAY) if days else None
        assert span == expected

    def _some(self) -> list[Earning]:
        return list(self.model.values())[:HANDFUL]

    def _agree(self, where: EarningFilter) -> None:
        rows = [one for one in self.model.values() if where.matches(one)]
        with self.storage.view(self.actor) as unit:
            totals = unit.earnings.totals(where)
            days = unit.earnings.daily(where)
        assert tuple(totals) == by_currency(map(totals_of, rows))
        assert list(days) == daily(rows)


def _key(one: Earning) -> EarningId:
    return one.id


class SumsContract:
    """What every storage promises about sums."""

    def test_sums_are_those_of_the_rows(self, storage: Storage) -> None:
        """Whatever was done to a book, its sums are those of its rows."""
        made: Any = partial(BookMachine, storage)
        run_state_machine_as_test(
            made,
            settings=settings(max_examples=15, stateful_step_count=12),
        )
        mine = storage.check()
        assert list(mine) == []

    def test_buckets_are_those_of_the_rows(self, storage: Storage) -> None:
        """Each step has the buckets of its days, and so has the whole."""
        actor, platforms, _ = a_book(storage)
        row = an_earning(actor, platforms[0])
        period = Period(row.earned_on, row.earned_on + DAY)
        with storage.begin(actor) as unit:
            unit.earnings.add(row)

        how: dict[str, Any] = {"by_platform": True, "first_weekday": 0}
        with storage.view(actor) as unit:
            found = [
                full(unit.earnings.summary(period, step, **how))
                for step in STEPS
            ]
        assert found == [summary(daily([row]), step, **how) for step in STEPS]
        assert all(found)

    def test_sums_leave_out_links(self, storage: Storage) -> None:
        """Linking earnings to a payout changes no sum."""
        actor, platforms, _ = a_book(storage)
        payout = a_payout(actor, platforms[0])
        with storage.begin(actor) as unit:
            before = unit.earnings.daily(ALL)
            unit.payouts.add(payout)
            unit.earnings.settle(payout, date.max)

        with storage.view(actor) as unit:
            assert unit.earnings.daily(ALL) == before
