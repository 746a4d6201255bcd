"""`earntrack import`, `imports` and `undo`: what is booked, and what not."""

import gzip
import json
import zipfile

import pytest

from command import run
from product import UPWORK


HEAD, *ROWS = UPWORK.splitlines()
BROKEN = UPWORK.replace("350.00,350.00", "three hundred,350.00")
BANK = "01.02.2026;Kaffee;-3,50;EUR\n02.02.2026;Kunde;100,00;EUR\n"
MAPPING = {
    "header": False,
    "delimiter": ";",
    "date": 0,
    "date_format": "DD.MM.YYYY",
    "description": 1,
    "amount": 2,
    "decimal": ",",
    "currency_column": 3,
}
QIF = "!Type:Bank\nD8/15/13\nT-12.50\nPCoffee\n^\n"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = {
    "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="d" '
    f'Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="r"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
    f'<Relationship Id="r" Type="{KINDS}/worksheet" Target="sheet.xml"/>'
    "</Relationships>",
}


def written(path, text=UPWORK):
    """Write a statement; return where it is."""
    path.write_text(text, "utf-8")
    return path


def workbook(path):
    """Write the statement as a spreadsheet."""
    rows = [[cell.strip('"') for cell in HEAD.split(",")]]
    rows.append(["Jul 6, 2026", "9001", "Hourly", "Backend", "9001-1"])
    rows[1] += ["350.00", "350.00"]
    cells = "".join(
        "<row>"
        + "".join(f'<c t="str"><v>{cell}</v></c>' for cell in row)
        + "</row>"
        for row in rows
    )
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>'
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        for name, text in BOOK.items():
            book.writestr(name, text)
        book.writestr("xl/sheet.xml", f"{sheet}</worksheet>")
    return path


@pytest.fixture(name="statement")
def _statement(tmp_path):
    return written(tmp_path / "my upwork file.csv")


def net():
    """Return what is left, in all."""
    found = run("earnings", "summary", "--total", "--json").json["items"]
    return sum(one["totals"]["net"] for one in found)


class TestImport:
    def test_is_booked(self, statement):
        """What a statement says is in the book afterwards."""
        ended = run("import", statement, "--json")

        assert ended.code == 0
        assert ended.json["file"] == statement.name
        assert ended.json["imported"] == ended.json["data_rows"] == 3
        assert ended.json["batch"] is not None
        assert net() == 315

    def test_again_adds_nothing(self, statement):
        """A file that is known is only compared."""
        first = run("import", statement, "--json").json

        again = run("import", statement, "--json")

        assert again.code == 0
        assert again.json["repeats"] == first["batch"]
        assert (again.json["imported"], again.json["duplicates"]) == (0, 3)
        assert net() == 315

    def test_by_force_adds_nothing_either(self, statement):
        """Reading a known file again finds nothing but duplicates."""
        run("import", statement, "--json")

        again = run("import", statement, "--force", "--json")

        assert again.json["batch"] is not None
        assert (again.json["imported"], again.json["duplicates"]) == (0, 3)
        assert net() == 315

    def test_dry_run_books_nothing(self, statement):
        """A dry run says what would be, and leaves the book alone."""
        ended = run("import", statement, "--dry-run")

        assert ended.code == 0
        assert "3 records · 3 new" in ended.out
        assert "Nothing was booked." in ended.out
        assert net() == 0

    def test_undo(self, statement):
        """What an import brought goes with it."""
        batch = run("import", statement, "--json").json["batch"]

        ended = run("undo", batch)

        assert (ended.code, ended.out) == (0, f"{statement.name} is undone.\n")
        assert net() == 0
        assert run("undo", batch, "--json").json["error"]["code"] == (
            "wrong_state"
        )

    def test_undo_for_scripts(self, statement):
        """Scripts learn what became of the batch."""
        batch = run("import", statement, "--json").json["batch"]

        ended = run("undo", batch, "--json")

        assert ended.json == {"batch": batch, "state": "undone"}

    def test_list(self, statement, tmp_path):
        """Imports are listed, the newest first, with the ids that undo."""
        other = written(tmp_path / "b.csv", UPWORK.replace("9001", "9005"))
        batches = [
            run("import", path, "--json").json["batch"]
            for path in (statement, other)
        ]

        page = run("imports", "--limit", 1, "--json").json
        rest = run("imports", "--cursor", page["next"], "--json").json
        shown = run("imports", "--limit", 1)

        found = [one["id"] for one in (*page["items"], *rest["items"])]
        assert found == batches[::-1]
        assert rest["next"] is None
        assert batches[1] in shown.out
        assert "More: --cursor" in shown.err


