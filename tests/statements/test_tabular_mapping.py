"""Any bank's table is read by a mapping, which is checked and proposed."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

import shared
import tables
from earntrack_adapters.statements.mapped_table import MappedTableFormat
from earntrack_adapters.statements.mapping_proposal import propose_mapping
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Answers, RowKind, StatementKind


BANK = MappedTableFormat()
DATA = (
    "Some bank\n\nDate;What;Amount;Currency;Balance;Kind;Before;Id\n"
    "31.01.2026;Rent;-1.250,00;EUR;750,00;booked;2.000,00;R1\n"
    "01.02.2026;Fee;-1,00;EUR;749,00;pending;750,00;R2\n"
)
MAPPING = {"date": "Date", "amount": "amount", "currency_column": "Currency"}
MAPPED = [
    path
    for path in shared.statement_files()
    if "mapping" in shared.expected(path)
]


def opened(mapping, data=DATA, **answers):
    encoded = data.encode()
    return BANK.read(
        BytesIO(encoded),
        tables.head_of(encoded),
        Answers(mapping=mapping, **answers),
    )


def rows(mapping, data=DATA, **answers):
    return tables.rows_of(opened(mapping, data, **answers).items)


class TestReading:
    def test_by_headings(self):
        """Columns are found by their headings, wherever the header is."""
        reading = opened(MAPPING | {"description": "What"})
        row = tables.rows_of(reading.items)[0]

        assert reading.facts.kind is StatementKind.BANK
        assert (reading.facts.header_line, reading.facts.delimiter) == (3, ";")
        assert (row.kind, row.line) == (RowKind.TRANSACTION, 4)
        assert (row.amount, row.currency) == (Decimal(-1250), "EUR")
        assert (row.local_date, row.description) == (date(2026, 1, 31), "Rent")
        assert not row.exact

    def test_id_and_words_to_leave_out(self):
        """Ids are exact, and rows with certain words are left out."""
        mapping = MAPPING | {
            "external_id": "Id",
            "skip_when": {"Kind": ["Pending"]},
        }

        items = list(opened(mapping).items)

        assert [row.external_id for row in tables.rows_of(items)] == ["R1"]
        assert tables.skipped(items) == [(5, "pending: left out")]

    def test_by_numbers(self):
        """Columns may be counted, from 0, with a header line or without."""
        counted = {"date": 0, "amount": 2, "currency": "EUR"}

        headed = rows({**counted, "header_line": 3, "delimiter": ";"})
        headless = rows(
            {**counted, "header": False}, DATA.partition("Id\n")[2]
        )

        assert [row.line for row in headed] == [4, 5]
        assert [row.line for row in headless] == [1, 2]

    def test_rows_of_any_length(self):
        """Without a header further cells are of no interest."""
        data = "2026-01-01,1.50\n2026-01-02,2.50,x,y\n2026-01-03\n"
        mapping = {"header": False, "date": 0, "amount": 1, "currency": "EUR"}

        items = list(opened(mapping, data).items)

        assert len(tables.rows_of(items)) == 2
        assert tables.problems(items) == [(3, None, "short_row")]

    def test_columns_of_out_and_in(self):
        """Debit is out and credit is in, unless they carry signs."""
        data = "2026-01-01,5.00,\n2026-01-02,,7.00\n2026-01-03,-1.00,\n"
        mapping = {"header": False, "date": 0, "debit": 1, "credit": 2}

        plain = rows({**mapping, "currency": "EUR"}, data)
        signed = rows(
            {**mapping, "currency": "EUR", "signed_in_columns": True}, data
        )

        assert [row.amount for row in plain] == [-5, 7, 1]
        assert [row.amount for row in signed] == [5, 7, -1]

    def test_words_for_the_direction(self):
        """A word can say whether money came or went; a new one is an error."""
        data = "2026-01-01,5.00,Af\n2026-01-02,6.00,BIJ\n2026-01-03,7.00,?\n"
        mapping = {
            "header": False,
            "date": 0,
            "amount": 1,
            "currency": "EUR",
            "direction": 2,
            "direction_values": {"Af": -1, "Bij": 1},
        }

        items = list(opened(mapping, data).items)

        assert [row.amount for row in tables.rows_of(items)] == [-5, 6]
        assert tables.problems(items) == [(3, "2", "unknown_type")]

    def test_from_balances(self):
        """What moved can be the difference of two balances."""
        mapping = {
            "date": "Date",
            "balance_before": "Before",
            "balance_after": "Balance",
            "currency": "EUR",
        }

        assert [row.amount for row in rows(mapping)] == [-1250, -1]

    def test_balances_are_checked(self):
        """Where amount and balances are there, they must agree."""
        mapping = MAPPING | {
            "balance_before": "Before",
            "balance_after": "Balance",
        }

        items = list(opened(mapping, DATA.replace("749,00", "700,00")).items)

        assert tables.problems(items) == [(5, "Balance", "balance_break")]
        assert len(tables.rows_of(items)) == 2

    def test_questions(self):
        """Without a currency the user is asked; so is the order of dates."""
        data = "Date,Amount\n01/02/2026,1.50\n"
        mapping = {"date": "Date", "amount": "Amount"}

        reading = opened(mapping, data)
        told = rows(mapping, data, currency="CHF", date_order="mdy")

        assert {one.key for one in reading.questions} == {
            "currency",
            "date_order",
        }
        assert told[0].local_date == date(2026, 1, 2)

    def test_decimal_mark_of_the_mapping(self):
        """The mark that the user says is not overruled by the cells."""
        data = "Date,Amount\n2026-01-01,1.500\n2026-01-01,1.50\n"
        mapping = {**MAPPING, "currency": "EUR", "decimal": ","}
        del mapping["currency_column"]

        items = list(opened(mapping, data).items)

        assert [row.amount for row in tables.rows_of(items)] == [1500]
        assert tables.problems(items) == [
            (3, "Amount", "number_format_differs_from_file")
        ]

    def test_without_a_mapping(self):
        """Without a mapping it is asked for, with a proposal."""
        reading = opened(None)

        assert [one.key for one in reading.questions] == ["mapping"]
        assert '"amount": "Amount"' in reading.questions[0].evidence[0]
        assert list(reading.items) == []


class TestBadMappings:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"dat": 1}, "there is no key 'dat'; nearest 'date'"),
            ({"date": "Datum"}, "mapping.date: there is no column 'Datum'"),
            ({"amount": "Amuont"}, "no column 'Amuont'; nearest 'Amount'"),
            ({"amount": 9}, "mapping.amount: there is no column 9"),
            ({"amount": -1}, "mapping.amount: columns are counted from 0"),
            ({"amount": 1.5}, "mapping.amount: must be a heading or"),
            ({"amount": None}, "mapping.amount: is missing"),
            ({"date": None}, "mapping.date: is missing"),
            ({"date_format": "DD DD"}, "mapping.date_format: 'DD DD'"),
            ({"decimal": ";"}, "mapping.decimal: must be one of"),
            ({"delimiter": "x"}, "mapping.delimiter: must be one of"),
            ({"delimiter": ","}, "mapping.date: there is no column 'Date'"),
            ({"currency": "EURO"}, "mapping.currency: 'EURO' is not of"),
            ({"header": "yes"}, "mapping.header: must be true or false"),
            ({"header": False}, "mapping.date: 'Date' is a heading"),
            ({"header_line": True}, "mapping.header_line: must be a whole"),
            ({"header_line": 77}, "mapping.header_line: line 77 is not"),
            ({"header_line": 1}, "mapping.date: there is no column 'Date'"),
            ({"direction": 2}, "mapping.direction: direction and"),
            (
                {"direction": 2, "direction_values": {"x": 2}},
                "mapping.direction_values: 'x' must be 1 or -1",
            ),
            ({"skip_when": {"Knid": ["x"]}}, "nearest 'Kind'"),
            ({"skip_when": {"Kind": [1]}}, "mapping.skip_when: 'Kind' must"),
            ({"skip_when": []}, "mapping.skip_when: must be an object"),
        ],
    )
    def test_key_and_column_are_named(self, changes, message):
        """The message names the key, and the column that was meant."""
        with pytest.raises(StatementError) as caught:
            opened(MAPPING | changes)

        assert caught.value.reason == "bad_mapping"
        assert message in caught.value.message

    @pytest.mark.parametrize("header", [True, False])
    def test_an_empty_file(self, header):
        """A file without rows has no columns."""
        with pytest.raises(StatementError) as caught:
            opened({"header": header, "date": 0, "amount": 1}, "\n")

        assert caught.value.reason == "bad_mapping"


class TestProposal:
    @pytest.mark.parametrize("path", MAPPED, ids=shared.name_of)
    def test_real_files(self, path):
        """The proposal names the columns that the owner would name."""
        shared.needed()
        wanted = shared.expected(path)["mapping"]

        found = propose_mapping(tables.head_of(path.read_bytes()))

        for key in ("header", "date", "amount", "debit", "credit", "decimal"):
            if key in wanted:
                assert found[key] == wanted[key]
        assert found.get("direction_values") == wanted.get("direction_values")

    def test_no_table(self):
        """A text without dates and amounts gives no proposal."""
        head = tables.head_of(b"Dear Sir,\nplease, find attached\n")

        assert propose_mapping(head) is None
        assert BANK.sniff(head) is None

    def test_it_is_only_possible(self):
        """A table that might be a bank's is never claimed for sure."""
        claim = BANK.sniff(tables.head_of(DATA.encode()))

        assert claim.confidence < 0.9
        assert "proposed mapping" in claim.evidence[0]
        assert (BANK.platform, BANK.verified) == ("bank", "real-sample")
        assert BANK.label.startswith("Any bank")
