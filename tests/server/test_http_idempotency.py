"""Idempotency keys: a repeated write takes effect once."""

import asyncio
import threading

import pytest

from earntrack_core.kernel.errors import DuplicateError
from http_support import bearer, make_server


NOTES = "/api/v1/notes"
NOTE = {"text": "tea", "price": {"amount": 1.50, "currency": "EUR"}}


@pytest.fixture(name="server")
def _server():
    return make_server(threads=8)


@pytest.fixture(name="client")
async def _client(aiohttp_client, server):
    return await aiohttp_client(server.app)


async def post(client, note=None, *, key="k-1", token="ada", path=NOTES):
    """Create a note with a key."""
    return await client.post(
        path,
        json=NOTE if note is None else note,
        headers=bearer(token) | {"Idempotency-Key": key},
    )


class TestRepetition:
    async def test_has_no_second_effect(self, server, client):
        """The same request again gets the same answer, and says so."""
        first = await post(client)
        second = await post(client)

        assert first.status == second.status == 201
        assert await first.read() == await second.read()
        assert first.headers["ETag"] == second.headers["ETag"]
        assert first.headers["Location"] == second.headers["Location"]
        assert "Idempotent-Replayed" not in first.headers
        assert second.headers["Idempotent-Replayed"] == "true"
        assert len(server.shelf.notes) == 1

    async def test_of_fifty_at_once_one_takes_effect(self, server, client):
        """Fifty twins: one effect; the others are replays, or sent away."""
        answers = await asyncio.gather(*(post(client) for _ in range(50)))

        bodies = {await one.read() for one in answers if one.status == 201}
        replays = [a for a in answers if "Idempotent-Replayed" in a.headers]
        assert {one.status for one in answers} == {201}
        assert len(bodies) == 1
        assert len(replays) == 49
        assert len(server.shelf.notes) == 1

    async def test_that_is_beaten_repeats_the_winner(self, server, client):
        """Who finds the key taken at the commit tells the winner's answer."""
        meeting = threading.Barrier(2)

        def meet():
            if not server.shelf.replies:
                meeting.wait()

        server.shelf.before_commit = meet

        answers = await asyncio.gather(post(client), post(client))

        replays = [a for a in answers if "Idempotent-Replayed" in a.headers]
        assert [one.status for one in answers] == [201, 201]
        assert len(replays) == 1
        assert len(server.shelf.notes) == 1

    async def test_with_another_key_is_another_request(self, server, client):
        """The key tells requests apart, not their contents."""
        await post(client)
        await post(client, key="k-2")
        await client.post(NOTES, json=NOTE, headers=bearer())

        assert len(server.shelf.notes) == 3


class TestMisuse:
    async def test_another_body_is_refused(self, server, client):
        """The key of one request does not serve another."""
        await post(client)
        response = await post(client, NOTE | {"text": "coffee"})

        assert response.status == 422
        assert (await response.json())["code"] == "idempotency_key_reused"
        assert len(server.shelf.notes) == 1

    async def test_another_door_is_refused(self, client):
        """Nor does it at another address."""
        note = await (await post(client)).json()
        response = await client.delete(
            f"{NOTES}/{note['id']}",
            headers=bearer() | {"Idempotency-Key": "k-1"},
        )

        assert response.status == 422

    async def test_keys_of_others_do_not_matter(self, server, client):
        """Two users may use the same key."""
        first = await post(client)
        second = await post(client, token="bob")

        assert (first.status, second.status) == (201, 201)
        assert "Idempotent-Replayed" not in second.headers
        assert len(server.shelf.notes) == 2

    @pytest.mark.parametrize("key", ["", "x" * 256, "a b", "caf\u00e9"])
    async def test_a_key_must_be_decent(self, server, client, key):
        """A key has 1 to 255 visible ASCII characters."""
        response = await post(client, key=key)
        body = await response.json()

        assert response.status == 422
        assert body["errors"][0]["pointer"] == "/headers/Idempotency-Key"
        assert server.shelf.notes == {}

    async def test_the_longest_key(self, client):
        """255 characters are fine."""
        assert (await post(client, key="x" * 255)).status == 201


class TestFailure:
    async def test_a_refusal_is_remembered(self, server, client):
        """What a use case refused is refused again, without asking it."""
        first = await post(client, NOTE | {"text": "refused"})
        second = await post(client, NOTE | {"text": "refused"})

        assert first.status == second.status == 422
        assert await first.read() == await second.read()
        assert second.content_type == "application/problem+json"
        assert second.headers["Idempotent-Replayed"] == "true"
        assert len(server.shelf.replies) == 1

    async def test_a_wrong_body_is_not(self, server, client):
        """What never reached a use case leaves the key free."""
        first = await post(client, {"text": 1})
        second = await post(client)

        assert (first.status, second.status) == (422, 201)

    @pytest.mark.parametrize(
        ("text", "status"), [("down", 503), ("broken", 500)]
    )
    async def test_a_fault_is_not(self, server, client, text, status):
        """What may pass, and what is our fault, leaves the key free."""
        response = await post(client, NOTE | {"text": text})

        assert response.status == status
        assert server.shelf.replies == {}

    async def test_a_fault_at_the_commit_leaves_nothing(self, server, client):
        """Effect and answer are stored together or not at all."""

        def fail():
            server.shelf.before_commit = None
            raise OSError("disk full")

        server.shelf.before_commit = fail
        first = await post(client)
        second = await post(client)

        assert (first.status, second.status) == (500, 201)
        assert "Idempotent-Replayed" not in second.headers
        assert len(server.shelf.notes) == 1

    async def test_of_two_refusals_one_is_remembered(self, server, client):
        """Twins that are refused together get the same refusal."""
        meeting = threading.Barrier(2)

        def meet():
            if not server.shelf.replies:
                meeting.wait()

        server.shelf.before_commit = meet
        refused = NOTE | {"text": "refused"}

        answers = await asyncio.gather(
            post(client, refused), post(client, refused)
        )

        replays = [a for a in answers if "Idempotent-Replayed" in a.headers]
        assert [one.status for one in answers] == [422, 422]
        assert len(replays) == 1

    async def test_a_twin_that_came_to_nothing(self, server, client):
        """Who is beaten by a twin that left no answer may try again."""

        def vanish():
            server.shelf.before_commit = None
            raise DuplicateError("reply", "key", "k-1")

        server.shelf.before_commit = vanish

        response = await post(client)

        assert response.status == 409
        assert (await response.json())["code"] == "in_flight"
        assert response.headers["Retry-After"] == "1"
        assert server.shelf.notes == {}