class TestPeople:
    def test_are_shown_sums_and_the_way_back(self, statement):
        """The report fits 80 columns and ends with how to take it back."""
        ended = run("import", statement)

        lines = ended.out.splitlines()
        assert max(map(len, lines)) <= 80
        assert any(one.split() == ["net", "315.00"] for one in lines)
        assert not any("tips" in one for one in lines)
        assert "Take it back with: earntrack undo" in lines[-1]

    def test_are_told_that_a_file_is_known(self, statement):
        """A repeated import says so, and how to insist."""
        run("import", statement)

        again = run("import", statement)

        assert "--force reads it again" in " ".join(again.out.split())

    def test_see_what_could_not_be_read(self, tmp_path):
        """Each error is shown with its place and its value."""
        path = written(tmp_path / "a.csv", BROKEN)

        ended = run("import", path)

        assert "error line 2, Amount $ bad_amount" in ended.out
        assert "'three hundred'" in ended.out
        assert "1 unreadable" in ended.out

    def test_see_some_of_many_errors(self, tmp_path):
        """A file full of errors does not fill the screen with them."""
        bad = ROWS[0].replace("350.00,350.00", "x,1")
        text = "\n".join([HEAD, *ROWS, *[bad] * 30]) + "\n"
        path = written(tmp_path / "a.csv", text)

        ended = run("import", path)

        assert "and 10 more" in ended.out

    def test_see_hours_and_billed_time(self, tmp_path):
        """Of a time sheet they see how long, and for how much."""
        head = (
            "User,Email,Client,Project,Task,Description,Billable,"
            "Start date,Start time,End date,End time,Duration,Tags,"
            "Amount (EUR)\n"
        )
        row = (
            "Ada,a@b.example,C,P,,Work,Yes,2024-03-04,10:00:00,2024-03-04,"
            "11:30:00,01:30:00,,90.00\n"
        )
        path = written(tmp_path / "toggl.csv", head + row)

        ended = run("import", path)

        assert ended.code == 0, ended.out
        line = "1 entries · 1:30 hours · 1:30 billable · 90.00 EUR"
        assert line in ended.out

    def test_names_are_no_markup(self, tmp_path):
        """What looks like markup in a name is only a name."""
        path = written(tmp_path / "[bold] :smile:.csv")

        ended = run("import", path)

        assert "[bold] :smile:.csv" in ended.out


class TestCodes:
    def test_partly(self, tmp_path):
        """Exit code 1: booked, but for some records."""
        ended = run("import", written(tmp_path / "a.csv", BROKEN), "--json")

        assert ended.code == 1
        assert ended.json["imported"] == 2
        assert [one["line"] for one in ended.json["errors"]] == [2]

    def test_strict(self, tmp_path):
        """Strictly, one bad record keeps all others out."""
        path = written(tmp_path / "a.csv", BROKEN)

        ended = run("import", path, "--strict", "--json")

        assert ended.code == 1
        assert ended.json["batch"] is None
        assert net() == 0

    def test_unknown_format(self, tmp_path):
        """Exit code 2: no format claims the file."""
        path = written(tmp_path / "a.csv", "Shopping\nmilk\n")

        ended = run("import", path, "--json")

        assert ended.code == 2
        error = ended.json["error"]
        assert error["code"] == "header_not_found"
        assert error["message"]
        assert error["hint"]

    def test_question(self, tmp_path):
        """Exit code 3: something must be answered first, and then is."""
        path = written(tmp_path / "bank.qif", QIF)

        asked = run("import", path)
        told = run("import", path, "--currency", "USD", "--json")

        assert asked.code == 3
        assert "Answer with --currency" in asked.out
        assert told.code == 0
        assert told.json["imported"] == told.json["transactions"] == 1

    def test_worst_of_several(self, tmp_path, statement):
        """Of several files, the worst end counts, and the others are done."""
        files = (
            written(tmp_path / "a.csv", "Shopping\nmilk\n"),
            statement,
            tmp_path / "none.csv",
        )

        ended = run("import", *files, "--json")

        assert ended.code == 2
        first, second, third = ended.json
        assert first["error"]["code"] == "header_not_found"
        assert second["imported"] == 3
        assert third["error"]["code"] == "file"
        assert "No such file" in third["error"]["message"]

    def test_people_read_of_each(self, tmp_path, statement):
        """Errors go to standard error, reports to standard output."""
        bad = written(tmp_path / "a.csv", "Shopping\nmilk\n")

        ended = run("import", bad, statement)

        assert "header_not_found" in ended.err
        assert statement.name in ended.out

    def test_no_file(self):
        """Without a file there is nothing to do."""
        assert run("import").code == 2


