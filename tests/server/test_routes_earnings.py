"""/earnings over real HTTP: what a client can do with earnings."""

from decimal import Decimal
from uuid import UUID

import pytest


STRANGER = str(UUID(int=7))
EXAMPLE = {
    "date": "2025-01-15",
    "amount": 500,
    "hours": 8,
    "notes": "Client project",
}


def earning(platform, **more):
    """Return the body of a new earning."""
    return {
        "platformId": platform["id"],
        "date": "2026-01-15",
        "amount": 100,
        **more,
    }


@pytest.fixture(name="made")
async def _made(ada, upwork):
    """Make earnings on Upwork; return them."""

    async def made(*several):
        return [
            await ada.made("/earnings", earning(upwork, **more))
            for more in several
        ]

    return made


class TestCreate:
    async def test_as_it_was_promised(self, ada, upwork):
        """The example request gives the example response, to the letter."""
        body = {"platformId": upwork["id"], **EXAMPLE}

        answer = await ada.post("/earnings", body)

        tree = answer.tree
        assert answer.status == 201
        assert body.items() <= tree.items()
        assert {"id", "createdAt"} <= tree.keys()
        assert UUID(tree["id"]).version == 7
        assert tree["createdAt"].endswith("Z")
        assert answer.headers["Location"].endswith(f"/earnings/{tree['id']}")
        assert answer.headers["ETag"] == '"1"'

    async def test_says_more_than_it_was_told(self, ada, upwork):
        """Currency, fee, net and hourly rate come with every earning."""
        body = {"platformId": upwork["id"], **EXAMPLE, "fee": 50}

        tree = (await ada.post("/earnings", body)).tree

        assert tree["currency"] == "USD"
        assert (tree["fee"], tree["net"]) == (50, 450)
        assert tree["hourlyRate"] == Decimal("56.25")

    async def test_every_field(self, ada, upwork):
        """All that can be said of an earning is kept."""
        body = earning(
            upwork,
            amount=100.5,
            currency="EUR",
            tip=5,
            fee=2.5,
            taxWithheld=1,
            refund=2,
            hours=1.5,
            category="design",
            notes="two\nlines",
            externalId="T-1",
            occurredAt="2026-01-15T10:00:00Z",
            zone="Europe/Berlin",
        )

        tree = (await ada.post("/earnings", body)).tree

        assert body.items() <= tree.items()
        assert tree["net"] == 100

    async def test_fee_of_the_platform(self, ada):
        """A fee that is left out is what the platform's rule says."""
        rule = {"percent": 10}
        platform = await ada.made(
            "/platforms", {"name": "Fiverr", "fee": rule}
        )

        tree = await ada.made("/earnings", earning(platform))

        assert (tree["fee"], tree["net"]) == (10, 90)

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"amount": "100"}, "/amount"),
            ({"amount": None}, "/amount"),
            ({"amount": 100.001}, "/amount"),
            ({"amount": 1e15}, "/amount"),
            ({"amount": -1}, "/amount"),
            ({"fee": 0.001}, "/fee"),
            ({"fee": 101}, "/fee"),
            ({"tip": -1}, "/tip"),
            ({"refund": 1e15}, "/refund"),
            ({"taxWithheld": 0.001}, "/taxWithheld"),
            ({"currency": "dollars"}, "/currency"),
            ({"date": "15/01/2026"}, "/date"),
            ({"date": "0026-01-15"}, "/date"),
            ({"hours": -1}, "/hours"),
            ({"hours": "8:00"}, "/hours"),
            ({"notes": "x" * 5001}, "/notes"),
            ({"notes": "\x00"}, "/notes"),
            ({"category": "x" * 41}, "/category"),
            ({"externalId": "x" * 201}, "/externalId"),
            ({"zone": "Mars/Base"}, "/zone"),
            ({"occurredAt": "2026-01-15T10:00:00"}, "/occurredAt"),
            ({"platformId": "upwork"}, "/platformId"),
            ({"colour": "red"}, "/colour"),
        ],
    )
    async def test_wrong(self, ada, upwork, more, pointer):
        """What is wrong is named by the pointer that the client knows."""
        answer = await ada.post("/earnings", earning(upwork, **more))

        assert answer.status == 422, answer.text
        assert answer.pointers == [pointer]
        assert answer.headers["Content-Type"] == "application/problem+json"

    async def test_all_that_is_wrong(self, ada):
        """All problems are told at once."""
        answer = await ada.post("/earnings", {"date": 5, "hours": "x"})

        assert set(answer.pointers) == {
            "/platformId",
            "/date",
            "/amount",
            "/hours",
        }

    async def test_platform_of_nobody(self, ada):
        """A platform that is not there is not found."""
        body = {"platformId": STRANGER, **EXAMPLE}

        answer = await ada.post("/earnings", body)

        assert (answer.status, answer.code) == (404, "not_found")

    async def test_once(self, ada, upwork):
        """A repeated request with a key takes effect once."""
        key = {"Idempotency-Key": "one"}

        first = await ada.post("/earnings", earning(upwork), **key)
        again = await ada.post("/earnings", earning(upwork), **key)
        other = await ada.post("/earnings", earning(upwork, amount=5), **key)

        assert (first.status, again.status, other.status) == (201, 201, 422)
        assert again.tree == first.tree
        assert again.headers["Idempotent-Replayed"] == "true"
        assert len((await ada.get("/earnings")).tree["items"]) == 1

    async def test_stranger(self, ada, served, upwork):
        """Nobody else may add anything."""
        answer = await served.post("/api/v1/earnings", json=earning(upwork))

        assert answer.status == 401


