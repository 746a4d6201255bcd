"""QIF: dates, amounts and currencies that the file does not explain."""

from datetime import date
from decimal import Decimal

import pytest

from bank_reading import (
    errors_of,
    head_of,
    items_of,
    reading_of,
    rows_of,
    skipped_of,
)
from earntrack_adapters.statements.qif import QifFormat
from earntrack_core.statements.errors import StatementError


QIF = QifFormat()


def a_file(*records, heading="!Type:Bank\n"):
    return (heading + "".join(f"{record}\n^\n" for record in records)).encode()


def dated(*dates):
    return a_file(*(f"D{text}\nT-1.50\nPKiosk" for text in dates))


def priced(*amounts):
    return a_file(*(f"D2026-03-05\nT{text}\nPKiosk" for text in amounts))


def days(data, **answers):
    items = items_of(QIF, data, currency="EUR", **answers)
    return [row.local_date for row in rows_of(items)]


def keys_of(data, **answers):
    return [one.key for one in reading_of(QIF, data, **answers).questions]


class TestDateOrder:
    def test_one_clear_date_decides_for_all(self):
        """3/4 is March with 3/15 in the file, and April with 15/3."""
        assert days(dated("3/4/26", "3/15/26")) == [
            date(2026, 3, 4),
            date(2026, 3, 15),
        ]
        assert days(dated("3/4/26", "15/3/26")) == [
            date(2026, 4, 3),
            date(2026, 3, 15),
        ]

    def test_undecidable_is_asked(self):
        """Two orders that fit are a question with evidence."""
        reading = reading_of(QIF, dated("3/4/26", "5/6/26"), currency="EUR")

        (question,) = reading.questions
        assert question.key == "date_order"
        assert question.choices == ("dmy", "mdy")
        assert question.evidence == ("3/4/26", "5/6/26")
        assert list(reading.items) == []

    def test_answer_decides(self):
        """The user's order is used for all."""
        data = dated("3/4/26")

        assert days(data, date_order="dmy") == [date(2026, 4, 3)]
        assert days(data, date_order="mdy") == [date(2026, 3, 4)]

    def test_dates_that_read_alike_need_no_answer(self):
        """3/3 is the third of March in any order."""
        assert days(dated("3/3/26", "5/5/26")) == [
            date(2026, 3, 3),
            date(2026, 5, 5),
        ]

    def test_a_date_out_of_order_is_a_problem(self):
        """One row that contradicts the others costs itself only."""
        data = dated("15/3/26", "16/3/26", "3/17/26")

        items = items_of(QIF, data, currency="EUR")

        assert len(rows_of(items)) == 2
        (problem,) = errors_of(items)
        assert (problem.line, problem.column) == (10, "D")
        assert (problem.code, problem.value) == ("bad_date", "3/17/26")

    @pytest.mark.parametrize(
        ("text", "on"),
        [
            ("2026-03-05", date(2026, 3, 5)),
            ("13.02.2026", date(2026, 2, 13)),
            ("13/02/99", date(1999, 2, 13)),
            ("13/02'05", date(2005, 2, 13)),
            ("13/ 2' 5", date(2005, 2, 13)),
            ("13-2-79", date(2079, 2, 13)),
        ],
    )
    def test_ways_to_write_a_day(self, text, on):
        """Quicken's apostrophe, blanks and short years are understood."""
        assert days(dated(text)) == [on]

    @pytest.mark.parametrize("text", ["", "30/30/26", "1/1/126", "9" * 50])
    def test_no_day(self, text):
        """What is no date in any order is a problem, not a question."""
        items = items_of(QIF, dated(text), currency="EUR")

        (problem,) = errors_of(items)
        assert problem.code == ("bad_date" if text else "missing")

    def test_answer_must_be_an_order(self):
        """An unknown order is refused."""
        with pytest.raises(StatementError) as caught:
            reading_of(QIF, dated("3/4/26"), date_order="dym")

        assert caught.value.reason == "bad_mapping"


class TestNumberForm:
    def test_undecidable_is_asked(self):
        """`1,234` alone can be two amounts."""
        reading = reading_of(QIF, priced("1,234", "5"), currency="EUR")

        (question,) = reading.questions
        assert question.key == "number_form"
        assert question.evidence == ("1,234",)

    @pytest.mark.parametrize(
        ("form", "amount"), [(".", Decimal(1234)), (",", Decimal("1.234"))]
    )
    def test_answer_decides(self, form, amount):
        """The user's decimal mark is used for all."""
        items = items_of(
            QIF, priced("1,234"), currency="EUR", number_form=form
        )

        assert [row.amount for row in rows_of(items)] == [amount]

    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("-1,000.00", "-1000.00"),
            ("-1.000,50", "-1000.50"),
            ("1 000,5", "1000.5"),
            ("1'000.5", "1000.5"),
            ("0,123", "0.123"),
            ("1,234,567", "1234567"),
            ("1,00,000.00", "100000.00"),
            ("107,", "107"),
        ],
    )
    def test_clear_amounts_need_no_answer(self, text, amount):
        """Two kinds of marks, or none, leave nothing open."""
        items = items_of(QIF, priced(text), currency="EUR")

        assert [f"{row.amount}" for row in rows_of(items)] == [amount]

    def test_answer_must_be_a_mark(self):
        """An unknown mark is refused."""
        with pytest.raises(StatementError) as caught:
            reading_of(QIF, priced("1"), number_form=";")

        assert caught.value.reason == "bad_mapping"

    def test_as_many_for_as_against_is_asked(self):
        """A file that contradicts itself evenly is not decided by chance."""
        assert "number_form" in keys_of(priced("1,50", "1.50"))