class TestFiles:
    def test_of_an_archive(self, tmp_path):
        """An archive is as good as the files in it."""
        path = tmp_path / "two.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("one.csv", UPWORK)
            archive.writestr("two.csv", UPWORK.replace("9001", "9005"))

        ended = run("import", path, "--json")

        assert ended.code == 0
        assert [one["file"] for one in ended.json] == ["one.csv", "two.csv"]
        assert [one["imported"] for one in ended.json] == [3, 2]

    def test_packed(self, tmp_path):
        """A packed file is unpacked."""
        path = tmp_path / "upwork.csv.gz"
        path.write_bytes(gzip.compress(UPWORK.encode()))

        assert run("import", path, "--json").json["imported"] == 3

    def test_that_harm(self, tmp_path):
        """An archive that could harm is refused as a whole."""
        path = tmp_path / "bomb.zip"
        path.write_bytes(b"PK\x03\x04 and then nothing")

        ended = run("import", path, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == "bad_archive"

    def test_spreadsheet(self, tmp_path):
        """A spreadsheet is read like the table it shows."""
        path = workbook(tmp_path / "upwork.xlsx")

        ended = run("import", path, "--json")

        assert ended.code == 0, ended.out
        assert ended.json["imported"] == 1
        assert ended.json["totals"]["USD"]["gross"] == "350.00"


class TestOptions:
    @pytest.mark.parametrize("inside", [{}, {"mapping": MAPPING}])
    def test_mapping(self, tmp_path, inside):
        """A table of any bank is read by a mapping of its columns."""
        path = written(tmp_path / "bank.csv", BANK)
        mapping = written(tmp_path / "map.json", json.dumps(inside or MAPPING))

        ended = run("import", path, "--map", mapping, "--json")

        assert ended.code == 0
        assert ended.json["transactions"] == 2
        assert ended.json["totals"]["EUR"]["sum"] == "96.50"

    @pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000])
    def test_mapping_that_is_none(self, tmp_path, statement, text):
        """A mapping is a JSON object."""
        mapping = written(tmp_path / "map.json", text)

        ended = run("import", statement, "--map", mapping, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == "invalid"

    def test_mapping_that_is_not_there(self, tmp_path, statement):
        """A missing mapping is named."""
        mapping = tmp_path / "none.json"

        ended = run("import", statement, "--map", mapping, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == "file"
        assert str(mapping) in ended.json["error"]["message"]

    @pytest.mark.parametrize(
        "period", ["2026", "2026-02-01/2026-01-01", "a/b", ""]
    )
    def test_period_that_is_none(self, statement, period):
        """A period has two days, in order."""
        ended = run("import", statement, "--period", period, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == "invalid"

    def test_platform(self, statement):
        """Earnings go to the platform that is named, however it is."""
        run("import", statement)
        (upwork,) = run("platforms", "--json").json["items"]

        for name in (upwork["key"], upwork["name"], upwork["id"]):
            ended = run(
                *("import", statement, "--platform", name),
                *("--force", "--json"),
            )
            assert ended.code == 0

    @pytest.mark.parametrize(
        "name", ["nobody", "01a21179-6edb-7978-97c5-59370b44e958"]
    )
    def test_unknown_platform(self, statement, name):
        """A platform that is not there is an error, not a new one."""
        ended = run("import", statement, "--platform", name, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == "not_found"

    def test_format_and_encoding(self, tmp_path):
        """What is told counts more than what a file looks like."""
        path = tmp_path / "a.csv"
        path.write_bytes(UPWORK.replace("Backend", "Größe").encode("cp1250"))

        ended = run(
            *("import", path, "--format", "upwork.transactions"),
            *("--encoding", "cp1250", "--json"),
        )

        assert ended.json["encoding"] == "cp1250"
        assert ended.json["imported"] == 3

    @pytest.mark.parametrize("codec", ["zlib", "hex", "rot13", "none such"])
    def test_encoding_that_is_none(self, statement, codec):
        """Not everything that Python calls a codec is an encoding."""
        ended = run("import", statement, "--encoding", codec, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == "undecodable"