class TestRead:
    async def test_one(self, ada, made):
        """An earning is returned with its version."""
        (one,) = await made({})

        answer = await ada.get(f"/earnings/{one['id']}")

        assert (answer.status, answer.tree) == (200, one)
        assert answer.headers["ETag"] == '"1"'

    async def test_one_that_is_known(self, ada, made):
        """Who has this version already gets no body."""
        (one,) = await made({})

        answer = await ada.get(
            f"/earnings/{one['id']}", **{"If-None-Match": '"1"'}
        )

        assert (answer.status, answer.text) == (304, "")

    @pytest.mark.parametrize("key", [STRANGER, "nonsense", "%00"])
    async def test_none(self, ada, key):
        """What is not there is not found, whatever it is called."""
        answer = await ada.get(f"/earnings/{key}")

        assert (answer.status, answer.code) == (404, "not_found")


class TestUpdate:
    async def test_what_is_said(self, ada, made):
        """What is left out stays; what is null is taken away."""
        (one,) = await made({"hours": 2, "notes": "old"})
        path = f"/earnings/{one['id']}"

        answer = await ada.patch(path, {"amount": 200, "hours": None})

        tree = answer.tree
        assert answer.status == 200
        assert (tree["amount"], tree["hours"]) == (200, None)
        assert (tree["notes"], tree["hourlyRate"]) == ("old", None)
        assert answer.headers["ETag"] == f'"{tree["version"]}"' == '"2"'

    async def test_currency(self, ada, made):
        """Another currency needs all amounts that are in it."""
        (one,) = await made({})
        path = f"/earnings/{one['id']}"

        alone = await ada.patch(path, {"currency": "EUR"})
        same = await ada.patch(path, {"currency": "USD"})

        assert (alone.status, alone.pointers) == (422, ["/amount"])
        assert same.status == 200

    async def test_version(self, ada, made):
        """A change of what was changed meanwhile is refused."""
        (one,) = await made({})
        path = f"/earnings/{one['id']}"
        await ada.patch(path, {"amount": 200}, **{"If-Match": '"1"'})

        late = await ada.patch(path, {"amount": 300}, **{"If-Match": '"1"'})
        any_ = await ada.patch(path, {"amount": 400}, **{"If-Match": "*"})

        assert (late.status, late.code) == (412, "precondition_failed")
        assert (any_.status, any_.tree["amount"]) == (200, 400)

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"amount": None}, "/amount"),
            ({"fee": 500}, "/fee"),
            ({"tip": 0.001}, "/tip"),
            ({"nonsense": 1}, "/nonsense"),
        ],
    )
    async def test_wrong(self, ada, made, body, pointer):
        """A change that breaks a rule changes nothing."""
        (one,) = await made({})
        path = f"/earnings/{one['id']}"

        answer = await ada.patch(path, body)

        assert (answer.status, answer.pointers) == (422, [pointer])
        assert (await ada.get(path)).tree == one

    async def test_move(self, ada, made, upwork):
        """An earning moves to another platform, if that is ours."""
        (one,) = await made({})
        path = f"/earnings/{one['id']}"
        other = await ada.made("/platforms", {"name": "Fiverr"})

        there = await ada.patch(path, {"platformId": other["id"]})
        nowhere = await ada.patch(path, {"platformId": STRANGER})

        assert there.tree["platformId"] == other["id"]
        assert nowhere.status == 404


