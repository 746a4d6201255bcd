"""/platforms, /rates, /public/features: records, and what there is."""

from decimal import Decimal
from uuid import UUID

import pytest

from api import Api
from earntrack_core.identity.means import Policy
from earntrack_server.app import make_app
from product import UPWORK, opened, settings, signed_in


STRANGER = str(UUID(int=7))
RATE = {"base": "EUR", "quote": "USD", "on": "2026-01-15", "value": 1.1}


class TestPlatforms:
    async def test_create(self, ada):
        """A platform comes back with all that was said, and the rest."""
        body = {
            "name": " Upwork ",
            "key": "upwork",
            "category": "freelance",
            "colour": "#14A800",
            "currency": "EUR",
            "fee": {"percent": 10, "fixed": 0.5},
        }

        answer = await ada.post("/platforms", body)

        tree = answer.tree
        assert answer.status == 201
        assert tree["name"] == "Upwork"
        assert tree["colour"] == "#14a800"
        assert tree["fee"] == {"percent": 10, "fixed": Decimal("0.5")}
        assert tree["active"] is True
        assert answer.headers["Location"].endswith(tree["id"])
        assert answer.headers["ETag"] == '"1"'

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/name"),
            ({"name": ""}, "/name"),
            ({"name": "x" * 81}, "/name"),
            ({"name": "x", "colour": "red"}, "/colour"),
            ({"name": "x", "currency": "XXQ"}, "/currency"),
            ({"name": "x", "fee": {"percent": 101}}, "/fee/percent"),
            ({"name": "x", "fee": {"fixed": -1}}, "/fee/fixed"),
            ({"name": "x", "id": STRANGER}, "/id"),
        ],
    )
    async def test_wrong(self, ada, body, pointer):
        """What is wrong is named."""
        answer = await ada.post("/platforms", body)

        assert (answer.status, answer.pointers) == (422, [pointer])

    async def test_two_of_one_name(self, ada, upwork):
        """A name is taken once."""
        answer = await ada.post("/platforms", {"name": upwork["name"]})

        assert (answer.status, answer.code) == (409, "duplicate")

    async def test_read_change_remove(self, ada, upwork):
        """All verbs of a record, with its versions."""
        path = f"/platforms/{upwork['id']}"

        known = await ada.get(path, **{"If-None-Match": '"1"'})
        changed = await ada.patch(
            path, {"category": "work"}, **{"If-Match": '"1"'}
        )
        late = await ada.patch(path, {"key": "x"}, **{"If-Match": '"1"'})
        too_late = await ada.delete(path, **{"If-Match": '"1"'})
        gone = await ada.delete(path, **{"If-Match": '"2"'})
        again = await ada.get(path)

        assert known.status == 304
        assert (changed.status, changed.tree["version"]) == (200, 2)
        assert changed.tree["name"] == upwork["name"]
        assert (late.status, too_late.status) == (412, 412)
        assert (gone.status, again.status) == (204, 404)

    async def test_one_with_earnings_stays(self, ada, upwork):
        """What earnings refer to cannot be removed, only be inactive."""
        body = {"platformId": upwork["id"], "date": "2026-01-15", "amount": 1}
        await ada.made("/earnings", body)
        path = f"/platforms/{upwork['id']}"

        answer = await ada.delete(path)
        idle = await ada.patch(path, {"active": False})

        assert (answer.status, answer.code) == (409, "wrong_state")
        assert idle.tree["active"] is False

    async def test_list(self, ada, upwork):
        """Lists are filtered, and come in parts."""
        fiverr = await ada.made(
            "/platforms", {"name": "Fiverr", "category": "gigs"}
        )

        pages = await ada.pages("/platforms?limit=1")
        gigs = await ada.pages("/platforms?category=gigs")
        named = await ada.pages("/platforms?name=Upwork&active=true")

        assert pages == [[fiverr], [upwork]]
        assert gigs == [[fiverr]]
        assert named == [[upwork]]

    async def test_a_list_is_kept_until_it_changes(self, ada, upwork):
        """What is kept of a list is forgotten when something happens."""
        before = await ada.pages("/platforms")
        await ada.patch(f"/platforms/{upwork['id']}", {"category": "new"})

        after = await ada.pages("/platforms")

        assert before == [[upwork]]
        assert after[0][0]["category"] == "new"


