"""Amounts are read exactly, in the one number form of their file."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_adapters.statements.numbers import (
    AmountError,
    NumberEvidence,
    parser,
)


NOTHING = frozenset({"-", "--"})
POINT = parser(".", NOTHING, 30)
COMMA = parser(",", NOTHING, 30)


def evidence(*cells, thorough=False):
    found = NumberEvidence(NOTHING, thorough=thorough)
    found.scan(cells)
    return found


class TestParser:
    @pytest.mark.parametrize(
        ("cell", "amount"),
        [
            ("1234.5", "1234.5"),
            ("-12.50", "-12.50"),
            ("1,234.50", "1234.50"),
            ("1,234,567", "1234567"),
            ("($33.62)", "-33.62"),
            ("+ $1,350.00", "1350.00"),
            ("US$586.37", "586.37"),
            ("-$5.25", "-5.25"),
            ("$-5.25", "-5.25"),
            ("$.23", "0.23"),
            ("\u2212224.68", "-224.68"),
            ("12.5-", "-12.5"),
            ("1'234.50", "1234.50"),
            ("1\u202f234.50", "1234.50"),
            ("5.00 EUR", "5.00"),
            ("z\u0142 5.00", "5.00"),
            (" 7 ", "7"),
            ("0.000000000001", "1E-12"),
        ],
    )
    def test_what_people_write(self, cell, amount):
        """Signs, parentheses, currencies and regular groups are understood."""
        assert POINT(cell) == Decimal(amount)

    @pytest.mark.parametrize(
        ("cell", "amount"),
        [
            ("1.554,37", "1554.37"),
            ("1\u00a0250,00", "1250.00"),
            ("-1.400,00", "-1400.00"),
            ("2.000,0", "2000"),
            ("+120,00", "120.00"),
        ],
    )
    def test_decimal_comma(self, cell, amount):
        """With a comma as decimal mark, points and blanks group."""
        assert COMMA(cell) == Decimal(amount)

    @pytest.mark.parametrize("cell", ["", "  ", "-", "--", " -- "])
    def test_nothing_is_none(self, cell):
        """An empty cell says nothing, which is not zero."""
        assert POINT(cell) is None

    @pytest.mark.parametrize(
        "cell",
        [
            "12,34,5",
            "1,2345.0",
            "1e5",
            "NaN",
            "Infinity",
            "1_000",
            "--5",
            "(-5)",
            "(5",
            "=1+1",
            "12 apples",
            "\u0663",
            "9" * 31,
            "1" * 100,
            "1.2.3",
        ],
    )
    def test_what_is_no_amount(self, cell):
        """Irregular groups, words and endless digits are refused."""
        with pytest.raises(AmountError) as caught:
            POINT(cell)

        assert caught.value.code == "bad_amount"

    def test_other_number_form(self):
        """An amount with the other decimal mark is not misread."""
        with pytest.raises(AmountError) as caught:
            POINT("12,50")

        assert caught.value.code == "number_format_differs_from_file"

    def test_no_negative_zero(self):
        """Minus nothing is nothing."""
        assert [str(POINT(cell)) for cell in ("-0.0", "(0)")] == ["0.00", "0"]

    @given(st.decimals(-(10**12), 10**12, places=2))
    def test_every_plain_amount(self, amount):
        """What is printed plainly is read back exactly."""
        assert POINT(f"{amount:f}") == amount

    @given(st.decimals(-(10**12), 10**12, places=2))
    def test_both_number_forms_agree(self, amount):
        """Grouped amounts mean the same in either form of writing."""
        english = f"{amount:,f}"
        german = english.translate(str.maketrans(",.", ".,"))

        assert POINT(english) == COMMA(german) == amount

    @given(st.text(max_size=40))
    def test_any_text(self, cell):
        """Whatever stands in a cell is an amount, nothing, or an error."""
        try:
            amount = POINT(cell)
        except AmountError:
            return

        assert amount is None or amount.is_finite()


class TestNumberEvidence:
    @pytest.mark.parametrize(
        ("cells", "mark"),
        [
            (["1,234.50"], "."),
            (["1.234,50"], ","),
            (["12,5", "1.234"], ","),
            (["12.5", "1,234"], "."),
            (["1,234,567", "1,234"], "."),
            (["0,123"], ","),
            (["100", "7"], "."),
            ([], "."),
        ],
    )
    def test_all_cells_decide_together(self, cells, mark):
        """One cell that can be read in one way only decides for all."""
        assert evidence(*cells).mark(None, None) == mark

    def test_undecidable(self):
        """Where every cell can be read in two ways, only the user knows."""
        found = evidence("1,234", "5,678")

        assert found.mark(None, None) is None
        assert found.doubtful == "1,234"
        assert found.mark(",", None) == ","
        assert found.mark(None, ".") == "."

    def test_majority_of_contradictory_cells(self):
        """A few cells in the other form are errors, not the rule."""
        cells = ["1.50"] * 10 + ["2,50"] * 2
        quick, thorough = evidence(*cells), evidence(*cells, thorough=True)

        assert quick.contradictory
        assert thorough.mark(None, None) == "."

    def test_as_many_of_both(self):
        """A draw is not decided by what is usual."""
        found = evidence("1.50", "2,50", thorough=True)

        assert found.mark(None, ".") is None
        assert found.mark(",", ".") == ","
