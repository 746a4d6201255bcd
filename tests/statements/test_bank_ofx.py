"""OFX, in the ways that banks write it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bank_reading import (
    errors_of,
    items_of,
    reading_of,
    rows_of,
    skipped_of,
)
from earntrack_adapters.statements.ofx import OfxFormat
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits, Problem, Severity


OFX = OfxFormat()


def tags(**fields):
    return "".join(f"<{name}>{value}\n" for name, value in fields.items())


def a_transaction(**fields):
    usual = {
        "TRNTYPE": "DEBIT",
        "DTPOSTED": "20260305",
        "TRNAMT": "-1.50",
        "FITID": "2026-0001",
        "NAME": "Kiosk",
    }
    return f"<STMTTRN>{tags(**usual | fields)}</STMTTRN>"


def a_statement(*transactions, currency="EUR", account="1234", more=""):
    return (
        f"<STMTRS><CURDEF>{currency}<BANKACCTFROM><ACCTID>{account}"
        f"</BANKACCTFROM><BANKTRANLIST>{''.join(transactions)}"
        f"</BANKTRANLIST>{more}</STMTRS>"
    )


def a_file(*statements, header="OFXHEADER:100\n\n"):
    return f"{header}<OFX>{''.join(statements)}</OFX>".encode()


def the_row(**fields):
    data = a_file(a_statement(a_transaction(**fields)))
    (row,) = rows_of(items_of(OFX, data))
    return row


class TestIdentity:
    def test_fitid_names_the_transaction(self):
        """An account's FITID is enough, whatever else changes."""
        first, second = the_row(NAME="Kiosk"), the_row(NAME="KIOSK 24")

        assert first.exact
        assert first.identity == second.identity

    @pytest.mark.parametrize("fitid", ["", "1", "0000000", "NOTPROVIDED"])
    def test_fillers_name_nothing(self, fitid):
        """A blank or a counter from 1 is no name; the content is."""
        first, second = the_row(FITID=fitid), the_row(FITID=fitid, NAME="Bar")

        assert not first.exact
        assert first.identity != second.identity
        assert first.external_id == (fitid or None)

    def test_one_fitid_for_different_transactions(self):
        """A FITID that means two things in a file means neither."""
        data = a_file(
            a_statement(
                a_transaction(TRNAMT="-1"),
                a_transaction(TRNAMT="-2"),
                a_transaction(FITID="2026-0002"),
            )
        )

        rows = rows_of(items_of(OFX, data))

        assert [row.exact for row in rows] == [False, False, True]
        assert len({row.identity for row in rows}) == 3

    def test_one_transaction_told_twice(self):
        """A FITID repeated with the same content is one transaction."""
        data = a_file(a_statement(a_transaction(), a_transaction()))

        first, second = rows_of(items_of(OFX, data))

        assert first.exact
        assert first.identity == second.identity

    def test_same_fitid_in_two_accounts(self):
        """A FITID is unique within its account only."""
        data = a_file(
            a_statement(a_transaction(TRNAMT="-1"), account="1"),
            a_statement(a_transaction(TRNAMT="-2"), account="2"),
        )

        first, second = rows_of(items_of(OFX, data))

        assert first.exact
        assert second.exact
        assert first.identity != second.identity


