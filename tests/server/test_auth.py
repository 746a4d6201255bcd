"""/auth over real HTTP: doors, cookies, and what nobody may learn."""

from datetime import timedelta

import pytest

from auth_support import make_inn
from earntrack_core.identity.means import Policy
from earntrack_server.checks import read_rate
from tests.unit.identity.people import ADA, BOB, OTHER, PASSWORD


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


def facts(response, body):
    """Return what somebody could tell two answers apart by."""
    private = {"requestId"}
    headers = set(response.headers) - {"Date"}
    return (
        response.status,
        frozenset(headers),
        {key: body[key] for key in body.keys() - private},
    )


class TestRegister:
    async def test_from_the_door_to_the_first_request(self, client, town):
        """Register, read the mail, sign in, ask who you are."""
        new = SIGN_IN | {
            "name": "Ada",
            "currency": "EUR",
            "zone": "Europe/Rome",
        }

        registered = await post(client, "register", new)
        verified = await post(
            client, "verify", {"token": town.mailbox.token()}
        )
        tokens = await signed_in(client)
        response = await client.get(ME, headers=bearer(tokens))
        me = await response.json()

        assert (registered.status, verified.status) == (202, 204)
        assert (me["email"], me["name"]) == (ADA, "Ada")
        assert me["emailVerified"] is True
        assert me["plan"] == "free"

    async def test_says_the_same_about_a_known_address(self, client, town):
        """Nobody learns at the door who has an account."""
        town.settled()

        known = await post(client, "register", WRONG)
        new = await post(client, "register", WRONG | {"email": BOB})

        assert known.status == new.status == 202
        assert await known.read() == await new.read() == b""
        assert set(known.headers) == set(new.headers)

    async def test_names_all_problems(self, client):
        """Each field that is wrong is named as the client calls it."""
        response = await post(
            client,
            "register",
            {"email": "nobody", "password": PASSWORD, "currency": "XYZ"},
        )
        body = await response.json()

        assert response.status == 422
        assert {one["pointer"] for one in body["errors"]} == {
            "/email",
            "/currency",
        }

    async def test_refuses_an_easy_password(self, client):
        """The password is named, but never repeated."""
        response = await post(
            client, "register", {"email": ADA, "password": "password123"}
        )
        body = await response.json()

        assert body["errors"][0]["pointer"] == "/password"
        assert "password123" not in await response.text()

    @pytest.mark.parametrize(
        "field",
        ["id", "plan", "role", "active", "emailVerifiedAt", "workspaceId"],
    )
    async def test_takes_nothing_else(self, client, town, field):
        """Nobody gives themselves a plan, a role or a proved address."""
        response = await post(client, "register", SIGN_IN | {field: "admin"})

        assert response.status == 422
        assert town.user() is None

    async def test_only_where_it_is_open(self, aiohttp_client):
        """A closed installation says so."""
        inn = make_inn(policy=Policy(registration=False))
        client = await aiohttp_client(inn.app)

        response = await post(client, "register", SIGN_IN)

        assert response.status == 403


class TestLogin:
    async def test_gives_tokens(self, client, town):
        """A program gets tokens that nobody on the way may keep."""
        town.settled()

        response = await post(client, "login", SIGN_IN)
        tokens = await response.json()

        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers
        assert set(tokens) == {
            "sessionId",
            "accessToken",
            "refreshToken",
            "expiresAt",
            "refreshExpiresAt",
        }

    async def test_says_the_same_about_everybody(self, client, town):
        """A wrong password and an unknown address get the same answer."""
        town.settled()

        known = await post(client, "login", WRONG)
        unknown = await post(client, "login", WRONG | {"email": BOB})

        assert known.status == 401
        assert facts(known, await known.json()) == facts(
            unknown, await unknown.json()
        )

    async def test_waits_after_failures(self, client, town):
        """After five failures the answer says how long to wait."""
        town.settled()
        for _ in range(5):
            await post(client, "login", WRONG)

        response = await post(client, "login", SIGN_IN)

        assert response.status == 429
        assert response.headers["Retry-After"] == "1"
        assert (await response.json())["code"] == "locked_out"

    async def test_is_limited_by_address(self, aiohttp_client):
        """Whoever asks too often is sent away before anything is hashed."""
        inn = make_inn(rates={"auth": read_rate("2/min")})
        client = await aiohttp_client(inn.app)

        statuses = [
            (await post(client, "login", WRONG)).status for _ in range(3)
        ]

        assert statuses == [401, 401, 429]
        assert inn.town.hasher.verified == 2

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": ADA},
            {"email": None, "password": None},
            {"email": [ADA], "password": {"$ne": ""}},
        ],
    )
    async def test_refuses_other_shapes(self, client, body):
        """What is not two texts is no sign-in."""
        response = await post(client, "login", body)

        assert response.status == 422

    async def test_before_the_address_is_confirmed(self, client, town):
        """Who knows the password learns what is missing."""
        await post(client, "register", SIGN_IN)

        response = await post(client, "login", SIGN_IN)

        assert response.status == 403


