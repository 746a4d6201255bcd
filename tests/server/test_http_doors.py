"""Doors: reading, answering, versions, pages and problems over real HTTP."""

import asyncio
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from uuid import UUID

import pytest
from aiohttp import web
from attrs import frozen
from moneyed import Money
from structlog.testing import capture_logs

from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.money import money
from earntrack_core.wire import plain_form
from earntrack_server.http.mounting import mount, respond
from earntrack_server.http.problems import BusyError
from earntrack_server.http.route import ANYBODY, MEMBER, Route
from http_support import ADA, NewNote, Note, bearer, create, make_server


NOTES = "/api/v1/notes"
NOTE = {"text": "tea", "price": {"amount": 1.50, "currency": "EUR"}}
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(name="server")
def _server():
    return make_server()


@pytest.fixture(name="client")
async def _client(aiohttp_client, server):
    return await aiohttp_client(server.app, headers=bearer())


def a_note(number=7, **fields):
    """Return a note of Ada's."""
    given = {"text": "tea", "price": money("1.50", "EUR")} | fields
    return Note(**stamp(ADA.workspace_id, NOON), id=UUID(int=number), **given)


def put(server, *notes):
    """Put notes on the shelf."""
    server.shelf.notes.update({note.id: note for note in notes})


def pointers(body):
    """Return the places that a problem document names."""
    return {one["pointer"] for one in body["errors"]}


class TestWriting:
    async def test_what_was_sent_comes_back(self, client):
        """A created record answers 201 with its place and version."""
        response = await client.post(NOTES, json=NOTE)
        body = await response.json()

        assert response.status == 201
        assert body["text"] == "tea"
        assert response.headers["ETag"] == '"1"'
        assert response.headers["Location"] == f"{NOTES}/{body['id']}"
        assert response.content_type == "application/json"

    async def test_amounts_keep_the_digits_of_their_currency(self, client):
        """An amount is a number, written with the coins of its currency."""
        response = await client.post(NOTES, json=NOTE)

        assert '"price":{"amount":1.50,"currency":"EUR"}' in (
            await response.text()
        )

    async def test_numbers_are_exact(self, client):
        """A decimal that no float can hold is read and written digit by
        digit.
        """
        text = '{"a":0.1000000000000000055511151231257827}'

        response = await client.post(
            "/api/v1/echo",
            data=text,
            headers={"Content-Type": "application/json"},
        )

        assert await response.text() == text

    async def test_all_problems_are_named_at_once(self, client):
        """Every field that is wrong is named with its place."""
        response = await client.post(
            NOTES,
            json={
                "txt": "tea",
                "price": {"amount": "1", "currency": "XXY"},
            },
        )
        body = await response.json()

        assert response.status == 422
        assert response.content_type == "application/problem+json"
        assert pointers(body) == {"/txt", "/text", "/price/amount"}
        assert body["code"] == "invalid"
        assert body["title"] == "Unprocessable Entity"
        assert body["requestId"] == response.headers["X-Request-ID"]

    async def test_errors_of_the_core_point_into_the_body(self, client):
        """What a use case refuses has a pointer like any other problem."""
        response = await client.post(NOTES, json=NOTE | {"text": "refused"})

        assert response.status == 422
        assert pointers(await response.json()) == {"/price"}

    async def test_a_body_must_be_json(self, client):
        """Another content type is refused before anybody looks inside."""
        response = await client.post(NOTES, data={"text": "tea"})

        assert response.status == 415
        assert (await response.json())["code"] == "unsupported_media_type"

    async def test_a_body_must_be_in_utf8(self, client):
        """JSON in another encoding is refused by name."""
        response = await client.post(
            NOTES,
            data=b"{}",
            headers={"Content-Type": "application/json; charset=utf-16"},
        )

        assert response.status == 415

    async def test_no_body_is_malformed(self, client):
        """Nothing is not JSON."""
        response = await client.post(
            NOTES, headers={"Content-Type": "application/json"}
        )

        assert response.status == 400
        assert (await response.json())["code"] == "malformed"

    async def test_nothing_to_say_is_204(self, server, client):
        """A handler without a reply answers without a body."""
        put(server, a_note())

        response = await client.delete(f"{NOTES}/{UUID(int=7)}")

        assert response.status == 204
        assert await response.read() == b""
        assert server.shelf.notes == {}


