"""/auth over real HTTP: refresh tokens, and tokens from mails."""

from datetime import timedelta

import pytest

from auth_support import make_inn
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