class TestRefresh:
    async def test_gives_the_next_tokens(self, client, town):
        """The new tokens work, and the old refresh token does not."""
        town.settled()
        first = await signed_in(client)

        response = await post(
            client, "refresh", {"refreshToken": first["refreshToken"]}
        )
        second = await response.json()

        assert response.headers["Cache-Control"] == "no-store"
        assert second["refreshToken"] != first["refreshToken"]
        me = await client.get(ME, headers=bearer(second))
        assert me.status == 200

    async def test_reuse_ends_the_session(self, client, town):
        """A token that comes back ends its session everywhere."""
        town.settled()
        first = await signed_in(client)
        again = {"refreshToken": first["refreshToken"]}
        second = await (await post(client, "refresh", again)).json()
        assert (await client.get(ME, headers=bearer(second))).status == 200
        town.clock.move(timedelta(seconds=21))

        reused = await post(client, "refresh", again)

        assert reused.status == 401
        assert (await client.get(ME, headers=bearer(second))).status == 401

    async def test_with_an_expired_access_token(self, client, town):
        """A client that sends its old access token along is not refused."""
        town.settled()
        first = await signed_in(client)
        town.clock.move(timedelta(hours=2))

        response = await post(
            client,
            "refresh",
            {"refreshToken": first["refreshToken"]},
            headers=bearer(first),
        )

        assert response.status == 200


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


class TestReset:
    async def test_with_a_token_from_a_mail(self, client, town):
        """Forgot, read the mail, choose, sign in."""
        town.settled()
        tokens = await signed_in(client)

        forgot = await post(client, "forgot", {"email": ADA})
        done = await post(
            client,
            "reset",
            {"token": town.mailbox.token(), "password": OTHER},
        )
        again = await post(client, "login", WRONG)

        assert (forgot.status, done.status, again.status) == (202, 204, 200)
        assert (await client.get(ME, headers=bearer(tokens))).status == 401

    @pytest.mark.parametrize("name", ["forgot", "resend"])
    async def test_says_the_same_about_everybody(self, client, town, name):
        """Nobody learns who has an account."""
        town.settled()
        await post(client, "register", SIGN_IN | {"email": BOB})
        answers = []
        for email in (ADA, BOB, "nobody@x.example", "nonsense", ""):
            response = await post(client, name, {"email": email})
            answers.append((response.status, set(response.headers)))

        assert all(one == answers[0] for one in answers)
        assert answers[0][0] == 202

    async def test_not_with_another_token(self, client, town):
        """A token that was never mailed is refused by name."""
        response = await post(
            client, "reset", {"token": "x", "password": OTHER}
        )
        body = await response.json()

        assert response.status == 422
        assert body["errors"][0]["pointer"] == "/token"


class TestSafety:
    async def test_no_secret_is_stored_for_repetition(self, client, town):
        """An idempotency key does not make an answer with tokens be kept."""
        town.settled()
        tokens = await signed_in(client)
        headers = bearer(tokens) | {"Idempotency-Key": "once-1"}

        first = await post(client, "login", SIGN_IN, headers=headers)
        second = await post(client, "login", SIGN_IN, headers=headers)

        assert first.status == second.status == 200
        assert await first.json() != await second.json()

    @pytest.mark.parametrize(
        "name", ["register", "login", "login/browser", "refresh", "reset"]
    )
    async def test_nothing_changes_by_reading(self, client, name):
        """None of these doors opens with GET."""
        response = await client.get(f"{AUTH}/{name}")

        assert response.status == 405

    async def test_not_as_a_form_of_another_site(self, client, town):
        """A form that any page can send is not read as JSON."""
        response = await client.post(
            f"{AUTH}/login/browser",
            data='{"email": "a@x.de", "password": "x"}',
            headers={"Content-Type": "text/plain"},
        )

        assert response.status == 415