class TestCurrency:
    def test_is_always_asked(self):
        """QIF has none, so nothing is read without an answer."""
        assert keys_of(dated("15/3/26")) == ["currency"]

    def test_all_questions_at_once(self):
        """The user is asked everything in one go."""
        data = a_file("D3/4/26\nT1,234")

        assert keys_of(data) == ["currency", "date_order", "number_form"]

    def test_dry_run_without_currency(self):
        """The answer `?` shows the amounts before anybody decides."""
        (row,) = rows_of(items_of(QIF, dated("15/3/26"), currency="?"))

        assert (row.currency, row.amount) == (None, Decimal("-1.50"))

    def test_no_money_no_question(self):
        """A list of categories needs no currency."""
        data = a_file("NFood\nE", heading="!Type:Cat\n")

        items = items_of(QIF, data)

        assert [one.reason for one in skipped_of(items)] == [
            "list of categories"
        ]


class TestRecords:
    def test_account_comes_from_the_file(self):
        """The account's name is part of the identity and of the facts."""
        heading = "!Account\nNGiro\nTBank\n^\n!Type:Bank\n"
        data = a_file("D15/3/26\nT-1\nPKiosk", heading=heading)

        reading = reading_of(QIF, data, currency="EUR", account="Other")
        (row,) = rows_of(list(reading.items))

        assert reading.facts.account == "Giro"
        assert row.identity.startswith("giro\x1f")

    def test_account_of_the_user_stands_in(self):
        """Without a name in the file the user's account tells rows apart."""
        data = dated("15/3/26")

        one = rows_of(items_of(QIF, data, currency="EUR", account="A"))
        two = rows_of(items_of(QIF, data, currency="EUR", account="B"))

        assert one[0].identity != two[0].identity

    def test_equal_records_are_equal(self):
        """Two coffees have one identity; the book counts them."""
        one, two = rows_of(
            items_of(QIF, dated("15/3/26", "15/3/26"), currency="EUR")
        )

        assert one.identity == two.identity
        assert not one.exact
        assert one.external_id is None

    def test_record_without_end_is_a_problem(self):
        """The last amount of a cut file may be a part of it."""
        data = dated("15/3/26", "16/3/26").removesuffix(b"\n^\n")

        items = items_of(QIF, data, currency="EUR")

        assert len(rows_of(items)) == 1
        assert [one.code for one in errors_of(items)] == ["malformed"]

    def test_record_without_amount(self):
        """A record with a day only is a problem with its line."""
        (problem,) = errors_of(
            items_of(QIF, a_file("D15/3/26\nPKiosk"), currency="EUR")
        )

        assert (problem.line, problem.column) == (2, "T")
        assert problem.code == "missing"

    def test_second_way_to_write_the_amount(self):
        """U stands for T where T is missing."""
        (row,) = rows_of(
            items_of(QIF, a_file("D15/3/26\nU-2.50\nPKiosk"), currency="EUR")
        )

        assert row.amount == Decimal("-2.50")

    def test_heading_may_be_missing(self):
        """Records without a heading are of a bank."""
        data = a_file("D15/3/26\nT-1.00\nPKiosk", heading="")

        assert QIF.sniff(head_of(data)).confidence == 0.9
        assert len(rows_of(items_of(QIF, data, currency="EUR"))) == 1

    def test_unknown_section_is_money(self):
        """Nothing is lost because a bank names a section its own way."""
        data = a_file("D15/3/26\nT-1", heading="!Type:Girokonto\n")

        assert len(rows_of(items_of(QIF, data, currency="EUR"))) == 1

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_ends_of_lines(self, end):
        """All three ways to end a line are read, with the same numbers."""
        data = dated("15/3/26", "99/99/26").replace(b"\n", end.encode())

        items = items_of(QIF, data, currency="EUR")

        assert len(rows_of(items)) == 1
        assert [one.line for one in errors_of(items)] == [6]

    def test_no_qif(self):
        """Another file is refused."""
        with pytest.raises(StatementError) as caught:
            reading_of(QIF, b"Date,Amount\n2026-03-05,1\n")

        assert caught.value.reason == "header_not_found"
        assert QIF.sniff(head_of(b"Date,Amount\n")) is None