class TestPlan:
    @pytest.fixture(name="bea")
    async def _bea(self, url, tmp_path, aiohttp_client):
        """Bea, whose plan is free."""
        policy = Policy(verify_first=False, plan="free")
        et = opened(url, tmp_path, policy=policy)
        client = await aiohttp_client(make_app(et, settings(tmp_path)))
        yield Api(client, await signed_in(client, "bea@example.org"))
        await client.close()
        et.close()

    async def test_limit(self, bea):
        """The plan's limit is a 403 that names it; nothing is stored."""
        made = [
            await bea.post("/platforms", {"name": f"P{number}"})
            for number in range(4)
        ]

        assert [one.status for one in made] == [201, 201, 201, 403]
        assert made[3].code == "plan_limit"
        assert "Free" in made[3].tree["detail"]
        assert len((await bea.pages("/platforms"))[0]) == 3

    async def test_limit_of_imports(self, bea):
        """A statement of one platform too many is refused as a whole."""
        for number in range(3):
            await bea.post("/platforms", {"name": f"P{number}"})

        refused = await bea.upload(UPWORK)
        looked = await bea.upload(UPWORK, dryRun="true")

        assert (refused.status, refused.code) == (403, "plan_limit")
        assert looked.status == 200
        assert (await bea.pages("/imports")) == [[]]
        assert (await bea.pages("/earnings")) == [[]]

    async def test_idle_platforms_do_not_count(self, bea):
        """An inactive platform makes room for another."""
        ids = [
            (await bea.made("/platforms", {"name": f"P{number}"}))["id"]
            for number in range(3)
        ]
        await bea.patch(f"/platforms/{ids[0]}", {"active": False})

        more = await bea.post("/platforms", {"name": "P4"})
        back = await bea.patch(f"/platforms/{ids[0]}", {"active": True})

        assert (more.status, back.status) == (201, 403)


class TestRates:
    async def test_verbs(self, ada):
        """A rate is kept exactly, and changed by its version."""
        made = await ada.post("/rates", RATE | {"value": 1.08345})
        path = f"/rates/{made.tree['id']}"

        read = await ada.get(path)
        changed = await ada.patch(path, {"value": 2}, **{"If-Match": '"1"'})
        late = await ada.patch(path, {"value": 3}, **{"If-Match": '"1"'})
        gone = await ada.delete(path)

        assert made.status == 201
        assert read.tree["value"] == Decimal("1.08345")
        assert (changed.tree["value"], late.status) == (2, 412)
        assert gone.status == 204

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"value": 0}, "/value"),
            ({"value": -1}, "/value"),
            ({"value": 1e20}, "/value"),
            ({"base": "EURO"}, "/base"),
            ({"quote": "XXQ"}, "/quote"),
            ({"quote": "EUR"}, "/quote"),
            ({"on": "0026-01-15"}, "/on"),
            ({"source": ""}, "/source"),
        ],
    )
    async def test_wrong(self, ada, more, pointer):
        """What is wrong is named."""
        answer = await ada.post("/rates", RATE | more)

        assert (answer.status, answer.pointers) == (422, [pointer])

    async def test_two_of_one_day(self, ada):
        """There is one rate of a pair on a day."""
        await ada.made("/rates", RATE)

        answer = await ada.post("/rates", RATE)

        assert (answer.status, answer.code) == (409, "duplicate")

    async def test_list(self, ada):
        """Rates are listed by pair and days."""
        await ada.made("/rates", RATE)
        await ada.made("/rates", RATE | {"on": "2026-02-01"})

        late = await ada.pages("/rates?base=EUR&since=2026-01-16")

        assert [one["on"] for one in late[0]] == ["2026-02-01"]

    async def test_convert(self, ada):
        """A conversion says with which rate, of which day and source."""
        await ada.made("/rates", RATE)

        answer = await ada.get(
            "/rates/convert?amount=10&base=EUR&quote=USD&on=2026-01-16"
        )

        assert answer.tree == {
            "amount": {"amount": 11, "currency": "USD"},
            "original": {"amount": 10, "currency": "EUR"},
            "rate": Decimal("1.1"),
            "on": "2026-01-15",
            "source": "manual",
        }

    async def test_missing(self, ada):
        """Nothing is converted without a rate."""
        answer = await ada.get(
            "/rates/convert?amount=10&base=EUR&quote=USD&on=2026-01-16"
        )

        assert (answer.status, answer.code) == (422, "missing_rate")

    @pytest.mark.parametrize(
        ("query", "pointers"),
        [
            ("amount=1&base=XXQ&quote=USD&on=2026-01-01", ["/query/base"]),
            ("amount=1&base=EUR&quote=usd&on=2026-01-01", ["/query/quote"]),
            ("amount=x&base=EUR&quote=USD&on=2026-01-01", ["/query/amount"]),
            (
                "amount=0.001&base=EUR&quote=USD&on=2026-01-01",
                ["/query/amount"],
            ),
            ("amount=1&base=EUR&quote=USD&on=1026-01-01", ["/query/on"]),
            ("amount=1", ["/query/base", "/query/quote", "/query/on"]),
        ],
    )
    async def test_wrong_question(self, ada, query, pointers):
        """All that is wrong in the question is named."""
        answer = await ada.get(f"/rates/convert?{query}")

        assert (answer.status, answer.pointers) == (422, pointers)


class TestFeatures:
    async def test_public(self, served):
        """Anybody may know what the installation can do."""
        answer = await served.get("/api/v1/public/features")

        tree = await answer.json()
        assert answer.status == 200
        assert tree["registration"] is True
        formats = {one["id"]: one for one in tree["formats"]}
        assert formats["upwork.transactions"]["platform"] == "upwork"
        plans = {one["key"]: one for one in tree["plans"]}
        assert plans["free"]["platforms"] == 3
        assert plans["pro"]["platforms"] is None
        assert {"USD", "EUR", "JPY"} <= set(tree["currencies"])