class TestRemove:
    async def test_one(self, ada, made):
        """What is removed is gone."""
        (one,) = await made({})
        path = f"/earnings/{one['id']}"

        late = await ada.delete(path, **{"If-Match": '"7"'})
        gone = await ada.delete(path, **{"If-Match": '"1"'})
        again = await ada.delete(path)

        assert (late.status, gone.status, again.status) == (412, 204, 404)


class TestList:
    async def test_parts(self, ada, made):
        """A long list is read by following its links, nothing twice."""
        all_ = await made(*({"amount": number} for number in range(1, 8)))

        pages = await ada.pages("/earnings?limit=3&sort=amount")

        assert [len(page) for page in pages] == [3, 3, 1]
        assert [one for page in pages for one in page] == all_

    @pytest.mark.parametrize(
        "sort",
        ["date", "-date", "created", "-created", "amount", "-amount", "net"],
    )
    async def test_sort(self, ada, made, sort):
        """A list has the order that was asked for, over all its parts."""
        await made(
            {"amount": 3, "date": "2026-01-02"},
            {"amount": 1, "date": "2026-01-03"},
            {"amount": 2, "date": "2026-01-01"},
        )
        name = {"created": "id"}.get(sort.lstrip("-"), sort.lstrip("-"))

        pages = await ada.pages(f"/earnings?limit=1&sort={sort}")

        values = [one[name] for page in pages for one in page]
        assert len(values) == 3
        assert values == sorted(values, reverse=sort.startswith("-"))

    @pytest.mark.parametrize(
        ("query", "amounts"),
        [
            ("", {1, 2, 3}),
            ("since=2026-01-02", {1, 3}),
            ("until=2026-01-01", {2}),
            ("category=design", {1}),
            ("currency=EUR", {3}),
            ("currency=USD&least=2", {2}),
            ("currency=USD&most=1.5", {1}),
            ("text=HELLO", {2}),
            ("hasHours=true", {1}),
            ("hasHours=false", {2, 3}),
            ("kind=earning", {1, 2, 3}),
            ("kind=fee,refund", set()),
            (f"platformId={STRANGER}", set()),
            (f"batchId={STRANGER}", set()),
        ],
    )
    async def test_choice(self, ada, made, query, amounts):
        """Each filter narrows the list, and the totals with it."""
        await made(
            {"amount": 1, "date": "2026-01-02", "category": "design"}
            | {"hours": 1},
            {"amount": 2, "date": "2026-01-01", "notes": "say hello"},
            {"amount": 3, "date": "2026-01-03", "currency": "EUR"},
        )

        found = (await ada.get(f"/earnings?{query}")).tree["items"]
        sums = (await ada.get(f"/earnings/totals?{query}")).tree["totals"]

        assert {one["amount"] for one in found} == amounts
        assert sum(one["count"] for one in sums) == len(amounts)
        assert sum(one["gross"] for one in sums) == sum(amounts)

    async def test_ids(self, ada, made, upwork):
        """Several ids and platforms can be named at once."""
        one, two, _ = await made({}, {}, {})

        found = await ada.get(
            f"/earnings?ids={one['id']},{two['id']}"
            f"&platformId={upwork['id']}&platformId={STRANGER}"
        )

        assert {one["id"] for one in found.tree["items"]} == {
            one["id"],
            two["id"],
        }

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("limit=0", "/query/limit"),
            ("limit=501", "/query/limit"),
            ("limit=many", "/query/limit"),
            ("cursor=nonsense", "/query/cursor"),
            ("sort=colour", "/query/sort"),
            ("since=yesterday", "/query/since"),
            ("least=5", "/query/currency"),
            ("hasHours=maybe", "/query/hasHours"),
            ("text=", "/query/text"),
            ("platformId=upwork", "/query/platformId/0"),
            ("colour=red", "/query/colour"),
        ],
    )
    async def test_wrong(self, ada, query, pointer):
        """What is wrong in the query is named."""
        answer = await ada.get(f"/earnings?{query}")

        assert answer.status == 422, answer.text
        assert answer.pointers == [pointer]

    async def test_cursor_of_another_order(self, ada, made):
        """A cursor belongs to the order that it was given in."""
        await made({}, {})
        cursor = (await ada.get("/earnings?limit=1")).tree["next"]

        answer = await ada.get(f"/earnings?sort=amount&cursor={cursor}")

        assert (answer.status, answer.pointers) == (422, ["/query/cursor"])


