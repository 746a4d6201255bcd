"""Workbooks as CSV: what the user sees, and nothing that a bomb wants."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earntrack_adapters.statements.archives import unpacked
from earntrack_adapters.statements.xlsx_cells import plain_number
from earntrack_adapters.statements.xlsx_parts import Shows, shows
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = ("General", "yyyy\\-mm\\-dd", "hh:mm:ss", "dd/mm/yy h:mm", "[h]:mm")
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


def a_book(*sheets, texts="", date1904="0", head="", **parts):
    """Return a workbook with these sheets, each the XML of its rows."""
    places = range(1, len(sheets) + 1)
    names = [f"xl/worksheets/sheet{at}.xml" for at in places]
    listed = "".join(
        f'<sheet name="S{at}" sheetId="{at}" r:id="r{at}"/>' for at in places
    )
    related = "".join(
        f'<Relationship Id="r{at}" Type="{KINDS}/worksheet" '
        f'Target="{name.removeprefix("xl/")}"/>'
        for at, name in enumerate(names, 1)
    )
    formats = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{code}"/>'
        for at, code in enumerate(STYLES)
    )
    styles = "".join(
        f'<xf numFmtId="{164 + at}"/>' for at in range(len(STYLES))
    )
    files = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship '
        f'Id="d" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}">'
        f'<workbookPr date1904="{date1904}"/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
        f'{related}<Relationship Id="t" Type="{KINDS}/sharedStrings" '
        'Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="s" Type="{KINDS}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}'
        f"</numFmts><cellXfs>{styles}</cellXfs></styleSheet>",
        **{
            name: f'{head}<worksheet xmlns="{MAIN}"><dimension '
            f'ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
            for name, rows in zip(names, sheets, strict=True)
        },
        **parts,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def a_row(*cells, at=None):
    place = "" if at is None else f' r="{at}"'
    return f"<row{place}>{''.join(cells)}</row>"


def a_cell(value, *, kind="n", style=0, at=None):
    place = "" if at is None else f' r="{at}"'
    return f'<c{place} s="{style}" t="{kind}"><v>{value}</v></c>'


def csv_of(data, **limits):
    source = io.BytesIO(data)
    ((name, file),) = (
        (name, io.BytesIO(file.read()))
        for name, file in unpacked(source, "a.xlsx", Limits(**limits))
    )
    assert name == "a.xlsx"
    return file.read().decode()


def the_cell(*args, texts="", **fields):
    book = a_book(a_row(a_cell(*args, **fields)), texts=texts)
    return csv_of(book).removesuffix("\n")


def refused(data, **limits):
    with pytest.raises(StatementError) as caught:
        csv_of(data, **limits)
    return caught.value.reason


class TestCells:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("19.989999999999998", "19.99"),
            ("0.30000000000000004", "0.3"),
            ("-12.50", "-12.5"),
            ("1.5E3", "1500"),
            ("1E-2", "0.01"),
            ("0.0", "0"),
            ("7", "7"),
            ("1234567890123456789", "1234567890123456789"),
            ("1e999", "1e999"),
            ("9" * 31, "9" * 31),
            ("", ""),
        ],
    )
    def test_numbers(self, value, text):
        """A number has the digits that a spreadsheet shows."""
        book = a_book(a_row(a_cell("x", kind="str"), a_cell(value)))

        assert csv_of(book).rstrip("\n") == f"x,{text}".rstrip(",")

    @pytest.mark.parametrize(
        ("value", "style", "text"),
        [
            ("46086", 1, "2026-03-05"),
            ("46086.5", 1, "2026-03-05 12:00:00"),
            ("0.5", 2, "12:00:00"),
            ("46086.5000000001", 3, "2026-03-05 12:00:00"),
            ("46086", 3, "2026-03-05 00:00:00"),
            ("1.25", 4, "30:00:00"),
            ("-0.25", 4, "-06:00:00"),
            ("-1", 1, "-1"),
            ("99999999", 1, "99999999"),
            ("46086", 99, "46086"),
        ],
    )
    def test_days_and_times(self, value, style, text):
        """A style tells days from numbers."""
        assert the_cell(value, style=style) == text

    def test_books_that_begin_in_1904(self):
        """Old programs of another maker count from another day."""
        book = a_book(a_row(a_cell("44624", style=1)), date1904="1")

        assert csv_of(book) == "2026-03-05\n"

    @pytest.mark.parametrize(
        ("kind", "value", "text"),
        [
            ("b", "1", "TRUE"),
            ("b", "0", "FALSE"),
            ("e", "#N/A", "#N/A"),
            ("str", "a_x000D_b", "a b"),
            ("str", "_xD800_", "_xD800_"),
            ("d", "2026-03-05", "2026-03-05"),
            ("str", 'say "a, b"', '"say ""a, b"""'),
        ],
    )
    def test_other_kinds(self, kind, value, text):
        """Truth, errors and texts come as they are shown."""
        assert the_cell(value, kind=kind) == text

    def test_shared_texts(self):
        """Runs are joined with their blanks; hints of reading are not."""
        texts = (
            "<si><t>one</t></si>"
            "<si><r><t>two </t></r><r><t>parts</t></r>"
            "<rPh><t>hint</t></rPh></si>"
        )

        assert the_cell("1", kind="s", texts=texts) == "two parts"

    def test_text_in_the_cell(self):
        """Some programs share no texts."""
        cell = '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>'

        assert csv_of(a_book(a_row(cell))) == "ab\n"

    @pytest.mark.parametrize(
        ("code", "wanted"),
        [
            ("General", Shows()),
            ('#,##0.00 "days"', Shows()),
            ("[Red]-0.00", Shows()),
            ("[$-407]d. mmmm yyyy", Shows(day=True)),
            ("mmm", Shows(day=True)),
            ("h:mm AM/PM", Shows(clock=True)),
            ("mm:ss.0", Shows(clock=True)),
            ("[mm]:ss", Shows(elapsed=True)),
            ("dd.mm.yyyy hh:mm", Shows(day=True, clock=True)),
        ],
    )
    def test_formats(self, code, wanted):
        """Colours, quoted words and languages say nothing about time."""
        assert shows(code) == wanted

    @given(st.decimals(-(10**9), 10**9, places=4))
    def test_money_survives_its_way_through_binary(self, amount):
        """An amount stored in binary comes back as it was typed."""
        stored = repr(float(amount))

        assert plain_number(stored) == format(amount.normalize() + 0, "f")


