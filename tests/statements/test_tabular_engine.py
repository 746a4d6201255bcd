"""What the spec language says happens to the records of a table."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import tables
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Check,
    Limits,
    Record,
    RowKind,
    RowStatus,
)


HEAD = "Date,Type,Amount,Fee,Net,Currency,Id,Note,Balance\n"
SALE = "2026-01-31,Sale,10.00,0.50,9.50,usd,A1,Hello,\n"
OTHERWISE = '[[otherwise]]\nkind = "unknown"\namount = ["Amount"]'


def table(*lines):
    return HEAD + "".join(f"{line}\n" for line in lines)


class TestRecord:
    def test_a_row(self):
        """A record has its day, its money, its words and its id."""
        row = tables.read(HEAD + SALE)[0]

        assert (row.kind, row.line, row.currency) == (
            RowKind.EARNING,
            2,
            "USD",
        )
        assert (row.gross, row.fee) == (Decimal(10), Decimal("-0.50"))
        assert (row.earnings, row.description) == (1, "Hello")
        assert row.local_date == date(2026, 1, 31)
        assert (row.identity, row.exact, row.external_id) == ("A1", True, "A1")
        assert row.status is RowStatus.FINAL
        assert (row.tip, row.occurred_at, row.period) == (None, None, None)

    def test_equal_to_one_made_by_hand(self):
        """Rows are as if their class had made them, in every field."""
        row = tables.read(HEAD + SALE)[0]

        again = type(row)(**vars(row))

        assert again == row
        assert hash(again) == hash(row)
        with pytest.raises(AttributeError):
            row.line = 3

    def test_without_an_id_the_content_counts(self):
        """Equal records have equal identities, however they are written."""
        rows = tables.read(
            table(
                "2026-01-31,Sale,10.00,,,EUR,,Hello,",
                "2026-01-31,SALE,10.0,,,eur,,hello ,",
                "2026-01-31,Sale,10.01,,,EUR,,Hello,",
            )
        )

        assert rows[0].identity == rows[1].identity != rows[2].identity
        assert not rows[0].exact

    def test_named_columns_of_the_identity(self):
        """A spec names the columns that make a record itself."""
        spec = tables.spec_of(
            tables.without("identity"),
            '[identity]\ncolumns = ["Date", "Amount", "Note"]',
        )
        rows = tables.read(
            table(
                "2026-01-31,Sale,1.50,1,,EUR,,x,",
                "2026-01-31,Sale,1.5,2,,USD,,X,",
                "2026-01-30,Sale,1.5,2,,USD,,X,",
            ),
            spec,
        )

        assert rows[0].identity == rows[1].identity != rows[2].identity


class TestOneItemPerRecord:
    def test_errors_have_their_place(self):
        """Each wrong record is one problem with line, column and code."""
        items = tables.items_of(
            table(
                "2026-02-30,Sale,1,,,EUR,,,",
                ",Sale,1,,,EUR,,,",
                "2026-01-01,Sale,1x,,,EUR,,,",
                "2026-01-01,Sale,1.50,2-2,,EUR,,,",
                '2026-01-01,Sale,"1,5",,,EUR,,,',
                "2026-01-01,Sale,,,,EUR,,,",
                "2026-01-01,Sale,1,,,XXQ,,,",
                "2026-01-01,Sale,1",
                "2026-01-01,Sale,1,,,EUR,,,,9",
                '2026-01-01,Sale,"1"2,,,EUR,,,',
                "2026-01-01,Gift,1,,,EUR,,,",
                "2026-01-01,Sale,1.50,,,,,,",
            )
        )

        assert tables.problems(items) == [
            (2, "Date", "bad_date"),
            (3, "Date", "missing"),
            (4, "Amount", "bad_amount"),
            (5, "Fee", "bad_amount"),
            (6, "Amount", "number_format_differs_from_file"),
            (7, "Amount", "missing"),
            (8, "Currency", "unknown_currency"),
            (9, None, "short_row"),
            (10, None, "long_row"),
            (11, None, "malformed_csv"),
            (12, "Type", "unknown_type"),
        ]
        assert [row.line for row in tables.rows_of(items)] == [13]
        assert len(items) == 12

    def test_empty_cells_at_the_end(self):
        """Cells that nobody needs may be missing, or be one too many."""
        spec = tables.spec_of(
            tables.SPEC.replace('"Note", "Balance"', '"Note"')
        )

        rows = tables.read(
            table("2026-01-01,Sale,1,,,EUR,,", "2026-01-01,Sale,1,,,EUR,,,,,"),
            spec,
        )

        assert len(rows) == 2

    def test_blank_lines_are_no_records(self):
        """Neither are rows of nothing but delimiters and blanks."""
        items = tables.items_of(HEAD + "\n,,,\n , ,\n" + SALE + "\n\n")

        assert [one.line for one in items] == [5]

    def test_the_header_again(self):
        """Files that were joined have their header in the middle."""
        items = tables.items_of(HEAD + SALE + HEAD + SALE)

        assert tables.skipped(items) == [(3, "the header again")]
        assert len(tables.rows_of(items)) == 2

    def test_no_comments(self):
        """A leading hash is part of the text."""
        spec = tables.spec_of(tables.SPEC.replace('"{Id}"', '"{Note}"'))

        rows = tables.read(table("2026-01-01,Sale,1,,,EUR,,#1001,"), spec)

        assert rows[0].external_id == "#1001"

    def test_only_a_header(self):
        """A file without records is read, not refused."""
        assert tables.items_of(HEAD) == []

    def test_damaged_bytes(self):
        """A line with bytes of another encoding is an error by itself."""
        data = (HEAD + SALE.replace("Hello", "Größe €")).encode()

        items = tables.items_of(data + SALE.encode().replace(b"Hel", b"\xff"))

        assert tables.problems(items) == [(3, None, "malformed_csv")]
        assert tables.rows_of(items)[0].description == "Größe €"

    def test_too_many_records(self):
        """A file with more records than the limit is refused."""
        with pytest.raises(StatementError) as caught:
            tables.items_of(HEAD + SALE * 3, limits=Limits(rows=2))

        assert caught.value.reason == "too_many_rows"

    def test_too_many_columns(self):
        """So is one with more columns than anyone needs."""
        wide = HEAD.strip() + "," * 600 + "\n"

        with pytest.raises(StatementError) as caught:
            tables.items_of(wide)

        assert caught.value.reason == "too_wide"

    def test_no_header(self):
        """A file without the headings is of another format."""
        with pytest.raises(StatementError) as caught:
            tables.items_of("a,b\n1,2\n")

        assert caught.value.reason == "header_not_found"


class TestRules:
    def test_first_that_holds(self):
        """Rules are tried in order; words may have wildcards."""
        spec = tables.spec_of(
            tables.SPEC,
            '[[rule]]\nwhen = { Type = ["Big *"] }\nunless = { Note = "x" }'
            '\nskip = "{Type} left out"',
            '[[rule]]\nkind = "fee"\namount = ["-Amount"]',
        )
        items = tables.items_of(
            table(
                "2026-01-01,sale,1,,,EUR,,,",
                "2026-01-01,big  deal,1,,,EUR,,,",
                "2026-01-01,Big deal,1,,,EUR,,x,",
            ),
            spec,
        )

        assert [row.kind for row in tables.rows_of(items)] == [
            RowKind.EARNING,
            RowKind.FEE,
        ]
        assert tables.skipped(items) == [(3, "big deal left out")]
        assert tables.rows_of(items)[1].fee == Decimal(-1)

    @pytest.mark.parametrize(
        ("condition", "lines"),
        [
            ('sign = { Amount = "+" }', [2]),
            ('sign = { Amount = "-" }', [3]),
            ('sign = { Amount = "0" }', [4, 5]),
            ('sign = { Amount = "!0" }', [2, 3]),
            ('filled = "Note"', [2, 3]),
            ('empty = ["Note"]', [4, 5]),
            ('same = ["Note", "Id"]', [3, 4, 5]),
            ('differ = ["Note", "Id"]', [2]),
            ('when = { Note = "" }', [4]),
            ('when = { Note = ["a", "-"] }', [2, 5]),
        ],
    )
    def test_conditions(self, condition, lines):
        """Signs, empty cells and equal columns decide as words do."""
        spec = tables.spec_of(
            tables.without("rule"),
            f'[[rule]]\n{condition}\nskip = "yes"',
            '[[rule]]\nkind = "fee"\namount = ["Fee"]',
        )
        items = tables.items_of(
            table(
                "2026-01-01,Sale,1,1,,EUR,b,a,",
                "2026-01-01,Sale,-1,1,,EUR,b,B ,",
                "2026-01-01,Sale,,1,,EUR,,,",
                "2026-01-01,Sale,0,1,,EUR,-,-,",
            ),
            spec,
        )

        assert [line for line, _ in tables.skipped(items)] == lines

    def test_unknown_words(self):
        """A new word is kept with its money, and named in a warning."""
        items = tables.items_of(
            table("2026-01-01,Gift,-2,,,EUR,,,"),
            tables.spec_of(tables.SPEC, OTHERWISE),
        )

        assert tables.rows_of(items)[0].adjustment == Decimal(-2)
        assert items[0].warnings[0].value == "Gift"
        assert tables.problems(items) == [(2, "Type", "unknown_type")]

    def test_without_money(self):
        """Records of nothing are left out for the reason that a spec gives."""
        text = tables.SPEC.replace(
            "[row]", '[row]\nskip_empty = "nothing"\nskip_zero = "zero"'
        )
        items = tables.items_of(
            table("2026-01-01,Sale,,,,EUR,,,", "2026-01-01,Sale,0,,,EUR,,,"),
            tables.spec_of(text),
        )

        assert tables.skipped(items) == [(2, "nothing"), (3, "zero")]

    def test_an_earning_of_nothing(self):
        """A record that is kept although nothing was earned is no event."""
        row = tables.read(table("2026-01-01,Sale,0,,,EUR,,,"))[0]

        assert (row.gross, row.earnings) == (Decimal(0), 0)

    def test_legs(self):
        """A conversion is two rows in two currencies, in one group."""
        spec = tables.spec_of(
            tables.without("rule").replace("[row]", "[row]"),
            '[[rule]]\nkind = "conversion"',
            '[[rule.leg]]\namount = ["-Amount"]',
            '[[rule.leg]]\nkind = "fee"\ncurrency = "Note"\namount = ["Fee"]',
        )

        rows = tables.read(table("2026-01-01,x,5,4,,EUR,T1,USD,"), spec)

        assert [
            (row.identity, row.group_id, row.currency) for row in rows
        ] == [("T1#1", "T1", "EUR"), ("T1#2", "T1", "USD")]
        assert (rows[0].transfer, rows[1].fee) == (Decimal(-5), Decimal(4))

    def test_legs_without_money(self):
        """Several rows without any money are missing it."""
        spec = tables.spec_of(
            tables.without("rule"),
            '[[rule]]\nkind = "conversion"\nskip_empty = "none"',
            '[[rule.leg]]\namount = ["-Amount"]',
            '[[rule.leg]]\namount = ["Fee"]',
        )

        items = tables.items_of(table("2026-01-01,x,,,,EUR,T1,USD,"), spec)

        assert tables.skipped(items) == [(2, "none")]

    def test_merge(self):
        """Item lines belong to the order above them and make no rows."""
        spec = tables.spec_of(
            tables.without("rule"),
            '[[rule]]\nempty = "Amount"\nmerge = "Id"',
            '[[rule]]\nkind = "earning"\namount = ["Amount"]',
        )

        items = tables.items_of(
            table(
                "2026-01-01,x,5,,,EUR,A,,",
                ",x,,,,,A,,",
                ",x,,,,,B,,",
            ),
            spec,
        )

        assert [len(one.rows) for one in items if isinstance(one, Record)] == [
            1,
            0,
        ]
        assert tables.problems(items) == [(4, "Amount", "missing")]

    def test_one_order_in_many_rows(self):
        """Rows of one order are one event of income."""
        spec = tables.spec_of(
            tables.SPEC.replace("[row]", '[row]\ncount = "Note"')
        )

        rows = tables.read(
            table(
                "2026-01-01,Sale,5,,,EUR,,O1,",
                "2026-01-01,Sale,5,,,EUR,,o1,",
                "2026-01-01,Sale,5,,,EUR,,O2,",
            ),
            spec,
        )

        assert [row.earnings for row in rows] == [1, 0, 1]


class TestSums:
    @pytest.mark.parametrize(
        ("terms", "gross"),
        [
            ('["Amount", "-Fee"]', "9"),
            ('[["Net", "Amount"], "Fee"]', "11"),
            ('["* Revenue"]', "7"),
            ('["-* Revenue", "Amount"]', "3"),
            ('["Nothing", "Amount"]', "10"),
        ],
    )
    def test_terms(self, terms, gross):
        """Columns are added and subtracted; of alternatives one counts."""
        text = tables.SPEC.replace('"Note"', '"Note", "* Revenue", "Nothing"')
        spec = tables.spec_of(
            text.replace('gross = ["Amount"]', f"gross = {terms}")
        )
        data = (
            "Date,Type,Amount,Fee,Net,Sub Revenue,Bits Revenue\n"
            "2026-01-01,Sale,10,1,,3,4\n"
        )

        assert tables.read(data, spec)[0].gross == Decimal(gross)

    def test_captured_money(self):
        """An amount inside a text is read like a cell."""
        spec = tables.spec_of(
            tables.SPEC,
            '[[capture]]\ncolumn = "Note"'
            '\ntemplates = ["{sum} sent to *", "Order #{order}"]',
            '[[rule]]\nkind = "payout"\npayout = ["-{sum}"]',
        )

        items = tables.items_of(
            table(
                '2026-01-01,Deposit,,,,EUR,,"$1,500.00 sent to your bank",',
                "2026-01-01,Deposit,,,,EUR,,Order #7,",
                "2026-01-01,Deposit,,,,EUR,,apples sent to you,",
            ),
            spec,
        )

        assert tables.rows_of(items)[0].payout == Decimal(-1500)
        assert tables.problems(items) == [
            (3, "{sum}", "missing"),
            (4, "{sum}", "bad_amount"),
        ]

    def test_cells_that_say_nothing(self):
        """Dashes are no ids and no texts."""
        row = tables.read(table("2026-01-01,Sale,1,,,EUR,--,-,"))[0]

        assert (row.external_id, row.exact, row.description) == (
            None,
            False,
            "",
        )

    def test_captured_order(self):
        """A captured word can be the id of an order."""
        spec = tables.spec_of(
            tables.without("identity"),
            '[identity]\norder_ref = "{order}"',
            '[[capture]]\ncolumn = "Note"\ntemplates = ["Order #{order}"]',
        )

        rows = tables.read(
            table(
                "2026-01-01,Sale,1,,,EUR,,order #7,",
                "2026-01-01,Sale,1,,,EUR,,none,",
            ),
            spec,
        )

        assert [row.order_ref for row in rows] == ["7", None]


class TestChecks:
    CHECK = '[[check]]\nname = "net"\nsum = ["Amount", "-Fee"]\nequals = "Net"'

    def test_a_record_contradicts_itself(self):
        """A record whose parts do not add up is an error at its sum."""
        items = tables.items_of(
            table(
                "2026-01-01,Sale,10,1,9,EUR,,,",
                "2026-01-01,Sale,10,1,8,EUR,,,",
                "2026-01-01,Sale,10,1,,EUR,,,",
                "2026-01-01,Sale,10,1,x,EUR,,,",
            ),
            tables.spec_of(tables.SPEC, self.CHECK),
        )

        assert tables.problems(items) == [
            (3, "Net", "inconsistent_net"),
            (5, "Net", "bad_amount"),
        ]
        assert len(tables.rows_of(items)) == 2

    def test_as_a_warning(self):
        """A check can be a warning, for some records only."""
        more = '\nseverity = "warning"\nwhen = { Note = "x" }\ncode = "odd"'
        items = tables.items_of(
            table(
                "2026-01-01,Sale,10,1,8,EUR,,x,",
                "2026-01-01,Sale,10,1,8,EUR,,y,",
            ),
            tables.spec_of(tables.SPEC, self.CHECK + more),
        )

        assert tables.problems(items) == [(2, "Net", "odd")]
        assert len(tables.rows_of(items)) == 2

    TOTAL = """
