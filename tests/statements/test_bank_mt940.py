"""MT940: messages with and without envelopes, in three dialects."""

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
from earntrack_adapters.statements.mt940 import Mt940Format
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Check, Problem, Severity


MT940 = Mt940Format()
OPENING = "C260301EUR100,00"
ENTRY = "2603050305D1,50NTRFNONREF"


def a_message(*lines, account="1234", opening=OPENING, closing=""):
    texts = [":20:X", f":25:{account}", ":28C:1/1"]
    if opening:
        texts.append(f":60F:{opening}")
    texts.extend(lines)
    if closing:
        texts.append(f":62F:{closing}")
    return "\n".join((*texts, "-\n")).encode()


def the_row(entry=ENTRY, *details):
    lines = [f":61:{entry}"]
    if details:
        lines.append(":86:" + "\n".join(details))
    (row,) = rows_of(items_of(MT940, a_message(*lines)))
    return row


class TestMovement:
    @pytest.mark.parametrize(
        ("mark", "amount"),
        [("C", "1.50"), ("D", "-1.50"), ("RC", "-1.50"), ("RD", "1.50")],
    )
    def test_sign(self, mark, amount):
        """A reversal moves the other way than what it reverses."""
        row = the_row(f"2603050305{mark}1,50NTRFNONREF")

        assert row.amount == Decimal(amount)

    @pytest.mark.parametrize(
        ("text", "amount"),
        [("107,", "107"), ("11,8", "11.8"), ("0,00", "0"), ("5", "5")],
    )
    def test_amount(self, text, amount):
        """The comma is the decimal mark, with or without decimals."""
        row = the_row(f"2603050305C{text}NTRFNONREF")

        assert row.amount == Decimal(amount)

    def test_code_of_the_funds_is_no_part_of_the_amount(self):
        """A letter between mark and amount is the currency's third."""
        assert the_row("2603050305DR1,50N024NONREF").amount == Decimal("-1.50")

    def test_expected_movement_is_skipped(self):
        """What is not booked yet does not count."""
        items = items_of(MT940, a_message(":61:2603050305EC1,NTRFNONREF"))

        assert rows_of(items) == []
        assert [one.reason for one in skipped_of(items)] == [
            "expected, not booked"
        ]

    @pytest.mark.parametrize(
        "text", ["", "2603050305X1,50", "D1,50NTRF", "2603050305D", "x" * 500]
    )
    def test_unreadable_movement(self, text):
        """A broken line costs itself only, and is shown."""
        items = items_of(MT940, a_message(f":61:{text}", f":61:{ENTRY}"))

        assert len(rows_of(items)) == 1
        (problem,) = errors_of(items)
        assert (problem.line, problem.column) == (5, ":61:")
        assert (problem.code, problem.value) == ("malformed", text[:200])

    def test_enormous_amount(self):
        """No amount has thirty digits."""
        entry = f":61:2603050305D{'9' * 30},00NTRFNONREF"

        (problem,) = errors_of(items_of(MT940, a_message(entry)))

        assert problem.code == "bad_amount"


class TestDates:
    @pytest.mark.parametrize(
        ("text", "on"),
        [
            ("2603050306", date(2026, 3, 6)),
            ("260305", date(2026, 3, 5)),
            ("2512310102", date(2026, 1, 2)),
            ("2601021231", date(2025, 12, 31)),
            ("9912310103", date(2000, 1, 3)),
            ("1602300301", date(2016, 3, 1)),
            ("160230", date(2016, 2, 29)),
            ("150230", date(2015, 2, 28)),
            ("1602300230", date(2016, 2, 29)),
        ],
    )
    def test_booking_day(self, text, on):
        """The booking day counts, in the year nearest to the value day."""
        assert the_row(f"{text}D1,50NTRFNONREF").local_date == on

    def test_odd_value_day_is_a_warning(self):
        """30 February is kept, and said."""
        (record,) = items_of(MT940, a_message(":61:1602300301D1,50NTRFNONREF"))

        (warning,) = record.warnings
        assert warning.severity is Severity.WARNING
        assert (warning.code, warning.value) == ("odd_date", "160230")

    @pytest.mark.parametrize("text", ["261305", "260333", "260200"])
    def test_no_day(self, text):
        """What no calendar has is a problem."""
        items = items_of(MT940, a_message(f":61:{text}D1,50NTRFNONREF"))

        (problem,) = errors_of(items)
        assert (problem.code, problem.value) == ("bad_date", text)


class TestDetails:
    def test_german(self):
        """Subfields give purpose, name and reference."""
        row = the_row(
            ENTRY,
            "166?00GUTSCHRIFT?109310?20EREF+R-1?21SVWZ+Danke fuer ?22alles",
            "?32Mueller?33 und Co",
        )

        assert row.counterparty == "Mueller und Co"
        assert row.description == "Danke fuer alles"
        assert row.group_id == "R-1"

    def test_dutch(self):
        """Words between slashes give the same."""
        row = the_row(
            ENTRY, "/TRTP/SEPA/NAME/Klant BV/EREF/R-2/REMI/USTD//Factuur 18/"
        )

        assert row.counterparty == "Klant BV"
        assert row.description == "Factuur 18"
        assert row.group_id == "R-2"

    def test_counterparty_in_one_field(self):
        """CNTP has account, bank, name and place."""
        row = the_row(ENTRY, "/CNTP/NL00X/TESTNL2A/Klant BV/UTRECHT/REMI/A")

        assert row.counterparty == "Klant BV"

    def test_free_text(self):
        """Anything else is text over several lines."""
        row = the_row(ENTRY, "BEA   NR:1", "KATWIJK")

        assert row.description == "BEA NR:1 KATWIJK"

    def test_full_lines_are_joined_without_a_blank(self):
        """A line of 65 characters goes on within the word."""
        assert the_row(ENTRY, "x" * 65, "y").description == "x" * 65 + "y"

    def test_without_details(self):
        """The movement's own words stand in."""
        items = items_of(
            MT940, a_message(f":61:{ENTRY}", "/OCMT/USD2,", f":61:{ENTRY}")
        )

        assert [row.description for row in rows_of(items)] == [
            "/OCMT/USD2,",
            "NTRF",
        ]

    def test_details_of_the_statement_belong_to_nobody(self):
        """A field 86 behind the balance does not describe a movement."""
        data = a_message(f":61:{ENTRY}", ":62F:C260305EUR98,50", ":86:ads")

        (row,) = rows_of(items_of(MT940, data))

        assert row.description == "NTRF"


