"""Laws of reading: what must never matter, and what must never happen."""

import csv
import io
import random
import tracemalloc
from io import BytesIO, StringIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import shared
import tables
from earntrack_adapters.statements.decoding import encoding_of, opened
from earntrack_adapters.statements.formats import catalogue
from earntrack_adapters.statements.table import Malformed, rows
from earntrack_adapters.statements.tabular import TabularFormat
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Answers,
    Check,
    Limits,
    Problem,
    Record,
    Severity,
    Skipped,
)
from earntrack_core.statements.totals import result, tally


FORMATS = {one.format_id: one for one in catalogue().formats}
FILES = [
    path
    for path in shared.statement_files()
    if isinstance(
        FORMATS.get(shared.expected(path)["format_id"]), TabularFormat
    )
]
ALL = shared.statement_files()
LIMITS = Limits()
TOLD = Answers(currency="GBP", date_order="mdy", number_form=".")
SLOW = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(name="path", params=FILES, ids=shared.name_of)
def _path(request):
    shared.needed()
    return request.param


def format_of(path):
    return FORMATS[shared.expected(path)["format_id"]]


def read(path, data, answers=TOLD):
    """Return what a changed file says: sums, and what became of each line."""
    head = tables.head_of(data, path.name)
    reading = format_of(path).read(BytesIO(data), head, answers)
    items = list(reading.items)
    sums = tally(tables.rows_of(items), reading.facts.kind)
    ends = [
        (type(one).__name__, one.line)
        for one in items
        if not isinstance(one, Check)
    ]
    identities = [row.identity for row in tables.rows_of(items)]
    return result(sums), ends, identities


def text_of(path):
    expected = shared.expected(path)
    encoding = expected.get("encoding", "utf-8")
    return path.read_bytes().decode(encoding).removeprefix("\ufeff")


def rebuilt(path, change):
    """Write a table anew after *change*, which gets a row and its number.

    Rows above the header, and rows that lack cells, stay as they are.
    """
    expected = shared.expected(path)
    delimiter = expected.get("delimiter", ",").replace("\\t", "\t")
    read_rows = list(
        csv.reader(StringIO(text_of(path), newline=""), delimiter=delimiter)
    )
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    header = next(
        at
        for at, row in enumerate(read_rows)
        if len(row) == max(map(len, read_rows))
    )
    width = len(read_rows[header])
    for at, row in enumerate(read_rows):
        whole = at >= header and len(row) > width // 2
        padded = row + [""] * (width - len(row))
        writer.writerow(change(padded, at - header) if whole else row)
    return out.getvalue().encode()


class TestWhatMustNotMatter:
    @pytest.mark.parametrize("seed", range(2))
    def test_order_of_columns(self, path, seed):
        """Columns may stand in any order."""
        order = random.Random(seed)

        def shuffled(row, _):
            order.seed(seed)
            return order.sample(row, len(row))

        assert read(path, rebuilt(path, shuffled)) == read(
            path, path.read_bytes()
        )

    def test_unknown_columns(self, path):
        """Columns that nobody knows change nothing, wherever they stand."""

        def widened(row, number):
            new = "Brand new" if number == 0 else "1.50"
            return [new, *row, f"{new}!"]

        assert read(path, rebuilt(path, widened)) == read(
            path, path.read_bytes()
        )

    def test_other_names(self, path):
        """A column may have any of its names, in any case and spacing."""
        match = format_of(path).spec.match
        names = {
            one.casefold(): group[-1]
            for group in (*match.require, *match.optional)
            for one in group
            if "*" not in group[-1] and "*" not in one
        }

        def renamed(row, number):
            if number:
                return row
            return [
                f"  {names.get(cell.strip().casefold(), cell)}\u00a0".upper()
                if "(" not in cell and "*" not in cell
                else cell
                for cell in row
            ]

        got = read(path, rebuilt(path, renamed))

        assert got == read(path, path.read_bytes())

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda text: text.encode("utf-8-sig"), id="mark"),
            pytest.param(lambda text: text.encode("utf-16"), id="utf-16"),
            pytest.param(
                lambda text: text.encode("utf-16-be"), id="utf-16 unmarked"
            ),
            pytest.param(
                lambda text: (
                    text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
                ),
                id="crlf",
            ),
            pytest.param(
                lambda text: text.rstrip("\r\n").encode() + b"\n\n \n",
                id="blank last lines",
            ),
            pytest.param(
                lambda text: text.rstrip("\r\n").encode(), id="no last end"
            ),
        ],
    )
    def test_how_it_is_stored(self, path, change):
        """Marks, encodings and ends of lines change nothing."""
        assert read(path, change(text_of(path))) == read(
            path, path.read_bytes()
        )

    def test_windows_encoding(self, path):
        """A file re-saved in Windows-1252 says the same, if it can."""
        try:
            data = text_of(path).encode("cp1252")
        except UnicodeEncodeError:
            data = path.read_bytes()

        assert read(path, data) == read(path, path.read_bytes())

    def test_reading_twice(self, path):
        """The same file says the same, identities included."""
        data = path.read_bytes()

        assert read(path, data) == read(path, data)