class TestDates:
    @pytest.mark.parametrize(
        ("text", "on"),
        [
            ("20260305", date(2026, 3, 5)),
            ("20260305120000.000[-5:EST]", date(2026, 3, 5)),
            ("2026-03-05", date(2026, 3, 5)),
            ("20260305235959[0:GMT]", date(2026, 3, 5)),
        ],
    )
    def test_day_is_the_printed_one(self, text, on):
        """No zone moves a transaction to another day."""
        assert the_row(DTPOSTED=text).local_date == on

    def test_instant_needs_an_offset(self):
        """Time and offset give an instant; time alone does not."""
        bare = the_row(DTPOSTED="20260305233000")
        full = the_row(DTPOSTED="20260305233000.000[-3.5:NST]")

        assert bare.occurred_at is None
        assert full.occurred_at == datetime(2026, 3, 6, 3, 0, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["20260305250000[+1]", "20260305[99:X]"])
    def test_impossible_time_costs_only_the_instant(self, text):
        """The day counts even where the clock is nonsense."""
        row = the_row(DTPOSTED=text)

        assert row.local_date == date(2026, 3, 5)
        assert row.occurred_at is None

    def test_day_of_the_user_stands_in(self):
        """Without a posting date the date of the purchase counts."""
        row = the_row(DTPOSTED="", DTUSER="20260304")

        assert row.local_date == date(2026, 3, 4)

    @pytest.mark.parametrize(
        ("text", "code"),
        [("", "missing"), ("00000000", "bad_date"), ("soon", "bad_date")],
    )
    def test_no_day(self, text, code):
        """A transaction without a day is a problem with its place."""
        data = a_file(a_statement(a_transaction(DTPOSTED=text)))

        (problem,) = errors_of(items_of(OFX, data))

        assert (problem.line, problem.column) == (3, "DTPOSTED")
        assert (problem.code, problem.value) == (code, text)
        assert problem.hint


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("+1.50", "1.50"),
            ("-.5", "-0.5"),
            ("1,234.50", "1234.50"),
            ("(3.00)", "-3.00"),
            ("\N{MINUS SIGN}3.00", "-3.00"),
            ("3.00-", "-3.00"),
        ],
    )
    def test_as_written(self, text, amount):
        """The digits and the sign are kept exactly."""
        assert f"{the_row(TRNAMT=text).amount}" == amount

    def test_other_amounts_decide_what_a_comma_is(self):
        """`1,234` is a thousand beside `5.50`, and a bit beside `5,50`."""
        beside = {
            other: rows_of(
                items_of(
                    OFX,
                    a_file(
                        a_statement(
                            a_transaction(TRNAMT="1,234"),
                            a_transaction(TRNAMT=other, FITID="2026-0002"),
                        )
                    ),
                )
            )[0].amount
            for other in ("5.50", "5,50")
        }

        assert beside == {
            "5.50": Decimal(1234),
            "5,50": Decimal("1.234"),
        }

    def test_an_amount_in_another_form(self):
        """What fits the other form only is named as that."""
        data = a_file(
            a_statement(
                a_transaction(TRNAMT="1.50"),
                a_transaction(TRNAMT="2.50", FITID="2026-0002"),
                a_transaction(TRNAMT="1.234,50", FITID="2026-0003"),
            )
        )

        (problem,) = errors_of(items_of(OFX, data))

        assert problem.code == "number_format_differs_from_file"
        assert problem.value == "1.234,50"

    @pytest.mark.parametrize(
        "text", ["", "1e5", "NaN", "1.2.3,4", "9" * 31, "9" * 13, "1 EUR"]
    )
    def test_no_amount(self, text):
        """Words, exponents and endless numbers are problems."""
        data = a_file(a_statement(a_transaction(TRNAMT=text)))

        (problem,) = errors_of(items_of(OFX, data))

        assert problem.column == "TRNAMT"
        assert problem.code == ("bad_amount" if text else "missing")


