"""Payouts that arrived are not income a second time."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from earntrack_core.statements.arrivals import Circle
from earntrack_core.statements.line import Shadow
from tests.unit.statements.slips import Desk, slips


def payouts(*days, amount="100", **said):
    return slips(
        *(
            f"p{at} payout {day} payout=-{amount}"
            for at, day in enumerate(days)
        ),
        **said,
    )


def bank(*rows, **said):
    """Return a bank statement of days, amounts and texts."""
    said = {"platform": "bank", "kind": "bank_transactions"} | said
    return slips(
        *(
            f"b{at} transaction {day} amount={amount} text={text}"
            for at, (day, amount, text) in enumerate(rows)
        ),
        **said,
    )


def paypal(*rows):
    return slips(
        *(
            f"w{at} earning {day} gross={amount} fee=-1 text={text}"
            for at, (day, amount, text) in enumerate(rows)
        ),
        platform="paypal",
    )


def arrived(desk):
    """Return when each payout arrived, by the day it was sent."""
    return {str(one.paid_on): one.arrived_on for one in desk.payouts()}


def pairs(desk):
    """Return which line is the arrival of which payout."""
    names = {line.id: line.external_id for line in desk.lines()}
    return {
        line.external_id: names[line.arrival_of]
        for line in desk.lines()
        if line.arrival_of is not None
    }


def in_every_order(*files):
    for order in permutations(files):
        desk = Desk()
        yield desk, {text: desk.book(text) for text in order}


SENT = payouts("2026-01-10")


class TestBank:
    @pytest.mark.parametrize("day", ["2026-01-10", "2026-01-20"])
    def test_same_amount_within_ten_days(self, day):
        """What comes in within ten days is the payout, whoever is first."""
        came = bank((day, "100", "x"))
        for desk, reports in in_every_order(SENT, came):
            assert pairs(desk) == {"b0": "p0"}
            assert arrived(desk) == {"2026-01-10": date.fromisoformat(day)}
            assert desk.line("b0").shadow is Shadow.ARRIVAL

            desk.undo(reports[came])
            assert arrived(desk) == {"2026-01-10": None}

            desk.book(came)
            desk.undo(reports[SENT])
            assert desk.line("b0").shadow is Shadow.NONE

    @pytest.mark.parametrize(
        "row",
        [
            ("2026-01-09", "100", "shop"),
            ("2026-01-21", "100", "shop"),
            ("2026-01-12", "99.99", "shop"),
            ("2026-01-12", "-100", "shop"),
        ],
    )
    def test_what_does_not_fit(self, row):
        """Earlier, much later, other amounts and debits are something else."""
        for desk, _ in in_every_order(SENT, bank(row)):
            assert pairs(desk) == {}
            assert arrived(desk) == {"2026-01-10": None}

    def test_other_currency(self):
        """A hundred dollars are not a hundred euros."""
        came = bank(("2026-01-12", "100", "x"), currency="USD")
        for desk, _ in in_every_order(SENT, came):
            assert pairs(desk) == {}

    def test_amount_in_the_currency_of_the_bank(self):
        """Some platforms say what arrives in the other currency."""
        sent = slips("p0 payout 2026-01-10 payout=-100 original=-119.84USD")
        came = bank(("2026-01-12", "119.84", "x"), currency="USD")
        for desk, _ in in_every_order(sent, came):
            assert pairs(desk) == {"b0": "p0"}

    def test_one_to_one(self):
        """Two payouts and one arrival: one of them is still on its way."""
        sent = payouts("2026-01-08", "2026-01-10")
        came = bank(("2026-01-12", "100", "x"))
        for desk, _ in in_every_order(sent, came):
            assert pairs(desk) == {"b0": "p1"}

    def test_who_is_named_comes_first(self):
        """The text that names the platform beats the nearer day."""
        came = bank(("2026-01-11", "100", "x"), ("2026-01-19", "100", "shop"))
        for desk, _ in in_every_order(SENT, came):
            assert pairs(desk) == {"b1": "p0"}

    def test_payout_and_arrival_of_one_platform(self):
        """Money that a bank sends to itself has not arrived anywhere."""
        text = slips(
            "a transaction 2026-01-10 amount=-100 payout=-100",
            "b transaction 2026-01-11 amount=100",
            platform="bank",
            kind="bank_transactions",
        )
        desk = Desk()
        desk.book(text)

        assert pairs(desk) == {}

    def test_better_match_takes_over(self):
        """A later file may show what fits better; then all shift."""
        first = bank(("2026-01-15", "100", "x"))
        better = bank(("2026-01-11", "100", "x"), account="2").replace(
            "b0", "c0"
        )
        for desk, reports in in_every_order(SENT, first, better):
            assert pairs(desk) == {"c0": "p0"}

            desk.undo(reports[better])

            assert pairs(desk) == {"b0": "p0"}

    def test_chain_of_equal_payouts(self):
        """Weekly payouts of one amount: one new line may shift them all."""
        weeks = ["2026-01-02", "2026-01-09", "2026-01-16", "2026-01-23"]
        sent = payouts(*weeks)
        came = bank(*((day, "100", "x") for day in weeks[1:]))
        last = bank(("2026-01-30", "100", "x")).replace("b0", "c0")
        first = bank(("2026-01-02", "100", "shop")).replace("b0", "d0")
        for desk, reports in in_every_order(sent, came, last, first):
            assert pairs(desk) == {
                "d0": "p0",
                "b0": "p1",
                "b1": "p2",
                "b2": "p3",
            }

            desk.undo(reports[sent])
            assert pairs(desk) == {}

    def test_chain_beyond_the_window(self):
        """What shifts at one end of a chain is felt at the other."""
        sent = payouts("2026-01-01", "2026-01-08", "2026-01-15", "2026-01-22")
        came = bank(
            ("2026-01-09", "100", "x"),
            ("2026-01-16", "100", "x"),
            ("2026-01-23", "100", "x"),
        )
        shop = bank(("2026-01-10", "100", "shop")).replace("b0", "c0")
        for desk, reports in in_every_order(sent, came, shop):
            whole = pairs(desk)
            desk.undo(reports[shop])
            assert pairs(desk) == {"b0": "p1", "b1": "p2", "b2": "p3"}
            desk.book(shop)
            assert pairs(desk) == whole

    def test_undated_lines_arrive_nowhere(self):
        """What nobody can date can neither be sent nor arrive."""
        undated = slips(
            "b9 transaction - amount=100 text=shop",
            platform="bank",
            kind="bank_transactions",
        )
        for desk, _ in in_every_order(SENT, undated):
            assert pairs(desk) == {}


class TestWallet:
    def test_named(self):
        """On a wallet the text must name the platform; fees are left."""
        came = paypal(("2026-01-11", "100", "from_shop"))
        for desk, reports in in_every_order(SENT, came):
            assert pairs(desk) == {"w0": "p0"}
            [earning] = desk.earnings()
            legs = {name: str(one.amount) for name, one in earning.legs()}
            assert (legs["gross"], legs["fee"]) == ("0.00", "1.00")
            assert (earning.kind, earning.count) == ("fee", 0)

            desk.undo(reports[SENT])

            assert desk.gross() == {"100.00": 1}
            assert desk.earnings()[0].count == 1

    def test_without_a_fee_nothing_is_left(self):
        """The arrival itself is no earning at all."""
        came = slips(
            "w0 earning 2026-01-11 gross=100 text=Shop", platform="paypal"
        )
        for desk, _ in in_every_order(SENT, came):
            assert pairs(desk) == {"w0": "p0"}
            assert desk.earnings() == []

    def test_not_named(self):
        """Anybody may pay a round sum."""
        came = paypal(("2026-01-11", "100", "from_somebody"))
        for desk, _ in in_every_order(SENT, came):
            assert pairs(desk) == {}
            assert desk.gross() == {"100.00": 1}

    def test_name_of_two_words(self):
        """A platform is named as people write it."""
        sent = payouts("2026-01-10", platform="google_play")
        came = paypal(("2026-01-11", "100", "Google_Play_payment"))
        for desk, _ in in_every_order(sent, came):
            assert pairs(desk) == {"w0": "p0"}

    def test_passed_on(self):
        """What arrives on a wallet may leave it for the bank."""
        came = paypal(("2026-01-11", "100", "from_shop"))
        on = slips("x0 payout 2026-01-12 payout=-100", platform="paypal")
        home = bank(("2026-01-14", "100", "x"))
        for desk, _ in in_every_order(SENT, came, on, home):
            assert pairs(desk) == {"w0": "p0", "b0": "x0"}

    def test_on_a_platform_that_receives_nothing(self):
        """Sales elsewhere are sales, whatever their text."""
        sold = slips(
            "g0 earning 2026-01-11 gross=100 text=shop", platform="gigs"
        )
        for desk, _ in in_every_order(SENT, sold):
            assert pairs(desk) == {}

    def test_arrival_that_shifts_keeps_its_fee(self):
        """The arrival of another payout than before is booked as before."""
        came = paypal(("2026-01-12", "100", "from_shop"))
        nearer = payouts("2026-01-11").replace("p0", "q0")
        for desk, reports in in_every_order(SENT, came, nearer):
            assert pairs(desk) == {"w0": "q0"}
            before = desk.earnings()

            desk.undo(reports[nearer])

            assert pairs(desk) == {"w0": "p0"}
            assert desk.earnings() == before

    def test_hidden_lines_do_not_arrive(self):
        """What an order report tells is no arrival beside its ledger."""
        ledger = slips(
            "l0 earning 2026-06-01 gross=5 order=#1", platform="paypal"
        )
        orders = slips(
            "o0 earning 2026-01-11 gross=100 order=#1 text=shop",
            platform="paypal",
            report="orders",
            family="orders",
        )
        for desk, _ in in_every_order(SENT, ledger, orders):
            assert pairs(desk) == {}
            assert arrived(desk) == {"2026-01-10": None}


class TestCircle:
    def test_nothing_inside_fits_anything_outside(self):
        """It is drawn along a chain of equal payouts, and no further."""
        weeks = [date(2026, 1, 2) + timedelta(days=7 * at) for at in range(9)]
        desk = Desk()
        desk.book(payouts(*weeks))
        desk.book(bank(*((day, "100", "x") for day in weeks)))
        desk.book(payouts(*weeks, amount="70", family="others"))
        with desk.view() as unit:
            circle = Circle(unit)
            circle.draw(weeks[4], weeks[4])

        sent = [one.amounts["payout"] for one in circle.payouts.values()]
        assert sent.count(-100) == len(weeks)
        assert sent.count(-70) == 2
        assert len(circle.credits) == len(weeks)


class TestMany:
    def test_more_than_one_question_asks_for(self):
        """Hundreds of payouts find their arrivals."""
        days = [date(2026, 1, 1 + at // 30) for at in range(600)]
        sent = slips(
            *(
                f"p{at} payout {day} payout=-{at + 1}"
                for at, day in enumerate(days)
            )
        )
        came = bank(*((day, at + 1, "x") for at, day in enumerate(days)))
        for desk, _ in in_every_order(sent, came):
            assert len(pairs(desk)) == 600
            assert pairs(desk)["b599"] == "p599"
