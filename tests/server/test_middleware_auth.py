"""Authentication: tokens, cookies, CSRF, and the cache of tokens."""

import asyncio
import base64
import json
import threading
from uuid import UUID

import pytest
from aiohttp import web

from earntrack_server.http.route import MEMBER, Route
from earntrack_server.middleware.auth import TokenCache
from earntrack_server.middleware.csrf import is_token, make_token
from http_support import ADA, BOB, ORIGIN, bearer, make_server


NOTES = "/api/v1/notes"
NOTE = {"text": "tea", "price": {"amount": 1, "currency": "EUR"}}
SESSION = UUID(int=9)


@pytest.fixture(name="server")
def _server():
    return make_server(others=("https://spa.example",))


@pytest.fixture(name="client")
async def _client(aiohttp_client, server):
    return await aiohttp_client(server.app)


@pytest.fixture(name="browser")
async def _browser(aiohttp_client, server):
    return await aiohttp_client(server.app, cookies={"earntrack": "ada"})


def a_jwt(expiry):
    """Return what looks like a token that expires."""
    body = json.dumps({"exp": expiry}).encode()
    return f"h.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.s"


async def post(client, **headers):
    """Create a note with some headers; return the status."""
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    response = await client.post(NOTES, json=NOTE, headers=given)
    return response.status


class TestBearer:
    async def test_a_token_says_who(self, client):
        """The token decides who asks."""
        ada = await client.get("/api/v1/whoami", headers=bearer("ada"))
        bob = await client.get("/api/v1/whoami", headers=bearer("bob"))

        assert (await ada.json())["user"] == str(ADA.user_id)
        assert (await bob.json())["user"] == str(BOB.user_id)

    async def test_a_wrong_token(self, client):
        """A token that nobody has is a 401, with the way out."""
        response = await client.get(NOTES, headers=bearer("eve"))

        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"

    async def test_a_wrong_token_at_an_open_door(self, client):
        """Who comes to sign in again may still have the old token."""
        response = await client.get("/api/v1/whoami", headers=bearer("eve"))

        assert response.status == 200
        assert (await response.json())["user"] is None

    async def test_a_token_needs_no_csrf_token(self, client):
        """A program that sends its token is no victim of a page."""
        status = await post(
            client,
            Authorization="Bearer ada",
            Origin="https://evil.example",
            Sec_Fetch_Site="cross-site",
        )

        assert status == 201

    async def test_a_token_beats_a_cookie(self, browser):
        """Who sends both is who the token says."""
        response = await browser.get("/api/v1/whoami", headers=bearer("bob"))

        assert (await response.json())["user"] == str(BOB.user_id)


class TestCsrf:
    async def test_a_page_of_ours(self, browser):
        """A request of our own page, with its token, is let in."""
        status = await post(
            browser, Origin=ORIGIN, X_CSRF_Token=make_token("ada")
        )

        assert status == 201

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": ORIGIN},
            {"X_CSRF_Token": "x"},
            {"X_CSRF_Token": "\u00e4"},
            {"X_CSRF_Token": "A" * 88},
        ],
    )
    async def test_without_the_token(self, browser, server, headers):
        """The cookie alone changes nothing."""
        assert await post(browser, **headers) == 403
        assert server.shelf.notes == {}

    async def test_with_the_token_of_another(self, browser):
        """A token belongs to one session."""
        assert await post(browser, X_CSRF_Token=make_token("bob")) == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://["},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
        ],
    )
    async def test_from_another_site(self, browser, headers):
        """Another site is refused even if it has stolen a token."""
        token = make_token("ada")

        assert await post(browser, X_CSRF_Token=token, **headers) == 403

    async def test_from_where_the_server_is(self, browser):
        """A page under the very address that is asked is ours."""
        own = f"http://{browser.host}:{browser.port}"
        token = make_token("ada")

        assert await post(browser, Origin=own, X_CSRF_Token=token) == 201

    async def test_from_a_site_on_the_list(self, browser):
        """A listed site may ask, but needs the token like ours."""
        listed = "https://spa.example"

        assert await post(browser, Origin=listed) == 403

    async def test_a_form_field_will_do(self, aiohttp_client):
        """A form without scripts has the token among its fields."""

        async def answer(request):
            return web.json_response(list(await request.post()))

        route = Route(
            method="POST",
            path="/form",
            id="form",
            summary="",
            policy=MEMBER,
            raw=answer,
        )
        client = await aiohttp_client(
            make_server(routes=(route,)).app, cookies={"earntrack": "ada"}
        )
        form = {"a": "1", "csrf_token": make_token("ada")}

        good = await client.post("/form", data=form)
        bad = await client.post("/form", data=form | {"csrf_token": "x"})

        assert await good.json() == ["a", "csrf_token"]
        assert bad.status == 403

    async def test_reading_needs_no_token(self, browser):
        """A link from anywhere may lead here."""
        response = await browser.get(
            NOTES, headers={"Sec-Fetch-Site": "cross-site"}
        )

        assert response.status == 200

    async def test_signing_in_from_elsewhere(self, client):
        """Not even a stranger can be made to sign in by another site."""
        response = await client.post(
            "/api/v1/echo",
            json=1,
            headers={"Origin": "https://evil.example"},
        )

        assert response.status == 403

    async def test_signing_in_again_needs_no_token(self, browser):
        """A door for anybody opens without it, also with a cookie."""
        response = await browser.post("/api/v1/echo", json=1)

        assert response.status == 200

    def test_tokens_differ_each_time(self):
        """Two tokens of a session are different, and both are good."""
        one, other = make_token("s"), make_token("s")

        assert one != other
        assert is_token("s", one)
        assert is_token("s", other)
        assert not is_token("t", one)