class TestReading:
    async def test_an_unknown_id_is_not_found(self, client):
        """There is no such record."""
        response = await client.get(f"{NOTES}/{UUID(int=9)}")

        assert response.status == 404
        assert (await response.json())["code"] == "not_found"

    async def test_a_malformed_id_is_not_found(self, client):
        """What cannot be an id is the id of nothing."""
        response = await client.get(f"{NOTES}/nonsense")

        assert response.status == 404

    async def test_what_is_not_yours_does_not_exist(self, server, client):
        """Another workspace's record answers like an unknown one."""
        put(server, a_note())

        response = await client.get(
            f"{NOTES}/{UUID(int=7)}", headers=bearer("bob")
        )

        assert response.status == 404

    async def test_query_strings_are_typed(self, client):
        """Numbers, lists and instants are read from their texts."""
        response = await client.get(
            f"{NOTES}?numbers=1,2&numbers=3&since=2026-01-01T00:00:00Z"
        )

        assert response.status == 200

    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ("numbers=x", {"/query/numbers/0"}),
            ("since=yesterday", {"/query/since"}),
            ("colour=red", {"/query/colour"}),
            ("text=a&text=b", {"/query/text"}),
            ("limit=0", {"/query/limit"}),
            ("limit=501", {"/query/limit"}),
            ("limit=x&cursor=y", {"/query/limit", "/query/cursor"}),
            ("cursor=%00", {"/query/cursor"}),
            ("text=%00", {"/query/text"}),
        ],
    )
    async def test_a_wrong_query_is_named(self, client, query, places):
        """A parameter that is wrong or unknown is named with its place."""
        response = await client.get(f"{NOTES}?{query}")

        assert response.status == 422
        assert pointers(await response.json()) == places

    async def test_pages_lead_to_the_next(self, server, client):
        """Following `next` from page to page meets every record once."""
        put(server, *(a_note(number) for number in range(1, 6)))
        seen = []
        target = f"{NOTES}?limit=2&text=tea"

        while target is not None:
            response = await client.get(target)
            body = await response.json()
            seen += [item["id"] for item in body["items"]]
            link = response.links.get("next")
            assert (link is None) == (body["next"] is None)
            target = link and link["url"].relative()

        assert seen == [str(UUID(int=number)) for number in range(1, 6)]


class TestRaw:
    async def test_a_raw_door_ends_like_the_others(self, aiohttp_client):
        """What reads its body itself may answer as the others do."""

        async def upload(request):
            content = await request.read()
            return await respond(request, create, read(content), content)

        def read(content):
            return NewNote(text=content.decode(), price=money(1, "EUR"))

        route = Route(
            method="POST",
            path="/upload",
            id="upload",
            summary="",
            policy=MEMBER,
            raw=upload,
            reply=Note,
            status=HTTPStatus.CREATED,
        )
        client = await aiohttp_client(make_server(routes=(route,)).app)
        headers = bearer() | {"Idempotency-Key": "k"}

        first = await client.post("/upload", data=b"tea", headers=headers)
        again = await client.post("/upload", data=b"tea", headers=headers)
        other = await client.post("/upload", data=b"mate", headers=headers)

        assert (first.status, again.status, other.status) == (201, 201, 422)
        assert await first.read() == await again.read()

    @frozen(kw_only=True)
    class Wanted:
        """All kinds of things that stand in a query string."""

        least: Decimal | None = None
        paid: bool | None = None
        price: Money | None = None
        on: date

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("on=2026-01-15&least=1.50&paid=true", 200),
            ("on=2026-01-15&price=2&currency=EUR", 200),
            ("least=1", 422),
            ("on=2026-01-15&least=1e5", 422),
            ("on=2026-01-15&paid=yes", 422),
            ("on=2026-01-15&price=2", 422),
        ],
    )
    async def test_numbers_and_truths(self, aiohttp_client, query, status):
        """Decimals, truths and amounts are read, strictly."""
        route = Route(
            method="GET",
            path="/find",
            id="find",
            summary="",
            policy=ANYBODY,
            handler=lambda et, ask: str(ask.query.on),
            query=self.Wanted,
            reply=str,
        )
        form = plain_form(self.Wanted, flat={"price"})
        client = await aiohttp_client(
            make_server(routes=(route,), forms=(form,)).app
        )

        response = await client.get(f"/find?{query}")

        assert response.status == status

    async def test_an_application_without_doors(self, aiohttp_client):
        """A page outside all doors is served, to anybody."""
        server = make_server(routes=())

        async def plain(request):
            return web.Response(text="plain")

        server.app.router.add_get("/plain", plain)
        client = await aiohttp_client(server.app)

        assert (await client.get("/plain")).status == 200


