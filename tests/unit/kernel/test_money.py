from decimal import ROUND_DOWN, Context, Decimal, Inexact, localcontext

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money, get_currency

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import (
    EXACT,
    LIMIT,
    allocate,
    coin,
    from_minor,
    in_coins,
    minor,
    money,
    not_negative,
    optional_coins,
    round_amount,
    rounded,
    share,
    total,
    zero,
)


CODES = st.sampled_from(["EUR", "JPY", "KWD", "CLF", "ZWG"])
COINS = st.integers(-(10**15), 10**15)
AMOUNTS = st.decimals(
    min_value=-(10**11), max_value=10**11, places=9, allow_nan=False
)
WEIGHTS = st.lists(
    st.one_of(
        st.integers(0, 10**12),
        st.decimals(min_value=0, max_value=10**6, places=6),
    ),
    min_size=1,
    max_size=12,
).filter(any)


@pytest.fixture(name="coarse")
def _coarse():
    """A host whose decimals have three digits and hate to be rounded."""
    rough = Context(prec=3, rounding=ROUND_DOWN, traps=[Inexact])
    with localcontext(rough):
        yield


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "code", "text"),
        [
            ("1234.5", "EUR", "1234.50"),
            (Decimal(-7), "USD", "-7.00"),
            (7, "JPY", "7"),
            ("0.125", "KWD", "0.125"),
            ("+1.0001", "CLF", "1.0001"),
            (Decimal("1e3"), "EUR", "1000.00"),
            ("999999999999.99", "EUR", "999999999999.99"),
        ],
    )
    def test_has_the_decimals_of_its_currency(self, amount, code, text):
        """One amount is always written in one way."""
        assert f"{money(amount, code).amount}" == text

    @pytest.mark.parametrize("amount", ["-0", "-0.00", Decimal("-0.000")])
    def test_knows_no_negative_nothing(self, amount):
        """Nothing has no sign, whatever was written."""
        assert f"{money(amount, 'EUR').amount}" == "0.00"

    @pytest.mark.parametrize(
        "amount",
        [
            "",
            " 1",
            "1 ",
            "1\n",
            "1,5",
            "1_000",
            "1.",
            ".5",
            "--1",
            "abc",
            "NaN",
            "Infinity",
            "1e5",
            "1e9999999",
            "\uff11",
            "\u0663",
            "9" * 31,
            "0." + "0" * 31,
        ],
    )
    def test_refuses_text_that_is_no_plain_number(self, amount):
        """Digits, a point and digits are an amount; nothing else is."""
        with pytest.raises(InvalidError, match="amount: must be an exact"):
            money(amount, "EUR")

    @pytest.mark.parametrize("amount", [0.5, True, None, b"1", 1j])
    def test_refuses_what_is_not_exact(self, amount):
        """A float has lost its cents before it comes here."""
        with pytest.raises(InvalidError, match="amount: must be an exact"):
            money(amount, "EUR")

    @pytest.mark.parametrize(
        "amount",
        ["NaN", "sNaN", "-Infinity", "1e9999999", "-1e9999999", "1e12"],
    )
    def test_refuses_decimals_out_of_bounds(self, amount):
        """Too much is refused before anybody calculates with it."""
        with pytest.raises(InvalidError, match=r"^amount: must be below 1,0"):
            money(Decimal(amount), "EUR")

    @pytest.mark.parametrize(
        "amount", [10**12, -(10**12), pytest.param(10**100_000, id="huge")]
    )
    def test_refuses_too_large_integers(self, amount):
        """The limit holds on both sides, and for whole numbers too."""
        with pytest.raises(InvalidError, match="must be below"):
            money(amount, "EUR")

    @pytest.mark.parametrize(
        ("amount", "code"),
        [("0.001", "EUR"), ("0.5", "JPY"), (Decimal("1e-9999999"), "KWD")],
    )
    def test_refuses_less_than_a_coin(self, amount, code):
        """An amount is never rounded without being asked."""
        with pytest.raises(
            InvalidError, match=f"^amount: .* is finer than .* {code}"
        ):
            money(amount, code)

    def test_says_little_about_long_numbers(self):
        """A problem with an amount stays readable, however long that is."""
        with pytest.raises(InvalidError) as caught:
            money(Decimal("0." + "1" * 100_000), "EUR")

        assert len(str(caught.value)) < 100

    def test_refuses_unknown_currencies(self):
        """Money is always in a currency that exists."""
        with pytest.raises(InvalidError, match="currency: 'EURO'"):
            money(1, "EURO")

    def test_ignores_the_decimal_context_of_the_host(self, coarse):
        """What a host does to its own decimals does not touch our money."""
        largest = money(Decimal("999999999999.99"), "EUR")

        assert minor(largest) == 99999999999999

    def test_is_its_own_object(self):
        """Who changes py-moneyed's mutable money does not change ours."""
        theirs = Money("1.00", "EUR")
        ours = in_coins(theirs)

        theirs.amount = Decimal(5)

        assert ours == Money("1.00", "EUR")


