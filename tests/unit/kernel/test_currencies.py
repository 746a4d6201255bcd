from decimal import Decimal

import attrs
import pytest
from moneyed import Money, get_currency

from earntrack_core.kernel.currencies import TABLE, currency_info
from earntrack_core.kernel.errors import InvalidError


class TestCurrencyInfo:
    @pytest.mark.parametrize(
        ("code", "digits", "coin"),
        [
            ("EUR", 2, "0.01"),
            ("JPY", 0, "1"),
            ("KWD", 3, "0.001"),
            ("CLF", 4, "0.0001"),
            ("RSD", 2, "0.01"),
            ("IQD", 3, "0.001"),
            ("LBP", 2, "0.01"),
            ("AFN", 2, "0.01"),
            ("ISK", 0, "1"),
            ("MGA", 2, "0.01"),
        ],
    )
    def test_coins_are_those_of_iso_4217(self, code, digits, coin):
        """Coins follow ISO 4217, also where CLDR shows fewer decimals."""
        info = currency_info(code)

        assert (info.digits, info.coin) == (digits, Decimal(coin))

    @pytest.mark.parametrize(
        ("code", "numeric", "name"),
        [
            ("XCG", "532", "Caribbean guilder"),
            ("ZWG", "924", "Zimbabwe Gold"),
        ],
    )
    def test_knows_what_py_moneyed_lacks(self, code, numeric, name):
        """Currencies younger than py-moneyed are there, for Money too."""
        info = currency_info(code)

        assert (info.digits, info.name) == (2, name)
        assert info.currency.numeric == numeric
        assert Money(1, code).currency == info.currency

    def test_knows_past_currencies(self):
        """Statements are old; the lev is a currency even after the euro."""
        assert currency_info("BGN").name == "Bulgarian Lev"

    @pytest.mark.parametrize(
        "code", ["", "EURO", "eur", "E", "USDT", "€", "EUR ", "ABC"]
    )
    def test_refuses_other_codes(self, code):
        """Three capitals of ISO 4217 are a currency; nothing else is."""
        with pytest.raises(InvalidError, match="is not an ISO 4217 currency"):
            currency_info(code)

    def test_names_the_field_and_little_of_the_value(self):
        """The problem is about the field that the caller names."""
        with pytest.raises(InvalidError) as caught:
            currency_info("A" * 1_000_000, "quote")

        assert str(caught.value) == (
            "quote: 'AAAAAAAA' is not an ISO 4217 currency"
        )


class TestTable:
    def test_cannot_be_changed(self):
        """Nobody adds, removes or changes a currency."""
        with pytest.raises(TypeError):
            TABLE["EUR"] = TABLE["JPY"]
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            TABLE["EUR"].digits = 0

    def test_shares_nothing_with_py_moneyed(self):
        """Theirs is a mutable object of the whole process; ours a copy."""
        assert TABLE["EUR"].currency is not get_currency("EUR")
        assert TABLE["EUR"].currency == get_currency("EUR")

    def test_digits_and_coins_agree(self):
        """A coin has exactly the currency's digits, without exception."""
        assert all(
            info.coin.as_tuple().exponent == -info.digits
            for info in TABLE.values()
        )
