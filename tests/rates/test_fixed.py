from datetime import date
from decimal import Decimal

import pytest

from earntrack_adapters.rates.fixed import FixedRates
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.ports.rates import Quote


DAY = date(2026, 3, 6)


class TestLatest:
    def test_same_on_every_day(self):
        """A fixed rate is as good as one of the very day."""
        rates = FixedRates({("EUR", "USD"): Decimal("1.0800")})

        quote = rates.latest("EUR", "USD", DAY)

        assert quote == Quote(
            base="EUR",
            quote="USD",
            on=DAY,
            value=Decimal("1.08"),
            source="fixed",
        )
        assert str(quote.value) == "1.0800"

    def test_only_the_given_pair(self):
        """Neither another pair nor the other direction is known."""
        rates = FixedRates({("EUR", "USD"): "1.08"})

        assert rates.latest("USD", "EUR", DAY) is None
        assert rates.latest("EUR", "GBP", DAY) is None
        rates.close()


class TestUrl:
    def test_read(self):
        """A URL lists pairs and their rates."""
        rates = FixedRates.open("fixed:EUR/USD=1.08, EUR/JPY=161,EUR/USD=1.08")

        assert rates.rates == {
            ("EUR", "USD"): Decimal("1.08"),
            ("EUR", "JPY"): Decimal(161),
        }

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("fixed:", "url: '' is not like"),
            ("fixed:EUR/USD", "is not like"),
            ("fixed:EURUSD=1", "is not like"),
            ("fixed:EUR/USD=1,", "is not like"),
            ("fixed:EUR/USD=1,EUR/USD=2", "two rates for EUR/USD"),
            ("fixed:EUR/XXY=1", "quote: 'XXY' is not an ISO"),
            ("fixed:eur/USD=1", "base: 'eur' is not an ISO"),
            ("fixed:EUR/EUR=1", "quote: must differ from base"),
        ],
    )
    def test_refused(self, url, problem):
        """What is no such list is refused."""
        with pytest.raises(InvalidError, match=problem):
            FixedRates.open(url)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "0",
            "0.000",
            "-1",
            "+1",
            "1e3",
            "1E9999999",
            "NaN",
            "Infinity",
            "1,08",
            "1.",
            ".5",
            "1_000",
            "\uff11",
            " 1 ",
            "1" * 10,
            "1." + "1" * 10,
            "0x10",
        ],
    )
    def test_no_rate(self, text):
        """A rate is a plain positive number of bounded length."""
        with pytest.raises(InvalidError, match="rate: "):
            FixedRates({("EUR", "USD"): text})
