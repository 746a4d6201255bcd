"""What answers carry: security headers, CORS, compression, caching."""

import re

import pytest
from aiohttp import web

from earntrack_adapters.memory.clock import MIDNIGHT
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.money import money
from earntrack_server.http.keys import NONCE
from earntrack_server.http.route import ANYBODY, Answer, Route
from http_support import ADA, ROUTES, Note, bearer, make_server


WHO = "/api/v1/whoami"
NOTES = "/api/v1/notes"
SPA = "https://spa.example"


async def nonce(request):
    """Return a page that says its nonce."""
    return web.Response(text=request[NONCE], content_type="text/html")


def cookie(et, ask):
    """Return a long answer that sets a cookie."""
    return Answer(value="x" * 3000, headers=(("Set-Cookie", "a=b"),))


def picture(et, ask):
    """Return a long answer that is packed already."""
    return Answer(content=b"x" * 3000, media_type="image/png")


async def stream(request):
    """Return a stream, and an error after it has begun."""
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    await response.write(b"x" * 3000)
    return response


async def away(request):
    """Send the visitor elsewhere."""
    raise web.HTTPSeeOther("/page")


def a_route(path, **fields):
    """Return a door for anybody."""
    return Route(
        method="GET", path=path, id=path[1:], summary="", policy=ANYBODY,
        **fields,
    )  # fmt: skip


EXTRA = (
    a_route("/nonce", raw=nonce),
    a_route("/cookie", handler=cookie, reply=str),
    a_route("/picture", handler=picture),
    a_route("/stream", raw=stream),
    a_route("/away", raw=away),
)


@pytest.fixture(name="server")
def _server():

    return make_server(others=(SPA,), routes=(*ROUTES, *EXTRA))


@pytest.fixture(name="client")
async def _client(aiohttp_client, server):
    return await aiohttp_client(server.app, auto_decompress=False)


class TestSecurity:
    @pytest.mark.parametrize(
        "path", [WHO, "/page", "/nothing", "/stream", "/away"]
    )
    async def test_headers_are_everywhere(self, client, path):
        """Answers, pages, errors, streams and redirects all carry them."""
        response = await client.get(path, allow_redirects=False)
        headers = response.headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert len(headers["X-Request-ID"]) == 36
        assert "Strict-Transport-Security" not in headers

    async def test_over_https_for_years(self, aiohttp_client):
        """A server that is reached over https says so for good."""
        client = await aiohttp_client(make_server(https=True).app)

        response = await client.get(WHO)

        assert response.headers["Strict-Transport-Security"].startswith(
            "max-age=63072000"
        )

    async def test_the_api_shows_nothing(self, client):
        """What is no page may do nothing if a browser shows it."""
        response = await client.get(WHO)

        assert response.headers["Content-Security-Policy"] == (
            "default-src 'none'; frame-ancestors 'none'"
        )
        assert response.headers["Cache-Control"] == "private, no-cache"

    async def test_a_page_has_a_nonce_of_its_own(self, client):
        """Scripts need the nonce of this very answer."""
        first, second = [await client.get("/nonce") for _ in range(2)]
        policies = [
            one.headers["Content-Security-Policy"] for one in (first, second)
        ]
        nonces = [await one.text() for one in (first, second)]

        assert nonces[0] != nonces[1]
        for policy, given in zip(policies, nonces, strict=True):
            assert f"script-src 'nonce-{given}';" in policy
            assert "require-trusted-types-for 'script'" in policy
            assert "unsafe" not in policy


class TestCors:
    async def test_a_listed_site_may_read(self, client):
        """Its origin is named, never a star."""
        response = await client.get(WHO, headers={"Origin": SPA})
        headers = response.headers

        assert headers["Access-Control-Allow-Origin"] == SPA
        assert headers["Access-Control-Allow-Credentials"] == "true"
        assert "ETag" in headers["Access-Control-Expose-Headers"]
        assert "Origin" in headers["Vary"]

    async def test_a_listed_site_may_read_errors(self, client):
        """Refusals can be read, too."""
        response = await client.get(NOTES, headers={"Origin": SPA})

        assert response.status == 401
        assert response.headers["Access-Control-Allow-Origin"] == SPA

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", f"{SPA}.evil.example"]
    )
    async def test_others_may_not(self, client, origin):
        """Who is not listed gets no permission, but the same `Vary`."""
        response = await client.get(WHO, headers={"Origin": origin})

        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Origin" in response.headers["Vary"]

    async def test_a_preflight(self, client):
        """A listed site learns what it may send."""
        response = await client.options(
            NOTES,
            headers={"Origin": SPA, "Access-Control-Request-Method": "PUT"},
        )

        assert response.status == 204
        assert "PUT" in response.headers["Access-Control-Allow-Methods"]
        allowed = response.headers["Access-Control-Allow-Headers"]
        assert "Idempotency-Key" in allowed

    async def test_a_preflight_of_another(self, client):
        """Another site learns nothing."""
        response = await client.options(
            NOTES,
            headers={
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "PUT",
            },
        )

        assert "Access-Control-Allow-Methods" not in response.headers

    async def test_pages_are_not_shared(self, client):
        """Only the API is for other sites."""
        response = await client.get("/page", headers={"Origin": SPA})

        assert "Access-Control-Allow-Origin" not in response.headers


class TestCompression:
    async def ask(self, client, path, accepted="gzip"):
        response = await client.get(
            path, headers={"Accept-Encoding": accepted} | bearer()
        )
        return response.headers

    async def test_long_answers_are_packed(self, client):
        """A page of 2 kB is packed, and says what it depends on."""
        headers = await self.ask(client, "/page")

        assert headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in headers["Vary"]

    async def test_long_lists_are_packed(self, server, client):
        """JSON, too."""
        for _ in range(20):
            note = Note(
                **stamp(ADA.workspace_id, MIDNIGHT),
                id=uuid7(MIDNIGHT),
                text="x",
                price=money(1, "EUR"),
            )
            server.shelf.notes[note.id] = note

        headers = await self.ask(client, NOTES)

        assert headers["Content-Encoding"] == "gzip"
        assert headers["Vary"] == "Accept-Encoding, Origin"

    @pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0"])
    async def test_only_for_those_who_can_unpack(self, client, accepted):
        """Who does not accept gzip gets the plain bytes, and `Vary`."""
        headers = await self.ask(client, "/page", accepted)

        assert "Content-Encoding" not in headers
        assert "Accept-Encoding" in headers["Vary"]

    @pytest.mark.parametrize("path", [WHO, "/cookie", "/picture", "/stream"])
    async def test_not_what_gains_nothing_or_tells_secrets(self, client, path):
        """Short answers, secrets, pictures and streams stay as they are."""
        headers = await self.ask(client, path)

        assert "Content-Encoding" not in headers

    async def test_a_redirect_is_left_alone(self, client):
        """It has nothing to pack."""
        response = await client.get("/away", allow_redirects=False)

        assert response.status == 303
        assert re.match("/page", response.headers["Location"])
