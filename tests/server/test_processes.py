"""Two servers on one database and one Redis: events reach both, once."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest

from product import signed_in


EARNING = {
    "date": "2025-01-15",
    "amount": 500,
    "hours": 8,
    "notes": "Client project",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def served(database, redis, folder):
    """Run a server process; yield a client of it."""
    port = free_port()
    process = subprocess.Popen(  # noqa: ASYNC220 -- it starts at once
        [sys.executable, "-m", "earntrack_server", "serve"],
        env=os.environ
        | {
            "EARNTRACK_DATABASE": database,
            "EARNTRACK_REDIS": redis,
            "EARNTRACK_DATA_DIR": str(folder),
            "EARNTRACK_PORT": str(port),
            "EARNTRACK_DEFAULT_PLAN": "pro",
            "EARNTRACK_LOG_LEVEL": "warning",
        },
    )
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        await _answers(client, process)
        try:
            yield client
        finally:
            process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(process.wait, 20)
    assert code == 0


async def _answers(client, process):
    for _ in range(300):
        assert process.poll() is None
        try:
            async with client.get("/readyz") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("the server does not answer")


@asynccontextmanager
async def listening(client, headers, since=None):
    """Open a websocket; yield it and the greeting."""
    async with client.ws_connect(
        "/ws", headers=headers, protocols=("earntrack.v1",)
    ) as socket_:
        hello = json.loads(await socket_.receive_str(timeout=20))
        if since is not None:
            await socket_.send_str(
                json.dumps({"type": "subscribe", "since": since})
            )
        yield socket_, hello


async def events(socket_, count):
    """Return the next numbered events."""
    found = []
    while len(found) < count:
        frame = json.loads(await socket_.receive_str(timeout=20))
        if frame["type"] == "event":
            found.append(frame)
    return found


async def created(client, headers, platform):
    body = {**EARNING, "platformId": platform}
    async with client.post(
        "/api/v1/earnings", json=body, headers=headers
    ) as answer:
        tree = await answer.json()
        assert answer.status == 201, tree
    return tree


@pytest.fixture(name="pair")
async def _pair(postgres_url, redis_url, tmp_path):
    async with (
        served(postgres_url, redis_url, tmp_path) as first,
        served(postgres_url, redis_url, tmp_path) as second,
    ):
        yield first, second


async def test_events_cross_processes_and_are_replayed(pair):
    """A listener on another process hears it once, and what it missed."""
    first, second = pair
    ada = await signed_in(first, "ada@example.org")
    async with first.post(
        "/api/v1/platforms", json={"name": "Upwork"}, headers=ada
    ) as answer:
        platform = (await answer.json())["id"]

    async with listening(second, ada) as (socket_, hello):
        earning = await created(first, ada, platform)
        (heard,) = await events(socket_, 1)

    assert heard["topic"] == "earning:created"
    assert heard["data"]["earning"]["id"] == earning["id"]
    assert heard["number"] == hello["last"] + 1
    assert EARNING.items() <= earning.items()
    assert earning["platformId"] == platform
    assert "createdAt" in earning

    missed = [await created(first, ada, platform) for _ in range(3)]
    async with listening(second, ada, since=heard["number"]) as (socket_, _):
        replayed = await events(socket_, 3)
        later = await created(second, ada, platform)
        (last,) = await events(socket_, 1)

    numbers = [one["number"] for one in (*replayed, last)]
    ids = [one["data"]["earning"]["id"] for one in (*replayed, last)]
    assert numbers == list(range(heard["number"] + 1, heard["number"] + 5))
    assert ids == [one["id"] for one in (*missed, later)]


async def test_a_key_takes_effect_once_across_processes(pair):
    """The same request on both servers is done by one of them."""
    first, second = pair
    ada = await signed_in(first, "bea@example.org")
    async with first.post(
        "/api/v1/platforms", json={"name": "Upwork"}, headers=ada
    ) as answer:
        platform = (await answer.json())["id"]
    body = {**EARNING, "platformId": platform}
    headers = {**ada, "Idempotency-Key": "one"}

    async def send(client):
        async with client.post(
            "/api/v1/earnings", json=body, headers=headers
        ) as answer:
            return answer.status, (await answer.json()).get("id")

    answers = await asyncio.gather(
        *(send(client) for client in (first, second) * 10)
    )

    done = {one for one in answers if one[0] == 201}
    assert len(done) == 1
    assert {status for status, _ in answers} <= {201, 409}
    async with second.get("/api/v1/earnings", headers=ada) as answer:
        assert len((await answer.json())["items"]) == 1
