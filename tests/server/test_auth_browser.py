"""/auth over real HTTP: browsers, their cookie, and signing out."""

import pytest

from auth_support import make_inn
from tests.unit.identity.people import ADA, OTHER, PASSWORD


AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
SIGN_IN = {"email": ADA, "password": PASSWORD}
WRONG = {"email": ADA, "password": OTHER}


@pytest.fixture(name="inn")
def _inn():
    return make_inn()


@pytest.fixture(name="town")
def _town(inn):
    return inn.town


@pytest.fixture(name="client")
async def _client(aiohttp_client, inn):
    return await aiohttp_client(inn.app)


def bearer(tokens):
    return {"Authorization": f"Bearer {tokens['accessToken']}"}


async def post(client, name, body=None, **more):
    return await client.post(f"{AUTH}/{name}", json=body, **more)


async def signed_in(client):
    """Sign a program in, and return its tokens."""
    response = await post(client, "login", SIGN_IN)
    assert response.status == 200
    return await response.json()


async def browsing(client):
    """Sign a browser in, and return what unsafe requests bring along."""
    response = await post(client, "login/browser", SIGN_IN)
    assert response.status == 200
    return {"X-CSRF-Token": (await response.json())["csrfToken"]}


class TestBrowser:
    async def test_gets_a_cookie_that_scripts_cannot_read(self, client, town):
        """The cookie is for this site only, and not for scripts."""
        town.settled()

        response = await post(client, "login/browser", SIGN_IN)
        cookie = response.headers["Set-Cookie"]

        assert cookie.startswith("earntrack=")
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(
            cookie.split("; ")
        )
        assert response.cookies["earntrack"].value not in (
            await response.text()
        )

    async def test_gets_a_host_cookie_over_https(self, aiohttp_client):
        """With https the cookie never leaves the host, nor the encryption."""
        inn = make_inn(https=True)
        inn.town.settled()
        client = await aiohttp_client(inn.app)

        response = await post(client, "login/browser", SIGN_IN)
        cookie = response.headers["Set-Cookie"]

        assert cookie.startswith("__Host-earntrack=")
        assert "Secure" in cookie.split("; ")
        assert "Domain" not in cookie

    async def test_is_known_by_it(self, client, town):
        """With the cookie every page knows who it is."""
        town.settled()
        await browsing(client)

        response = await client.get(ME)

        assert (await response.json())["email"] == ADA

    async def test_changes_nothing_without_the_token(self, client, town):
        """The cookie alone is not enough to change anything."""
        town.settled()
        token = await browsing(client)

        without = await client.patch(ME, json={"name": "Eve"})
        with_it = await client.patch(ME, json={"name": "A"}, headers=token)

        assert (without.status, with_it.status) == (403, 200)
        assert town.user().name == "A"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ],
    )
    async def test_is_not_signed_in_by_another_site(
        self, client, town, headers
    ):
        """A page of a stranger cannot sign a visitor in as somebody else."""
        town.settled()

        response = await post(
            client, "login/browser", SIGN_IN, headers=headers
        )

        assert response.status == 403
        assert "Set-Cookie" not in response.headers

    async def test_gets_a_new_session_each_time(self, client, town):
        """Signing in ends the session that the browser had before."""
        actor = town.settled()
        await browsing(client)
        (old,) = town.sessions.find(actor)

        await browsing(client)

        (new,) = town.sessions.find(actor)
        assert new.id != old.id

    async def test_never_gets_the_cookie_that_it_brought(self, client, town):
        """A cookie that somebody planted does not become a session."""
        town.settled()
        client.session.cookie_jar.update_cookies({"earntrack": "planted"})

        response = await post(client, "login/browser", SIGN_IN)

        assert response.cookies["earntrack"].value != "planted"

    async def test_gets_no_cookie_for_a_wrong_password(self, client, town):
        """Only a sign-in that succeeds sets a cookie."""
        town.settled()

        response = await post(client, "login/browser", WRONG)

        assert response.status == 401
        assert "Set-Cookie" not in response.headers


class TestLogout:
    async def test_ends_the_session_at_once(self, client, town):
        """The access token is worth nothing from the next request on."""
        town.settled()
        tokens = await signed_in(client)

        response = await post(client, "logout", headers=bearer(tokens))

        assert response.status == 204
        assert (await client.get(ME, headers=bearer(tokens))).status == 401
        refreshed = await post(
            client, "refresh", {"refreshToken": tokens["refreshToken"]}
        )
        assert refreshed.status == 401

    async def test_takes_the_cookie_away(self, client, town):
        """The browser forgets the cookie, and the server the session."""
        town.settled()
        token = await browsing(client)

        response = await post(client, "logout", headers=token)

        assert "Max-Age=0" in response.headers["Set-Cookie"]
        assert (await client.get(ME)).status == 401

    async def test_not_by_another_site(self, client, town):
        """A stranger's page cannot sign a visitor out."""
        town.settled()
        await browsing(client)

        assert (await post(client, "logout")).status == 403
        assert (await client.get(ME)).status == 200

    async def test_only_who_is_signed_in(self, client):
        """A stranger has nothing to leave."""
        assert (await post(client, "logout")).status == 401