class TestCurrency:
    def test_asked_if_the_file_does_not_say(self):
        """It is read without a currency, but not booked on a guess."""
        data = a_file(a_statement(a_transaction(), currency=""))

        reading = reading_of(OFX, data)

        (question,) = reading.questions
        assert (question.key, question.blocks_reading) == ("currency", False)
        assert [row.currency for row in rows_of(reading.items)] == [None]

    def test_answer_fills_the_gap(self):
        """The user's currency counts where the file has none."""
        data = a_file(
            a_statement(a_transaction(), currency="EURO"),
            a_statement(a_transaction(FITID="2026-0002"), currency="CHF"),
        )

        rows = rows_of(items_of(OFX, data, currency="GBP"))

        assert [row.currency for row in rows] == ["GBP", "CHF"]

    def test_a_file_without_currency_can_be_looked_at(self):
        """The answer `?` reads amounts without a currency."""
        data = a_file(a_statement(a_transaction(), currency=""))

        (row,) = rows_of(items_of(OFX, data, currency="?"))

        assert row.currency is None

    def test_answer_must_be_a_currency(self):
        """An unknown currency is refused before anything is read."""
        with pytest.raises(StatementError) as caught:
            reading_of(OFX, a_file(), currency="EURO")

        assert caught.value.reason == "bad_mapping"

    def test_unknown_currency_of_one_transaction(self):
        """A bad code costs its transaction only."""
        odd = "<CURRENCY><CURSYM>XXY</CURRENCY>"
        data = a_file(
            a_statement(
                a_transaction(MEMO=odd), a_transaction(FITID="2026-0002")
            )
        )

        items = items_of(OFX, data)

        assert [one.code for one in errors_of(items)] == ["unknown_currency"]
        assert len(rows_of(items)) == 1


class TestMarkup:
    def test_end_tags_may_be_missing(self):
        """A transaction ends where the next one begins."""
        data = a_file(
            a_statement(
                "<STMTTRN><DTPOSTED>20260305<TRNAMT>-1<NAME>A",
                "<STMTTRN><DTPOSTED>20260306<TRNAMT>-2<NAME>B",
            )
        )

        rows = rows_of(items_of(OFX, data))

        assert [row.counterparty for row in rows] == ["A", "B"]

    def test_tags_in_small_letters(self):
        """Case does not matter."""
        data = a_file(a_statement(a_transaction())).lower()

        (row,) = rows_of(items_of(OFX, data))

        assert (row.currency, row.counterparty) == ("EUR", "kiosk")

    @pytest.mark.parametrize("header", ["", "\n\n", "<?xml version='1.0'?>\n"])
    def test_header_may_be_missing(self, header):
        """The element is what matters, not what stands before it."""
        data = a_file(a_statement(a_transaction()), header=header)

        assert len(rows_of(items_of(OFX, data))) == 1

    def test_plain_text_with_brackets(self):
        """A lone bracket or ampersand is text, as careless banks write it."""
        row = the_row(NAME="A & B < C", MEMO="5 > 3 &amp; &#50; &#xD800;")

        assert row.counterparty == "A & B < C"
        assert row.description == "5 > 3 & 2 &#xD800;"

    def test_payee_as_an_aggregate(self):
        """The name within PAYEE is the counterparty."""
        row = the_row(NAME="", PAYEE="\n<NAME>Kiosk<CITY>Bonn</PAYEE>")

        assert row.counterparty == "Kiosk"

    def test_control_characters_are_blanks(self):
        """Nothing that moves the pen gets into a text."""
        row = the_row(NAME="A\x00B\x1b[2J&#7;C", MEMO="a\n\n  b")

        assert row.counterparty == "A B [2J C"
        assert row.description == "a b"

    def test_cut_off_transaction_is_a_problem(self):
        """The last amount of a cut file may be a part of it."""
        data = a_file(a_statement(a_transaction()))
        cut = data[: data.index(b"50\n<FITID")]

        (problem,) = errors_of(items_of(OFX, cut))

        assert problem.code == "malformed"

    def test_investments_and_pending_are_skipped(self):
        """What is not booked money is left out with its reason."""
        data = a_file(
            a_statement(
                "<INVTRAN><DTTRADE>20260101</INVTRAN>",
                "<STMTTRNP><TRNAMT>-1</STMTTRNP>",
                a_transaction(CORRECTACTION="DELETE"),
            )
        )

        skipped = skipped_of(items_of(OFX, data))

        assert [one.reason for one in skipped] == [
            "investment",
            "pending",
            "deletes an older record",
        ]

    def test_correction_comes_with_a_warning(self):
        """A replacement names what it replaces."""
        data = a_file(
            a_statement(
                a_transaction(
                    CORRECTFITID="2025-0009", CORRECTACTION="REPLACE"
                )
            )
        )

        (record,) = items_of(OFX, data)

        assert record.rows[0].group_id == "2025-0009"
        assert [one.code for one in record.warnings] == ["correction"]

    def test_unreadable_balance_is_a_warning(self):
        """A balance costs no record, but is not passed over in silence."""
        more = "<LEDGERBAL><BALAMT>much<DTASOF>20260305</LEDGERBAL>"
        data = a_file(a_statement(more=more))

        (problem,) = items_of(OFX, data)

        assert isinstance(problem, Problem)
        assert problem.severity is Severity.WARNING
        assert problem.column == "BALAMT"
        assert reading_of(OFX, data).facts.balances == ()


