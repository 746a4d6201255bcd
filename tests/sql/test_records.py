"""Things come back as they were stored."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from sql_makers import (
    DAY,
    NOW,
    a_batch,
    a_key,
    a_line,
    a_payout,
    a_platform,
    an_earning,
    store,
)

from earntrack_core.earnings.changes import Change, ChangeFilter
from earntrack_core.earnings.filters import ALL, EarningFilter
from earntrack_core.earnings.payouts import PayoutFilter
from earntrack_core.exchange.model import ExchangeRate, ExchangeRateFilter
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    NotFoundError,
)
from earntrack_core.kernel.money import money
from earntrack_core.kernel.paging import Cursor, Part
from earntrack_core.platforms.model import FeeRule, PlatformFilter
from earntrack_core.statements.batch import BatchFilter, BatchState, Counts
from earntrack_core.statements.line import LineFilter, Shadow
from earntrack_core.statements.model import RowKind, RowStatus


def a_rate(actor, on=DAY, **fields):
    """Return an exchange rate of the actor's."""
    return ExchangeRate(
        **stamp(actor.workspace_id, NOW),
        **{
            "id": a_key(),
            "base": "EUR",
            "quote": "USD",
            "on": on,
            "value": Decimal("1.0800"),
            "source": "manual",
        }
        | fields,
    )


class TestPlatforms:
    def test_come_back_whole(self, storage, ada):
        """With every field set, and with none."""
        full = a_platform(
            ada,
            "Étsy",
            key="etsy",
            category="shop",
            colour="#a1b2c3",
            currency="JPY",
            fee=FeeRule(percent=Decimal("6.50"), fixed=Decimal("0.2")),
            active=False,
        )
        bare = a_platform(ada, "Bare")
        store(storage, ada, platforms=[full, bare])

        with storage.view(ada) as unit:
            assert unit.platforms.get(full.id) == full
            assert unit.platforms.find(PlatformFilter()) == [bare, full]
            assert unit.platforms.find(PlatformFilter(active=False)) == [full]
            assert unit.platforms.count(PlatformFilter(key="etsy")) == 1

    def test_are_found_in_pages(self, storage, ada):
        """A cursor goes on where the page before ended."""
        platforms = [a_platform(ada, f"P{n}") for n in range(5)]
        store(storage, ada, platforms=platforms)

        with storage.view(ada) as unit:
            first = unit.platforms.find(PlatformFilter(), Part(limit=2))
            after = Cursor(order="-id", value="", id=first[-1].id)
            second = unit.platforms.find(
                PlatformFilter(), Part(limit=2, after=after)
            )
        assert [*first, *second] == platforms[:0:-1]

    def test_are_used_by_whatever_refers_to_them(self, storage, ada):
        """An earning, a payout, an import or a line is a use."""
        free, *used = (a_platform(ada, f"P{n}") for n in range(5))
        store(storage, ada, platforms=[free, *used])
        batch = a_batch(ada, platform_id=used[2].id)
        store(storage, ada, an_earning(ada, used[0].id))
        with storage.begin(ada) as unit:
            unit.payouts.add(a_payout(ada, used[1].id))
            unit.batches.add(batch)
            unit.lines.add_all([a_line(batch, platform_id=used[3].id)])

        with storage.view(ada) as unit:
            assert all(unit.platforms.used(one.id) for one in used)
            assert not unit.platforms.used(free.id)

    def test_are_removed(self, storage, ada, upwork):
        """What is removed is gone, and cannot be removed again."""
        with storage.begin(ada) as unit:
            unit.platforms.remove(upwork.id)

        with storage.begin(ada) as unit, pytest.raises(NotFoundError):
            unit.platforms.remove(upwork.id)
        with storage.view(ada) as unit, pytest.raises(NotFoundError):
            unit.platforms.get(upwork.id)

    def test_keep_the_sums_off_a_broken_book(self, storage, ada, upwork):
        """Totals never fall below zero, whatever was done to the book."""
        earning = an_earning(ada, upwork.id)
        store(storage, ada, earning)
        with storage.begin(ada) as unit:
            broken = unit.work.statement("break", lambda _: emptied())
            unit.work.write(broken, {"mine": ada.workspace_id})

        def remove():
            with storage.begin(ada) as unit:
                unit.earnings.remove(earning.id)

        with pytest.raises(ConflictError, match="--repair"):
            remove()