[[rule]]
when = { Type = "Total" }
skip = "total"
[[total]]
name = "total"
[[total.expected]]
sum = ["Amount"]
when = { Type = "Total" }
[[total.found]]
sum = ["Amount"]
unless = { Type = "Total" }
"""

    @pytest.mark.parametrize(
        ("total", "codes"), [("11.5", []), ("12", ["total_mismatch"])]
    )
    def test_total_of_the_file(self, total, codes):
        """A sum that the file states is held against its records."""
        items = tables.items_of(
            table(
                f",Total,{total},,,EUR,,,",
                "2026-01-01,Sale,10,,,EUR,,,",
                "2026-01-01,Sale,1.50,,,EUR,,,",
            ),
            tables.spec_of(tables.SPEC, self.TOTAL),
        )

        check = next(one for one in items if isinstance(one, Check))
        assert check == Check(name="total", expected=total, found="11.5")
        assert [code for _, _, code in tables.problems(items)] == codes

    def test_no_total(self):
        """Without a total row nothing is checked."""
        items = tables.items_of(
            table("2026-01-01,Sale,10,,,EUR,,,"),
            tables.spec_of(tables.SPEC, self.TOTAL),
        )

        assert not any(isinstance(one, Check) for one in items)

    @pytest.mark.parametrize("newest_first", [True, False])
    def test_running_balance(self, newest_first):
        """The balance is followed per currency, whichever way it runs."""
        lines = [
            "2026-01-01,Sale,10,,,EUR,,,10",
            "2026-01-02,Sale,5,,,USD,,,5",
            "2026-01-03,Sale,10,,,EUR,,,20",
            "2026-01-04,Sale,10,,,EUR,,,30",
            "2026-01-05,Sale,10,,,EUR,,,50",
            "2026-01-06,Sale,10,,,EUR,,,60",
        ]
        items = tables.items_of(
            table(*(reversed(lines) if newest_first else lines)),
            tables.spec_of(tables.SPEC, '[balance]\ncolumn = "Balance"'),
        )

        line = 3 if newest_first else 6
        assert tables.problems(items) == [(line, "Balance", "balance_break")]

    def test_rows_in_no_order(self):
        """A balance that never fits is of rows sorted otherwise."""
        items = tables.items_of(
            table(
                "2026-01-01,Sale,10,,,EUR,,,10",
                "2026-01-02,Sale,5,,,EUR,,,50",
                "2026-01-03,Sale,10,,,EUR,,,20",
            ),
            tables.spec_of(tables.SPEC, '[balance]\ncolumn = "Balance"'),
        )

        assert tables.problems(items) == []


class TestDays:
    def test_order_of_the_whole_file(self):
        """One late row decides the order of all dates, evidence included."""
        text = tables.without("date") + (
            '[date]\ncolumn = "Date"\nevidence = ["Note"]\n'
            'formats = ["D/M/YYYY", "M/D/YYYY"]'
        )
        data = table(
            "1/2/2026,Sale,1,,,EUR,,3/4/2026,",
            "2/2/2026,Sale,1,,,EUR,,4/13/2026,",
        )

        reading = tables.opened(data, tables.spec_of(text))

        assert reading.facts.date_format == "M/D/YYYY"
        assert [row.local_date for row in tables.rows_of(reading.items)] == [
            date(2026, 1, 2),
            date(2026, 2, 2),
        ]

    def test_question(self):
        """Where nothing decides, nothing is read before the answer."""
        text = tables.without("date") + (
            '[date]\ncolumn = "Date"\nformats = ["D/M/YYYY", "M/D/YYYY"]'
        )
        data = table("1/2/2026,Sale,1,,,EUR,,,")

        asked = tables.opened(data, tables.spec_of(text))
        told = tables.read(data, tables.spec_of(text), date_order="dmy")

        assert [one.key for one in asked.questions] == ["date_order"]
        assert asked.questions[0].choices == ("dmy", "mdy")
        assert list(asked.items) == []
        assert told[0].local_date == date(2026, 2, 1)

    @pytest.mark.parametrize(
        ("zone", "cell", "at"),
        [
            ('constant = "UTC"', "2026-01-31 10:00:00", (10, 0)),
            ('constant = "Europe/Berlin"', "2026-01-31 10:00:00", (9, 0)),
            ('column = "Note"', "2026-01-31 10:00:00", (18, 0)),
            ('constant = "UTC"', "2026-01-31 10:00", (10, 0)),
        ],
    )
    def test_instants(self, zone, cell, at):
        """A time of day in a zone is an instant; its day stays as printed."""
        text = tables.without("date") + (
            '[date]\ncolumn = "Date"\n'
            'formats = ["YYYY-MM-DD HH:mm:ss", "YYYY-MM-DD HH:mm"]\n'
            f"[zone]\n{zone}"
        )
        data = table(*[f"{cell},Sale,1,,,EUR,,PST,"] * 3)

        rows = tables.read(data, tables.spec_of(text))

        assert {row.occurred_at for row in rows} == {
            datetime(2026, 1, 31, *at, tzinfo=UTC)
        }
        assert {row.local_date for row in rows} == {date(2026, 1, 31)}

    def test_zone_of_the_user(self):
        """Where the file names no zone the user's counts, if there is one."""
        text = tables.without("date") + (
            '[date]\ncolumn = "Date"\nformats = ["YYYY-MM-DD HH:mm:ss"]'
        )
        data = table("2026-01-31 10:00:00,Sale,1,,,EUR,,,")
        spec = tables.spec_of(text)

        assert tables.read(data, spec)[0].occurred_at is None
        assert tables.read(data, spec, zone="Asia/Tokyo")[
            0
        ].occurred_at == datetime(2026, 1, 31, 1, tzinfo=UTC)

    def test_unknown_zone(self):
        """An unknown zone is a warning; the row stays."""
        text = tables.without("date") + (
            '[date]\ncolumn = "Date"\nformats = ["YYYY-MM-DD"]\n'
            'time = "Id"\ntime_formats = ["HH:mm"]\n[zone]\ncolumn = "Note"'
        )
        items = tables.items_of(
            table(
                "2026-01-31,Sale,1,,,EUR,10:00,ZZT,",
                "2026-01-31,Sale,1,,,EUR,10:00,,",
                "2026-01-31,Sale,1,,,EUR,,ZZT,",
                "2026-01-31,Sale,1,,,EUR,99:00,PST,",
            ),
            tables.spec_of(text),
        )

        assert tables.problems(items) == [
            (5, "Id", "bad_date"),
            (2, "Note", "unknown_zone"),
        ]
        assert [row.occurred_at for row in tables.rows_of(items)] == [None] * 3

    def test_zone_in_a_heading(self):
        """A heading can name the zone of its column."""
        text = """
[match]
require = ["Date (*)", "Amount"]
[date]
column = "Date (*)"
formats = ["YYYY-MM-DD HH:mm"]
[zone]
heading = "Date (*)"
[currency]
constant = "EUR"
[identity]
[[rule]]
kind = "earning"
amount = ["Amount"]
"""
        reading = tables.opened(
            "Date (Europe/Madrid),Amount\n2026-07-01 00:30,1\n",
            tables.spec_of(text),
        )

        assert reading.facts.zone == "Europe/Madrid"
        row = tables.rows_of(reading.items)[0]
        assert row.occurred_at == datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
        assert row.local_date == date(2026, 7, 1)

    PERIOD = """
[match]
require = ["Amount"]
optional = ["From", "To"]
[date]
formats = ["YYYY-MM-DD"]
[currency]
constant = "EUR"
[identity]
summary = true
[[rule]]
kind = "earning"
amount = ["Amount"]
"""

    @pytest.mark.parametrize(
        ("period", "name", "data", "span"),
        [
            (
                'file_name = "{start:YYYYMMDD}-{end:YYYYMMDD}-*"',
                "20261005-20261011-x.csv",
                "Amount\n1\n",
                (date(2026, 10, 5), date(2026, 10, 11)),
            ),
            (
                'file_name = "Apps_{month:YYYYMM}.csv"',
                "Apps_202602.csv",
                "Amount\n1\n",
                (date(2026, 2, 1), date(2026, 2, 28)),
            ),
            (
                'start = "From"\nend = "To"',
                "x.csv",
                "Amount,From,To\n1,2026-01-01,2026-01-07\n",
                (date(2026, 1, 1), date(2026, 1, 7)),
            ),
        ],
    )
    def test_periods(self, period, name, data, span):
        """Rows without a day take the period, and its last day."""
        spec = tables.spec_of(self.PERIOD, f"[period]\n{period}")

        row = tables.read(data, spec, name=name)[0]

        assert (row.period, row.local_date) == (span, span[1])
        assert row.summary
        assert row.identity.startswith(f"{span[0]}/{span[1]}")

    def test_asked_period(self):
        """A period that nothing tells is asked for, but can wait."""
        spec = tables.spec_of(self.PERIOD, "[period]\nask = true")
        span = (date(2026, 1, 1), date(2026, 1, 31))

        reading = tables.opened("Amount\n1\n", spec)
        told = tables.opened("Amount\n1\n", spec, period=span)

        assert [one.blocks_reading for one in reading.questions] == [False]
        assert tables.rows_of(reading.items)[0].local_date is None
        assert told.questions == ()
        assert tables.rows_of(told.items)[0].period == span

    def test_export_day(self):
        """The day of the export is in the name, or above the header."""
        spec = tables.spec_of(
            tables.SPEC,
            '[export]\nfile_name = "*_{on:YYYY-MM-DD}.csv"\n'
            'preamble = "Created {on:MMM-DD-YYYY} *"',
        )
        named = tables.opened(HEAD, spec, name="a_b_2026-09-12.csv")
        above = tables.opened("Created,Oct-02-2026 16:31\n" + HEAD, spec)

        assert named.facts.exported_on == date(2026, 9, 12)
        assert above.facts.exported_on == date(2026, 10, 2)
        assert above.facts.header_line == 2