class TestEncodings:
    @pytest.mark.parametrize(
        ("header", "codec", "name"),
        [
            ("CHARSET:1252\n", "cp1252", "cp1252"),
            ("CHARSET:ISO-8859-15\n", "iso-8859-15", "iso8859-15"),
            ("CHARSET:1251\n", "cp1251", "cp1251"),
            ("", "utf-8", "utf-8"),
            ("CHARSET:1252\n", "utf-8", "utf-8"),
            ("<?xml version='1.0' encoding='iso-8859-15'?>", "utf-8", "utf-8"),
            ("", "utf-8-sig", "utf-8-sig"),
            ("", "utf-16", "utf-16"),
            ("", "utf-16-le", "utf-16-le"),
            ("", "utf-16-be", "utf-16-be"),
            ("CHARSET:hex\n", "cp1252", "cp1252"),
        ],
    )
    def test_marked_valid_declared_or_likely(self, header, codec, name):
        """Marks win, then UTF-8 if it fits, then what the header says."""
        text = "Жан" if codec == "cp1251" else "Café ½"
        data = a_file(a_statement(a_transaction(NAME=text)), header=header)
        data = data.decode().encode(codec, "replace")
        wanted = data.decode(codec)

        reading = reading_of(OFX, data)
        (row,) = rows_of(list(reading.items))

        assert reading.facts.encoding == name
        assert f"<NAME>{row.counterparty}\n" in wanted

    def test_answer_wins_over_guesses(self):
        """The user knows best, within what is an encoding."""
        data = a_file(a_statement(a_transaction(NAME="Жан")))
        data = data.decode().encode("cp1251")

        (row,) = rows_of(items_of(OFX, data, encoding="cp1251"))

        assert row.counterparty == "Жан"

    @pytest.mark.parametrize("encoding", ["hex", "utf-8", "no such thing"])
    def test_answer_that_does_not_fit(self, encoding):
        """A wrong encoding is said, never papered over."""
        data = a_file(a_statement(a_transaction(NAME="Café")))

        with pytest.raises(StatementError) as caught:
            reading_of(OFX, data.decode().encode("cp1252"), encoding=encoding)

        assert caught.value.reason == "undecodable"


class TestLimits:
    def test_too_many_records(self):
        """Reading stops at the bound with a sentence."""
        data = a_file(a_statement(a_transaction(), a_transaction()))
        format_ = OfxFormat(limits=Limits(rows=1))

        with pytest.raises(StatementError) as caught:
            items_of(format_, data)

        assert caught.value.reason == "too_many_rows"

    def test_too_many_bytes(self):
        """The size is measured, not believed."""
        data = a_file(a_statement(a_transaction()))
        format_ = OfxFormat(limits=Limits(bytes=len(data) - 1))

        with pytest.raises(StatementError) as caught:
            reading_of(format_, data)

        assert caught.value.reason == "too_large"

    def test_no_ofx_at_all(self):
        """A file that only looks like OFX is refused."""
        with pytest.raises(StatementError) as caught:
            reading_of(OFX, b"OFXHEADER:100\nnothing")

        assert caught.value.reason == "header_not_found"