def emptied():
    """Return the statement that makes totals forget their earnings."""
    from sqlalchemy import bindparam, update  # noqa: PLC0415 -- only here

    from earntrack_adapters.sql.earning_tables import (  # noqa: PLC0415
        daily_totals,
    )

    mine = daily_totals.c.workspace_id == bindparam("mine")
    return update(daily_totals).where(mine).values(entries=0)


class TestRates:
    def test_come_back_whole(self, storage, ada):
        """No digit is lost, not even a zero at the end."""
        rate = a_rate(ada, value=Decimal("0.000000000100"))
        with storage.begin(ada) as unit:
            unit.rates.add(rate)

        with storage.view(ada) as unit:
            found = unit.rates.get(rate.id)
            assert found == rate
            assert str(found.value) == str(rate.value)

    def test_are_one_per_pair_and_day(self, storage, ada):
        """A second one is refused, and says of which pair and day."""

        def add(rate):
            with storage.begin(ada) as unit:
                unit.rates.add(rate)

        add(a_rate(ada))

        with pytest.raises(DuplicateError) as caught:
            add(a_rate(ada))
        error = caught.value
        assert (error.kind, error.field) == ("rate", "on")
        assert error.value == ("EUR", "USD", DAY)

    def test_the_latest_up_to_a_day(self, storage, ada):
        """Later ones, and those of other pairs, do not count."""
        days = [DAY, DAY + timedelta(days=2), DAY + timedelta(days=9)]
        with storage.begin(ada) as unit:
            for day in days:
                unit.rates.add(a_rate(ada, day))
            unit.rates.add(a_rate(ada, days[2], base="USD", quote="EUR"))

        with storage.view(ada) as unit:
            latest = unit.rates.latest("EUR", "USD", DAY + timedelta(days=8))
            assert latest.on == days[1]
            assert unit.rates.latest("EUR", "USD", date(2020, 1, 1)) is None
            since = ExchangeRateFilter(since=days[1], base="EUR")
            assert unit.rates.count(since) == 2


class TestPayouts:
    def test_come_back_whole(self, storage, ada, upwork):
        """With every field set, and with none."""
        batch = a_batch(ada)
        full = a_payout(
            ada,
            upwork.id,
            "-12.30",
            external_id="x",
            notes="n",
            reason="fees",
            arrived_on=DAY,
            batch_id=batch.id,
        )
        bare = a_payout(ada, upwork.id)
        with storage.begin(ada) as unit:
            unit.batches.add(batch)
            unit.payouts.add_all([full, bare])

        with storage.view(ada) as unit:
            assert unit.payouts.find(PayoutFilter()) == [bare, full]
            assert unit.payouts.find(PayoutFilter(batch_id=batch.id)) == [full]
            late = PayoutFilter(since=DAY + timedelta(days=1))
            assert unit.payouts.count(late) == 0

    def test_that_go_leave_their_earnings_unpaid(self, storage, ada, upwork):
        """Whether one payout is removed, or many."""
        payouts = [a_payout(ada, upwork.id) for _ in range(3)]
        earnings = [
            evolve(an_earning(ada, upwork.id), payout_id=payout.id)
            for payout in payouts
        ]
        with storage.begin(ada) as unit:
            unit.payouts.add_all(payouts)
            unit.earnings.add_all(earnings)

        with storage.begin(ada) as unit:
            unit.payouts.remove(payouts[0].id)
            unit.payouts.remove_all([payouts[1].id, a_key()])

        with storage.view(ada) as unit:
            paid = [one.payout_id for one in unit.earnings.find(ALL)]
            assert paid == [payouts[2].id, None, None]
            versions = [one.version for one in unit.earnings.find(ALL)]
            assert versions == [1, 2, 2]

    def test_settle_what_is_open(self, storage, ada, upwork):
        """Earnings of the platform and currency, up to a day."""
        other = a_platform(ada, "Etsy")
        store(storage, ada, platforms=[other])
        payout = a_payout(ada, upwork.id)
        fits = an_earning(ada, upwork.id)
        others = [
            an_earning(ada, upwork.id, currency="USD"),
            an_earning(ada, other.id),
            an_earning(ada, upwork.id, earned_on=DAY + timedelta(days=1)),
        ]
        store(storage, ada, fits, *others)

        with storage.begin(ada) as unit:
            unit.payouts.add(payout)
            count = unit.earnings.settle(payout, DAY)

        where = EarningFilter(payout_id=payout.id)
        with storage.view(ada) as unit:
            assert count == 1
            assert [one.id for one in unit.earnings.find(where)] == [fits.id]
        with storage.begin(ada) as unit:
            assert unit.earnings.unsettle(payout.id) == 1
            assert unit.earnings.count(where) == 0


