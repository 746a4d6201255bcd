"""Rate limits: strangers by address, the others by name and route."""

from datetime import timedelta

import pytest

from earntrack_server.checks import Rate, read_rate
from earntrack_server.middleware.limits import neighbourhood
from earntrack_server.middleware.requests import client_address, networks
from http_support import bearer, make_server


NOTES = "/api/v1/notes"
WHO = "/api/v1/whoami"
TRUSTED = networks(["127.0.0.0/8", "10.0.0.0/8", "::1"])


async def statuses(client, times, path=WHO, **headers):
    """Ask some times; return the statuses."""
    return [
        (await client.get(path, headers=headers)).status for _ in range(times)
    ]


class TestStrangers:
    @pytest.fixture(name="client")
    async def _client(self, aiohttp_client):
        server = make_server(rates={"address": read_rate("3/h")})
        return await aiohttp_client(server.app)

    async def test_are_counted_by_address(self, client):
        """The fourth visit of three is refused, and told when to return."""
        allowed = await statuses(client, 3)
        response = await client.get(WHO)

        assert allowed == [200] * 3
        assert response.status == 429
        assert 0 < int(response.headers["Retry-After"]) <= 3600 * 1.1
        assert (await response.json())["code"] == "rate_limited"

    async def test_do_not_shut_out_members(self, client):
        """Who is known is not counted with the strangers next door."""
        await statuses(client, 4)

        response = await client.get(NOTES, headers=bearer())

        assert response.status == 200

    @pytest.mark.parametrize("path", [NOTES, WHO])
    async def test_with_false_tokens_are_strangers(self, client, path):
        """An invented token does not help, at any door."""
        found = await statuses(client, 5, path, Authorization="Bearer no")

        assert found[-1] == 429
        assert await statuses(client, 1) == [429]

    async def test_do_not_count_where_there_is_no_door(self, client):
        """What is not one of our doors is not counted."""
        assert await statuses(client, 5, "/nothing") == [404] * 5


class TestMembers:
    async def test_are_counted_by_name(self, aiohttp_client):
        """A member's limit is the member's own, wherever they are."""
        server = make_server(rates={"api": read_rate("2/h")})
        client = await aiohttp_client(server.app)

        ada = await statuses(client, 3, NOTES, **bearer("ada"))
        bob = await statuses(client, 1, NOTES, **bearer("bob"))

        assert ada == [200, 200, 429]
        assert bob == [200]

    async def test_learn_what_is_left(self, aiohttp_client):
        """Each answer says how many are left, and until when."""
        server = make_server(rates={"api": read_rate("5/min")})
        client = await aiohttp_client(server.app)

        response = await client.get(NOTES, headers=bearer())

        assert response.headers["RateLimit-Limit"] == "5"
        assert response.headers["RateLimit-Remaining"] == "4"
        assert 0 < int(response.headers["RateLimit-Reset"]) <= 66

    @pytest.mark.parametrize("blocks", [False, True])
    async def test_some_doors_have_limits_of_their_own(
        self, aiohttp_client, blocks
    ):
        """A door's limit counts by itself, also for strangers, whether the
        limiter has to be asked on a thread or not.
        """
        server = make_server(rates={"auth": read_rate("2/h")}, blocks=blocks)
        client = await aiohttp_client(server.app)

        echoes = [
            (await client.post("/api/v1/echo", json=1)).status
            for _ in range(3)
        ]

        assert echoes == [200, 200, 429]
        assert await statuses(client, 1) == [200]

    async def test_without_a_rate_there_is_no_limit(self, aiohttp_client):
        """A limit that nobody has set limits nothing."""
        server = make_server(rates=dict.fromkeys(("address", "api", "auth")))
        client = await aiohttp_client(server.app)

        response = await client.post("/api/v1/echo", json=1)

        assert response.status == 200
        assert "RateLimit-Limit" not in response.headers


class TestRates:
    @pytest.mark.parametrize(
        ("text", "limit", "window"),
        [
            ("10/s", 10, timedelta(seconds=1)),
            ("100/15min", 100, timedelta(minutes=15)),
            ("1/h", 1, timedelta(hours=1)),
            ("5/2d", 5, timedelta(days=2)),
        ],
    )
    def test_are_written_as_people_say_them(self, text, limit, window):
        """So many in so much time."""
        assert read_rate(text) == Rate(limit, window)

    @pytest.mark.parametrize(
        "text", ["", "10", "0/s", "1/0s", "-1/s", "1/week", "1/s ", "\u0661/s"]
    )
    def test_nonsense(self, text):
        """Anything else is refused."""
        with pytest.raises(ValueError, match="no rate"):
            read_rate(text)


class TestAddresses:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "expected"),
        [
            ("203.0.113.7", "", "203.0.113.7"),
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::1", "2001:db8::1", "2001:db8::1"),
            (None, "198.51.100.1", ""),
        ],
    )
    def test_the_last_that_is_no_proxy_counts(self, peer, forwarded, expected):
        """What a stranger writes into the header does not change who it is."""
        assert client_address(peer, forwarded, TRUSTED) == expected

    def test_without_proxies_the_header_is_nothing(self):
        """Nobody is trusted by default."""
        assert client_address("127.0.0.1", "6.6.6.6", ()) == "127.0.0.1"

    async def test_the_address_of_a_request(self, aiohttp_client):
        """A handler sees who asks behind a trusted proxy."""
        client = await aiohttp_client(make_server(trusted=TRUSTED).app)

        response = await client.get(
            WHO, headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.1"}
        )

        assert (await response.json())["address"] == "198.51.100.1"

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("198.51.100.1", "198.51.100.1"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("", ""),
        ],
    )
    def test_a_household_counts_as_one(self, address, expected):
        """Version 6 addresses count by their first 64 bits."""
        assert neighbourhood(address) == expected