class TestVersions:
    async def test_a_known_version_is_not_sent_again(self, server, client):
        """If-None-Match with the version that there is gets a 304."""
        put(server, a_note())

        response = await client.get(
            f"{NOTES}/{UUID(int=7)}", headers={"If-None-Match": '"1"'}
        )

        assert response.status == 304
        assert await response.read() == b""
        assert response.headers["ETag"] == '"1"'

    async def test_another_version_is_sent(self, server, client):
        """If-None-Match with an old version gets the record."""
        put(server, a_note())

        response = await client.get(
            f"{NOTES}/{UUID(int=7)}", headers={"If-None-Match": '"0"'}
        )

        assert response.status == 200

    @pytest.mark.parametrize("match", ['"1"', "*", None])
    async def test_a_change_of_the_right_version(self, server, client, match):
        """If-Match with the present version, any, or none lets it pass."""
        put(server, a_note())
        headers = {} if match is None else {"If-Match": match}

        response = await client.patch(
            f"{NOTES}/{UUID(int=7)}", json={"text": "mate"}, headers=headers
        )

        assert response.status == 200
        assert response.headers["ETag"] == '"2"'

    @pytest.mark.parametrize("match", ['"2"', 'W/"1"', '"x"'])
    async def test_a_change_of_another_version(self, server, client, match):
        """If-Match with a version that is gone, weak or absurd gets 412."""
        put(server, a_note())

        response = await client.patch(
            f"{NOTES}/{UUID(int=7)}",
            json={"text": "mate"},
            headers={"If-Match": match},
        )

        assert response.status == 412
        assert (await response.json())["code"] == "precondition_failed"
        assert server.shelf.notes[UUID(int=7)].text == "tea"

    @pytest.mark.parametrize("match", ['"1", "2"', "", "nonsense"])
    async def test_a_version_must_be_one(self, server, client, match):
        """If-Match with several versions or none is a mistake."""
        put(server, a_note())

        response = await client.patch(
            f"{NOTES}/{UUID(int=7)}", json={}, headers={"If-Match": match}
        )

        assert response.status == 422
        assert pointers(await response.json()) == {"/headers/If-Match"}

    async def test_some_doors_insist_on_a_version(self, server, client):
        """Without If-Match they answer 428."""
        put(server, a_note())

        response = await client.put(f"{NOTES}/{UUID(int=7)}", json={})

        assert response.status == 428

    async def test_of_many_changes_one_wins(self, server, client):
        """Six changes of the same version: one 200, five 412."""
        put(server, a_note())

        async def change(number):
            response = await client.patch(
                f"{NOTES}/{UUID(int=7)}",
                json={"text": f"mate {number}"},
                headers={"If-Match": '"1"'},
            )
            return response.status

        first = await change(0)
        rest = await asyncio.gather(*map(change, range(1, 6)))

        assert (first, rest) == (200, [412] * 5)

    async def test_a_patch_leaves_what_it_does_not_name(self, server, client):
        """An empty change changes nothing but the version."""
        put(server, a_note())

        response = await client.patch(f"{NOTES}/{UUID(int=7)}", json={})

        assert (await response.json())["text"] == "tea"

    async def test_null_is_not_absent(self, server, client):
        """Null for what cannot be nothing is a problem, not a no-op."""
        put(server, a_note())

        response = await client.patch(
            f"{NOTES}/{UUID(int=7)}", json={"text": None}
        )

        assert response.status == 422
        assert pointers(await response.json()) == {"/text"}