class TestChanges:
    def test_keep_earnings_as_they_were(self, storage, ada, upwork):
        """To the last field, so that nothing is lost by undoing."""
        before = (
            an_earning(
                ada,
                upwork.id,
                "12.34",
                tip=money("1", "EUR"),
                worked=timedelta(hours=1, microseconds=1),
                notes='"ü"\n',
                occurred_at=NOW,
                external_id="x",
            ),
            an_earning(ada, upwork.id, currency="JPY"),
        )
        change = Change(
            **stamp(ada.workspace_id, NOW),
            id=a_key(),
            verb="delete",
            before=before,
            after=(0, 2),
        )
        with storage.begin(ada) as unit:
            unit.changes.add(change)
            undone = unit.changes.replace(evolve(change, undone_at=NOW))

        with storage.view(ada) as unit:
            assert unit.changes.get(change.id) == undone
            assert unit.changes.find(ChangeFilter()) == [undone]
            assert undone.before == before


class TestBatches:
    def test_come_back_whole(self, storage, ada, upwork):
        """With every field set, and as they begin."""
        fresh = a_batch(ada)
        full = a_batch(
            ada,
            platform_id=upwork.id,
            account="12",
            file_key="k",
            answers={"currency": "EUR", "odd": ["\x00", None, 1.5]},
            exported_on=DAY,
            state=BatchState.DONE,
            offset=7,
            counts=Counts(data_rows=3, imported=2, errors=1),
            report={"totals": {"EUR": "1.00"}},
        )
        with storage.begin(ada) as unit:
            unit.batches.add_all([fresh, full])

        with storage.view(ada) as unit:
            assert unit.batches.find(BatchFilter()) == [full, fresh]
            done = BatchFilter(state=BatchState.DONE, digest="d" * 64)
            assert unit.batches.find(done) == [full]


