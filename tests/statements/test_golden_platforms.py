"""Invented statements of many platforms give exactly the expected result.

They lie beside this file, so that the specs are tested without the shared
folder, and they differ from the files there: other orders of day and month,
columns that are new or missing, words that the platforms never wrote.
"""

import csv
import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import pytest

import shared
from earntrack_adapters.statements.formats import catalogue
from earntrack_adapters.statements.tabular import TabularFormat
from earntrack_core.statements.model import (
    Answers,
    FileHead,
    Problem,
    Record,
    Severity,
    Skipped,
)
from earntrack_core.statements.totals import result, tally


FOLDER = Path(__file__).parent / "data" / "platforms"
FILES = sorted(FOLDER.glob("*.csv"))
PARSED = {"bank.camt053", "bank.mt940", "bank.ofx", "bank.qif"}
"""Formats of the shared folder that are no tables."""

FORMATS = {one.format_id: one for one in catalogue().formats}
TABLES = {
    name: one
    for name, one in FORMATS.items()
    if isinstance(one, TabularFormat)
}
CERTAIN = 0.9


@pytest.fixture(name="path", params=FILES, ids=lambda path: path.stem)
def _path(request):
    return request.param


@pytest.fixture(name="format_", params=TABLES.values(), ids=list(TABLES))
def _format(request):
    return request.param


def expected(path):
    """Return the expected result of a file."""
    return json.loads(Path(f"{path}.expected.json").read_text("utf-8"))


def answers(path):
    """Return what the user says about a file."""
    said = dict(expected(path).get("answers", {}))
    if "period" in said:
        said["period"] = tuple(map(date.fromisoformat, said["period"]))
    return Answers(**said)


def files_with(test):
    """Return the files whose expected result fulfils *test*, as a mark."""
    files = [path for path in FILES if test(expected(path))]
    return pytest.mark.parametrize("path", files, ids=lambda one: one.stem)


def head_of(data, name="statement.csv"):
    return FileHead(name=name, size=len(data), head=data[:65_536])


def claims(data):
    """Return the formats that are certain that a file is theirs."""
    sniffs = (one.sniff(head_of(data)) for one in FORMATS.values())
    return {
        sniff.format_id
        for sniff in sniffs
        if sniff is not None and sniff.confidence >= CERTAIN
    }


def read(path, data=None):
    data = path.read_bytes() if data is None else data
    format_ = FORMATS[expected(path)["format_id"]]
    reading = format_.read(BytesIO(data), head_of(data), answers(path))
    return reading, list(reading.items)


def rows_of(items):
    return [
        row for one in items if isinstance(one, Record) for row in one.rows
    ]


def sums(reading, items):
    return result(tally(rows_of(items), reading.facts.kind))


def numbers(value):
    """Return a result with its amounts as numbers."""
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    return Decimal(value) if isinstance(value, str) else value


def places(wanted, *keys):
    return [tuple(one[key] for key in keys) for one in wanted]


def turned(path):
    """Return a file with its columns turned round and one that is new."""
    wanted = expected(path)
    text = path.read_bytes().decode(wanted["encoding"])
    turned = StringIO(newline="")
    writer = csv.writer(turned, delimiter=wanted["delimiter"])
    for at, row in enumerate(
        csv.reader(StringIO(text, newline=""), delimiter=wanted["delimiter"])
    ):
        writer.writerow(["Quite new" if at == 0 else "?", *reversed(row)])
    return turned.getvalue().encode(wanted["encoding"])


def heading_of(names):
    """Return a heading that a column may have, whatever `*` hides in it."""
    return re.sub(r"(?<=[(|])\*", "EUR", names[0])