class TestRounded:
    @pytest.mark.parametrize(
        ("exact", "code", "coins"),
        [
            ("0.005", "EUR", "0.01"),
            ("-0.005", "EUR", "-0.01"),
            ("0.00499999999999999999", "EUR", "0.00"),
            ("2.675", "USD", "2.68"),
            ("0.5", "JPY", "1"),
            ("-1.5", "JPY", "-2"),
            ("2.5", "JPY", "3"),
            ("0.0005", "KWD", "0.001"),
            ("-0.004", "EUR", "0.00"),
        ],
    )
    def test_rounds_half_away_from_zero(self, exact, code, coins):
        """Half a coin counts as one, on either side of nothing."""
        assert f"{rounded(Money(exact, code)).amount}" == coins

    @given(AMOUNTS, CODES)
    def test_treats_both_signs_alike(self, exact, code):
        """What is owed is rounded as what is had."""
        assert round_amount(-exact, code) == -round_amount(exact, code)

    @given(AMOUNTS, CODES)
    def test_moves_by_half_a_coin_at_most(self, exact, code):
        """Rounding finds the nearest coin."""
        moved = abs(round_amount(exact, code) - exact)

        assert moved <= coin(code) / 2

    @given(AMOUNTS, CODES)
    def test_changes_nothing_the_second_time(self, exact, code):
        """What is in whole coins stays as it is."""
        once = round_amount(exact, code)

        assert f"{round_amount(once, code)}" == f"{once}"

    @pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "1e999"])
    def test_refuses_what_cannot_be_rounded(self, amount):
        """No error of the decimal library gets out."""
        with pytest.raises(InvalidError, match="amount: must be a number"):
            round_amount(Decimal(amount), "EUR")

    def test_tax_per_line_and_per_document(self):
        """Three lines of 0.33 at 19 % owe 0.18 by line, 0.19 as a whole."""
        rate = Decimal("0.19")
        lines = [money("0.33", "EUR")] * 3

        by_line = total("EUR", [rounded(line * rate) for line in lines])
        as_a_whole = rounded(total("EUR", lines) * rate)

        assert (by_line, as_a_whole) == (
            money("0.18", "EUR"),
            money("0.19", "EUR"),
        )


class TestShare:
    @pytest.mark.parametrize(
        ("whole", "code", "parts", "one"),
        [
            ("1", "USD", "3", "0.33"),
            ("1", "JPY", "3", "0"),
            ("1", "KWD", "3", "0.333"),
            ("0.01", "EUR", "2", "0.01"),
            ("-0.01", "EUR", "2", "-0.01"),
            ("10", "EUR", "0.25", "40.00"),
        ],
    )
    def test_rounds_half_up(self, whole, code, parts, one):
        """A share is in whole coins, half of one counts as one."""
        actual = share(money(whole, code), Decimal(parts))

        assert actual == Money(one, code)

    def test_rounds_only_once(self):
        """A hair less than half a coin is none, however fine the hair."""
        hair = EXACT.add(Decimal(200), Decimal("1e-57"))

        assert share(money(1, "EUR"), hair) == zero("EUR")

    @pytest.mark.parametrize("parts", ["0", "-1", "NaN", "sNaN", "Infinity"])
    def test_needs_somebody_to_share_with(self, parts):
        """Sharing among nobody is a mistake, not a division by zero."""
        with pytest.raises(InvalidError, match="parts: must be above zero"):
            share(money(1, "EUR"), Decimal(parts))