class TestCurrencies:
    @pytest.mark.parametrize(
        ("currency", "data", "code"),
        [
            ('column = "Currency"', HEAD + SALE, "USD"),
            (
                'column = "Currency"',
                table("2026-01-01,Sale,1,,,Euro - EUR,,,"),
                "EUR",
            ),
            (
                'heading = "Total (*)"',
                "Date,Type,Amount,Total (CA$)\n2026-01-01,Sale,1,1\n",
                "CAD",
            ),
            (
                'preamble = "All amounts in {currency}, *"',
                '"All amounts in GBP, unless specified"\n' + HEAD + SALE,
                "GBP",
            ),
            (
                'first = "Currency"',
                table("2026-01-01,Sale,1,,,,,,", "2026-01-01,Sale,1,,,CHF,,,"),
                "CHF",
            ),
            (
                'symbol = "Amount"\n[currency.symbols]\n"$" = "AUD"',
                table("2026-01-01,Sale,$5.00,,,,,,"),
                "AUD",
            ),
            (
                'symbol = "Amount"',
                table("2026-01-01,Sale,5.00 \u20ac,,,,,,"),
                "EUR",
            ),
            ('constant = "JPY"', HEAD + SALE, "JPY"),
        ],
    )
    def test_sources(self, currency, data, code):
        """The currency is found wherever the platform puts it."""
        text = tables.without("currency").replace(
            '"Currency"', '"Currency", "Total (*)"'
        )
        spec = tables.spec_of(text, f"[currency]\n{currency}")

        assert {row.currency for row in tables.read(data, spec)} == {code}

    def test_question(self):
        """A currency that nothing tells is asked for."""
        spec = tables.spec_of(
            tables.without("currency"),
            '[currency]\nsymbol = "Amount"\nask = true',
        )
        data = table("2026-01-01,Sale,5.00,,,,,,")

        asked = tables.opened(data, spec)

        assert [(one.key, one.evidence) for one in asked.questions] == [
            ("currency", ("5.00",))
        ]
        assert tables.read(data, spec, currency="SEK")[0].currency == "SEK"

    def test_original(self):
        """The same money in another currency needs amount and currency."""
        spec = tables.spec_of(
            tables.SPEC, '[original]\namount = "Net"\ncurrency = "Note"'
        )
        rows = tables.read(
            table(
                "2026-01-01,Sale,1,,0.9,USD,,EUR,",
                "2026-01-01,Sale,1,,,USD,,EUR,",
                "2026-01-01,Sale,1,,0.9,USD,,,",
                "2026-01-01,Sale,1,,x,USD,,EUR,",
            ),
            spec,
        )

        assert [
            (row.original_amount, row.original_currency) for row in rows
        ] == [(Decimal("0.9"), "EUR"), *[(None, None)] * 3]


