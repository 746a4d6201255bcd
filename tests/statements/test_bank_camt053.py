"""CAMT.053: entries, their payments, balances and totals."""

import re
from datetime import UTC, date, datetime
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
from earntrack_adapters.statements.camt053 import Camt053Format
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Check,
    Limits,
    Problem,
    Severity,
)


CAMT = Camt053Format()
PAYMENT = "<Refs><EndToEndId>E-1</EndToEndId></Refs>"


def an_entry(
    amount="1.50",
    *,
    way="DBIT",
    currency=' Ccy="EUR"',
    status="BOOK",
    booked="<Dt>2026-03-05</Dt>",
    more="",
):
    return (
        f"<Ntry><Amt{currency}>{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>"
        f"<Sts>{status}</Sts><BookgDt>{booked}</BookgDt>{more}</Ntry>"
    )


def a_balance(name, amount, way="CRDT"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{name}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>'
        "<Dt><Dt>2026-03-31</Dt></Dt></Bal>"
    )


def payments(*texts):
    details = "".join(f"<TxDtls>{text}</TxDtls>" for text in texts)
    return f"<NtryDtls>{details}</NtryDtls>"


def a_file(*parts, account="<Id><IBAN>DE00</IBAN></Id>", head=""):
    return (
        f'{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
        'camt.053.001.02"><BkToCstmrStmt><Stmt>'
        f"<Acct>{account}</Acct>{''.join(parts)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def the_row(*args, **fields):
    (row,) = rows_of(items_of(CAMT, a_file(an_entry(*args, **fields))))
    return row


class TestEntry:
    @pytest.mark.parametrize(
        ("way", "amount"), [("CRDT", "1.50"), ("DBIT", "-1.50")]
    )
    @pytest.mark.parametrize("reversal", ["true", "false"])
    def test_sign(self, way, amount, reversal):
        """Credit is in and debit is out, also where it reverses another."""
        row = the_row(way=way, more=f"<RvslInd>{reversal}</RvslInd>")

        assert row.amount == Decimal(amount)

    @pytest.mark.parametrize(
        ("way", "reversal", "name"),
        [
            ("CRDT", "", "Payer"),
            ("DBIT", "", "Payee"),
            ("CRDT", "<RvslInd>true</RvslInd>", "Payee"),
            ("DBIT", "<RvslInd>1</RvslInd>", "Payer"),
        ],
    )
    def test_counterparty_is_the_other_one(self, way, reversal, name):
        """In a reversal payer and payee keep their roles."""
        more = reversal + payments(
            "<RltdPties><Dbtr><Nm>Payer</Nm></Dbtr>"
            "<Cdtr><Nm>Payee</Nm></Cdtr></RltdPties>"
        )

        assert the_row(way=way, more=more).counterparty == name

    def test_ultimate_party_stands_in(self):
        """Where only the party behind is named, it is that one."""
        more = payments(
            "<RltdPties><UltmtCdtr><Nm>X</Nm></UltmtCdtr></RltdPties>"
        )

        assert the_row(more=more).counterparty == "X"

    def test_several_payments_are_one_row(self):
        """The account moved once; the payments are told in words."""
        more = payments(
            '<Amt Ccy="EUR">1.00</Amt><RmtInf><Ustrd>A</Ustrd></RmtInf>',
            '<Amt Ccy="EUR">0.50</Amt><RmtInf><Ustrd>B</Ustrd></RmtInf>',
        )

        row = the_row(more=more)

        assert row.amount == Decimal("-1.50")
        assert row.description == "1.00 A · 0.50 B"
        assert row.group_id is None

    def test_a_batch_of_thousands_stays_small(self):
        """Only the first payments of a batch are told."""
        texts = (f"<AddtlTxInf>P{at}</AddtlTxInf>" for at in range(5_000))
        more = payments(*texts)

        row = the_row(more=more)

        assert "P99" in row.description
        assert "P100" not in row.description

    def test_instant_needs_a_zone(self):
        """The printed day counts; the instant is told where it is known."""
        zoned = the_row(booked="<DtTm>2026-03-05T00:30:00+02:00</DtTm>")
        bare = the_row(booked="<DtTm>2026-03-05T00:30:00</DtTm>")

        assert zoned.local_date == bare.local_date == date(2026, 3, 5)
        assert zoned.occurred_at == datetime(2026, 3, 4, 22, 30, tzinfo=UTC)
        assert bare.occurred_at is None

    def test_end_to_end_id_of_a_single_payment(self):
        """It links the entry with what the payer sent."""
        assert the_row(more=payments(PAYMENT)).group_id == "E-1"

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            ("PDNG", "pending"),
            ("<Cd>INFO</Cd>", "information only"),
            ("FUTR", "not booked yet"),
        ],
    )
    def test_not_booked(self, status, reason):
        """Only what moved the balance counts."""
        items = items_of(CAMT, a_file(an_entry(status=status)))

        assert [one.reason for one in skipped_of(items)] == [reason]

    def test_currency_of_the_account_stands_in(self):
        """An amount without currency has the account's."""
        data = a_file(an_entry(currency=""), account="<Ccy>SEK</Ccy>")

        (row,) = rows_of(items_of(CAMT, data))

        assert row.currency == "SEK"

    def test_no_currency_is_asked(self):
        """Without either only the user knows."""
        data = a_file(an_entry(currency=""))

        reading = reading_of(CAMT, data)
        (row,) = rows_of(items_of(CAMT, data, currency="SEK"))

        assert [one.key for one in reading.questions] == ["currency"]
        assert row.currency == "SEK"

    @pytest.mark.parametrize(
        ("fields", "column", "code"),
        [
            ({"amount": ""}, "Amt", "missing"),
            ({"amount": "1,50"}, "Amt", "bad_amount"),
            ({"amount": "-1.50"}, "Amt", "bad_amount"),
            ({"amount": "9" * 31}, "Amt", "bad_amount"),
            ({"amount": "9" * 13}, "Amt", "bad_amount"),
            ({"way": ""}, "CdtDbtInd", "missing"),
            ({"way": "IN"}, "CdtDbtInd", "bad_amount"),
            ({"currency": ' Ccy="EURO"'}, "Amt", "unknown_currency"),
            ({"booked": ""}, "BookgDt", "missing"),
            ({"booked": "<Dt>2026-02-30</Dt>"}, "BookgDt", "bad_date"),
            ({"booked": "<Dt>0001-01-01</Dt>"}, "BookgDt", "bad_date"),
        ],
    )
    def test_unreadable_entry(self, fields, column, code):
        """A bad entry costs itself only, and is told with its place."""
        data = a_file("\n", an_entry(**fields), an_entry())

        items = items_of(CAMT, data)

        assert len(rows_of(items)) == 1
        (problem,) = errors_of(items)
        assert (problem.line, problem.column) == (2, column)
        assert problem.code == code