class TestClaims:
    @pytest.mark.parametrize("path", ALL, ids=shared.name_of)
    def test_no_foreign_claims(self, path):
        """No file is claimed by another format than its own."""
        shared.needed()
        own = shared.expected(path)["format_id"]
        head = tables.head_of(path.read_bytes(), path.name)

        claims = {
            id_: claim.confidence
            for id_, one in FORMATS.items()
            if (claim := one.sniff(head)) is not None
        }

        others = [claims[id_] for id_ in claims if id_ != own]
        assert max(others, default=0) < 0.9
        if own in FORMATS and own != "bank.generic_csv":
            assert claims[own] - max(others, default=0) >= 0.2


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "delete", "repeat", "cut"]),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(
            [
                b'"',
                b",",
                b";",
                b"\n",
                b"\r",
                b"\0",
                b"\xff",
                b"-",
                b"9",
                b".",
                b"(",
                b"\xe2\x82\xac",
                b"e5",
                b"\t",
                b"'",
                b"NaN",
                b"=1+1",
            ]
        ),
    ),
    min_size=1,
    max_size=8,
)


def mutated(data, mutations):
    """Return a damaged file."""
    for what, where, piece in mutations:
        at = int(where * len(data))
        if what == "set":
            data = data[:at] + piece + data[at + len(piece) :]
        elif what == "insert":
            data = data[:at] + piece + data[at:]
        elif what == "delete":
            data = data[:at] + data[at + 17 :]
        elif what == "repeat":
            data = data[:at] + data[at // 2 : at // 2 + 400] + data[at:]
        else:
            data = data[: max(at, 20)]
    return data


def records_in(data, format_, header_line, delimiter):
    """Count the records of a file without the engine."""
    encoding = encoding_of(
        BytesIO(data), format_.spec.match.encoding, None, LIMITS
    )
    needed = 0
    with opened(BytesIO(data), encoding) as text:
        for row in rows(text, delimiter, LIMITS):
            if isinstance(row, Malformed):
                needed += row.line > header_line
            elif row[0] > header_line:
                needed += any(map(str.strip, row[1]))
    return needed


def checked(format_, data, name="file.csv"):
    """Read a file and hold the law of conserved counts against it."""
    head = tables.head_of(data, name)
    claim = format_.sniff(head)
    assert claim is None or 0 <= claim.confidence <= 1
    items, reason = [], None
    try:
        reading = format_.read(BytesIO(data), head, TOLD)
        items = list(reading.items)
    except StatementError as error:
        reason = error.reason
    assert reason in {
        None,
        "header_not_found",
        "undecodable",
        "malformed",
        "too_wide",
    }
    if reason is not None:
        return
    if any(one.blocks_reading for one in reading.questions):
        assert items == []
        return
    ends = [
        one.line
        for one in items
        if isinstance(one, Record | Skipped)
        or (isinstance(one, Problem) and one.severity is Severity.ERROR)
    ]
    assert ends == sorted(set(ends))
    if rows_without_quotes(data):
        facts = reading.facts
        assert len(ends) == records_in(
            data, format_, facts.header_line, facts.delimiter
        )
    for row in tables.rows_of(items):
        assert row.line in ends
        assert row.currency is None or len(row.currency) == 3


def rows_without_quotes(data):
    """Say whether no record can be over several lines."""
    return b'"' not in data


class TestGarbage:
    @settings(SLOW, max_examples=1000)
    @given(st.data(), MUTATIONS)
    def test_damaged_files(self, data, mutations):
        """Of a thousand damaged files none does more than lose its rows."""
        shared.needed()
        path = data.draw(st.sampled_from(FILES))

        checked(
            format_of(path), mutated(path.read_bytes(), mutations), path.name
        )

    @settings(SLOW, max_examples=100)
    @given(st.binary(max_size=600))
    @example(b"")
    @example(b"\xff\xfe")
    @example(b"\xef\xbb\xbf")
    @example(b"\0" * 100)
    @example(b'"' * 999)
    def test_any_bytes(self, data):
        """No bytes whatever make a format raise what it must not."""
        for format_ in list(FORMATS.values())[:20]:
            if isinstance(format_, TabularFormat):
                checked(format_, data)
            else:
                format_.sniff(tables.head_of(data))

    CELLS = st.one_of(
        st.sampled_from(
            ["", "-", "1.50", "1,5", "2026-01-01", "13/1/2026", "Sale", "USD"]
        ),
        st.text(max_size=12),
    )

    @settings(SLOW, max_examples=200)
    @given(st.lists(st.lists(CELLS, max_size=12), max_size=12))
    def test_any_cells(self, cells):
        """Below a true header any cells end as rows, skips or errors."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        header = "Date,Type,Amount,Fee,Net,Currency,Id,Note,Balance"
        writer.writerow(header.split(","))
        writer.writerows(cells)
        spec = tables.spec_of(
            tables.SPEC, '[[otherwise]]\nkind = "unknown"\namount = "Amount"'
        )

        checked(TabularFormat(spec), out.getvalue().encode("utf-8", "replace"))


class TestMemory:
    def test_reading_is_a_stream(self):
        """Memory does not grow with the number of records."""
        head = "Date,Type,Amount,Fee,Net,Currency,Id,Note,Balance\n"

        def peak(count):
            data = head + "".join(
                f"2026-01-31,Sale,{number}.25,0.50,,EUR,A{number},Hello,\n"
                for number in range(count)
            )
            encoded = data.encode()
            tracemalloc.start()
            found = tables.opened(encoded)
            records = sum(isinstance(one, Record) for one in found.items)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert records == count
            return most

        small, large = peak(6_000), peak(24_000)

        assert large < small * 1.5 + 1_000_000