class TestNumbers:
    def test_question(self):
        """An undecidable decimal mark is asked for, with a cell to look at."""
        data = table('2026-01-01,Sale,"1,234",,,EUR,,,')

        asked = tables.opened(data)

        assert [(one.key, one.evidence) for one in asked.questions] == [
            ("number_form", ("1,234",))
        ]
        assert tables.read(data, number_form=",")[0].gross == Decimal("1.234")

    def test_what_is_usual(self):
        """A spec says how the platform writes amounts that do not tell."""
        data = table('2026-01-01,Sale,"1,234",,,EUR,,,')
        spec = tables.spec_of(tables.SPEC, '[numbers]\ndecimal = "."')

        assert tables.read(data, spec)[0].gross == Decimal(1234)


class TestStatus:
    def test_words_of_the_status(self):
        """Words say what is pending, and what is only estimated."""
        spec = tables.spec_of(
            tables.SPEC,
            '[status]\ncolumn = "Note"\npending = "Pending"'
            '\nestimate = "est*"',
        )
        rows = tables.read(
            table(
                "2026-01-01,Sale,1,,,EUR,,pending,",
                "2026-01-01,Sale,1,,,EUR,,Estimated,",
                "2026-01-01,Sale,1,,,EUR,,Done,",
            ),
            spec,
        )

        assert [row.status for row in rows] == [
            RowStatus.PENDING,
            RowStatus.ESTIMATE,
            RowStatus.FINAL,
        ]

    def test_all_of_a_file(self):
        """All rows of a report can be estimates."""
        spec = tables.spec_of(tables.SPEC, '[status]\nconstant = "estimate"')

        assert tables.read(HEAD + SALE, spec)[0].status is RowStatus.ESTIMATE


