"""What several reports tell of is booked once, whichever comes first."""

from itertools import permutations

import pytest

from earntrack_core.earnings.filters import ALL
from earntrack_core.statements.line import Shadow
from tests.unit.statements.slips import Desk, slips


LEDGER = slips(
    "t1 earning 2026-01-05 gross=10 order=#1",
    "t2 fee 2026-01-05 fee=-1 order=#2",
)
ORDERS = slips(
    "o1 earning 2026-01-04 gross=11 order=#1",
    "o2 earning 2026-01-04 gross=20 order=#2",
    "o3 earning 2026-01-04 gross=30 order=#3",
    "o4 earning 2026-01-04 gross=40",
    report="orders",
    family="orders",
)


def in_every_order(*files):
    """Return a desk per order, with its reports by file."""
    for order in permutations(files):
        desk = Desk()
        yield desk, {text: desk.book(text) for text in order}


class TestOrderReports:
    def test_ledger_tells_better(self):
        """A sale that a ledger tells of is booked from the ledger."""
        for desk, _ in in_every_order(LEDGER, ORDERS):
            gross = desk.gross()
            del gross["0.00"]
            assert gross == {"10.00": 1, "20.00": 1, "30.00": 1, "40.00": 1}
            assert desk.line("o1").shadow is Shadow.ORDER_REPORT
            assert desk.line("o2").shadow is Shadow.NONE

    def test_ledger_that_is_undone(self):
        """Without the ledger the order report counts again."""
        for desk, reports in in_every_order(LEDGER, ORDERS):
            desk.undo(reports[LEDGER])

            assert desk.gross() == {
                "11.00": 1,
                "20.00": 1,
                "30.00": 1,
                "40.00": 1,
            }

    def test_reports_that_are_undone(self):
        """Without the order report the ledger stays as it was."""
        for desk, reports in in_every_order(LEDGER, ORDERS):
            desk.undo(reports[ORDERS])

            assert desk.gross() == {"10.00": 1, "0.00": 1}

    def test_of_another_platform(self):
        """An order number means nothing elsewhere."""
        other = slips(
            "t1 earning 2026-01-05 gross=10 order=#1", platform="gigs"
        )
        for desk, _ in in_every_order(other, ORDERS):
            assert len(desk.earnings()) == 5

    def test_many_orders(self):
        """However many there are, each is booked once."""
        sold = slips(
            *(
                f"o{n} earning 2026-01-04 gross=1 order=#{n}"
                for n in range(700)
            ),
            report="orders",
            family="orders",
        )
        moved = slips(
            *(
                f"t{n} earning 2026-01-05 gross=2 order=#{n}"
                for n in range(650)
            )
        )
        for desk, _ in in_every_order(sold, moved):
            with desk.view() as unit:
                [totals] = unit.earnings.totals(ALL)
            assert totals.count == 700
            assert str(totals.gross.amount) == "1350.00"


def month(gross, exported="2026-03-01", **said):
    return slips(
        f"- earning 2026-01-31 from=2026-01-01 gross={gross}",
        family="months",
        exported=exported,
        **said,
    )


DETAIL = slips("a earning 2026-01-31 gross=4", "b earning 2026-02-01 gross=5")
DAYS = slips(
    "- earning 2026-01-10 from=2026-01-10 gross=7",
    "- earning 2026-02-10 from=2026-02-10 gross=8",
    family="days",
)


class TestSums:
    def test_details_tell_better(self):
        """A sum is not booked beside the single records of its period."""
        for desk, reports in in_every_order(month("100"), DETAIL):
            assert desk.gross() == {"4.00": 1, "5.00": 1}

            desk.undo(reports[DETAIL])

            assert desk.gross() == {"100.00": 1}

    def test_shorter_sums_tell_better(self):
        """Nor beside sums of its days; those give way to single records."""
        for desk, reports in in_every_order(month("100"), DAYS):
            assert desk.gross() == {"7.00": 1, "8.00": 1}

            desk.undo(reports[DAYS])

            assert desk.gross() == {"100.00": 1}

    def test_detail_of_a_day(self):
        """A sum of a day is told by a record of that day."""
        detail = slips("a earning 2026-01-10 gross=3")
        for desk, _ in in_every_order(month("100"), DAYS, detail):
            assert desk.gross() == {"3.00": 1, "8.00": 1}

    @pytest.mark.parametrize(
        "detail",
        [
            slips("a earning 2026-02-01 gross=4"),
            slips("a earning 2025-12-31 gross=4"),
            slips("a earning 2026-01-31 gross=4", currency="USD"),
            slips("a payout 2026-01-31 payout=-4 fee=-1"),
            slips("a earning 2026-01-31 gross=4", platform="gigs"),
        ],
    )
    def test_other_records_tell_nothing(self, detail):
        """Records of another time, currency, kind or platform do not."""
        for desk, _ in in_every_order(month("100"), detail):
            assert desk.gross()["100.00"] == 1

    def test_longer_and_equal_sums_tell_nothing(self):
        """Sums of the same period from elsewhere stand side by side."""
        other = month("60", exported="").replace("months", "others")
        year = slips(
            "- earning 2026-12-31 from=2026-01-01 gross=900", family="years"
        )
        for desk, _ in in_every_order(month("100"), other):
            assert desk.gross() == {"100.00": 1, "60.00": 1}
        for desk, _ in in_every_order(month("100"), year):
            assert desk.gross() == {"100.00": 1}

    def test_sum_that_overlaps(self):
        """A sum that begins before is not a part of the period."""
        week = slips(
            "- earning 2026-01-04 from=2025-12-29 gross=6", family="weeks"
        )
        for desk, _ in in_every_order(month("100"), week):
            assert desk.gross() == {"100.00": 1, "6.00": 1}

    def test_sum_without_a_day(self):
        """A sum that nobody could date is an error, not a riddle."""
        desk = Desk()
        report = desk.book(slips("- earning - from=2026-01-01 gross=1"))

        assert report.counts.errors == 1

    def test_corrected_sum_stays_hidden(self):
        """A newer sum of a period with details is not booked either."""
        files = month("100"), month("120", exported="2026-04-01"), DETAIL
        for desk, reports in in_every_order(*files):
            assert desk.gross() == {"4.00": 1, "5.00": 1}

            desk.undo(reports[DETAIL])

            assert desk.gross() == {"120.00": 1}
