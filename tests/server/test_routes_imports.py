"""/imports: statements in, reports out, and the way back."""

import io
import json
import random
import zipfile
from uuid import UUID

import pytest
from aiohttp import FormData, MultipartWriter

from api import Answer, Api
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.ids import UserId
from earntrack_core.statements.importer import Order
from earntrack_server.app import make_app
from product import UPWORK, opened, settings, signed_in


STRANGER = str(UUID(int=7))
BROKEN = UPWORK.replace("350.00,350.00", "three hundred,350.00")
OTHER = UPWORK.replace("9001", "9005").replace("9002", "9006")
NONSENSE = "Shopping\nmilk\n"
QIF = "!Type:Bank\nD8/15/13\nT-12.50\nPCoffee\n^\n"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
PIECES = (b"", b"\r\n", b"--x", b"--", b"\x00", b"\xff", b'"', b";", b":")
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


def zipped(**files):
    """Return an archive of some texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    return buffer.getvalue()


async def sent(ada, data, **headers):
    """Send any body as a form."""
    answer = await ada.client.post(
        "/api/v1/imports", data=data, headers=ada.headers | headers
    )
    return Answer(answer.status, answer.headers, await answer.text())


async def net(ada):
    """Return what is left, in all."""
    totals = (await ada.get("/earnings/totals")).tree["totals"]
    return sum(one["net"] for one in totals)


class TestImport:
    async def test_is_booked(self, ada):
        """A statement is booked, and the report says how."""
        answer = await ada.upload()

        (report,) = answer.tree["items"]
        assert answer.status == 201
        assert answer.tree["failures"] == []
        assert report["fileName"] == "upwork.csv"
        assert report["facts"]["formatId"] == "upwork.transactions"
        assert report["counts"]["imported"] == 3
        assert report["totals"]["USD"]["net"] == "315.00"
        assert report["batchId"] is not None
        assert await net(ada) == 315

    async def test_again(self, ada):
        """A file that is known adds nothing, and is said to be known."""
        first = (await ada.upload()).tree["items"][0]

        answer = await ada.upload()
        by_force = await ada.upload(force="true")

        (report,) = answer.tree["items"]
        assert (answer.status, report["batchId"]) == (200, None)
        assert report["repeats"] == first["batchId"]
        assert report["counts"]["duplicates"] == 3
        assert by_force.tree["items"][0]["counts"]["imported"] == 0
        assert await net(ada) == 315

    async def test_dry_run(self, ada):
        """A preview reports the same, and books nothing."""
        answer = await ada.upload(dryRun="true")

        (report,) = answer.tree["items"]
        assert (answer.status, report["batchId"]) == (200, None)
        assert report["counts"]["imported"] == 3
        assert await net(ada) == 0

    async def test_strict(self, ada):
        """Strictly, one bad record keeps all others out."""
        strictly = await ada.upload(BROKEN, strict="true")
        partly = await ada.upload(BROKEN)

        (report,) = strictly.tree["items"]
        assert (strictly.status, report["batchId"]) == (200, None)
        assert [one["line"] for one in report["errors"]] == [2]
        assert partly.status == 201
        assert partly.tree["items"][0]["counts"]["errors"] == 1

    async def test_question(self, ada):
        """What a file does not say is asked for, and then booked."""
        asked = await ada.upload(QIF, "bank.qif")
        told = await ada.upload(QIF, "bank.qif", currency="USD")

        (report,) = asked.tree["items"]
        assert (asked.status, report["batchId"]) == (200, None)
        assert [one["key"] for one in report["questions"]] == ["currency"]
        assert told.status == 201

    async def test_mapping(self, ada):
        """A table of any bank is read by a mapping of its columns."""
        answer = await ada.upload(
            BANK, "bank.csv", mapping=json.dumps(MAPPING)
        )

        (report,) = answer.tree["items"]
        assert answer.status == 201
        assert report["totals"]["EUR"]["sum"] == "96.50"

    async def test_platform(self, ada):
        """Earnings go to the platform that is named, if it is ours."""
        mine = await ada.made("/platforms", {"name": "Agency"})

        done = await ada.upload(platformId=mine["id"])
        nobodys = await ada.upload(OTHER, platformId=STRANGER)

        assert done.status == 201
        (page,) = await ada.pages("/earnings")
        assert {one["platformId"] for one in page} == {mine["id"]}
        assert (nobodys.status, nobodys.code) == (404, "not_found")

    async def test_every_answer(self, ada):
        """All fields of the form are understood."""
        answer = await ada.upload(
            UPWORK,
            "upwork.csv",
            format="upwork.transactions",
            currency="USD",
            timezone="Europe/Berlin",
            dateOrder="mdy",
            numberForm=".",
            period="2026-07-01/2026-07-31",
            encoding="utf-8",
            account="main",
            strict="off",
            force="no",
            dryRun="",
        )

        assert answer.status == 201

    async def test_once(self, ada):
        """A repeated upload with a key is answered as the first was."""
        key = {"Idempotency-Key": "one"}
        headers = Api(ada.client, ada.headers | key)

        first = await headers.upload()
        again = await headers.upload()
        other = await headers.upload(OTHER)

        assert (first.status, again.status, other.status) == (201, 201, 422)
        assert again.tree == first.tree
        assert other.code == "idempotency_key_reused"
        assert len((await ada.pages("/imports"))[0]) == 1

    async def test_name_without_folders(self, ada):
        """A file is called by its name alone, or `statement`."""
        answer = await ada.upload(UPWORK, "C:\\my\\a b.csv")
        nameless = await ada.upload(OTHER, "/")

        assert answer.tree["items"][0]["fileName"] == "a b.csv"
        assert nameless.tree["items"][0]["fileName"] == "statement"


class TestArchives:
    async def test_each_file(self, ada):
        """Each file of an archive has its own report."""
        answer = await ada.upload(zipped(one=UPWORK, two=OTHER), "two.zip")

        names = [one["fileName"] for one in answer.tree["items"]]
        assert (answer.status, names) == (201, ["one.csv", "two.csv"])
        assert await net(ada) == 630

    async def test_one_that_is_none(self, ada):
        """One bad file does not keep the others out."""
        answer = await ada.upload(zipped(bad=NONSENSE, good=UPWORK), "two.zip")

        (failure,) = answer.tree["failures"]
        assert answer.status == 201
        assert len(answer.tree["items"]) == 1
        assert failure["fileName"] == "bad.csv"
        assert failure["code"] == "header_not_found"
        assert failure["hint"]

    async def test_damaged(self, ada):
        """An archive that could harm is refused as a whole."""
        answer = await ada.upload(b"PK\x03\x04 and then nothing", "a.zip")

        assert (answer.status, answer.code) == (422, "bad_archive")


class TestRefused:
    async def test_unknown_format(self, ada):
        """What no format claims is no statement."""
        answer = await ada.upload(NONSENSE)

        assert (answer.status, answer.code) == (422, "header_not_found")
        assert await ada.pages("/imports") == [[]]

    @pytest.mark.parametrize(
        ("fields", "pointers"),
        [
            ({"colour": "red"}, ["/colour"]),
            ({"currency": "usd"}, ["/currency"]),
            ({"timezone": "Mars/Base"}, ["/timezone"]),
            ({"dateOrder": "ydm"}, ["/dateOrder"]),
            ({"numberForm": ";"}, ["/numberForm"]),
            ({"period": "2026"}, ["/period"]),
            ({"period": "2026-02-01/2026-01-01"}, ["/period"]),
            ({"mapping": "{"}, ["/mapping"]),
            ({"mapping": "[]"}, ["/mapping"]),
            ({"mapping": "[" * 90_000}, ["/mapping"]),
            ({"strict": "perhaps"}, ["/strict"]),
            ({"platformId": "upwork"}, ["/platformId"]),
            (
                {"strict": "x", "force": "y", "period": "z"},
                ["/strict", "/force", "/period"],
            ),
        ],
    )
    async def test_wrong_fields(self, ada, fields, pointers):
        """All fields that are wrong are named, and nothing is read."""
        answer = await ada.upload(UPWORK, "upwork.csv", **fields)

        assert answer.status == 422, answer.text
        assert answer.pointers == pointers

    @pytest.mark.parametrize("codec", ["zlib", "hex", "idna", "x" * 300])
    async def test_encodings_that_are_none(self, ada, codec):
        """Not all that Python calls a codec is an encoding."""
        asked = await ada.upload(UPWORK, "upwork.csv", encoding=codec)
        mapped = await ada.upload(
            BANK, "b.csv", mapping=json.dumps(MAPPING | {"encoding": codec})
        )

        assert asked.status == mapped.status == 422
        assert asked.code == "undecodable"

    async def test_no_file(self, ada):
        """A form without a file imports nothing."""
        data = FormData(default_to_multipart=True)
        data.add_field("currency", "USD")

        answer = await sent(ada, data)

        assert (answer.status, answer.pointers) == (422, ["/file"])

    async def test_two_files(self, ada):
        """Two files are two requests."""
        data = FormData()
        data.add_field("file", UPWORK.encode(), filename="a.csv")
        data.add_field("file", OTHER.encode(), filename="b.csv")

        answer = await sent(ada, data)

        assert (answer.status, answer.pointers) == (422, ["/file"])

    async def test_no_form(self, ada):
        """What is no form is of a wrong kind."""
        answer = await ada.post("/imports", {"file": UPWORK})

        assert (answer.status, answer.code) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("multipart/form-data", b"no boundary at all"),
            ("multipart/form-data; boundary=x", b""),
            ("multipart/form-data; boundary=x", b"--y\r\n\r\nz\r\n--y--"),
            (
                "multipart/form-data; boundary=x",
                PART % b'file"; filename="a.csv' + b"cut off",
            ),
            (
                "multipart/form-data; boundary=x",
                PART % b"a" + b"\xff\r\n--x--\r\n",
            ),
        ],
    )
    async def test_damaged_form(self, ada, kind, content):
        """A form that cannot be read is refused, never a crash."""
        answer = await sent(ada, content, **{"Content-Type": kind})

        assert answer.status in {400, 422}, answer.text
        assert answer.code in {"invalid", "malformed"}

    @pytest.mark.filterwarnings("ignore:::aiohttp.multipart")
    async def test_mutated_forms(self, ada):
        """However a form is damaged, the answer is an answer."""
        dice = random.Random(12)
        whole = PART % b'file"; filename="a.csv' + UPWORK.encode()
        whole += b"\r\n" + PART % b"currency" + b"USD\r\n--x--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=x"}

        for _ in range(500):
            content = bytearray(whole)
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(content))
                content[at : at + dice.randint(0, 3)] = dice.choice(PIECES)
            answer = await sent(ada, bytes(content), **kind)

            assert answer.status < 500, bytes(content)

    async def test_form_in_a_form(self, ada):
        """Forms are flat."""
        with MultipartWriter("form-data") as outer:
            with MultipartWriter("mixed") as inner:
                inner.append("x")
            part = outer.append(inner)
            part.set_content_disposition("form-data", name="file")

        answer = await sent(ada, outer)

        assert (answer.status, answer.pointers) == (422, ["/file"])

    async def test_many_fields(self, ada):
        """A form has a bounded number of fields, of bounded length."""
        data = FormData(default_to_multipart=True)
        for number in range(40):
            data.add_field(f"f{number}", "x")

        many = await sent(ada, data)
        long = await ada.upload(UPWORK, "a.csv", account="x" * 100_001)

        assert (many.status, long.status) == (422, 422)
        assert long.pointers == ["/account"]

    async def test_too_large(self, ada, product, tmp_path, aiohttp_client):
        """A file beyond the bound is refused before it is all read."""
        bounded = settings(tmp_path, max_upload=1000)
        client = await aiohttp_client(make_app(product, bounded))
        small = Api(client, ada.headers)

        answer = await small.upload(UPWORK * 10)

        assert (answer.status, answer.code) == (413, "too_large")
        assert await ada.pages("/imports") == [[]]

    async def test_stranger(self, served):
        """Nobody else may import anything."""
        answer = await served.post("/api/v1/imports", data=b"x")

        assert answer.status == 401


class TestBatches:
    async def test_list_and_get(self, ada):
        """Imports are listed, the newest first, each with its report."""
        first = (await ada.upload()).tree["items"][0]["batchId"]
        second = (await ada.upload(OTHER)).tree["items"][0]["batchId"]

        pages = await ada.pages("/imports?limit=1")
        one = await ada.get(f"/imports/{first}")

        assert [page[0]["id"] for page in pages] == [second, first]
        assert one.tree["state"] == "done"
        assert one.tree["counts"]["imported"] == 3
        assert one.tree["report"]["totals"]["USD"]["net"] == "315.00"

    async def test_choice(self, ada):
        """The list is narrowed by state."""
        first = (await ada.upload()).tree["items"][0]["batchId"]
        await ada.upload(OTHER)
        await ada.post(f"/imports/{first}/undo")

        (undone,) = await ada.pages("/imports?state=undone")

        assert [one["id"] for one in undone] == [first]

    async def test_undo(self, ada):
        """What an import brought goes with it, once."""
        batch = (await ada.upload()).tree["items"][0]["batchId"]

        done = await ada.post(f"/imports/{batch}/undo")
        again = await ada.post(f"/imports/{batch}/undo")

        assert (done.status, done.tree["state"]) == (200, "undone")
        assert (again.status, again.code) == (409, "wrong_state")
        assert await net(ada) == 0

    async def test_resume_of_what_is_done(self, ada):
        """A finished import cannot go on."""
        batch = (await ada.upload()).tree["items"][0]["batchId"]

        answer = await ada.post(f"/imports/{batch}/resume")

        assert (answer.status, answer.code) == (409, "wrong_state")

    @pytest.mark.parametrize("verb", ["", "/undo", "/resume"])
    async def test_nobodys(self, ada, verb):
        """An import that is not there is not found."""
        method = "POST" if verb else "GET"

        answer = await ada.ask(method, f"/imports/{STRANGER}{verb}")

        assert (answer.status, answer.code) == (404, "not_found")


class TestInterrupted:
    async def test_goes_on(self, tmp_path, aiohttp_client):
        """An import that was cut off goes on where it stopped."""
        url = f"sqlite:///{tmp_path}/book.db"
        text = many(5_000)
        et = opened(url, tmp_path)
        client = await aiohttp_client(make_app(et, settings(tmp_path)))
        ada = Api(client, await signed_in(client, "ada@example.org"))
        cut_off(et, only_actor(et), text)
        (batch,) = (await ada.pages("/imports?state=reading"))[0]
        before = (await ada.pages("/earnings?limit=500"))[0]

        answer = await ada.post(f"/imports/{batch['id']}/resume")

        assert len(before) == 500
        assert answer.status == 200, answer.text
        assert answer.tree["counts"]["imported"] == 5_000
        totals = (await ada.get("/earnings/totals")).tree["totals"]
        assert totals[0]["count"] == 5_000
        assert not et.parts.storage.check()
        await client.close()
        et.close()


class StopError(Exception):
    """The power goes off."""


def only_actor(et):
    """Return who acts in the only workspace."""
    (workspace,) = et.parts.storage.workspaces()
    return Actor(user_id=UserId(workspace), workspace_id=workspace)


def many(count):
    """Return a statement of many earnings."""
    head = UPWORK.splitlines()[0]
    rows = [
        f'"Jul 6, 2026",{number},Hourly,"Backend",{number}-1,10.00,10.00'
        for number in range(count)
    ]
    return "\n".join([head, *rows]) + "\n"


def cut_off(et, actor, text):
    """Import until the second chunk is stored, and no further."""

    def stop(done):
        if done > 2_000:
            raise StopError

    order = Order(name="upwork.csv", progress=stop)
    with pytest.raises(StopError):
        et.statements.book(actor, io.BytesIO(text.encode()), order)
