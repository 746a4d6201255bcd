"""Bank files against the results that are expected of them."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from bank_reading import (
    decimals,
    errors_of,
    ids_of,
    items_of,
    months_of,
    reading_of,
    records_in,
    rows_of,
    skipped_of,
    totals_of,
    winner,
)
from shared import FOLDER, needed


HERE = Path(__file__).parent / "data" / "bank"
OWN = sorted(path.stem for path in HERE.glob("*.json"))
GIVEN = (
    "mt940_february_30.sta",
    "mt940_jejik_abnamro.sta",
    "ofx_anzcc.ofx",
    "ofx_bank_medium.ofx",
    "ofx_checking.ofx",
    "ofx_suncorp.ofx",
    "qif_bank.qif",
    "test-camt053-txdtls.xml",
)


@pytest.fixture(name="given", params=GIVEN)
def _given(request):
    needed()
    path = FOLDER / "bank" / request.param
    wanted = path.with_name(f"{path.name}.expected.json")
    return path.read_bytes(), json.loads(wanted.read_text("utf-8"))


@pytest.fixture(name="own", params=OWN)
def _own(request):
    data = (HERE / request.param).read_bytes()
    wanted = (HERE / f"{request.param}.json").read_text("utf-8")
    return data, json.loads(wanted)


def stated(balance):
    return {
        "name": balance.name,
        "amount": f"{balance.amount}",
        "currency": balance.currency,
        "on": f"{balance.on}",
        "closing": balance.closing,
    }


class TestGivenFiles:
    def test_is_the_file_that_was_expected(self, given):
        """An expected result belongs to these very bytes."""
        data, wanted = given

        assert sha256(data).hexdigest() == wanted["sha256"]

    def test_is_recognised_beyond_doubt(self, given):
        """The right format claims the file, with its reasons."""
        data, wanted = given

        format_, claim = winner(data)

        assert format_.format_id == wanted["format_id"]
        assert claim.confidence >= 0.9
        assert claim.evidence

    def test_transactions_add_up(self, given):
        """Counts and sums per currency and month are as expected."""
        data, wanted = given

        items = items_of(winner(data)[0], data, currency="?")

        rows = rows_of(items)
        assert len(rows) == records_in(items) == wanted["transactions"]
        assert errors_of(items) == wanted["errors"]
        assert totals_of(rows) == decimals(wanted["totals"])
        assert months_of(rows) == {
            month: decimals(totals)
            for month, totals in wanted["months"].items()
        }
        assert ids_of(rows) == wanted["external_ids"]

    def test_facts(self, given):
        """Encoding, form of dates and balances are as expected."""
        data, wanted = given

        facts = reading_of(winner(data)[0], data, currency="?").facts

        assert facts.format_id == wanted["format_id"]
        assert facts.platform == wanted["platform"]
        assert facts.kind == wanted["kind"]
        assert facts.encoding == wanted["encoding"]
        assert facts.date_format == wanted.get(
            "date_format", facts.date_format
        )
        assert facts.evidence
        closing = wanted.get("closing_balance")
        if closing is not None:
            assert [
                f"{one.amount} {one.currency}"
                for one in facts.balances
                if one.closing
            ] == [closing]
        if "balances" in wanted:
            assert [
                (one.name, one.currency, f"{one.amount}")
                for one in facts.balances
            ] == [
                (one.get("tag") or one["type"], one["currency"], one["amount"])
                for one in wanted["balances"]
            ]


class TestOwnFiles:
    def test_is_recognised_beyond_doubt(self, own):
        """The right format claims the file."""
        data, wanted = own

        format_, claim = winner(data)

        assert format_.format_id == wanted["format_id"]
        assert claim.confidence >= 0.9

    def test_facts(self, own):
        """What the file says as a whole is found."""
        data, wanted = own

        facts = reading_of(winner(data)[0], data, **wanted["answers"]).facts

        assert facts.encoding == wanted["encoding"]
        assert facts.currency == wanted["currency"]
        assert facts.account == wanted["account"]
        assert [f"{on}" for on in facts.period] == wanted["period"]
        assert list(map(stated, facts.balances)) == wanted["balances"]

    def test_transactions(self, own):
        """Every transaction comes with day, amount, name and words."""
        data, wanted = own

        items = items_of(winner(data)[0], data, **wanted["answers"])

        assert [
            [
                row.line,
                f"{row.local_date}",
                f"{row.amount}",
                row.currency,
                row.counterparty,
                row.description,
                row.external_id,
            ]
            for row in rows_of(items)
        ] == wanted["transactions"]
        assert totals_of(rows_of(items)) == decimals(wanted["totals"])

    def test_every_other_record_is_accounted_for(self, own):
        """Bad and skipped records are listed with their places."""
        data, wanted = own

        items = items_of(winner(data)[0], data, **wanted["answers"])

        assert [
            [one.line, one.column, one.code, one.value]
            for one in errors_of(items)
        ] == wanted["errors"]
        assert [[one.line, one.reason] for one in skipped_of(items)] == wanted[
            "skipped"
        ]
        assert records_in(items) == wanted["data_rows"]
