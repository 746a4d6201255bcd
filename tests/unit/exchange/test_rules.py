from datetime import date, timedelta
from decimal import ROUND_DOWN, Context, Decimal, Inexact, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core.exchange.rules import MAX_AGE, convert, find_rate
from earntrack_core.kernel.errors import InvalidError, MissingRateError
from earntrack_core.kernel.money import coin, from_minor, minor, money
from earntrack_core.ports.rates import Quote


FRIDAY = date(2026, 1, 16)
DAY = timedelta(days=1)
RATES = st.decimals(
    min_value=Decimal("0.0001"), max_value=Decimal(100_000), places=6
)


def a_quote(base, quote, value, on=FRIDAY, source="ecb"):
    return Quote(
        base=base, quote=quote, on=on, value=Decimal(value), source=source
    )


def among(*quotes):
    """Look rates up as a source does: the latest of the pair up to a day."""

    def latest(base, quote, on):
        known = [
            one
            for one in quotes
            if (one.base, one.quote) == (base, quote) and one.on <= on
        ]
        return max(known, key=lambda one: one.on, default=None)

    return latest


class TestFindRate:
    def test_of_a_currency_to_itself(self):
        """A euro is a euro, and nobody needs to say so."""
        rate = find_rate("EUR", "EUR", FRIDAY, among())

        assert rate == a_quote("EUR", "EUR", 1, source="same")

    def test_of_the_day(self):
        """A rate that was given is used as it is, digit for digit."""
        given = a_quote("EUR", "USD", "1.0000000000123456789")

        assert find_rate("EUR", "USD", FRIDAY, among(given)) is given

    def test_the_latest_before_the_day(self):
        """At the weekend Friday's rate holds, and is named as Friday's."""
        thursday = a_quote("EUR", "USD", "1.1", FRIDAY - DAY)
        friday = a_quote("EUR", "USD", "1.2")
        monday = a_quote("EUR", "USD", "1.3", FRIDAY + 3 * DAY)

        rate = find_rate(
            "EUR", "USD", FRIDAY + 2 * DAY, among(thursday, friday, monday)
        )

        assert rate == friday

    @pytest.mark.parametrize("days", [0, 1, 7])
    def test_a_week_old_is_still_good(self, days):
        """A rate holds for seven days."""
        given = a_quote("EUR", "USD", "1.1")

        assert find_rate("EUR", "USD", FRIDAY + days * DAY, among(given))

    def test_older_than_a_week_is_none(self):
        """A stale rate is no rate; the error names pair and day."""
        given = a_quote("EUR", "USD", "1.1")
        late = FRIDAY + MAX_AGE + DAY

        with pytest.raises(
            MissingRateError, match=f"no EUR/USD rate for {late}"
        ):
            find_rate("EUR", "USD", late, among(given))

    def test_a_missing_rate_is_never_one(self):
        """Money is not converted silently."""
        with pytest.raises(MissingRateError) as caught:
            find_rate("GBP", "SEK", FRIDAY, among())

        error = caught.value
        assert (error.base, error.quote, error.on) == ("GBP", "SEK", FRIDAY)

    @pytest.mark.parametrize(
        ("value", "inverse"),
        [
            ("3", "0.333333333333"),
            ("1.5", "0.666666666667"),
            ("0.0055", "181.818181818182"),
            ("17543.21", "0.0000570021107882"),
            ("8", "0.125000000000"),
        ],
    )
    def test_the_inverse(self, value, inverse):
        """Twelve decimals; small ones as many as twelve digits need."""
        given = a_quote("EUR", "USD", value)

        rate = find_rate("USD", "EUR", FRIDAY, among(given))

        assert rate == a_quote("USD", "EUR", inverse)
        assert f"{rate.value:f}" == inverse

    def test_a_given_rate_beats_a_younger_inverse(self):
        """The pair as asked comes first, even if it is some days old."""
        direct = a_quote("EUR", "USD", "1.1", FRIDAY - 6 * DAY)
        other = a_quote("USD", "EUR", "0.5")

        assert find_rate("EUR", "USD", FRIDAY, among(direct, other)) == direct

    def test_the_inverse_where_the_pair_is_stale(self):
        """A stale rate does not stand in the way of a good one."""
        stale = a_quote("EUR", "USD", "1.1", FRIDAY - 8 * DAY)
        other = a_quote("USD", "EUR", "0.5")

        rate = find_rate("EUR", "USD", FRIDAY, among(stale, other))

        assert rate.value == 2

    def test_over_the_euro(self):
        """Two rates of the ECB make a third, rounded once."""
        quotes = among(
            a_quote("EUR", "GBP", "0.85"), a_quote("EUR", "SEK", "11.25")
        )

        rate = find_rate("GBP", "SEK", FRIDAY, quotes)

        assert rate == a_quote(
            "GBP", "SEK", "13.235294117647", source="ecb via EUR"
        )

    def test_over_the_dollar(self):
        """Where the euro does not help, the dollar may."""
        quotes = among(
            a_quote("USD", "GBP", "0.8", source="manual"),
            a_quote("USD", "SEK", "10", source="ecb"),
        )

        rate = find_rate("GBP", "SEK", FRIDAY, quotes)

        assert rate == a_quote(
            "GBP", "SEK", "12.5", source="manual and ecb via USD"
        )

    def test_is_as_old_as_its_older_half(self):
        """A crossed rate is of the earlier of its two days."""
        quotes = among(
            a_quote("GBP", "EUR", "1.2", FRIDAY - 3 * DAY),
            a_quote("EUR", "SEK", "11", FRIDAY - DAY),
        )

        rate = find_rate("GBP", "SEK", FRIDAY, quotes)

        assert (rate.on, rate.value) == (FRIDAY - 3 * DAY, Decimal("13.2"))

    def test_no_half_may_be_stale(self):
        """Crossing does not refresh an old rate."""
        quotes = among(
            a_quote("GBP", "EUR", "1.2", FRIDAY - 8 * DAY),
            a_quote("EUR", "SEK", "11"),
        )

        with pytest.raises(MissingRateError):
            find_rate("GBP", "SEK", FRIDAY, quotes)

    def test_only_one_pivot(self):
        """A chain of three rates is guesswork."""
        quotes = among(
            a_quote("GBP", "EUR", "1.2"),
            a_quote("EUR", "USD", "1.1"),
            a_quote("USD", "SEK", "10"),
        )

        with pytest.raises(MissingRateError):
            find_rate("GBP", "SEK", FRIDAY, quotes)

    def test_a_pivot_does_not_help_itself(self):
        """Euros are not converted over the euro, but over the dollar."""
        quotes = among(
            a_quote("EUR", "USD", "1.1"), a_quote("USD", "SEK", "10")
        )

        rate = find_rate("EUR", "SEK", FRIDAY, quotes)

        assert (rate.value, rate.source) == (Decimal(11), "ecb via USD")

    @pytest.mark.parametrize("value", ["0", "-1", "NaN", "1e-9999999"])
    @pytest.mark.parametrize("pair", [("EUR", "USD"), ("USD", "EUR")])
    def test_refuses_what_is_no_rate(self, value, pair):
        """A source that says nonsense is not believed."""
        given = a_quote("EUR", "USD", value)

        with pytest.raises(InvalidError, match="rate: must be"):
            find_rate(*pair, FRIDAY, among(given))

    @given(RATES, st.integers(-(10**12), 10**12))
    def test_there_and_back(self, value, coins):
        """An amount comes back to within a coin of each conversion."""
        quotes = among(a_quote("EUR", "USD", value))
        there = find_rate("EUR", "USD", FRIDAY, quotes)
        back = find_rate("USD", "EUR", FRIDAY, quotes)

        dollars = convert(from_minor(coins, "EUR"), there).amount
        euros = convert(dollars, back).amount

        trimmed = abs(dollars.amount) * Decimal("1e-12")
        lost = coin("USD") / value + coin("EUR") + trimmed
        assert abs(minor(euros) - coins) * coin("EUR") <= lost

    def test_ignores_the_decimal_context_of_the_host(self):
        """A host with coarse decimals gets the same rates."""
        quotes = among(
            a_quote("EUR", "GBP", "0.85"), a_quote("EUR", "SEK", "11.25")
        )

        with localcontext(Context(3, ROUND_DOWN, traps=[Inexact])):
            rate = find_rate("GBP", "SEK", FRIDAY, quotes)

        assert f"{rate.value}" == "13.235294117647"