class TestCookies:
    async def test_the_name_over_https(self, aiohttp_client):
        """Over https only a `__Host-` cookie counts."""
        client = await aiohttp_client(make_server(https=True).app)

        plain = await client.get(NOTES, headers={"Cookie": "earntrack=ada"})
        host = await client.get(
            NOTES, headers={"Cookie": "__Host-earntrack=ada"}
        )

        assert (plain.status, host.status) == (401, 200)

    async def test_a_stale_cookie(self, client):
        """A cookie that nobody has is a 401 where one must be known."""
        response = await client.get(NOTES, headers={"Cookie": "earntrack=old"})

        assert response.status == 401


class TestCache:
    @pytest.fixture(name="clock")
    def _clock(self):
        return [1000.0]

    @pytest.fixture(name="cache")
    def _cache(self, clock):
        return TokenCache(lambda: clock[0], keep=30, size=2)

    def put(self, cache, token, actor=ADA):
        cache.put(token, (actor, SESSION), cache.drops)

    async def test_a_token_is_verified_once(self, server, client):
        """The second request does not ask again."""
        for _ in range(3):
            await client.get(NOTES, headers=bearer())

        assert server.authenticator.asked == 1

    async def test_a_revoked_token_is_dropped(self, server, client):
        """After a sign-out the next request is refused, at once."""
        await client.get(NOTES, headers=bearer())
        del server.authenticator.tokens["ada"]

        server.cache.drop_user(ADA.user_id)
        response = await client.get(NOTES, headers=bearer())

        assert response.status == 401

    async def test_a_revocation_during_a_look_up(self, server, client):
        """A token that is dropped while it is looked up is not kept."""
        entered, gate = threading.Event(), threading.Event()
        ask = server.authenticator.authenticate

        class Slow:
            def authenticate(self, token):
                known = ask(token)
                entered.set()
                gate.wait()
                return known

        object.__setattr__(server.gate, "authenticator", Slow())
        task = asyncio.create_task(client.get(NOTES, headers=bearer()))
        await asyncio.to_thread(entered.wait)
        server.cache.drop_user(ADA.user_id)
        gate.set()
        await task

        assert server.cache.get("ada") is None

    def test_is_believed_for_a_while(self, cache, clock):
        """After some seconds a token is verified anew."""
        self.put(cache, "a")
        clock[0] += 29
        before = cache.get("a")
        clock[0] += 1

        assert before == (ADA, SESSION)
        assert cache.get("a") is None

    def test_is_never_believed_after_it_expires(self, cache, clock):
        """A token that expires in five seconds is kept for five."""
        token = a_jwt(1005)
        self.put(cache, token)
        before = cache.get(token)
        clock[0] += 5

        assert before is not None
        assert cache.get(token) is None

    @pytest.mark.parametrize(
        "token", ["a.b.c", "a.e30.c", "a.W10.c", "a.\u00e4.c"]
    )
    def test_reads_only_tokens(self, cache, token):
        """What looks like a token but is none has no expiry."""
        self.put(cache, token)

        assert cache.get(token) is not None

    def test_forgets_the_least_used(self, cache):
        """It does not grow for ever."""
        self.put(cache, "a")
        self.put(cache, "b")
        cache.get("a")
        self.put(cache, "c")

        assert [cache.get(t) is None for t in "abc"] == [False, True, False]

    def test_drops(self, cache):
        """A session, a user, or everything is dropped; others stay."""
        self.put(cache, "a")
        cache.put("b", (BOB, UUID(int=10)), cache.drops)

        cache.drop_session(SESSION)
        assert [cache.get(t) is None for t in "ab"] == [True, False]

        cache.clear()
        assert cache.get("b") is None