class TestSums:
    async def test_missing_rate(self, ada, made):
        """Without a rate nothing is converted, and the rate is named."""
        await made({"currency": "EUR"}, {})

        tree = (await ada.get("/earnings/totals")).tree

        assert tree["converted"] is None
        assert tree["missing"] == {
            "base": "EUR",
            "quote": "USD",
            "on": "2026-01-15",
        }

    async def test_converted(self, ada, made):
        """With rates, all of it is converted, each day with its own."""
        rate = {"base": "EUR", "quote": "USD", "on": "2026-01-15"}
        await ada.made("/rates", rate | {"value": 1.1})
        await made({"currency": "EUR"}, {})

        tree = (await ada.get("/earnings/totals")).tree

        assert tree["missing"] is None
        assert tree["converted"] == {"amount": 210, "currency": "USD"}
        assert len(tree["totals"]) == 2

    async def test_summary(self, ada, made, upwork):
        """Sums are per step and platform, from the daily totals."""
        await made(
            {"hours": 2}, {"fee": 10}, {"date": "2026-02-01", "amount": 7}
        )

        months = (await ada.get("/earnings/summary")).tree["items"]
        whole = await ada.get("/earnings/summary?step=year&byPlatform=false")
        day = await ada.get(
            "/earnings/summary?step=day&since=2026-02-01&until=2026-02-01"
        )

        assert [one["start"] for one in months] == ["2026-01-01", "2026-02-01"]
        assert {one["platformId"] for one in months} == {upwork["id"]}
        assert months[0]["totals"]["net"] == 190
        assert months[0]["totals"]["hourlyRate"] == 95
        (year,) = whole.tree["items"]
        assert (year["platformId"], year["totals"]["net"]) == (None, 197)
        (first,) = day.tree["items"]
        assert (first["start"], first["totals"]["count"]) == ("2026-02-01", 1)

    async def test_nothing(self, ada):
        """Of nothing there are no sums."""
        assert (await ada.get("/earnings/summary")).tree == {"items": []}
        assert (await ada.get("/earnings/totals")).tree["totals"] == []

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("since=2026-02-01&until=2026-01-01", "/query/until"),
            ("since=1492-10-12", "/query/since"),
            ("until=9999-12-31", "/query/until"),
            ("step=decade", "/query/step"),
        ],
    )
    async def test_wrong(self, ada, query, pointer):
        """Days are in order, and of a sane calendar."""
        answer = await ada.get(f"/earnings/summary?{query}")

        assert answer.status == 422, answer.text
        assert answer.pointers == [pointer]


