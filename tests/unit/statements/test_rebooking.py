"""What users changed stays, whatever statements say later."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from earntrack_core.kernel.money import money
from earntrack_core.testing.makers import a_platform
from tests.unit.statements.slips import Desk, slips


PENDING = slips(
    "a earning 2026-01-05 gross=10 fee=-1 status=pending text=Shoes"
)
FINAL = slips("a earning 2026-01-07 gross=9 fee=-1 text=Two_shoes")


def changed(desk, **fields):
    """Change the only earning, as its user would."""
    [earning] = desk.earnings()
    with desk.storage.begin(desk.actor) as unit:
        unit.earnings.replace(evolve(earning, **fields))


@pytest.fixture(name="desk")
def _desk():
    desk = Desk()
    desk.book(PENDING)
    return desk


class TestEarnings:
    def test_untouched_is_replaced(self, desk):
        """Nobody changed it, so all of it follows the statement."""
        desk.book(FINAL)

        [earning] = desk.earnings()
        assert str(earning.gross.amount) == "9.00"
        assert earning.earned_on == date(2026, 1, 7)
        assert earning.notes == "Two shoes"

    @pytest.mark.parametrize(
        "fields",
        [
            {"notes": "mine"},
            {"category": "Design"},
            {"worked": timedelta(hours=3)},
            {"earned_on": date(2026, 1, 6)},
            {"external_id": "other"},
        ],
    )
    def test_changed_field_stays(self, desk, fields):
        """The user's word stays, the rest follows the statement."""
        changed(desk, **fields)

        desk.book(FINAL)

        [earning] = desk.earnings()
        assert str(earning.gross.amount) == "9.00"
        for name, value in fields.items():
            assert getattr(earning, name) == value

    def test_changed_amount_stays_with_the_others(self, desk):
        """Amounts only make sense together, so they stay together."""
        changed(desk, gross=money(8, "EUR"), notes="mine")

        desk.book(FINAL)

        [earning] = desk.earnings()
        assert str(earning.net.amount) == "7.00"
        assert earning.earned_on == date(2026, 1, 7)

    def test_moved_earning_stays_where_it_is(self, desk):
        """Whoever moved it to another platform meant it."""
        other = a_platform(desk.actor, "Other")
        with desk.storage.begin(desk.actor) as unit:
            unit.platforms.add(other)
        changed(desk, platform_id=other.id)

        desk.book(FINAL)

        assert desk.earnings()[0].platform_id == other.id

    def test_removed_earning_stays_removed(self, desk):
        """What the user removed does not come back by the back door."""
        with desk.storage.begin(desk.actor) as unit:
            unit.earnings.remove(desk.earnings()[0].id)

        report = desk.book(FINAL)

        assert report.counts.updated == 1
        assert desk.earnings() == []
        desk.undo(report)
        assert desk.earnings() == []

    def test_link_to_a_payout_stays(self, desk):
        """A corrected earning is still paid by its payout."""
        desk.book(slips("p payout 2026-01-09 payout=-9"))
        [payout] = desk.payouts()
        changed(desk, payout_id=payout.id)

        desk.book(FINAL)

        assert desk.earnings()[0].payout_id == payout.id

    def test_undone_correction(self, desk):
        """Without the correction it says what the first file says."""
        before = desk.portrait()
        report = desk.book(FINAL)
        changed(desk, category="Design")

        desk.undo(report)

        assert desk.portrait() == before
        assert desk.earnings()[0].category == "Design"

    def test_nothing_new_changes_no_version(self, desk):
        """What says the same is not changed, but for who says it."""
        first = desk.book(FINAL)
        second = desk.book(FINAL.replace("Two_shoes", "Two_shoes "))
        version = desk.earnings()[0].version

        desk.undo(second)

        assert desk.earnings()[0].version == version
        assert desk.earnings()[0].batch_id == first.batch_id

    def test_becomes_something_else(self, desk):
        """What was income may turn out to be none, and the other way."""
        report = desk.book(slips("a purchase 2026-01-07 expense=-9"))
        assert desk.earnings() == []

        desk.undo(report)

        assert desk.gross() == {"10.00": 1}


SENT = slips("p payout 2026-01-05 payout=-10 status=pending text=Bank")


class TestPayouts:
    @pytest.fixture(name="desk")
    def _desk(self):
        desk = Desk()
        desk.book(SENT)
        return desk

    def test_corrected(self, desk):
        """A payout keeps its links, reason and identity."""
        [before] = desk.payouts()
        desk.book(slips("a earning 2026-01-04 gross=10"))
        changed(desk, payout_id=before.id)
        with desk.storage.begin(desk.actor) as unit:
            unit.payouts.replace(evolve(before, reason="fees"))

        desk.book(slips("p payout 2026-01-06 payout=-9 text=Bank"))

        [after] = desk.payouts()
        assert after.id == before.id
        assert (after.reason, str(after.amount.amount)) == ("fees", "9.00")
        assert after.paid_on == date(2026, 1, 6)
        assert desk.earnings()[0].payout_id == before.id

    def test_removed_stays_removed(self, desk):
        """What the user removed is not sent again, nor looked for."""
        with desk.storage.begin(desk.actor) as unit:
            unit.payouts.remove(desk.payouts()[0].id)

        desk.book(slips("p payout 2026-01-06 payout=-9 text=Bank"))
        desk.book(
            slips(
                "- transaction 2026-01-07 amount=9",
                platform="bank",
                kind="bank_transactions",
            )
        )

        assert desk.payouts() == []

    def test_becomes_something_else(self, desk):
        """A payout that was cancelled is none, until that is undone."""
        report = desk.book(slips("p transfer 2026-01-06 transfer=0"))
        assert desk.payouts() == []

        desk.undo(report)

        assert len(desk.payouts()) == 1