class TestConvert:
    @pytest.mark.parametrize(
        ("amount", "base", "quote", "value", "result"),
        [
            ("100", "EUR", "USD", "1.08455", "108.46"),
            ("-100", "EUR", "USD", "1.08455", "-108.46"),
            ("100", "EUR", "JPY", "161.235", "16124"),
            ("100", "EUR", "KWD", "0.33333", "33.333"),
            ("1", "JPY", "EUR", "0.0062", "0.01"),
            ("0", "EUR", "USD", "1.1", "0.00"),
            ("999999999999.99", "USD", "EUR", "1", "999999999999.99"),
        ],
    )
    def test_rounds_once_half_up(self, amount, base, quote, value, result):
        """The result is in whole coins of its own currency."""
        rate = a_quote(base, quote, value)

        actual = convert(money(amount, base), rate).amount

        assert actual == money(result, quote)

    def test_keeps_what_explains_the_number(self):
        """The original amount, the rate, its day and its source stay."""
        rate = a_quote("EUR", "USD", "1.1")

        converted = convert(money(10, "EUR"), rate)

        assert converted.original == money(10, "EUR")
        assert (converted.rate, converted.on, converted.source) == (
            Decimal("1.1"),
            FRIDAY,
            "ecb",
        )

    def test_refuses_the_rate_of_another_currency(self):
        """Pounds are not converted with the euro's rate."""
        rate = a_quote("EUR", "USD", "1.1")

        with pytest.raises(
            InvalidError,
            match=r"^currency: cannot convert GBP with a EUR rate",
        ):
            convert(money(10, "GBP"), rate)

    def test_ignores_the_decimal_context_of_the_host(self):
        """A host with coarse decimals gets exact conversions."""
        rate = a_quote("EUR", "USD", "1.23456789")
        amount = money("123456789.12", "EUR")

        with localcontext(Context(3, ROUND_DOWN, traps=[Inexact])):
            actual = convert(amount, rate).amount

        assert minor(actual) == 15241578765