class TestBulk:
    async def test_categorise_and_undo(self, ada, made):
        """Many earnings get a category at once, and lose it again."""
        both = await made({"category": "old"}, {})
        ids = [one["id"] for one in both]

        done = await ada.post(
            "/earnings/categorise", {"ids": ids, "category": "new"}
        )
        after = (await ada.get("/earnings?category=new")).tree["items"]
        back = await ada.post(f"/earnings/changes/{done.tree['id']}/undo")
        again = await ada.post(f"/earnings/changes/{done.tree['id']}/undo")

        assert (done.status, done.tree["verb"]) == (200, "categorise")
        assert len(after) == 2
        assert back.tree["undoneAt"] is not None
        assert (again.status, again.code) == (409, "conflict")
        found = (await ada.get("/earnings?category=old")).tree["items"]
        assert [one["id"] for one in found] == ids[:1]

    async def test_move_and_undo(self, ada, made, upwork):
        """Many earnings move to another platform, and back."""
        other = await ada.made("/platforms", {"name": "Fiverr"})
        (one,) = await made({})
        body = {"ids": [one["id"]], "platformId": other["id"]}

        done = await ada.post("/earnings/move", body)
        there = await ada.get(f"/earnings?platformId={other['id']}")
        await ada.post(f"/earnings/changes/{done.tree['id']}/undo")
        back = await ada.get(f"/earnings?platformId={upwork['id']}")

        assert len(there.tree["items"]) == len(back.tree["items"]) == 1

    async def test_delete_and_undo(self, ada, made):
        """Many earnings are removed, and come back as they were."""
        both = await made({}, {"notes": "keep me"})
        ids = [one["id"] for one in both]

        done = await ada.post("/earnings/delete", {"ids": ids})
        gone = (await ada.get("/earnings")).tree["items"]
        await ada.post(f"/earnings/changes/{done.tree['id']}/undo")
        back = (await ada.get("/earnings")).tree["items"]

        assert gone == []
        assert {one["notes"] for one in back} == {"", "keep me"}

    async def test_undo_of_what_changed_since(self, ada, made):
        """What was changed since is not overwritten by an undo."""
        (one,) = await made({})
        done = await ada.post(
            "/earnings/categorise", {"ids": [one["id"]], "category": "new"}
        )
        await ada.patch(f"/earnings/{one['id']}", {"amount": 5})

        answer = await ada.post(f"/earnings/changes/{done.tree['id']}/undo")

        assert answer.status == 409

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("categorise", {"ids": [], "category": "x"}, 422),
            ("categorise", {"ids": [STRANGER], "category": "x"}, 404),
            ("move", {"ids": [STRANGER], "platformId": STRANGER}, 404),
            ("delete", {"ids": [STRANGER]}, 404),
            ("delete", {"ids": "all"}, 422),
            (f"changes/{STRANGER}/undo", None, 404),
        ],
    )
    async def test_wrong(self, ada, made, path, body, status):
        """One that is not ours, and nothing is changed."""
        (one,) = await made({})
        if body and body.get("ids") == [STRANGER]:
            body = {**body, "ids": [one["id"], STRANGER]}

        answer = await ada.post(f"/earnings/{path}", body)

        assert answer.status == status, answer.text
        assert (await ada.get(f"/earnings/{one['id']}")).tree == one

    async def test_category_that_is_none(self, ada, made):
        """A category has bounds, whoever sets it."""
        (one,) = await made({})

        answer = await ada.post(
            "/earnings/categorise", {"ids": [one["id"]], "category": "x" * 41}
        )

        assert (answer.status, answer.pointers) == (422, ["/category"])