class TestLines:
    @pytest.fixture(name="batch")
    def _batch(self, storage, ada, upwork):
        """An import of Ada's."""
        batch = a_batch(ada, platform_id=upwork.id)
        with storage.begin(ada) as unit:
            unit.batches.add(batch)
        return batch

    def test_come_back_whole(self, storage, ada, upwork, batch):
        """With every field set, and with none."""
        bare = a_line(batch)
        full = a_line(
            batch,
            platform_id=upwork.id,
            report="orders",
            kind=RowKind.REFUND,
            status=RowStatus.PENDING,
            summary=True,
            local_date=DAY,
            occurred_at=NOW,
            period_start=DAY - timedelta(days=6),
            exported_on=DAY,
            currency="USDT",
            amounts={"gross": Decimal("1.2300"), "fee": Decimal("-1E-12")},
            earnings=1,
            seconds=3600,
            external_id="x",
            group_id="g",
            order_ref="o",
            counterparty="Zoë",
            description='"d"',
            original_amount=Decimal("0.10"),
            original_currency="EUR",
            earning_id=a_key(),
            payout_id=a_key(),
            shadow=Shadow.ORDER_REPORT,
            arrival_of=bare.id,
        )
        with storage.begin(ada) as unit:
            unit.lines.add_all([full, bare])

        with storage.view(ada) as unit:
            known = unit.lines.known([full.key, bare.key, "0" * 32])
            assert known == {full.key: full, bare.key: bare}
            assert unit.lines.find(LineFilter()) == [bare, full]
            assert unit.lines.find(LineFilter(), limit=1) == [bare]
            assert unit.lines.find(LineFilter(), after=bare.id) == [full]

    def test_are_found_by_what_they_say(self, storage, ada, upwork, batch):
        """Every field of the filter chooses as `matches` does."""
        lines = [
            a_line(batch, platform_id=upwork.id, order_ref="a", earnings=1),
            a_line(batch, report="orders", order_ref="b", local_date=DAY),
            a_line(batch, amounts={"payout": Decimal(-5)}, currency="EUR"),
            a_line(batch, amounts={"gross": Decimal("1.50")}),
            a_line(batch, amounts={"amount": Decimal("1.5")}),
            a_line(batch, amounts={"amount": Decimal("-1.5")}, summary=True),
            a_line(batch, shadow=Shadow.ARRIVAL, platform_key="wise"),
        ]
        with storage.begin(ada) as unit:
            unit.lines.add_all(lines)

        wanted = [
            LineFilter(batch_id=batch.id),
            LineFilter(batch_id=a_key()),
            LineFilter(platform_id=upwork.id),
            LineFilter(report="orders"),
            LineFilter(order_refs=("a", "b", "c")),
            LineFilter(currency="EUR"),
            LineFilter(summary=True),
            LineFilter(summary=False, earns=True),
            LineFilter(earns=False),
            LineFilter(shadow=Shadow.NONE),
            LineFilter(shadow=Shadow.ARRIVAL),
            LineFilter(since=DAY, until=DAY),
            LineFilter(since=DAY + timedelta(days=1)),
            LineFilter(ids=tuple(line.id for line in lines[2:5])),
            LineFilter(platform_keys=("wise", "revolut")),
            LineFilter(pays_out=True),
            LineFilter(pays_out=False),
            LineFilter(credit=(Decimal("1.500"), Decimal(9))),
        ]
        with storage.view(ada) as unit:
            for where in wanted:
                expected = [one for one in lines if where.matches(one)]
                assert unit.lines.find(where) == expected, where

    def test_are_stored_anew(self, storage, ada, batch):
        """A correction takes the place of what was said before."""
        line = a_line(batch, amounts={"gross": Decimal(1)})
        newer = evolve(line, amounts={"gross": Decimal(2)}, line=9)
        with storage.begin(ada) as unit:
            unit.lines.add_all([line])
            unit.lines.replace_all([newer])

        with storage.view(ada) as unit:
            assert unit.lines.known([line.key]) == {line.key: newer}

    def test_are_known_by_one_key(self, storage, ada, batch):
        """A second line of a key is refused."""
        line = a_line(batch)

        def add():
            with storage.begin(ada) as unit:
                unit.lines.add_all([evolve(line, id=a_key())])

        add()

        with pytest.raises(DuplicateError) as caught:
            add()
        error = caught.value
        assert (error.kind, error.field) == ("line", "key")
        assert error.value == line.key

    def test_are_claimed_by_batches(self, storage, ada, batch):
        """A line stays claimed until no batch tells of it."""
        later = a_batch(ada)
        one, two = a_line(batch), a_line(batch)
        said = evolve(one, batch_id=later.id, line=5)
        with storage.begin(ada) as unit:
            unit.batches.add(later)
            unit.lines.add_all([one, two])
            unit.lines.keep([said])
            unit.lines.keep([said])

        with storage.begin(ada) as unit:
            claimed = unit.lines.claimed([one.id, two.id, a_key()])
            kept = unit.lines.kept([one.id, two.id])
            first = unit.lines.unclaim(batch.id, 1)
            rest = unit.lines.unclaim(batch.id, 9)
            left = unit.lines.claimed([one.id, two.id])
            unit.lines.remove_all([one.id, two.id])

        assert claimed == {one.id: later.id, two.id: batch.id}
        assert {key: list(found) for key, found in kept.items()} == {
            one.id: [said]
        }
        assert [*first, *rest] == [one, two]
        assert left == {one.id: later.id}
        with storage.view(ada) as unit:
            assert unit.lines.find(LineFilter()) == []
            assert unit.lines.kept([one.id]) == {}


class TestManyThings:
    def test_are_stored_found_and_removed(self, storage, ada, upwork):
        """More than one statement can ask for."""
        earnings = [an_earning(ada, upwork.id) for _ in range(1200)]
        store(storage, ada, *earnings)
        keys = [one.id for one in earnings]

        with storage.begin(ada) as unit:
            found = unit.earnings.get_all([*keys, keys[0], a_key()])
            assert {one.id for one in found} == set(keys)
            assert len(found) == 1200
            unit.earnings.replace_all(
                [evolve(one, category="x") for one in found]
            )
            where = EarningFilter(ids=tuple(keys), category="x")
            assert unit.earnings.count(where) == 1200
            unit.earnings.remove_all(keys)

        with storage.view(ada) as unit:
            assert unit.earnings.daily(ALL) == []
            assert unit.earnings.span() is None