class TestTime:
    TIME = """
kind = "time_entries"
[match]
require = ["Day", "Worked"]
optional = ["Start", "End", "Amount", "Bill"]
[date]
column = "Day"
formats = ["YYYY-MM-DD", "YYYY-MM-DD HH:mm"]
[identity]
columns = ["Day", "Worked"]
[billable]
column = "Bill"
yes = ["Yes", "1"]
"""

    @pytest.mark.parametrize(
        ("hours", "cell", "worked"),
        [
            ('form = "clock"', "1:30", timedelta(hours=1.5)),
            ('form = "clock"', "100:00:01", timedelta(hours=100, seconds=1)),
            ('form = "decimal"', "8.66667", timedelta(seconds=31_200.012)),
            ("divisor = 60", "45", timedelta(minutes=45)),
        ],
    )
    def test_forms(self, hours, cell, worked):
        """Durations are clocks or decimals, in any unit."""
        spec = tables.spec_of(
            self.TIME, f'[hours]\ncolumn = "Worked"\n{hours}'
        )

        row = tables.read(f"Day,Worked,Bill\n2026-01-01,{cell},yes\n", spec)[0]

        assert (row.kind, row.worked) == (RowKind.TIME, worked)
        assert row.billable

    def test_between_two_times(self):
        """A duration can be the time between two columns."""
        spec = tables.spec_of(
            self.TIME, '[hours]\nstart = "Start"\nend = "End"'
        )
        items = tables.items_of(
            "Day,Worked,Start,End\n"
            "2026-01-01,,2026-01-01 23:00,2026-01-02 00:30\n"
            "2026-01-01,,2026-01-01 23:00,2026-01-01 22:00\n"
            "2026-01-01,,2026-01-01 23:00,\n"
            "2026-01-01,,2026-01-01,2026-01-02 10:00\n",
            spec,
        )

        assert tables.rows_of(items)[0].worked == timedelta(hours=1.5)
        assert tables.problems(items) == [
            (3, "End", "bad_date"),
            (4, "End", "missing"),
            (5, "Start", "bad_date"),
        ]

    def test_wrong_durations(self):
        """A duration that is none costs its entry."""
        clock = tables.spec_of(
            self.TIME, '[hours]\ncolumn = "Worked"\nform = "clock"'
        )
        decimal = tables.spec_of(self.TIME, '[hours]\ncolumn = "Worked"')

        for spec, cell, code in (
            (clock, "1h", "bad_amount"),
            (clock, "", "missing"),
            (decimal, "-1", "bad_amount"),
            (decimal, "1x", "bad_amount"),
            (decimal, "", "missing"),
        ):
            items = tables.items_of(f"Day,Worked\n2026-01-01,{cell}\n", spec)
            assert tables.problems(items) == [(2, "Worked", code)]

    def test_billed(self):
        """A rule says what an entry was billed at."""
        spec = tables.spec_of(
            self.TIME,
            '[hours]\ncolumn = "Worked"\n[currency]\nconstant = "EUR"\n'
            '[[rule]]\nkind = "time"\namount = ["Amount"]',
        )

        rows = tables.read(
            "Day,Worked,Amount\n2026-01-01,1,50\n2026-01-02,1,\n", spec
        )

        assert [(row.amount, row.currency) for row in rows] == [
            (Decimal(50), "EUR"),
            (None, None),
        ]
        assert not rows[0].billable