class TestMinor:
    @given(COINS, CODES)
    def test_round_trip(self, coins, code):
        """An amount and the number of its coins say the same."""
        assert minor(from_minor(coins, code)) == coins

    def test_refuses_parts_of_coins(self):
        """A tenth of a cent is not cut off, but refused."""
        with pytest.raises(InvalidError, match=r"1\.239 is finer than"):
            minor(Money("1.239", "EUR"))

    def test_nothing_has_the_decimals_of_its_currency(self):
        """Nothing is written like any other amount."""
        assert f"{zero('KWD').amount}" == "0.000"

    def test_is_right_in_any_decimal_context(self, coarse):
        """Coins from the database survive a host with coarse decimals."""
        assert minor(from_minor(123456789, "EUR")) == 123456789


class TestTotal:
    @given(st.lists(COINS, max_size=20), CODES)
    def test_adds_up_exactly(self, coins, code):
        """No coin is lost or found in a sum."""
        amounts = [from_minor(one, code) for one in coins]

        assert total(code, amounts) == from_minor(sum(coins), code)

    def test_of_nothing_is_nothing(self):
        """An empty sum still has a currency."""
        assert total("JPY", []) == zero("JPY")

    def test_refuses_to_mix_currencies(self):
        """Two currencies are never added."""
        with pytest.raises(
            InvalidError, match=r"^currency: cannot add USD to EUR"
        ):
            total("EUR", [money(1, "EUR"), money(1, "USD")])

    def test_is_exact_in_any_decimal_context(self, coarse):
        """A host with coarse decimals gets exact sums."""
        amounts = [from_minor(100_001, "EUR"), from_minor(1, "EUR")]

        assert total("EUR", amounts) == from_minor(100_002, "EUR")


