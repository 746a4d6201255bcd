"""Statements on pages without a script: in, their reports, and back."""

import io
import zipfile
from uuid import UUID

import pytest
from aiohttp import FormData

from product import UPWORK
from web_support import Visitor, served


UNSURE = (
    "Date,Payee,Reference,Amount\n"
    "01/02/2026,Acme,One,100.00\n"
    "03/04/2026,Acme,Two,50.00\n"
)
BROKEN = UPWORK.replace("350.00,350.00", "lots,350.00")


@pytest.fixture(name="product")
def _product(tmp_path):
    app, et = served(tmp_path)
    yield app, et
    et.close()


@pytest.fixture(name="visitor")
async def _visitor(aiohttp_client, product):
    visitor = Visitor(await aiohttp_client(product[0]))
    await visitor.register()
    return visitor


async def answered(visitor, page, **answers):
    """Send the form of a page that asks, with answers."""
    hidden = {
        one["name"]: one["value"] for one in page.all("input", type="hidden")
    }
    return await visitor.post("/imports/answers", {**hidden, **answers})


class TestUpload:
    async def test_leads_to_the_report(self, visitor):
        """What was booked is told in full on a page of its own."""
        page = await visitor.upload()

        assert page.url.path.startswith("/imports/")
        assert page.says("upwork.csv")
        assert page.says("Upwork: Transaction report (CSV)")
        assert page.says("New 3")
        assert page.says("Gross $350.00")
        assert page.says("Fees \N{MINUS SIGN}$35.00")
        assert page.says("Net $315.00")
        assert page.says("Jul 2026 $315.00")

    async def test_again(self, visitor):
        """The very same file is booked once; the page says where."""
        first = await visitor.upload()

        page = await visitor.upload()

        assert page.says("This very file was imported before")
        assert page.all("a", href=first.url.path)

    async def test_preview(self, visitor):
        """What a file says can be seen before it is booked."""
        page = await visitor.upload(dryRun="true")
        history = await visitor.get("/imports")
        done = await answered(visitor, page)

        assert page.says("Nothing is booked yet")
        assert page.says("Net $315.00")
        assert history.says("Nothing was imported yet.")
        assert done.says("Booked")

    async def test_names_the_bad_lines(self, visitor):
        """A wrong line is shown with its column, value and a way out."""
        page = await visitor.upload(BROKEN)

        assert page.says("Errors 1")
        assert page.says("2 Amount $ lots")

    async def test_without_a_file(self, visitor):
        """An empty form is no mistake of ours, and says what is missing."""
        page = await visitor.get("/imports")
        data = FormData()
        data.add_field("csrf_token", page.token)
        data.add_field("file", b"", filename="")

        answer = await visitor.post("/imports", data)

        assert answer.status == 422
        assert answer.says("Choose a file first.")

    async def test_of_an_unknown_field(self, visitor):
        """A form that is not ours is refused in words."""
        page = await visitor.upload(colour="blue")

        assert page.status == 422
        assert page.says("colour")

    async def test_needs_the_token(self, visitor):
        """Nothing is booked for a form of another page."""
        data = FormData()
        data.add_field("file", UPWORK.encode(), filename="upwork.csv")

        page = await visitor.post("/imports", data)

        assert page.status == 403
        assert (await visitor.get("/imports")).says("Nothing was imported")

    async def test_needs_somebody(self, visitor):
        """A stranger is asked to sign in."""
        visitor.client.session.cookie_jar.clear()
        data = FormData()
        data.add_field("file", UPWORK.encode(), filename="upwork.csv")

        page = await visitor.post("/imports", data)

        assert page.url.path == "/sign-in"

    async def test_of_an_archive(self, visitor):
        """Each file of an archive has a report; a bad one stops no other."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("upwork.csv", UPWORK)
            archive.writestr("letter.csv", "Dear Ada,\nhow are you?\n")
        page = await visitor.get("/imports")
        data = FormData()
        data.add_field("csrf_token", page.token)
        data.add_field("file", packed.getvalue(), filename="all.zip")

        done = await visitor.post("/imports", data)

        assert done.says("Booked.")
        assert done.says("No known format claims letter.csv.")


class TestUnknown:
    async def test_offers_the_formats(self, visitor):
        """For a file that no format claims, one can say what it is."""
        page = await visitor.upload("a,b\n1,2\n", "mystery.csv")

        assert page.status == 422
        assert page.says("No known format claims mystery.csv.")
        assert page.all("option", value="upwork.transactions")

    async def test_asks_for_columns_and_order(self, visitor):
        """A bank's table is booked once its columns and dates are clear."""
        unknown = await visitor.upload(UNSURE, "bank.csv")
        asked = await answered(visitor, unknown, format="bank.generic_csv")
        columns = {
            one["name"]: one["value"]
            for one in asked.all("input")
            if one.get("name", "").startswith("map.")
        }
        doubtful = await answered(visitor, asked, **columns)
        booked = doubtful
        for question, answer in (("dateOrder", "dmy"), ("currency", "EUR")):
            if booked.all("input", name=question):
                booked = await answered(visitor, booked, **{question: answer})

        assert (columns["map.date"], columns["map.amount"]) == (
            "Date",
            "Amount",
        )
        assert doubtful.says("In which order are the dates written?")
        assert booked.says("Money in \N{EURO SIGN}150.00")
        assert booked.says("Feb 2026")

    async def test_file_that_is_gone(self, visitor):
        """Answers about a file that is no longer there book nothing."""
        page = await visitor.send(
            "/imports/answers", name="a.csv", digest="0" * 64
        )

        assert page.status == 422
        assert page.says("The file is gone; choose it again.")

    @pytest.mark.parametrize(
        "answer",
        [{"dateOrder": "sideways"}, {"mapping": "["}, {"mapping": "[]"}],
    )
    async def test_answers_that_are_none(self, visitor, answer):
        """Answers that make no sense are told, and are no failure."""
        unknown = await visitor.upload(UNSURE, "bank.csv")

        page = await answered(
            visitor, unknown, **{"map.date": "Date", **answer}
        )

        assert page.status == 422


