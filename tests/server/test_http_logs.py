"""Logs and metrics: what is told, and what never is."""

import io
import json
import logging
from uuid import UUID

import pytest
import structlog

from earntrack_server.http.route import ANYBODY, Route
from earntrack_server.logs import hide, set_up_logs
from earntrack_server.metrics import Metrics, MetricsPage
from http_support import ADA, ROUTES, bearer, make_server


NOTES = "/api/v1/notes"
SECRET = "correct-horse-battery"


@pytest.fixture(name="stream")
def _stream():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    set_up_logs("info", "json", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


def lines(stream):
    """Return what was logged."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class TestLogs:
    def test_are_json(self, stream):
        """Each event is one line, with time, level, logger and fields."""
        structlog.get_logger("test").info("said", number=1, text="a\nb")

        (line,) = lines(stream)
        assert line["event"] == "said"
        assert line["level"] == "info"
        assert line["logger"] == "test"
        assert line["text"] == "a\nb"
        assert line["timestamp"].endswith("Z")

    def test_libraries_are_heard(self, stream):
        """What others log with the standard library looks the same."""
        logging.getLogger("library").warning("count %d", 3)

        (line,) = lines(stream)
        assert (line["event"], line["level"]) == ("count 3", "warning")

    def test_what_orjson_cannot_write(self, stream):
        """A log never fails over what it is given."""
        structlog.get_logger("test").info("said", number=2**70, thing=object)

        assert lines(stream)[0]["number"] == 2**70

    def test_levels(self, stream):
        """What is less serious than the level is not written."""
        structlog.get_logger("test").debug("no")
        logging.getLogger("aiohttp.access").info("no")

        assert lines(stream) == []

    def test_errors_have_no_local_variables(self, stream):
        """A traceback tells where, not with what."""

        def fail(password):
            raise ValueError(len(password))

        try:
            fail(SECRET)
        except ValueError:
            structlog.get_logger("test").exception("failed")

        assert SECRET not in stream.getvalue()
        assert lines(stream)[0]["exception"][0]["exc_type"] == "ValueError"

    def test_for_people(self):
        """On a console there are words, and no colours in a file."""
        stream = io.StringIO()
        root = logging.getLogger()
        handlers = root.handlers
        set_up_logs("info", "console", stream)
        structlog.get_logger("test").info("said", token="abc")
        root.handlers = handlers
        structlog.reset_defaults()

        assert "said" in stream.getvalue()
        assert "abc" not in stream.getvalue()
        assert "\x1b" not in stream.getvalue()

    @pytest.mark.parametrize(
        ("name", "value", "shown"),
        [
            ("Authorization", "Bearer x", "[hidden]"),
            ("cookie", "a=b", "[hidden]"),
            ("new_password", "x", "[hidden]"),
            ("refreshToken", "x", "[hidden]"),
            ("api_key", None, None),
            ("text", "sent Bearer abc.def to", "sent [hidden] to"),
            ("text", "eyJhbGciOi.eyJzdWIiOj.c2ln", "[hidden]"),
            ("url", "redis://u:p@host/0", "redis://[hidden]@host/0"),
            (
                "headers",
                {"Cookie": "x", "a": "b"},
                {"Cookie": "[hidden]", "a": "b"},
            ),
            ("texts", ["Bearer abc"], ["[hidden]"]),
            ("count", 3, 3),
            ("name", "plain", "plain"),
        ],
    )
    def test_secrets_are_hidden(self, name, value, shown):
        """By the name of the field, or by how the text looks."""
        assert hide(name, value) == shown


class TestAccess:
    async def test_a_request_is_one_line(self, aiohttp_client, stream):
        """Method, template, status, time and who; no path, no query."""
        client = await aiohttp_client(make_server().app)

        key = UUID(int=7)
        path = f"{NOTES}/{key}"
        await client.get(f"{path}?a={SECRET}", headers=bearer())

        (line,) = [one for one in lines(stream) if one["event"] == "request"]
        assert line["route"] == f"{NOTES}/{{id}}"
        assert line["method"] == "GET"
        assert line["status"] == 422
        assert line["user"] == str(ADA.user_id)
        assert len(line["request_id"]) == 36
        assert line["milliseconds"] >= 0
        assert str(key) not in stream.getvalue()
        assert SECRET not in stream.getvalue()

    async def test_secrets_of_a_request_leave_no_trace(
        self, aiohttp_client, stream
    ):
        """Neither body, cookie, token nor path of it stands in the log."""
        server = make_server()
        client = await aiohttp_client(server.app)
        note = {"text": SECRET, "price": {"amount": "x", "currency": SECRET}}

        await client.post(
            f"{NOTES}?{SECRET}",
            json=note,
            headers=bearer(SECRET) | {"Cookie": f"earntrack={SECRET}"},
        )
        await client.post(NOTES, json=note, headers=bearer())
        await client.post(
            NOTES,
            json={"text": "broken", "price": {"amount": 1, "currency": "EUR"}},
            headers=bearer() | {"X-CSRF-Token": SECRET},
        )

        assert "ZeroDivisionError" in stream.getvalue()
        assert SECRET not in stream.getvalue()

    async def test_the_log_of_a_use_case_has_the_request(
        self, aiohttp_client, stream
    ):
        """What is logged on a worker thread names the request."""

        def say(et, ask):
            structlog.get_logger("core").info("here")

        route = Route(
            method="GET",
            path="/say",
            id="say",
            summary="",
            policy=ANYBODY,
            handler=say,
        )
        client = await aiohttp_client(make_server(routes=(route,)).app)

        response = await client.get("/say")

        said = {one["event"]: one["request_id"] for one in lines(stream)}
        assert said["here"] == response.headers["X-Request-ID"]

    async def test_health_is_not_worth_a_line(self, aiohttp_client, stream):
        """What asks every few seconds is not written down."""
        route = Route(
            method="GET",
            path="/healthz",
            id="healthz",
            summary="",
            policy=ANYBODY,
            handler=lambda et, ask: None,
        )
        client = await aiohttp_client(make_server(routes=(route,)).app)

        await client.get("/healthz")

        assert lines(stream) == []


class TestMetrics:
    def a_server(self, token=None):
        """Return a server with a page of metrics."""
        metrics = Metrics()
        page = MetricsPage(metrics, token)
        route = Route(
            method="GET",
            path="/metrics",
            id="metrics",
            summary="",
            policy=ANYBODY,
            raw=page.answer,
        )

        server = make_server(routes=(*ROUTES, route))
        object.__setattr__(page, "metrics", server.metrics)
        return server

    async def test_requests_are_counted_by_template(self, aiohttp_client):
        """However many ids there are, there is one line."""
        server = self.a_server()
        client = await aiohttp_client(server.app)

        for number in range(3):
            key = UUID(int=number)
            await client.get(f"{NOTES}/{key}", headers=bearer())
        await client.get("/nothing")
        text = await (await client.get("/metrics")).text()

        assert (
            "earntrack_requests_total"
            f'{{method="GET",route="{NOTES}/{{id}}",status="404"}} 3.0'
        ) in text
        assert (
            'earntrack_requests_total{method="GET",route="unknown",'
            'status="404"} 1.0'
        ) in text
        assert "earntrack_request_seconds_bucket" in text

    async def test_strange_methods_are_one(self, aiohttp_client):
        """Nobody can fill the page with invented methods."""
        server = self.a_server()
        client = await aiohttp_client(server.app)

        for method in ("PROPFIND", "LOCK"):
            await client.request(method, "/api/v1/whoami")
        text = await (await client.get("/metrics")).text()

        assert 'method="other"' in text
        assert "PROPFIND" not in text

    async def test_are_for_this_machine(self, aiohttp_client):
        """Who comes through a proxy does not get them."""
        client = await aiohttp_client(self.a_server().app)

        near = await client.get("/metrics")
        far = await client.get(
            "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}
        )

        assert (near.status, far.status) == (200, 404)
        assert near.content_type == "text/plain"

    async def test_are_for_who_has_the_token(self, aiohttp_client):
        """With a token set, it opens, and nothing else does."""
        client = await aiohttp_client(self.a_server("abc").app)

        found = [
            (await client.get("/metrics", headers=headers)).status
            for headers in ({}, bearer("abd"), bearer("abc"))
        ]

        assert found == [404, 404, 200]

    def test_registries_are_apart(self):
        """Two applications in a process do not share a number."""
        one, other = Metrics(), Metrics()
        one.cached("platforms", hit=True)
        one.cached("platforms", hit=False)

        line = b'earntrack_cache_total{kind="platforms",result="hit"} 1.0'
        assert line in one.page()
        assert line not in other.page()