class TestAllocate:
    @pytest.mark.parametrize(
        ("whole", "code", "weights", "parts"),
        [
            ("1", "EUR", [1, 1, 1], ["0.34", "0.33", "0.33"]),
            ("-1", "EUR", [1, 1, 1], ["-0.34", "-0.33", "-0.33"]),
            ("0.02", "EUR", [1, 1, 1], ["0.01", "0.01", "0.00"]),
            ("10", "EUR", [1, 2, 4], ["1.43", "2.86", "5.71"]),
            ("1", "EUR", [0, 1, 0, 2], ["0", "0.33", "0", "0.67"]),
            ("5", "JPY", [3, 3], ["3", "2"]),
            ("1", "KWD", [2, 1], ["0.667", "0.333"]),
            ("0", "EUR", [1, 5], ["0", "0"]),
            ("7", "EUR", [Decimal("0.5")], ["7"]),
            ("1", "JPY", [1, 9], ["0", "1"]),
        ],
    )
    def test_largest_remainder(self, whole, code, weights, parts):
        """Coins left over go to the largest remainder, then the earlier."""
        actual = allocate(money(whole, code), weights)

        assert actual == [Money(part, code) for part in parts]

    def test_finer_than_the_context_can_tell(self):
        """Remainders that differ in the thirtieth digit still differ."""
        hair = Decimal("1e-27")

        parts = allocate(money("0.01", "EUR"), [Decimal(1), 1 + hair])

        assert parts == [zero("EUR"), money("0.01", "EUR")]

    def test_is_exact_in_any_decimal_context(self, coarse):
        """A host with coarse decimals gets the same parts."""
        parts = allocate(from_minor(100_001, "EUR"), [12_345, 54_321])

        assert [minor(part) for part in parts] == [18_518, 81_483]

    @given(COINS, WEIGHTS, CODES)
    def test_parts_add_up(self, coins, weights, code):
        """The parts are the whole, coin for coin."""
        parts = allocate(from_minor(coins, code), weights)

        assert sum(map(minor, parts)) == coins

    @given(COINS, WEIGHTS)
    def test_parts_are_fair(self, coins, weights):
        """No part is a whole coin away from its exact share."""
        parts = allocate(from_minor(coins, "JPY"), weights)

        whole = sum(map(Decimal, weights))
        for part, weight in zip(parts, weights, strict=True):
            off = minor(part) * whole - coins * Decimal(weight)
            assert abs(off) < whole

    @given(COINS, WEIGHTS)
    def test_mirrors_the_sign(self, coins, weights):
        """A refund is split as the payment was."""
        there = allocate(from_minor(coins, "EUR"), weights)
        back = allocate(from_minor(-coins, "EUR"), weights)

        assert [-minor(part) for part in back] == [*map(minor, there)]

    @given(COINS, WEIGHTS)
    def test_depends_on_proportions_only(self, coins, weights):
        """Weights of ten times the size split in the same way."""
        whole = from_minor(coins, "EUR")
        scaled = [Decimal(weight) * 10 for weight in weights]

        assert allocate(whole, weights) == allocate(whole, scaled)

    @given(COINS, st.lists(st.integers(0, 9), min_size=1).filter(any))
    def test_gives_nothing_for_nothing(self, coins, weights):
        """A part without weight gets no coin, not even one left over."""
        parts = allocate(from_minor(coins, "EUR"), weights)

        assert not any(
            minor(part)
            for part, weight in zip(parts, weights, strict=True)
            if weight == 0
        )

    @given(COINS, st.integers(1, 30))
    def test_equal_weights_favour_the_earlier(self, coins, count):
        """On a tie the earlier part gets the coin."""
        parts = allocate(from_minor(abs(coins), "EUR"), [1] * count)

        assert parts == sorted(parts, reverse=True)

    @pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [2, -1]])
    def test_refuses_weights_without_meaning(self, weights):
        """Nothing can be split over nothing, or over less."""
        with pytest.raises(
            InvalidError,
            match=r"^weights: must not be negative, nor all zero$",
        ):
            allocate(money(1, "EUR"), weights)

    @pytest.mark.parametrize(
        "weight", ["NaN", "Infinity", "1e30", "1e-31", "1e9999999"]
    )
    def test_refuses_weights_without_bounds(self, weight):
        """A weight that would take hours to calculate with is refused."""
        with pytest.raises(
            InvalidError, match=r"^weights: must be exact, bounded numbers$"
        ):
            allocate(money(1, "EUR"), [1, Decimal(weight)])

    @pytest.mark.parametrize("weight", ["1e29", "1e-30"])
    def test_takes_weights_up_to_the_bounds(self, weight):
        """Thirty digits on either side of the point are weights."""
        parts = allocate(money(1, "EUR"), [Decimal(weight)])

        assert parts == [money(1, "EUR")]


class TestValidators:
    def test_optional_coins(self):
        """An amount that is not there stays away; others are written out."""
        assert optional_coins(None) is None
        assert optional_coins(Money(1, "EUR")) == money(1, "EUR")

    def test_not_negative(self):
        """A field may insist on money that is had, not owed."""

        @attrs.frozen
        class Purse:
            gross: Money = attrs.field(validator=not_negative)

        assert Purse(zero("EUR")).gross == zero("EUR")
        with pytest.raises(InvalidError, match="gross: must not be negative"):
            Purse(money("-0.01", "EUR"))


def test_limit_fits_the_database():
    """Nine hundred of the largest amounts fit an integer of 64 bits."""
    assert int(LIMIT) * 10**4 * 900 < 2**63


def test_currencies_of_others_may_change():
    """Who changes py-moneyed's currency does not change our coins."""
    theirs = get_currency("SEK")
    before = theirs.sub_unit
    theirs.sub_unit = 7
    try:
        assert money("1.25", "SEK").amount == Decimal("1.25")
        assert minor(Money("1.25", theirs)) == 125
    finally:
        theirs.sub_unit = before