class TestProblems:
    async def test_an_unknown_path(self, client):
        """Where there is nothing, there is a problem document."""
        response = await client.get("/api/v1/nothing")
        body = await response.json()

        assert response.status == 404
        assert response.content_type == "application/problem+json"
        assert body["type"] == "urn:earntrack:problem:not_found"

    async def test_a_wrong_method(self, client):
        """A 405 says what can be done."""
        response = await client.delete(NOTES)

        assert response.status == 405
        assert set(response.headers["Allow"].split(",")) >= {"GET", "POST"}
        assert (await response.json())["code"] == "method_not_allowed"

    async def test_something_is_down(self, client):
        """What may pass is a 503 that says when to come back, not why."""
        response = await client.post(NOTES, json=NOTE | {"text": "down"})
        body = await response.json()

        assert response.status == 503
        assert response.headers["Retry-After"] == "5"
        assert "10.1.2.3" not in body["detail"]

    async def test_a_bug_tells_nothing(self, client):
        """A bug is a 500 without a word of it, and stands in the log."""
        with capture_logs() as logs:
            response = await client.post(NOTES, json=NOTE | {"text": "broken"})
        body = await response.json()

        assert response.status == 500
        assert body["code"] == "internal"
        assert "ZeroDivision" not in str(body)
        assert isinstance(logs[0]["exc_info"], ZeroDivisionError)

    async def test_the_id_of_a_request_is_kept(self, client):
        """An id that the client gives comes back in answer and problem."""
        response = await client.get(
            "/api/v1/nothing", headers={"X-Request-ID": "abcdef-12345"}
        )

        assert response.headers["X-Request-ID"] == "abcdef-12345"
        assert (await response.json())["requestId"] == "abcdef-12345"

    async def test_people_get_a_page(self, aiohttp_client):
        """Who accepts HTML outside the API gets the page for people."""

        async def page(request, problem):
            return web.Response(
                text=f"<p>{problem.status}",
                status=problem.status,
                content_type="text/html",
            )

        client = await aiohttp_client(make_server(error_page=page).app)

        html = await client.get("/no", headers={"Accept": "text/html"})
        api = await client.get("/api/no", headers={"Accept": "text/html"})

        assert await html.text() == "<p>404"
        assert api.content_type == "application/problem+json"


class TestPolicies:
    @pytest.mark.parametrize(
        ("token", "method", "path", "status"),
        [
            (None, "GET", NOTES, 401),
            (None, "GET", "/api/v1/whoami", 200),
            ("eye", "GET", NOTES, 200),
            ("eye", "POST", NOTES, 403),
            ("ada", "GET", "/api/v1/admin", 403),
            ("root", "GET", "/api/v1/admin", 200),
        ],
    )
    async def test_who_may_what(
        self, aiohttp_client, token, method, path, status
    ):
        """Strangers get 401, those with a lesser role 403."""
        client = await aiohttp_client(make_server().app)
        headers = {} if token is None else bearer(token)

        response = await client.request(
            method,
            path,
            json=NOTE if method == "POST" else None,
            headers=headers,
        )

        assert response.status == status
        if status == 401:
            assert response.headers["WWW-Authenticate"] == "Bearer"

    async def test_who_may_not_learns_nothing(self, aiohttp_client):
        """A stranger's nonsense is refused for being a stranger's."""
        client = await aiohttp_client(make_server().app)

        response = await client.post(NOTES, data="nonsense")

        assert response.status == 401

    def test_a_route_needs_a_policy(self):
        """Without an explicit policy there is no route."""
        with pytest.raises(TypeError):
            Route(
                method="GET",
                path="/x",
                id="x",
                summary="",
                policy=None,
                handler=lambda et, ask: None,
            )

    def test_a_route_needs_one_handler(self):
        """Neither none nor two."""
        with pytest.raises(ValueError, match="needs a handler"):
            Route(method="GET", path="/x", id="x", summary="", policy=ANYBODY)

    def test_ids_are_unique(self):
        """Two routes cannot share an operation id."""
        twin = Route(
            method="GET",
            path="/x",
            id="createNote",
            summary="",
            policy=MEMBER,
            handler=lambda et, ask: None,
        )
        with pytest.raises(ValueError, match="createNote"):
            mount(make_server().app, [twin])


