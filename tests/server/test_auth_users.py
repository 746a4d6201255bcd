"""/users and /workspace over real HTTP."""

from datetime import timedelta

import pytest
from attrs import evolve

from auth_support import make_inn
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.ids import uuid7
from tests.unit.identity.people import ADA, BOB, OTHER, PASSWORD


ME = "/api/v1/users/me"
WORKSPACE = "/api/v1/workspace"
NEW = "ada@new.example"


@pytest.fixture(name="inn")
def _inn():
    return make_inn()


@pytest.fixture(name="town")
def _town(inn):
    return inn.town


@pytest.fixture(name="ada")
def _ada(town):
    return town.settled(name="Ada")


@pytest.fixture(name="tokens")
def _tokens(town, ada):
    return town.sign_in()


@pytest.fixture(name="client")
async def _client(aiohttp_client, inn, tokens):
    return await aiohttp_client(inn.app, headers=bearer(tokens))


def bearer(tokens):
    return {"Authorization": f"Bearer {tokens.access_token}"}


def demote(town, actor, role):
    """Give an actor a lesser role in their own workspace."""
    with town.directory.open() as unit:
        seat = actor.user_id, actor.workspace_id
        present = unit.membership(*seat)
        unit.registers.memberships[seat] = evolve(present, role=role)


class TestMe:
    async def test_shows_no_secret(self, client, town):
        """What users see of themselves has nothing that signs in."""
        response = await client.get(ME)
        body = await response.json()

        assert set(body) == {
            "id",
            "email",
            "emailVerified",
            "name",
            "locale",
            "workspaceId",
            "role",
            "plan",
            "createdAt",
            "updatedAt",
            "version",
        }
        assert town.user().password_hash not in await response.text()
        assert response.headers["ETag"] == '"1"'

    async def test_is_changed(self, client):
        """Name and language can be changed, each on its own."""
        response = await client.patch(ME, json={"locale": "de"})
        body = await response.json()

        assert (body["name"], body["locale"]) == ("Ada", "de")
        assert response.headers["ETag"] == '"2"'

    async def test_only_if_nobody_else_did(self, client):
        """Who read an older version is told, not overruled."""
        old = {"If-Match": '"1"'}
        first = await client.patch(ME, json={"name": "A"}, headers=old)
        second = await client.patch(ME, json={"name": "B"}, headers=old)

        assert (first.status, second.status) == (200, 412)

    @pytest.mark.parametrize(
        "field",
        [
            "id",
            "email",
            "emailVerified",
            "role",
            "plan",
            "workspaceId",
            "version",
            "createdAt",
            "passwordHash",
        ],
    )
    async def test_nothing_else_is(self, client, town, field):
        """No other field of a user can be written."""
        before = town.user()

        response = await client.patch(ME, json={field: "admin"})

        assert response.status == 422
        assert town.user() == before

    async def test_only_for_who_is_signed_in(self, client):
        """A stranger is nobody."""
        response = await client.get(ME, headers={"Authorization": "Bearer x"})

        assert response.status == 401


class TestPassword:
    async def test_is_changed_with_the_old_one(self, client, town):
        """Other sessions end, this one goes on."""
        other = town.sign_in()

        response = await client.post(
            f"{ME}/password",
            json={"oldPassword": PASSWORD, "newPassword": OTHER},
        )

        assert response.status == 204
        assert (await client.get(ME)).status == 200
        ended = await client.get(ME, headers=bearer(other))
        assert ended.status == 401

    @pytest.mark.parametrize(
        ("old", "new", "pointer"),
        [
            (OTHER, OTHER, "/oldPassword"),
            (PASSWORD, "short", "/newPassword"),
        ],
    )
    async def test_names_what_is_wrong(self, client, old, new, pointer):
        """A wrong password here is a wrong field, not a lost session."""
        response = await client.post(
            f"{ME}/password", json={"oldPassword": old, "newPassword": new}
        )
        body = await response.json()

        assert response.status == 422
        assert body["errors"][0]["pointer"] == pointer