class TestSheets:
    def test_a_line_is_a_row(self):
        """Missing rows and cells leave gaps, trailing ones nothing."""
        rows = (
            a_row(a_cell("1", at="B2"), a_cell("2", at="D2"), at=2),
            a_row(a_cell("", at="A3"), at=3),
            a_row(a_cell("a\nb", kind="str", at="A4"), at=4),
            a_row(at=9),
        )

        assert csv_of(a_book("".join(rows))) == "\n,1,,2\n\na b,,,\n"

    def test_rows_are_as_wide_as_the_first_ones(self):
        """A sheet keeps no empty cells at the end of a row; a table does."""
        rows = (
            a_row(*(a_cell(at) for at in (1, 2, 3))),
            a_row(a_cell("4")),
            a_row(a_cell("9", at="E50"), at=50),
            a_row(a_cell("5"), at=51),
        )

        lines = csv_of(a_book("".join(rows))).split("\n")

        assert lines[:2] == ["1,2,3", "4,,"]
        assert lines[49:] == [",,,,9", "5,,", ""]

    def test_places_may_be_missing(self):
        """Without places cells and rows follow each other."""
        rows = a_row(a_cell("1"), a_cell("2")) + a_row(a_cell("3"))

        assert csv_of(a_book(rows)) == "1,2\n3,\n"

    def test_first_sheet_that_says_something(self):
        """Empty sheets are passed over."""
        book = a_book("", a_row(a_cell("")), a_row(a_cell("1")), "")

        assert csv_of(book) == "1\n"

    def test_hidden_sheets_are_not_read(self):
        """What the user does not see is not imported."""
        book = a_book(
            a_row(a_cell("1")),
            a_row(a_cell("2")),
            **{
                "xl/workbook.xml": f'<workbook xmlns:r="{KINDS}"><sheets>'
                '<sheet state="hidden" r:id="r1"/><sheet r:id="r2"/>'
                "</sheets></workbook>"
            },
        )

        assert csv_of(book) == "2\n"

    def test_nothing_in_it(self):
        """An empty workbook is said to be so."""
        assert refused(a_book("")) == "header_not_found"


