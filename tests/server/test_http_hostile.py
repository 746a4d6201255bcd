"""Hostile requests: each is refused with a 4xx, quickly, and no trace."""

import asyncio
import gzip
import io
import json
import socket

import pytest
from structlog.testing import capture_logs

from http_support import bearer, make_server


NOTES = "/api/v1/notes"
ECHO = "/api/v1/echo"
JSON = {"Content-Type": "application/json"}
MEGABYTE = 1_000_000


@pytest.fixture(name="client")
async def _client(aiohttp_client):
    return await aiohttp_client(make_server().app, headers=bearer())


async def settle(condition):
    """Wait until something has come about."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- nobody signals it
            await asyncio.sleep(0.01)


async def send(client, text, **headers):
    """Send a text as JSON to the door that takes any."""
    response = await client.post(ECHO, data=text, headers=JSON | headers)
    return response.status, await response.json()


class TestSize:
    async def test_a_body_over_the_limit(self, client):
        """A body over the limit is refused, whatever it says."""
        status, body = await send(client, b'"' + b"x" * MEGABYTE + b'"')

        assert (status, body["code"]) == (413, "too_large")

    async def test_a_body_at_the_limit(self, client):
        """A body just under it is read."""
        status, _ = await send(client, b'"' + b"x" * (MEGABYTE - 3) + b'"')

        assert status == 200

    async def test_a_gzip_bomb(self, client):
        """A body that is small only when packed is refused."""
        bomb = gzip.compress(b"0" * 50 * MEGABYTE)

        status, body = await send(client, bomb, **{"Content-Encoding": "gzip"})

        assert len(bomb) < MEGABYTE
        assert (status, body["code"]) == (413, "too_large")

    async def test_a_body_that_is_not_what_it_is_packed_as(self, client):
        """Wrongly packed bytes are malformed, not an error of ours."""
        status, body = await send(
            client, b"plain", **{"Content-Encoding": "gzip"}
        )

        assert (status, body["code"]) == (400, "malformed")

    async def test_many_form_fields(self, client):
        """90,000 form fields reach no door."""
        form = "&".join(f"field{number}=1" for number in range(90_000))

        response = await client.post(
            ECHO,
            data=io.BytesIO(form.encode()),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

        assert response.status in {413, 415}

    async def test_many_form_fields_behind_a_cookie(self, aiohttp_client):
        """Nor do they when the CSRF token is looked for among them."""
        client = await aiohttp_client(
            make_server().app, cookies={"earntrack": "ada"}
        )
        form = "&".join(f"field{number}=1" for number in range(90_000))

        response = await client.post(
            NOTES,
            data=io.BytesIO(form.encode()),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

        assert response.status in {403, 413}


class TestJson:
    @pytest.mark.parametrize("opening", ["[", '{"a":'])
    async def test_depth(self, client, opening):
        """Nesting without an end is malformed; it never exhausts a stack."""
        status, body = await send(client, opening * 200_000)

        assert (status, body["code"]) in {
            (400, "malformed"),
            (413, "too_large"),
        }

    async def test_depth_is_not_counted_in_texts(self, client):
        """Brackets inside a text nest nothing."""
        status, body = await send(client, json.dumps(["[{" * 1000, "\\[["]))

        assert status == 200
        assert body == ["[{" * 1000, "\\[["]

    async def test_the_deepest_depth(self, client):
        """A hundred levels are read, one more is not."""
        fits, _ = await send(client, "[" * 100 + "]" * 100)
        too_deep, _ = await send(client, "[" * 101 + "]" * 101)
        wide, _ = await send(client, "[" + "[]," * 500 + "[]]")

        assert (fits, too_deep, wide) == (200, 400, 200)

    @pytest.mark.parametrize(
        "text",
        [
            "NaN",
            '{"price":{"amount":Infinity,"currency":"EUR"},"text":"x"}',
            '{"price":{"amount":-Infinity,"currency":"EUR"},"text":"x"}',
            '{"text":"a","text":"b"}',
            "{'text': 1}",
            '{"text": 01}',
            "[1,]",
            "\ufeff{}",
            '"a',
            "",
            "nul",
            '{"a":1e99999999999999999999}',
            '"\x01"',
        ],
    )
    async def test_what_is_not_json(self, client, text):
        """What JSON does not know, and what nobody means, is malformed."""
        status, body = await send(client, text.encode())

        assert (status, body["code"]) == (400, "malformed")

    async def test_what_is_not_utf8(self, client):
        """Bytes that are no text are malformed."""
        status, body = await send(client, b'"\xff"')

        assert (status, body["code"]) == (400, "malformed")

    @pytest.mark.parametrize(
        "amount",
        [
            "9" * 5000,
            "1e9999999",
            "1e-9999999",
            "-1e400",
            "0." + "0" * 5000 + "1",
            "1.001",
            "1e12",
            "-0.01",
            "true",
            '"1.50"',
            "null",
            "[1]",
        ],
    )
    async def test_amounts_out_of_bounds(self, client, amount):
        """An amount that is too long, too large, too fine or no number."""
        text = f'{{"text":"x","price":{{"amount":{amount},"currency":"EUR"}}}}'

        response = await client.post(NOTES, data=text, headers=JSON)
        body = await response.json()

        assert response.status == 422
        assert {one["pointer"] for one in body["errors"]} <= {
            "/price/amount",
            "/price",
        }

    @pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800", "\\u001b[31m"])
    async def test_texts_that_cannot_be_stored(self, client, text):
        """NUL, half characters and control characters are refused."""
        body = f'{{"text":"{text}","price":{{"amount":1,"currency":"EUR"}}}}'

        response = await client.post(NOTES, data=body, headers=JSON)

        assert response.status == 422
        assert (await response.json())["errors"][0]["pointer"] == "/text"

    async def test_many_problems(self, client):
        """Of thousands of problems, the first hundred are told."""
        unknown = {f"field{number}": 1 for number in range(5000)}

        response = await client.post(NOTES, json=unknown)

        assert response.status == 422
        assert len((await response.json())["errors"]) == 100


class TestHalfARequest:
    async def test_leaves_nothing(self, client):
        """Whoever hangs up in the middle of a body leaves no error behind."""
        head = (
            "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n"
            "Content-Type: application/json\r\n\r\n{"
        )
        with capture_logs() as logs:
            _, writer = await asyncio.open_connection(client.host, client.port)
            writer.write(head.encode())
            await writer.drain()
            await client.get("/api/v1/whoami")
            writer.close()
            await writer.wait_closed()
            await settle(lambda: 499 in {one.get("status") for one in logs})

        assert "failed" not in {one["event"] for one in logs}


class TestHeaders:
    @pytest.mark.parametrize(
        "value", ["Basic YTpi", "Bearer", "Bearer ", "bearer x" * 999, "ada"]
    )
    async def test_authorization_that_is_none(self, client, value):
        """Whatever is not a bearer token of ours is a 401."""
        response = await client.get(NOTES, headers={"Authorization": value})

        assert response.status == 401

    @pytest.mark.parametrize(
        "value", ["", "x" * 300, "a b", "caf\u00e9", "\u0661" * 20]
    )
    async def test_a_request_id_that_is_none(self, client, value):
        """An indecent request id is replaced, not repeated."""
        response = await client.get(
            "/api/v1/whoami", headers={"X-Request-ID": value}
        )

        assert response.headers["X-Request-ID"] != value
        assert len(response.headers["X-Request-ID"]) == 36

    @pytest.mark.parametrize(
        "lines",
        [
            "GET / HTTP/9.9\n\n",
            "GET / HTTP/1.1\nHost: a\nHost: b\n\n",
            "POST /api/v1/echo HTTP/1.1\nHost: a\nContent-Length: -1\n\n",
            (
                "POST /api/v1/echo HTTP/1.1\nHost: a\nContent-Length: 1\n"
                "Transfer-Encoding: chunked\n\n0\n\n"
            ),
            "GET /" + "a" * 70_000 + " HTTP/1.1\n\n",
            "\x00\x01\x02\n\n",
        ],
    )
    async def test_what_is_not_http(self, client, lines):
        """Bytes that are no HTTP get a 400, and the server goes on."""
        reader, writer = await asyncio.open_connection(
            client.host, client.port, family=socket.AF_INET
        )
        writer.write(lines.replace("\n", "\r\n").encode())
        answer = await reader.read(100)
        writer.close()
        await writer.wait_closed()

        assert answer.startswith(b"HTTP/1.") or answer == b""
        assert b" 200 " not in answer
        assert (await client.get("/api/v1/whoami")).status == 200