class TestEmail:
    async def test_is_changed_by_mail(self, client, town):
        """The new address is confirmed with a token, then all sign in anew."""
        asked = await client.post(
            f"{ME}/email", json={"email": NEW, "password": PASSWORD}
        )
        confirmed = await client.post(
            "/api/v1/auth/confirm-email",
            json={"token": town.mailbox.token()},
        )

        assert (asked.status, confirmed.status) == (202, 204)
        assert town.user(NEW) is not None
        assert (await client.get(ME)).status == 401

    async def test_never_says_that_it_is_taken(self, client, town):
        """A user cannot find out who else has an account."""
        town.settled(BOB)
        answers = []
        for email in (BOB, NEW, ADA):
            response = await client.post(
                f"{ME}/email", json={"email": email, "password": PASSWORD}
            )
            answers.append((response.status, await response.read()))

        assert answers == [(202, b"")] * 3


class TestSessions:
    async def test_are_listed(self, client, town, tokens):
        """Users see where they are signed in, and which one asks."""
        town.clock.move(timedelta(seconds=1))
        town.sign_in_browser()

        response = await client.get(f"{ME}/sessions")
        items = (await response.json())["items"]

        assert [one["kind"] for one in items] == ["browser", "api"]
        assert [one["current"] for one in items] == [False, True]
        assert set(items[0]) == {
            "id",
            "kind",
            "createdAt",
            "lastUsedAt",
            "expiresAt",
            "userAgent",
            "address",
            "current",
        }

    async def test_are_ended_one_by_one(self, client, town):
        """A session on a lost phone can be ended from here."""
        phone = town.sign_in()

        response = await client.delete(f"{ME}/sessions/{phone.session_id}")

        assert response.status == 204
        lost = await client.get(ME, headers=bearer(phone))
        assert lost.status == 401

    async def test_of_others_do_not_exist(self, client, town):
        """The session of somebody else looks like one that never was."""
        town.settled(BOB)
        bob = town.sign_in(email=BOB)
        answers = []
        for key in (bob.session_id, uuid7(town.clock()), "nonsense"):
            response = await client.delete(f"{ME}/sessions/{key}")
            answers.append((response.status, (await response.json())["code"]))

        assert answers == [(404, "not_found")] * 3
        assert (await client.get(ME, headers=bearer(bob))).status == 200

    async def test_are_ended_everywhere_else(self, client, town):
        """One call signs out all others."""
        town.sign_in()
        town.sign_in_browser()

        response = await client.delete(f"{ME}/sessions")

        assert await response.json() == {"ended": 2}
        assert (await client.get(ME)).status == 200


class TestWorkspace:
    async def test_is_shown_and_changed(self, client):
        """The owner sees and changes what all calculate with."""
        changed = await client.patch(
            WORKSPACE, json={"currency": "EUR", "firstWeekday": 6}
        )
        shown = await client.get(WORKSPACE)
        body = await shown.json()

        assert changed.status == 200
        assert (body["currency"], body["firstWeekday"]) == ("EUR", 6)
        assert shown.headers["ETag"] == '"2"'

    @pytest.mark.parametrize(
        ("field", "value"),
        [("zone", "Mars/Base"), ("firstWeekday", 9), ("name", "")],
    )
    async def test_names_what_is_wrong(self, client, field, value):
        """A bad value is named as the client calls it."""
        response = await client.patch(WORKSPACE, json={field: value})
        body = await response.json()

        assert response.status == 422
        assert [one["pointer"] for one in body["errors"]] == [f"/{field}"]

    @pytest.mark.parametrize("field", ["plan", "id", "version", "createdAt"])
    async def test_nothing_else_is(self, client, town, ada, field):
        """Nobody gives themselves a better plan."""
        response = await client.patch(WORKSPACE, json={field: "business"})

        assert response.status == 422
        assert town.identity.profiles.workspace(ada).version == 1

    async def test_only_by_its_owner(self, client, town, ada):
        """A member sees it, and may not change it."""
        demote(town, ada, Role.MEMBER)

        shown = await client.get(WORKSPACE)
        changed = await client.patch(WORKSPACE, json={"name": "Mine"})

        assert (shown.status, changed.status) == (200, 403)

    async def test_lists_its_members(self, client):
        """Who works here is listed with name and role."""
        response = await client.get(f"{WORKSPACE}/members")
        (only,) = (await response.json())["items"]

        assert (only["email"], only["role"]) == (ADA, "owner")
        assert set(only) == {"userId", "name", "email", "role", "since"}