class TestHostileBooks:
    @pytest.mark.parametrize("index", ["1", "-1", "x", "9" * 10, "9" * 5_000])
    def test_shared_text_out_of_range(self, index):
        """A reference to nowhere is no text."""
        book = a_book(
            a_row(a_cell(index, kind="s")), texts="<si><t>a</t></si>"
        )

        assert refused(book) == "malformed"

    def test_stated_dimension_is_not_believed(self):
        """Every book here claims all cells there can be; none is made."""
        assert csv_of(a_book(a_row(a_cell("1")))) == "1\n"

    def test_far_cells(self):
        """A cell in the last column would make a line of 16,384."""
        assert refused(a_book(a_row(a_cell("1", at="XFD1")))) == "too_wide"
        assert csv_of(a_book(a_row(a_cell("", at="XFD1")), a_row(a_cell("1"))))

    def test_far_rows(self):
        """A row beyond the end of any sheet is refused."""
        assert refused(a_book(a_row(a_cell("1"), at=1_048_577))) == "malformed"
        assert refused(a_book(a_row(a_cell("1"), at=9)), rows=8) == (
            "too_many_rows"
        )

    @pytest.mark.parametrize(
        "rows",
        [
            a_row(a_cell("1"), at=2) + a_row(a_cell("1"), at=2),
            a_row(a_cell("1"), at=0),
            a_row(a_cell("1"), at="x"),
            a_row(a_cell("1", at="B1"), a_cell("2", at="A1")),
        ],
    )
    def test_out_of_order(self, rows):
        """Rows and cells come in their order, each once."""
        assert refused(a_book(rows)) == "malformed"

    @pytest.mark.parametrize(
        "head", [LAUGHS, '<!DOCTYPE a SYSTEM "file:///etc/hostname">']
    )
    def test_declarations(self, head):
        """No part may declare anything."""
        assert refused(a_book(a_row(a_cell("1")), head=head)) == (
            "forbidden_content"
        )

    def test_bomb(self):
        """A part that unpacks to a hundred times its size is refused."""
        book = a_book(a_row(a_cell("1")) * 200_000)

        assert refused(book) == "bad_archive"

    def test_endless_texts(self):
        """The shared texts have a bound of their own."""
        texts = "".join(f"<si><t>{at:027b}</t></si>" for at in range(9_999))

        assert (
            refused(a_book(a_row(a_cell("1")), texts=texts), bytes=600_000)
            == "malformed"
        )

    def test_endless_text(self):
        """A cell holds no more than a cell may hold."""
        text = "".join(map(str, range(20_000)))

        assert refused(a_book(a_row(a_cell(text, kind="str")))) == "too_wide"

    def test_endless_pieces(self):
        """A cell is not made of thousands of pieces."""
        pieces = "".join(f"<v>{at}</v>" for at in range(1_001))

        assert refused(a_book(a_row(f"<c>{pieces}</c>"))) == "malformed"

    def test_endless_references(self):
        """A book refers to a bounded number of parts."""
        related = "".join(
            f'<Relationship Id="{at}" Target="{at * 7}"/>'
            for at in range(10_002)
        )
        book = a_book(
            a_row(a_cell("1")),
            **{
                "xl/_rels/workbook.xml.rels": "<Relationships>"
                f"{related}</Relationships>"
            },
        )

        assert refused(book) == "malformed"

    def test_endless_styles(self):
        """Nobody uses more styles than there are."""
        styles = "".join(f'<xf numFmtId="{at}"/>' for at in range(65_538))
        book = a_book(
            a_row(a_cell("1")),
            **{
                "xl/styles.xml": "<styleSheet><cellXfs>"
                f"{styles}</cellXfs></styleSheet>"
            },
        )

        assert refused(book) == "malformed"

    def test_sheet_that_grows_when_written(self):
        """The CSV has the same bound as a file."""
        rows = "".join(
            a_row(a_cell(at * 7919 % 1_000_003), at=at * 500)
            for at in range(1, 2_000)
        )

        assert refused(a_book(rows), bytes=200_000) == "too_large"

    def test_missing_parts(self):
        """A book without sheets to find says nothing."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/workbook.xml", "<workbook/>")

        assert refused(buffer.getvalue()) == "header_not_found"

    def test_paths_in_references(self):
        """A reference cannot leave the archive."""
        book = a_book(
            a_row(a_cell("1")),
            **{
                "xl/_rels/workbook.xml.rels": "<Relationships><Relationship "
                'Id="r1" Target="../../../etc/hostname"/></Relationships>'
            },
        )

        assert refused(book) == "header_not_found"

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_only_statement_errors_leave(self, data):
        """Damaged sheets are read or refused."""
        rows = "".join(
            a_row(
                a_cell("0", kind="s", at=f"A{at}"),
                a_cell("46086.5", style=at, at=f"B{at}"),
                at=at,
            )
            for at in range(1, 5)
        )
        damaged = list(rows)
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(damaged) - 1))
            damaged[at] = data.draw(st.sampled_from("<>&\"'/ 019.-eEsxAZ\n"))
        book = a_book("".join(damaged), texts="<si><t>text</t></si>")

        try:
            lines = csv_of(book).splitlines()
        except StatementError:
            lines = []

        assert len(lines) <= 1_048_576