class TestOwnFiles:
    def test_only_its_format_claims_a_file(self, path):
        """Exactly one format is certain that a file is its own."""
        assert claims(path.read_bytes()) == {expected(path)["format_id"]}

    def test_totals_and_months(self, path):
        """Sums per currency and month are exactly those of the file."""
        wanted = expected(path)

        got = sums(*read(path))

        assert numbers(got["totals"]) == numbers(wanted["totals"])
        assert numbers(got["months"]) == numbers(wanted["months"])
        if "hours" in wanted:
            assert Decimal(got["hours"]) == Decimal(wanted["hours"])

    def test_records_are_conserved(self, path):
        """Each data row is read, left out with a reason, or an error."""
        _, items = read(path)

        records = [
            one
            for one in items
            if isinstance(one, (Record, Skipped))
            or (isinstance(one, Problem) and one.severity is Severity.ERROR)
        ]

        assert len(records) == expected(path)["data_rows"]

    def test_rows_are_of_the_kinds_expected(self, path):
        """Each row is of the kind that its words and signs say."""
        _, items = read(path)

        kinds = Counter(row.kind.value for row in rows_of(items))

        assert kinds == expected(path)["row_kinds"]

    def test_what_is_left_out_is_said(self, path):
        """Lines left out, lines that are wrong and new words are told."""
        wanted = expected(path)
        _, items = read(path)

        skipped = [
            (one.line, one.reason) for one in items if isinstance(one, Skipped)
        ]
        wrong = [
            (one.line, one.column, one.code)
            for one in items
            if isinstance(one, Problem) and one.severity is Severity.ERROR
        ]
        warned = [
            (warning.line, warning.code)
            for one in items
            if isinstance(one, Record)
            for warning in one.warnings
        ]

        assert skipped == places(wanted["skipped"], "line", "reason")
        assert wrong == places(wanted["errors"], "line", "column", "code")
        assert warned == places(wanted["warnings"], "line", "code")

    def test_no_check_of_the_file_fails(self, path):
        """Totals and running balances of good files hold."""
        _, items = read(path)

        codes = {one.code for one in items if isinstance(one, Problem)}

        assert not codes & {"total_mismatch", "balance_break"}

    def test_facts(self, path):
        """Platform, delimiter and header are found where they are."""
        wanted = expected(path)
        reading, _ = read(path)

        assert not reading.questions
        assert reading.facts.platform == wanted["platform"]
        assert reading.facts.delimiter == wanted["delimiter"]
        assert reading.facts.header_line == wanted["header_line"]

    @files_with(lambda wanted: "order_refs" in wanted)
    def test_orders_are_named(self, path):
        """Rows of an order carry its number, others carry none."""
        _, items = read(path)

        named = {row.order_ref for row in rows_of(items)} - {None, ""}

        assert named == set(expected(path)["order_refs"])

    @files_with(lambda wanted: wanted["header_line"] == 1)
    def test_the_order_of_columns_does_not_matter(self, path):
        """Columns may stand anywhere, and new ones may be added."""
        before = sums(*read(path))

        after = sums(*read(path, turned(path)))

        assert after == before


class TestSpecs:
    def test_all_specs_can_be_used(self):
        """No spec of the package is broken."""
        broken = catalogue().broken

        assert not broken

    def test_no_shared_format_lacks_a_spec(self):
        """Each table of the shared folder is of a format that is known."""
        shared.needed()

        known = {
            shared.expected(path)["format_id"]
            for path in shared.statement_files()
        }

        assert known - PARSED <= set(FORMATS)

    def test_a_spec_says_where_it_comes_from(self, format_):
        """Each spec tells where its header was seen and what is a guess."""
        assert format_.spec.source
        assert "." in format_.format_id

    @pytest.mark.parametrize("everything", [False, True])
    def test_a_header_is_claimed_once(self, format_, everything):
        """The headings of a spec are certain for no other spec."""
        match = format_.spec.match
        columns = (*match.require, *(match.optional if everything else ()))
        header = StringIO(newline="")
        writer = csv.writer(header, delimiter=match.delimiter or ",")
        writer.writerow(heading_of(names) for names in columns)

        claimed = claims(header.getvalue().encode())

        assert claimed == {format_.format_id}
