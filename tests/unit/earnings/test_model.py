"""Earnings, filters and payouts refuse what cannot be."""

from decimal import Decimal

import pytest

from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import EarningPatch
from earntrack_core.earnings.rules import corrected, order_value
from earntrack_core.exchange.model import NewExchangeRate
from earntrack_core.exchange.rules import note
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import money
from earntrack_core.testing.makers import (
    NOON,
    a_payout,
    a_platform,
    an_actor,
    an_earning,
)


ADA = an_actor()
UPWORK = a_platform(ADA)


class TestEarning:
    def test_has_one_currency(self):
        """Amounts of one earning are never of two currencies."""
        with pytest.raises(InvalidError, match="fee: must be in the currency"):
            an_earning(ADA, UPWORK, fee=money(1, "USD"))

    @pytest.mark.parametrize("leg", ["tip", "fee", "tax_withheld", "refund"])
    def test_by_hand_is_not_negative(self, leg):
        """What somebody types is what the words say, so never negative."""
        amounts = {leg: money(-1, "EUR")}

        with pytest.raises(InvalidError, match=f"{leg}: must not be negative"):
            an_earning(ADA, UPWORK, **amounts)

    def test_fee_is_part_of_it(self):
        """Nobody keeps more than there is."""
        with pytest.raises(InvalidError, match="must not exceed"):
            an_earning(ADA, UPWORK, "10", fee=money("10.01", "EUR"))


class TestCorrected:
    def test_moves_to_another_currency_with_what_is_nothing(self):
        """Amounts of nothing follow gross; others must be given anew."""
        old = an_earning(ADA, UPWORK, "10")
        patch = EarningPatch(gross=money(12, "USD"))

        new = corrected(old, patch, NOON)

        assert {amount.currency.code for _, amount in new.legs()} == {"USD"}
        assert new.net == money(12, "USD")

    def test_carries_no_amount_over(self):
        """Five euros of fee do not become five dollars."""
        old = an_earning(ADA, UPWORK, "10", fee=money(5, "EUR"))

        with pytest.raises(InvalidError, match="fee: must be in the currency"):
            corrected(old, EarningPatch(gross=money(12, "USD")), NOON)


class TestOrderValue:
    @pytest.mark.parametrize(
        ("order", "value"),
        [
            (EarningOrder.NEWEST, "2026-02-03"),
            (EarningOrder.SMALLEST, 1000),
            (EarningOrder.LARGEST_NET, 900),
        ],
    )
    def test_is_what_the_order_sorts_by(self, order, value):
        """Days as texts, amounts in coins."""
        earning = an_earning(ADA, UPWORK, "10", fee=money(1, "EUR"))

        assert order_value(earning, order) == value


class TestEarningFilter:
    @pytest.mark.parametrize("bound", ["least", "most"])
    def test_range_needs_a_currency(self, bound):
        """Five yen are not less than six dollars."""
        with pytest.raises(InvalidError, match="currency: is needed"):
            EarningFilter(**{bound: Decimal(5)})


class TestPayout:
    def test_reason_is_one_of_those_known(self):
        """Reasons can be counted later."""
        with pytest.raises(InvalidError, match="reason: must be one of"):
            a_payout(ADA, UPWORK, reason="because")


class TestExchangeRate:
    def test_is_between_two_currencies(self):
        """A currency has no rate to itself."""
        new = NewExchangeRate(
            base="EUR", quote="EUR", on=NOON.date(), value=Decimal(1)
        )

        with pytest.raises(InvalidError, match="quote: must differ"):
            note(new, ADA, NOON)
