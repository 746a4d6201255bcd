"""The summary: sums of days, in one currency, that add up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core import EarnTrack
from earntrack_core.earnings.model import NewEarning
from earntrack_core.earnings.payouts import NewPayout
from earntrack_core.exchange.model import NewExchangeRate
from earntrack_core.kernel.money import money
from earntrack_core.platforms.model import NewPlatform
from earntrack_core.testing.makers import a_platform, an_actor
from earntrack_server.web.figures import DayFigures, Figures, figures_of
from earntrack_server.web.summary import (
    MARKS,
    OTHER,
    change,
    span_until,
    summarise,
)


TODAY = date(2026, 11, 25)
ADA = an_actor()
PLATFORMS = tuple(a_platform(ADA, f"Platform {at}") for at in range(8))
CENTS = st.decimals(-1000, 1000, places=4)
DAYS = st.dates(date(2025, 12, 1), TODAY)


def a_day(on=TODAY, platform=PLATFORMS[0], net="100", **more):
    """Return the figures of a day."""
    told = {
        "net": Decimal(net),
        "gross": Decimal(net),
        "fee": Decimal(),
        "worked": timedelta(),
        **more,
    }
    return DayFigures(day=on, platform_id=platform.id, **told)


def summary(*days, **more):
    """Return the summary of some days."""
    told = {"pending": None, "paying": 0, "left_out": (), **more}
    figures = Figures(
        currency="USD",
        platforms=PLATFORMS,
        days=days,
        is_empty=False,
        **told,
    )
    return summarise(figures, TODAY)


class TestMonths:
    def test_are_twelve(self):
        """The last of them is the present one."""
        found = summary().months

        assert len(found) == 12
        assert (found[0], found[-1]) == (date(2025, 12, 1), date(2026, 11, 1))
        assert span_until(TODAY).end == date(2026, 12, 1)

    def test_without_anything(self):
        """A month in which nothing came in differs from one of nothing."""
        found = summary(a_day(net="0"))

        assert found.lines[0].months[-1] == money(0, "USD")
        assert found.lines[0].months[0] is None
        assert found.whole.months[0] is None
        assert summary().is_empty

    @given(st.lists(st.tuples(DAYS, st.sampled_from(PLATFORMS), CENTS)))
    def test_add_up(self, rows):
        """Rows, columns and the corner of the table agree to the cent."""
        found = summary(*(a_day(*row) for row in rows))

        for line in found.lines:
            assert line.net == total(line.months)
        for at, whole in enumerate(found.whole.months):
            column = [line.months[at] for line in found.lines]
            assert (whole or money(0, "USD")) == total(column)
        assert found.whole.net == total(found.whole.months)


def total(cells):
    """Add up the cells of a table."""
    return sum((one for one in cells if one is not None), money(0, "USD"))


class TestLines:
    def test_begin_with_the_largest(self):
        """Who brings most stands first, with the share of all."""
        found = summary(
            a_day(net="25"), a_day(platform=PLATFORMS[1], net="75")
        )

        assert [line.platform for line in found.lines] == [
            PLATFORMS[1],
            PLATFORMS[0],
        ]
        assert [line.share for line in found.lines] == [
            Decimal("0.75"),
            Decimal("0.25"),
        ]

    def test_of_a_loss_have_no_share(self):
        """A platform that cost money is no part of what came in."""
        found = summary(
            a_day(net="50"), a_day(platform=PLATFORMS[1], net="-50")
        )

        assert [line.share for line in found.lines] == [1, 0]

    def test_colours_are_of_the_platform(self):
        """Who came first keeps the first colour, however much it brings."""
        found = summary(
            a_day(net="25"), a_day(platform=PLATFORMS[1], net="75")
        )

        assert [line.mark for line in found.lines] == ["k2", "k1"]

    def test_more_than_can_be_told_apart(self):
        """Only the six largest have a colour of their own."""
        found = summary(
            *(
                a_day(platform=platform, net=str(100 - at))
                for at, platform in enumerate(PLATFORMS)
            )
        )

        marks = [line.mark for line in found.lines]
        assert set(marks[:6]) == set(MARKS)
        assert marks[6:] == [OTHER, OTHER]

    def test_hourly_and_fees(self):
        """What an hour brings, and what the platform keeps of gross."""
        (line,) = summary(
            a_day(
                net="90",
                gross=Decimal(100),
                fee=Decimal(10),
                worked=timedelta(hours=2),
            )
        ).lines

        assert line.hourly == money(45, "USD")
        assert line.fee_share == Decimal("0.1")

    def test_without_gross(self):
        """Where nothing came in, there is no share of it, and no hour."""
        (line,) = summary(a_day(net="0")).lines

        assert line.fee_share is None
        assert line.hourly is None


class TestMetrics:
    def test_compare_the_same_days(self):
        """The 25th is compared with last month up to the 25th."""
        found = summary(
            a_day(net="50"),
            a_day(date(2026, 10, 25), net="40"),
            a_day(date(2026, 10, 26), net="1000"),
        ).metrics

        assert found.net == money(50, "USD")
        assert found.net_before == money(40, "USD")
        assert change(found.net, found.net_before) == Decimal("0.25")

    def test_hours_of_those_who_log_them(self):
        """Sales without hours do not make hours look better."""
        found = summary(
            a_day(net="60", worked=timedelta(hours=3)),
            a_day(date(2026, 11, 2), net="30"),
            a_day(platform=PLATFORMS[1], net="900"),
        ).metrics

        assert found.hourly == money(30, "USD")
        assert found.hourly_before is None

    def test_pending(self):
        """What waits is rounded once; nothing known differs from zero."""
        waiting = summary(pending=Decimal("10.006"), paying=2).metrics

        assert waiting.pending == money("10.01", "USD")
        assert summary().metrics.pending is None

    @pytest.mark.parametrize(
        ("now", "before"), [(None, "1"), ("1", None), ("1", "0"), ("1", "-2")]
    )
    def test_change_from_nothing(self, now, before):
        """Nothing cannot grow by a share."""
        amounts = [one and money(one, "USD") for one in (now, before)]

        assert change(*amounts) is None


@pytest.fixture(name="et")
def _et():
    with EarnTrack.open() as et:
        yield et


@pytest.fixture(name="me")
def _me(et):
    return et.local(currency="USD")


@pytest.fixture(name="earned")
def _earned(et, me):
    """Return a function that stores an earning."""
    platform = et.platforms.create(me, NewPlatform(name="Upwork"))

    def earned(amount, currency="USD", on=TODAY):
        new = NewEarning(
            platform_id=platform.id,
            earned_on=on,
            gross=money(amount, currency),
            fee=money(1, currency),
        )
        return et.earnings.create(me, new)

    return earned


class TestFigures:
    def figures(self, et, me):
        return figures_of(et, me, span_until(TODAY), TODAY)

    def test_of_nobody(self, et, me):
        """Empty books are known as such."""
        assert self.figures(et, me).is_empty

    def test_converts_each_day_with_its_rate(self, et, me, earned):
        """Euros of different days are worth different dollars."""
        for value, day in (("1.1", 20), ("1.2", 25)):
            rate = NewExchangeRate(
                base="EUR",
                quote="USD",
                on=TODAY.replace(day=day),
                value=Decimal(value),
                source="test",
            )
            et.rates.create(me, rate)
            earned(101, "EUR", TODAY.replace(day=day))

        found = self.figures(et, me)

        assert [one.net for one in found.days] == [110, 120]
        assert [one.fee for one in found.days] == [
            Decimal("1.1"),
            Decimal("1.2"),
        ]
        assert found.left_out == ()

    def test_leaves_out_what_has_no_rate(self, et, me, earned):
        """No rate is guessed: the sum and the missing rate are told."""
        earned(11, "EUR")
        earned(6)

        found = self.figures(et, me)

        assert [one.net for one in found.days] == [5]
        (left,) = found.left_out
        assert left.net == money(10, "EUR")
        assert (left.missing.base, left.missing.quote) == ("EUR", "USD")
        assert left.missing.on == TODAY

    def test_leaves_out_a_currency_as_a_whole(self, et, me, earned):
        """Half of the euros would be a sum that means nothing."""
        rate = NewExchangeRate(
            base="EUR",
            quote="USD",
            on=TODAY,
            value=Decimal("1.1"),
            source="test",
        )
        et.rates.create(me, rate)
        earned(11, "EUR", TODAY - timedelta(days=40))
        earned(21, "EUR")

        found = self.figures(et, me)

        assert found.days == ()
        assert found.left_out[0].net == money(30, "EUR")

    def test_pending_is_since_the_last_payout(self, et, me, earned):
        """What was earned after the payday of a platform still waits."""
        old = earned(100, on=TODAY - timedelta(days=5))
        earned(31)
        et.payouts.create(
            me,
            NewPayout(
                platform_id=old.platform_id,
                paid_on=TODAY - timedelta(days=2),
                amount=old.net,
                earnings=(old.id,),
            ),
        )

        found = self.figures(et, me)

        assert (found.pending, found.paying) == (30, 1)

    def test_pending_is_unknown_without_payouts(self, et, me, earned):
        """Who notes no payouts has no idea what waits."""
        earned(100)

        assert self.figures(et, me).pending is None
