"""`earntrack import` on every shared statement gives what is expected."""

import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal

import pytest

import shared
from command import run
from statement_words import fitting, numbers, without_balance, work_log


FILES = shared.statement_files()
TOLD = {
    "uber.payments_driver": ("--currency", "GBP"),
    "uber.payments_order": ("--currency", "GBP"),
}
REAL = (
    "bank/csv_nationwide.csv",
    "stripe/balance_change_itemized_usd_jpy.csv",
    "toggl/detailed_1.csv",
)
MEMORY = ("--database", "memory://")
ENDED = {}
"""How the import of each file ended: each is run once."""

COUNTED = ("imported", "duplicates", "updated")
PLATFORMS = {"encoding": "bank"}
"""What the folder calls the platforms of files made by hand."""


def words_for(path, expected, folder):
    """Return how to import a file, with what it does not say itself."""
    words = ["import", path, "--dry-run", "--json", *MEMORY]
    words += TOLD.get(expected["format_id"], ())
    if "mapping" in expected:
        mapping = folder / "mapping.json"
        mapping.write_text(json.dumps(expected["mapping"]), "utf-8")
        words += ["--map", mapping]
    return list(map(str, words))


@pytest.fixture(name="case", params=FILES, ids=shared.name_of)
def _case(request, tmp_path):
    shared.needed()
    path = request.param
    expected = shared.expected(path)
    if path not in ENDED:
        ENDED[path] = run(*words_for(path, expected, tmp_path))
    return expected, ENDED[path], ENDED[path].json


class TestEveryFile:
    def test_ends_as_it_should(self, case):
        """The exit code says whether all of it could be read."""
        expected, ended, found = case

        asks = "?" in expected["totals"] or expected.get("months") == {}
        if asks and found["data_rows"]:
            assert (ended.code, len(found["questions"])) == (3, 1)
        else:
            assert ended.code == (1 if found["errors"] else 0)
            assert found["questions"] == []
        assert found["batch"] is None

    def test_facts(self, case):
        """What was found out about the file as a whole is right."""
        expected, _, found = case

        platform = expected["platform"]
        assert found["file"] == expected["file"]
        assert found["format_id"] == expected["format_id"]
        assert found["platform"] == PLATFORMS.get(platform, platform)
        assert found["encoding"].removesuffix("-sig") == (
            expected["encoding"].removesuffix("-sig")
        )
        if "delimiter" in expected:
            delimiter = expected["delimiter"].replace("\\t", "\t")
            assert found["delimiter"] == delimiter
        if "header_line" in expected:
            assert found["header_line"] == expected["header_line"]
        if "closing_balance" in expected:
            assert found["closing_balance"] == expected["closing_balance"]

    def test_sums(self, case):
        """Totals and months are those of the file, to the last digit."""
        expected, _, found = case

        totals, months = found["totals"], found["months"]
        if expected.get("kind") == "work_log":
            totals = work_log(totals)
        pairs = [("totals", totals), ("months", months)]
        for name, sums in pairs:
            if name not in expected:
                continue
            wanted, got = numbers(expected[name]), numbers(sums)
            if found["format_id"] == "uber.payments_order":
                without_balance(wanted, got)
            assert got == wanted

    def test_records(self, case):
        """Every data row is counted, once; what was left out is listed."""
        expected, _, found = case

        rows = found["data_rows"]
        left_out, wrong = found["skipped"], found["errors"]
        assert rows == (
            sum(found[one] for one in COUNTED) + len(left_out) + len(wrong)
        )
        assert rows == expected.get("data_rows", expected.get("transactions"))
        if "transactions" in expected:
            assert found["transactions"] == expected["transactions"]
        if "skipped" in expected:
            assert [one["line"] for one in left_out] == [
                one["line"] for one in expected["skipped"]
            ]

    def test_errors(self, case):
        """What cannot be read is named by line and column."""
        expected, _, found = case

        wanted = places(expected["errors"])
        wrong, warned = places(found["errors"]), places(found["warnings"])
        assert wrong <= wanted <= wrong | warned

    def test_kinds(self, case):
        """Rows are of the kinds expected, whatever the words."""
        expected, _, found = case

        if "row_kinds" not in expected:
            assert expected.get("kind") is not None
            return
        assert fitting(Counter(found["row_kinds"]), expected["row_kinds"])

    def test_hours(self, case):
        """Hours worked are added up where a platform tells of them."""
        expected, _, found = case

        if "hours" not in expected:
            return
        assert Decimal(found["hours"]) == pytest.approx(
            Decimal(expected["hours"]), abs=Decimal("0.01")
        )


def places(problems):
    """Return where problems are; what only warns may have no place."""
    return {(one["line"], one["column"]) for one in problems}


class TestCommand:
    @pytest.mark.parametrize("name", REAL)
    def test_a_process_says_the_same(self, name, tmp_path):
        """What the process prints is what the function returns."""
        path = shared.statement(name)
        words = words_for(path, shared.expected(path), tmp_path)

        done = subprocess.run(
            [sys.executable, "-m", "earntrack_server", *words],
            capture_output=True,
            check=True,
        )

        assert json.loads(done.stdout) == run(*words).json

    def test_several_files(self):
        """Several files make a list, in their order."""
        files = [shared.statement(name) for name in REAL[1:]]

        ended = run("import", *files, "--dry-run", "--json")

        assert ended.code == 0
        assert [one["file"] for one in ended.json] == [
            path.name for path in files
        ]

    def test_the_period_that_is_asked_for(self):
        """With its period, a sum without days is of its last month."""
        path = shared.statement("youtube/studio_content.csv")
        period = "2026-09-01/2026-09-30"

        ended = run(
            *("import", path, "--dry-run", "--json", "--period", period)
        )

        assert ended.code == 0
        assert ended.json["questions"] == []
        assert list(ended.json["months"]) == ["2026-09"]