class TestThreads:
    async def test_too_many_are_sent_away(self, aiohttp_client):
        """When the queue is full, the answer is a 503 at once."""
        server = make_server(threads=1, queue=1)
        client = await aiohttp_client(server.app, headers=bearer())
        gate = threading.Event()
        server.shelf.before_commit = gate.wait
        await client.get("/api/v1/whoami")

        waiting = [
            asyncio.create_task(client.post(NOTES, json=NOTE))
            for _ in range(5)
        ]
        done, _ = await asyncio.wait(
            waiting, return_when=asyncio.FIRST_COMPLETED
        )
        while len(done) < 3:
            done, _ = await asyncio.wait(waiting, timeout=0.05)
        gate.set()
        answers = await asyncio.gather(*waiting)

        refused = [one for one in answers if one.status == 503]
        assert len(refused) == 3
        assert {one.headers["Retry-After"] for one in refused} == {"1"}
        assert len(server.shelf.notes) == 2

    async def test_a_use_case_that_has_begun_comes_to_its_end(self, server):
        """Cancelling who waits neither stops nor repeats the work."""
        began, gate, ended = (threading.Event() for _ in range(3))

        def work():
            began.set()
            gate.wait()
            ended.set()

        task = asyncio.create_task(server.workers.run(work))
        await asyncio.to_thread(began.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.set()
        server.workers.close()

        assert ended.is_set()

    async def test_work_that_waits_is_never_begun(self):
        """Cancelling who waits in the queue takes the work out of it."""
        workers = make_server(threads=1).workers
        gate, done = threading.Event(), []
        first = asyncio.create_task(workers.run(gate.wait))
        second = asyncio.create_task(workers.run(done.append, 1))
        await asyncio.sleep(0)

        second.cancel()
        await asyncio.wait((second,))
        gate.set()
        await first
        workers.close()

        assert done == []
        assert workers.waiting == 0

    async def test_what_waits_at_the_end_is_told(self):
        """Whoever waits when the server goes down is not left waiting."""
        workers = make_server(threads=1).workers
        began, gate = threading.Event(), threading.Event()

        def work():
            began.set()
            gate.wait()

        first = asyncio.create_task(workers.run(work))
        second = asyncio.create_task(workers.run(int))
        await asyncio.to_thread(began.wait)
        closing = asyncio.create_task(asyncio.to_thread(workers.close))
        while not workers._closed:  # noqa: ASYNC110, SLF001 -- no other sign
            await asyncio.sleep(0.001)
        gate.set()
        await asyncio.gather(first, closing)

        with pytest.raises(BusyError):
            await second

    async def test_errors_reach_who_asks(self, server):
        """Also those that a future cannot carry."""
        with pytest.raises(ZeroDivisionError):
            await server.workers.run(divmod, 1, 0)
        with pytest.raises(RuntimeError, match="ran out"):
            await server.workers.run(next, iter(()))

    async def test_errors_that_nobody_waits_for(self, server):
        """What fails after its asker has gone stands in the log."""
        began, gate = threading.Event(), threading.Event()

        def work():
            began.set()
            gate.wait()
            raise ZeroDivisionError

        task = asyncio.create_task(server.workers.run(work))
        await asyncio.to_thread(began.wait)
        with capture_logs() as logs:
            task.cancel()
            gate.set()
            await asyncio.wait((task,))
            await asyncio.to_thread(server.workers.close)
            await asyncio.sleep(0)

        assert [one["event"] for one in logs] == ["failed_unheard"]

    async def test_after_the_end_nothing_is_taken(self):
        """A pool that was closed says that it is busy, not that it broke."""
        workers = make_server().workers
        workers.close()

        with pytest.raises(Exception, match="shutting down"):
            await workers.run(int)
