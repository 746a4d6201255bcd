"""Every shared statement that a spec describes gives the expected result."""

from collections import Counter
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

import shared
from earntrack_adapters.statements.formats import catalogue
from earntrack_core.statements.model import (
    Answers,
    FileHead,
    Problem,
    Record,
    Severity,
    Skipped,
)
from earntrack_core.statements.totals import result, tally
from statement_words import fitting, numbers, without_balance, work_log


FORMATS = {one.format_id: one for one in catalogue().formats}
FILES = [
    path
    for path in shared.statement_files()
    if shared.expected(path)["format_id"] in FORMATS
]
MAPPED = [path for path in FILES if "mapping" in shared.expected(path)]
DESCRIBED = [path for path in FILES if path not in MAPPED]
TOLD = {
    "uber.payments_order": Answers(currency="GBP"),
    "uber.payments_driver": Answers(currency="GBP"),
}


@pytest.fixture(name="path", params=FILES, ids=shared.name_of)
def _path(request):
    shared.needed()
    return request.param


ENCODED = [path for path in FILES if "descriptions" in shared.expected(path)]
CLASSED = [path for path in FILES if "row_kinds" in shared.expected(path)]


@pytest.fixture(name="encoded", params=ENCODED, ids=shared.name_of)
def _encoded(request):
    shared.needed()
    return request.param


@pytest.fixture(name="classed", params=CLASSED, ids=shared.name_of)
def _classed(request):
    shared.needed()
    return request.param


@pytest.fixture(name="described", params=DESCRIBED, ids=shared.name_of)
def _described(request):
    shared.needed()
    return request.param


def head_of(path):
    data = path.read_bytes()
    return FileHead(name=path.name, size=len(data), head=data[:65_536])


def read(path):
    expected = shared.expected(path)
    format_ = FORMATS[expected["format_id"]]
    answers = TOLD.get(
        format_.format_id, Answers(mapping=expected.get("mapping"))
    )
    reading = format_.read(BytesIO(path.read_bytes()), head_of(path), answers)
    return reading, list(reading.items)


def rows_of(items):
    """Return all rows; of those with one exact identity the first."""
    rows = {}
    for one in items:
        if isinstance(one, Record):
            for row in one.rows:
                key = row.identity if row.exact else len(rows)
                rows.setdefault(key, row)
    return list(rows.values())


class TestGoldenFiles:
    def test_only_its_format_claims_a_file(self, described):
        """The best claim on a file is the right one, and it is certain."""
        claims = [one.sniff(head_of(described)) for one in FORMATS.values()]
        best = max(filter(None, claims), key=lambda one: one.confidence)

        assert best.format_id == shared.expected(described)["format_id"]
        assert best.confidence >= 0.9

    def test_totals_and_months(self, path):
        """Sums per currency and month are exactly those of the file."""
        expected = shared.expected(path)
        reading, items = read(path)

        got = result(tally(rows_of(items), reading.facts.kind))

        if expected.get("kind") == "work_log":
            got["totals"] = work_log(got["totals"])
        for months in ("months", "totals"):
            if months not in expected:
                continue
            wanted = numbers(expected[months])
            found = numbers(got[months])
            if reading.facts.format_id == "uber.payments_order":
                without_balance(wanted, found)
            assert found == wanted
        if "hours" in expected:
            assert Decimal(got["hours"]) == pytest.approx(
                Decimal(expected["hours"]), abs=Decimal("0.01")
            )

    def test_records_are_conserved(self, path):
        """Each data row is read, left out with a reason, or an error."""
        expected = shared.expected(path)
        _, items = read(path)

        counts = Counter(
            type(one).__name__
            for one in items
            if not isinstance(one, Problem) or one.severity is Severity.ERROR
        )

        records = counts["Record"] + counts["Skipped"] + counts["Problem"]
        assert records == expected.get(
            "data_rows", expected.get("transactions")
        )

    def test_lines_left_out_and_wrong(self, path):
        """Skipped and wrong lines are those expected, with their columns."""
        expected = shared.expected(path)
        _, items = read(path)

        skipped = [one.line for one in items if isinstance(one, Skipped)]
        wrong = {
            (one.line, one.column)
            for one in items
            if isinstance(one, Problem) and one.severity is Severity.ERROR
        }
        warned = {
            (warning.line, warning.column)
            for one in items
            if isinstance(one, Record)
            for warning in one.warnings
        }

        wanted = {(one["line"], one["column"]) for one in expected["errors"]}
        if "skipped" in expected:
            assert skipped == [one["line"] for one in expected["skipped"]]
        assert wrong <= wanted <= wrong | warned

    def test_facts(self, described):
        """Encoding, delimiter and header are found where they are."""
        expected = shared.expected(described)
        reading, _ = read(described)

        delimiter = expected.get("delimiter", ",").replace("\\t", "\t")
        assert reading.facts.delimiter == delimiter
        assert reading.facts.header_line == expected.get("header_line", 1)
        assert reading.facts.platform == expected["platform"]
        assert reading.facts.encoding in {
            expected["encoding"],
            f"{expected['encoding']}-sig",
        }

    def test_descriptions_of_any_encoding(self, encoded):
        """Texts come out as they were meant, whatever the bytes."""
        expected = shared.expected(encoded)
        _, items = read(encoded)

        descriptions = [row.description for row in rows_of(items)]

        assert descriptions == expected["descriptions"]

    def test_kinds(self, classed):
        """Rows are of the kinds expected."""
        expected = shared.expected(classed)
        _, items = read(classed)

        by_line = {row.line: row.kind.value for row in rows_of(items)}
        kinds = Counter(by_line.values())

        assert fitting(kinds, expected["row_kinds"]), kinds

    def test_period_of_the_user(self):
        """A file without days takes those that the user says."""
        path = shared.statement("youtube/studio_content.csv")
        reading, items = read(path)
        period = (date(2026, 9, 1), date(2026, 9, 30))

        again = FORMATS["youtube.studio_content"].read(
            BytesIO(path.read_bytes()), head_of(path), Answers(period=period)
        )

        assert [one.key for one in reading.questions] == ["period"]
        assert {row.local_date for row in rows_of(items)} == {None}
        assert not again.questions
        assert {row.local_date for row in rows_of(again.items)} == {period[1]}
