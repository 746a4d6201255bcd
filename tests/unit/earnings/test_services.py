"""Use cases of earnings and payouts, on the memory storage."""

from datetime import date

import pytest

import earntrack_adapters.builtin
from earntrack_core import EarnTrack, NewEarning, NewPlatform
from earntrack_core.earnings.filters import EarningOrder
from earntrack_core.earnings.model import EarningPatch
from earntrack_core.earnings.payouts import NewPayout, PayoutFilter
from earntrack_core.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from earntrack_core.kernel.money import money
from earntrack_core.kernel.paging import Cursor, Part


DAY = date(2026, 3, 2)


@pytest.fixture(name="et")
def _et():
    with EarnTrack.open(
        "memory://", plugins=[earntrack_adapters.builtin], discover=False
    ) as et:
        yield et


@pytest.fixture(name="me")
def _me(et):
    return et.local()


@pytest.fixture(name="upwork")
def _upwork(et, me):
    return et.platforms.create(me, NewPlatform(name="Upwork"))


@pytest.fixture(name="earning")
def _earning(et, me, upwork):
    return et.earnings.create(me, earned(upwork))


def earned(platform, gross="100", currency="USD"):
    return NewEarning(
        platform_id=platform.id, earned_on=DAY, gross=money(gross, currency)
    )


def paid(platform, amount="100", currency="USD", earnings=()):
    return NewPayout(
        platform_id=platform.id,
        paid_on=DAY,
        amount=money(amount, currency),
        earnings=tuple(one.id for one in earnings),
    )


class TestEarnings:
    def test_cursor_of_another_order(self, et, me, earning):
        """A cursor is a place in one order only."""
        after = Cursor(order="amount", value=1, id=earning.id)

        with pytest.raises(InvalidError, match="not of a list by -date"):
            et.earnings.find(me, part=Part(after=after))

    def test_pages_in_any_order(self, et, me, upwork):
        """The pages hold each earning once."""
        made = [et.earnings.create(me, earned(upwork, f"{n}")) for n in (3, 1)]

        first = et.earnings.find(
            me, part=Part(limit=1), order=EarningOrder.SMALLEST
        )

        assert [one.id for one in first.items] == [made[1].id]
        assert first.next is not None

    def test_linked_to_a_payout(self, et, me, upwork, earning):
        """An earning is paid by a payout of the workspace, or none."""
        payout = et.payouts.create(me, paid(upwork)).payout

        new = et.earnings.update(
            me, earning.id, EarningPatch(payout_id=payout.id)
        )

        assert new.payout_id == payout.id

    def test_removed_by_who_knows_it_of_old(self, et, me, earning):
        """Nobody removes what they have not seen."""
        et.earnings.update(me, earning.id, EarningPatch(notes="new"))

        with pytest.raises(StaleError):
            et.earnings.remove(me, earning.id, version=1)

        assert et.earnings.get(me, earning.id).notes == "new"


class TestPlatforms:
    def test_removed_by_who_knows_it_of_old(self, et, me, upwork):
        """Nobody removes what they have not seen."""
        with pytest.raises(StaleError):
            et.platforms.remove(me, upwork.id, version=9)

    def test_with_earnings_stays(self, et, me, upwork, earning):
        """Money keeps its platform."""
        with pytest.raises(ConflictError, match="archive it"):
            et.platforms.remove(me, upwork.id)

    def test_without_any_goes(self, et, me, upwork):
        """An unused platform can be removed."""
        et.platforms.remove(me, upwork.id)

        with pytest.raises(NotFoundError):
            et.platforms.get(me, upwork.id)


class TestPayouts:
    def test_pays_what_it_names(self, et, me, upwork, earning):
        """Amount less the net of what is linked is the residual."""
        settled = et.payouts.create(me, paid(upwork, "90", earnings=[earning]))

        assert settled.linked.net == money(100, "USD")
        assert settled.residual == money(-10, "USD")
        assert settled.reason == "unexplained"

    def test_link_and_unlink(self, et, me, upwork, earning):
        """What a payout pays can be said later, and taken back."""
        key = et.payouts.create(me, paid(upwork)).payout.id

        linked = et.payouts.link(me, key, [earning.id])
        free = et.payouts.unlink(me, key)

        assert (linked.residual, linked.reason) == (money(0, "USD"), "")
        assert free.residual == money(100, "USD")

    def test_link_until_a_day(self, et, me, upwork, earning):
        """All that is not paid yet, up to a day."""
        key = et.payouts.create(me, paid(upwork)).payout.id

        assert et.payouts.link_until(me, key, DAY).linked.count == 1
        assert et.payouts.get(me, key).linked.count == 1

    def test_explained(self, et, me, upwork):
        """A residual has the reason that the user gives."""
        key = et.payouts.create(me, paid(upwork, "5")).payout.id

        assert et.payouts.explain(me, key, "reserve").reason == "reserve"

    def test_found_and_removed(self, et, me, upwork, earning):
        """A removed payout leaves its earnings unpaid."""
        key = et.payouts.create(me, paid(upwork, earnings=[earning])).payout.id

        assert [
            one.id for one in et.payouts.find(me, PayoutFilter()).items
        ] == [key]
        et.payouts.remove(me, key)

        assert et.payouts.find(me, PayoutFilter()).items == ()
        assert et.earnings.get(me, earning.id).payout_id is None

    def test_of_another_platform(self, et, me, earning):
        """A platform pays what was earned on it."""
        etsy = et.platforms.create(me, NewPlatform(name="Etsy"))

        with pytest.raises(InvalidError, match="another platform"):
            et.payouts.create(me, paid(etsy, earnings=[earning]))

    def test_in_another_currency(self, et, me, upwork, earning):
        """A payout pays in its own currency."""
        with pytest.raises(InvalidError, match="another currency"):
            et.payouts.create(
                me, paid(upwork, "90", "EUR", earnings=[earning])
            )

    def test_of_what_another_one_pays(self, et, me, upwork, earning):
        """Nothing is paid twice."""
        et.payouts.create(me, paid(upwork, earnings=[earning]))

        with pytest.raises(ConflictError, match="Another payout"):
            et.payouts.create(me, paid(upwork, earnings=[earning]))

    def test_of_what_is_not_there(self, et, me, upwork, earning):
        """An earning that is gone cannot be paid."""
        et.earnings.remove(me, earning.id)

        with pytest.raises(NotFoundError):
            et.payouts.create(me, paid(upwork, earnings=[earning]))