class TestIdentity:
    def test_reference_of_the_bank_is_told(self):
        """The bank's reference is the id, else the customer's."""
        both = the_row("2603050305D1,50NTRFMINE//BANK-1")
        mine = the_row("2603050305D1,50NTRFMINE")

        assert (both.external_id, mine.external_id) == ("BANK-1", "MINE")
        assert the_row().external_id is None

    def test_content_makes_the_identity(self):
        """References repeat, so day, amount and words count as well."""
        one = the_row("2603050305D1,50NTRFMINE", "a")
        two = the_row("2603050305D1,50NTRFMINE", "b")

        assert not one.exact
        assert one.identity != two.identity


class TestMessages:
    def test_each_message_has_its_currency(self):
        """The opening balance says the currency of what follows."""
        data = a_message(f":61:{ENTRY}") + a_message(
            f":61:{ENTRY}", opening="C260301USD1,"
        )

        rows = rows_of(items_of(MT940, data))

        assert [row.currency for row in rows] == ["EUR", "USD"]

    def test_closing_balance_can_say_the_currency(self):
        """Without an opening balance the file's one currency counts."""
        data = a_message(f":61:{ENTRY}", opening="", closing="C260305CHF98,50")

        (row,) = rows_of(items_of(MT940, data))

        assert row.currency == "CHF"

    def test_no_currency_is_asked(self):
        """Without any balance only the user knows."""
        data = a_message(f":61:{ENTRY}", opening="")

        reading = reading_of(MT940, data)
        (row,) = rows_of(items_of(MT940, data, currency="SEK"))

        assert [one.key for one in reading.questions] == ["currency"]
        assert row.currency == "SEK"

    def test_balances_are_checked(self):
        """Opening and movements must make the closing balance."""
        right = items_of(
            MT940, a_message(f":61:{ENTRY}", closing="C260305EUR98,50")
        )
        wrong = items_of(
            MT940, a_message(f":61:{ENTRY}", closing="C260305EUR98,51")
        )

        (check,) = [one for one in right if isinstance(one, Check)]
        assert check.holds
        (warning,) = [one for one in wrong if isinstance(one, Problem)]
        assert warning.severity is Severity.WARNING
        assert warning.code == "balance_break"

    def test_unreadable_balance_is_a_warning(self):
        """It costs no record, but is not passed over in silence."""
        items = items_of(
            MT940, a_message(f":61:{ENTRY}", closing="C260305XXY98,50")
        )

        assert len(rows_of(items)) == 1
        (problem,) = [one for one in items if isinstance(one, Problem)]
        assert (problem.line, problem.value) == (6, "C260305XXY98,50")

    def test_envelopes(self):
        """Blocks in braces around a message are left out."""
        data = (
            b"{1:F01X}{2:I940X}{4:\r\n"
            + a_message(f":61:{ENTRY}").removesuffix(b"-\n")
            + b"-}{5:{CHK:123456789ABC}}\r\n"
        )

        assert MT940.sniff(head_of(data)) is not None
        assert len(rows_of(items_of(MT940, data))) == 1

    def test_reference_on_the_line_of_the_envelope(self):
        """Some banks write block and first field on one line."""
        data = b"{1:F01X}{4:" + a_message(f":61:{ENTRY}")

        assert MT940.sniff(head_of(data)) is not None
        assert len(rows_of(items_of(MT940, data))) == 1

    def test_day_of_the_export(self):
        """A field 13D says when the statement was made."""
        data = a_message(":13D:2604010600+0200", f":61:{ENTRY}")

        assert reading_of(MT940, data).facts.exported_on == date(2026, 4, 1)

    def test_interim_report_is_refused(self):
        """MT942 is not final, so it is not read as if it were."""
        data = a_message(":34F:EUR0,", f":61:{ENTRY}", opening="")

        with pytest.raises(StatementError) as caught:
            reading_of(MT940, data)

        assert caught.value.reason == "unsupported_version"

    def test_no_mt940(self):
        """Another file is refused."""
        with pytest.raises(StatementError) as caught:
            reading_of(MT940, b"nothing")

        assert caught.value.reason == "header_not_found"
        assert MT940.sniff(head_of(b"nothing")) is None

    @pytest.mark.parametrize("codec", ["cp1252", "utf-8"])
    def test_encodings(self, codec):
        """Words may have letters that SWIFT does not know."""
        data = a_message(f":61:{ENTRY}", ":86:Café")

        (row,) = rows_of(items_of(MT940, data.decode().encode(codec)))

        assert row.description == "Café"
