"""Sums of rows, as the documented result of an import has them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core.statements.model import (
    LEGS,
    NET_LEGS,
    RowKind,
    StatementKind,
    StatementRow,
)
from earntrack_core.statements.totals import amount_text, result, tally


def row(kind=RowKind.EARNING, **more):
    return StatementRow(**{"kind": kind, "line": 2, "currency": "USD"} | more)


class TestMoney:
    def test_sums_by_currency(self):
        """Currencies are never mixed, and come in order."""
        sums = tally(
            [
                row(gross=Decimal("10.00"), earnings=1),
                row(gross=Decimal(5), currency="EUR", earnings=1),
                row(RowKind.FEE, fee=Decimal("-1.5")),
                row(RowKind.PAYOUT, payout=Decimal(-8)),
            ]
        )

        totals = sums.totals()

        assert list(totals) == ["EUR", "USD"]
        assert totals["USD"] == {
            "earnings": 1,
            "gross": "10.00",
            "tips": "0.00",
            "fees": "-1.50",
            "refunds": "0.00",
            "tax_withheld": "0.00",
            "adjustments": "0.00",
            "payouts": "-8.00",
            "transfers": "0.00",
            "expenses": "0.00",
            "net": "8.50",
            "balance_change": "0.50",
        }

    def test_months_as_printed(self):
        """Months are those of the printed day; rows without one have none."""
        sums = tally(
            [
                row(gross=Decimal(1), local_date=date(2026, 2, 28)),
                row(gross=Decimal(2), local_date=date(2026, 1, 1)),
                row(gross=Decimal(4)),
            ]
        )

        months = sums.months()

        assert list(months) == ["2026-01", "2026-02"]
        assert months["2026-02"]["USD"]["gross"] == "1.00"
        assert sums.totals()["USD"]["gross"] == "7.00"

    def test_hours(self):
        """Hours are exact, and only there if a row has some."""
        worked = [row(worked=timedelta(seconds=1199.988))] * 3

        assert result(tally(worked))["hours"] == "0.99999"
        assert "hours" not in result(tally([row()]))

    def test_kinds(self):
        """Rows are counted by kind."""
        sums = tally([row(), row(RowKind.FEE), row()])

        assert result(sums)["row_kinds"] == {"earning": 2, "fee": 1}
        assert sums.rows == 3

    @given(
        st.lists(
            st.dictionaries(
                st.sampled_from(LEGS), st.decimals(-(10**9), 10**9, places=12)
            )
        )
    )
    def test_legs_add_up(self, legs):
        """Net is the sum of its legs, whatever they are, to the last digit."""
        sums = tally(row(**one) for one in legs)

        totals = sums.totals().get("USD")

        if totals is None:
            assert legs == []
            return
        net = sum(
            (one.get(leg, Decimal(0)) for one in legs for leg in NET_LEGS),
            Decimal(0),
        )
        assert Decimal(totals["net"]) == net


class TestBank:
    def test_credits_and_debits(self):
        """Bank transactions are counted and added by direction."""
        sums = tally(
            [
                row(RowKind.TRANSACTION, amount=Decimal(5)),
                row(RowKind.TRANSACTION, amount=Decimal("-2.5")),
                row(RowKind.TRANSACTION, amount=None, currency=None),
            ],
            StatementKind.BANK,
        )

        found = result(sums)

        assert found["transactions"] == 3
        assert found["totals"] == {
            "?": {
                "credits": 1,
                "credit_sum": "0.00",
                "debits": 0,
                "debit_sum": "0.00",
                "sum": "0.00",
            },
            "USD": {
                "credits": 1,
                "credit_sum": "5.00",
                "debits": 1,
                "debit_sum": "-2.50",
                "sum": "2.50",
            },
        }


class TestTime:
    def test_entries(self):
        """Time entries give seconds, and what was billed per currency."""
        hour = timedelta(hours=1)
        sums = tally(
            [
                row(
                    RowKind.TIME, worked=hour, billable=True, amount=Decimal(9)
                ),
                row(RowKind.TIME, worked=timedelta(seconds=0.5)),
                row(RowKind.TIME, local_date=date(2026, 3, 1)),
            ],
            StatementKind.TIME,
        )

        found = result(sums)

        assert found["entries"] == 3
        assert found["totals"] == {
            "entries": 3,
            "seconds": "3600.5",
            "billable_seconds": 3600,
            "amount": {"USD": "9.00"},
        }
        assert found["months"]["2026-03"]["entries"] == 1


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1", "1.00"),
        ("1.5", "1.50"),
        ("0.123456789012", "0.123456789012"),
        ("-0", "-0.00"),
        ("1E+3", "1000.00"),
    ],
)
def test_amount_text(amount, text):
    """Amounts have two decimals, or more, never an exponent."""
    assert amount_text(Decimal(amount)) == text