class TestIdentity:
    def test_reference_alone_is_not_unique(self):
        """Day and amount count as well as the bank's reference."""
        more = "<AcctSvcrRef>R-1</AcctSvcrRef>"
        one, two = the_row("1.50", more=more), the_row("1.60", more=more)

        assert (one.external_id, one.exact) == ("R-1", False)
        assert one.identity != two.identity

    def test_without_reference_the_words_count(self):
        """Name and text tell entries apart."""
        one = the_row(more="<AddtlNtryInf>A</AddtlNtryInf>")
        two = the_row(more="<AddtlNtryInf>B</AddtlNtryInf>")

        assert one.external_id is None
        assert one.identity != two.identity


class TestStatement:
    def test_balances_are_checked(self):
        """Opening and entries must make the closing balance."""
        right = items_of(
            CAMT,
            a_file(
                a_balance("OPBD", "1.00", "DBIT"),
                a_balance("CLBD", "2.50", "DBIT"),
                an_entry(),
            ),
        )
        wrong = items_of(
            CAMT,
            a_file(
                a_balance("PRCD", "1.00"),
                a_balance("CLBD", "2.50"),
                an_entry(),
            ),
        )

        (check,) = [one for one in right if isinstance(one, Check)]
        assert check.holds
        (warning,) = [one for one in wrong if isinstance(one, Problem)]
        assert warning.code == "balance_break"
        assert warning.severity is Severity.WARNING

    def test_totals_are_checked(self):
        """Numbers and sums that the bank states must be met."""
        totals = (
            "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>"
            "<TtlDbtNtries><Sum>1.50</Sum></TtlDbtNtries></TxsSummry>"
        )

        items = items_of(CAMT, a_file(totals, an_entry()))

        checks = [one for one in items if isinstance(one, Check)]
        assert [(one.name, one.holds) for one in checks] == [
            ("TtlNtries/NbOfNtries", False),
            ("TtlDbtNtries/Sum", True),
        ]
        assert [one.code for one in items if isinstance(one, Problem)] == [
            "total_mismatch"
        ]

    def test_totals_are_not_checked_against_a_part(self):
        """A bank may count pending entries that are left out here."""
        totals = (
            "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>"
            "</TxsSummry>"
        )

        items = items_of(
            CAMT, a_file(totals, an_entry(), an_entry(status="PDNG"))
        )

        assert not [one for one in items if isinstance(one, Check)]

    def test_unreadable_balance_is_a_warning(self):
        """It costs no record, but is not passed over in silence."""
        items = items_of(CAMT, a_file("\n", a_balance("CLBD", "much")))

        (problem,) = items
        assert problem.severity is Severity.WARNING
        assert (problem.line, problem.value) == (2, "much")

    @pytest.mark.parametrize("prefix", ["", "n:"])
    def test_prefixes_and_wrappers(self, prefix):
        """Prefixes and elements around the document do not matter."""
        data = a_file(an_entry()).decode()
        tagged = re.sub(r"<(/?)", rf"<\1{prefix}", data)
        wrapped = f'<e xmlns:n="x">{tagged}</e>'.encode()

        assert CAMT.sniff(head_of(wrapped)) is not None
        assert len(rows_of(items_of(CAMT, wrapped))) == 1

    @pytest.mark.parametrize(
        "codec", ["utf-8", "utf-16", "iso-8859-15", "cp1252"]
    )
    def test_encodings(self, codec):
        """The XML declaration says the encoding."""
        text = a_file(
            an_entry(more="<AddtlNtryInf>Café</AddtlNtryInf>"),
            head=f'<?xml version="1.0" encoding="{codec}"?>',
        ).decode()

        reading = reading_of(CAMT, text.encode(codec))
        (row,) = rows_of(list(reading.items))

        assert row.description == "Café"
        assert reading.facts.encoding == codec


class TestRefusals:
    @pytest.mark.parametrize(
        "root", ["BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"]
    )
    def test_relatives(self, root):
        """Reports within the day and notifications are no statements."""
        data = a_file(an_entry()).replace(b"BkToCstmrStmt", root.encode())

        assert CAMT.sniff(head_of(data)).confidence >= 0.9
        with pytest.raises(StatementError) as caught:
            reading_of(CAMT, data)

        assert caught.value.reason == "unsupported_version"

    def test_other_xml(self):
        """XML without a statement is not of this format."""
        assert CAMT.sniff(head_of(b"<a/>")) is None
        with pytest.raises(StatementError) as caught:
            reading_of(CAMT, b"<a/>")

        assert caught.value.reason == "header_not_found"

    def test_broken_xml(self):
        """A cut file is refused as a whole: its end is not known."""
        with pytest.raises(StatementError) as caught:
            reading_of(CAMT, a_file(an_entry())[:-20])

        assert caught.value.reason == "malformed"

    def test_too_large(self):
        """The size is measured, not believed."""
        data = a_file(an_entry())

        with pytest.raises(StatementError) as caught:
            reading_of(Camt053Format(limits=Limits(bytes=99)), data)

        assert caught.value.reason == "too_large"
