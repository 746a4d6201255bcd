"""/auth over real HTTP: doors, cookies, and what nobody may learn."""

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