class TestReport:
    async def test_undo(self, visitor):
        """An import is taken back with a button, and stays in the history."""
        report = await visitor.upload()
        path = report.url.path

        page = await visitor.send(f"{path}/undo")
        again = await visitor.send(f"{path}/undo")
        home = await visitor.get("/")

        assert page.url.path == again.url.path == path
        assert page.says("This import was taken back")
        assert not page.all("form", action=f"{path}/undo")
        assert home.says("Bring your first statement")

    async def test_undo_needs_the_token(self, visitor):
        """A form that does not know the session's token undoes nothing."""
        report = await visitor.upload()

        page = await visitor.post(f"{report.url.path}/undo", {})

        assert page.status == 403
        assert (await visitor.get(report.url.path)).says("Booked")

    @pytest.mark.parametrize("key", [str(UUID(int=9)), "nonsense"])
    async def test_of_nobody(self, visitor, key):
        """What is not there is a page that says so, with a number."""
        page = await visitor.get(f"/imports/{key}")

        assert page.status == 404
        assert page.says("There is nothing here")
        assert page.says(page.headers["X-Request-ID"])

    async def test_of_somebody_else(self, visitor):
        """What belongs to others does not exist."""
        report = await visitor.upload()
        visitor.client.session.cookie_jar.clear()
        await visitor.register("bob@example.org")

        page = await visitor.get(report.url.path)
        undone = await visitor.send(f"{report.url.path}/undo")

        assert page.status == undone.status == 404


class TestHistory:
    async def test_has_pages(self, visitor):
        """Older imports stand on further pages."""
        for number in range(26):
            content = UPWORK.replace("900", f"{number + 10}")
            await visitor.upload(content, f"file{number}.csv")

        first = await visitor.get("/imports")
        (older,) = [
            one["href"]
            for one in first.all("a")
            if "cursor=" in one.get("href", "")
        ]
        second = await visitor.get(older)

        assert not first.says("file0.csv")
        assert second.says("file0.csv")
        assert second.all("a", href="/imports")

    async def test_ignores_a_cursor_of_others(self, visitor):
        """A cursor that is none shows the newest."""
        await visitor.upload()

        page = await visitor.get("/imports?cursor=nonsense")

        assert page.says("upwork.csv")
