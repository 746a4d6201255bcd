"""/healthz, /readyz, /metrics and /ws: the server as a whole."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest

import services
from api import Api
from earntrack_server.app import make_app
from product import UPWORK, form, opened, settings, signed_in


PATIENCE = 20
EARNING = {"date": "2026-01-15", "amount": 100}


async def frame(socket, *kinds):
    """Return the next frame of one of some kinds."""
    while True:
        found = json.loads(await socket.receive_str(timeout=PATIENCE))
        if found["type"] in kinds:
            return found


async def told(socket, topic):
    """Return the next event about something."""
    while True:
        found = await frame(socket, "event")
        if found["topic"] == topic:
            return found


@asynccontextmanager
async def listening(client, headers):
    """Open a websocket, and wait for its greeting."""
    async with client.ws_connect(
        "/ws", headers=headers, protocols=("earntrack.v1",)
    ) as socket:
        await frame(socket, "hello")
        yield socket


class TestHealth:
    async def test_alive_and_ready(self, served):
        """A server with its database is alive and ready."""
        for path in ("/healthz", "/readyz"):
            answer = await served.get(path)

            assert answer.status == 200
            assert await answer.json() == {"status": "ok"}

    async def test_metrics(self, served, ada, upwork):
        """Requests, rows and the cache are counted, by names of routes."""
        await ada.upload()
        await ada.pages("/platforms")
        await ada.pages("/platforms")

        answer = await served.get("/metrics")

        text = await answer.text()
        assert answer.status == 200
        assert 'route="/api/v1/platforms"' in text
        assert 'result="hit"' in text or "hit" in text
        assert upwork["id"] not in text

    async def test_metrics_of_strangers(
        self, product, tmp_path, aiohttp_client
    ):
        """With a token set, only who has it may look."""
        token = "a-long-token-that-nobody-guesses-42"
        client = await aiohttp_client(
            make_app(product, settings(tmp_path, metrics_token=token))
        )

        without = await client.get("/metrics")
        with_it = await client.get(
            "/metrics", headers={"Authorization": f"Bearer {token}"}
        )

        assert (without.status, with_it.status) == (404, 200)

    async def test_document(self, served):
        """The document that is served is the one that is printed."""
        answer = await served.get("/api/openapi.json")

        tree = await answer.json()
        assert tree["openapi"].startswith("3.1")
        assert "/healthz" not in tree["paths"]


class TestLostDatabase:
    async def test_survives(self, tmp_path, aiohttp_client):
        """Without its database a server says so, and recovers with it."""
        with services.postgres() as server:
            database = server.database()
            et = opened(database.owner_url, tmp_path)
            client = await aiohttp_client(make_app(et, settings(tmp_path)))
            ada = Api(client, await signed_in(client, "ada@example.org"))
            upwork = await ada.made("/platforms", {"name": "Upwork"})
            body = EARNING | {"platformId": upwork["id"]}
            key = {"Idempotency-Key": "one"}
            name = database.owner_url.rpartition("/")[2].partition("?")[0]

            closed = f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'
            server.execute(closed, _killed(name))
            ready = await client.get("/readyz")
            refused = await ada.post("/earnings", body, **key)
            alive = await client.get("/healthz")
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            done = await ada.post("/earnings", body, **key)
            found = (await ada.pages("/earnings"))[0]

            await client.close()
            et.close()

        assert (ready.status, alive.status) == (503, 200)
        assert int(ready.headers["Retry-After"]) > 0
        assert (refused.status, refused.code) == (503, "unavailable")
        assert "Retry-After" in refused.headers
        assert done.status == 201
        assert [one["id"] for one in found] == [done.tree["id"]]


def _killed(name):
    return (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}'"
    )


class TestEvents:
    async def test_of_what_happens(self, served, ada, upwork):
        """Who listens hears of each change, with the names of old."""
        async with listening(served, ada.headers) as socket:
            made = await ada.made(
                "/earnings", EARNING | {"platformId": upwork["id"]}
            )
            path = f"/earnings/{made['id']}"
            await ada.patch(path, {"amount": 200})
            await ada.delete(path)

            heard = [
                await told(socket, f"earning:{verb}")
                for verb in ("created", "updated", "deleted")
            ]

        numbers = [one["number"] for one in heard]
        assert heard[0]["data"]["earning"] == made
        assert heard[1]["data"]["earning"]["amount"] == 200
        assert numbers == sorted(set(numbers))

    async def test_of_progress(self, served, ada):
        """Who uploads hears how far it is; nobody else in other rooms."""
        bob = await signed_in(served, "bob@example.org")
        async with (
            listening(served, ada.headers) as socket,
            listening(served, bob) as other,
        ):
            await served.post(
                "/api/v1/imports", data=form(UPWORK), headers=ada.headers
            )

            progress = await told(socket, "import:progress")
            await other.send_str('{"type": "ping"}')
            (first,) = [await frame(other, "event", "pong")]

        assert progress["data"] == {"name": "upwork.csv", "records": 3}
        assert "number" not in progress
        assert first["type"] == "pong"

    async def test_nobody_listens_unknown(self, served):
        """Strangers hear nothing."""
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await served.ws_connect("/ws", protocols=("earntrack.v1",))

        assert refused.value.status == 401


class TestShutdown:
    async def test_sockets_are_told(self, served, ada):
        """A server that stops says goodbye: 1001."""
        async with listening(served, ada.headers) as socket:
            closing = asyncio.create_task(served.server.close())
            async with asyncio.timeout(PATIENCE):
                while (await socket.receive()).type not in CLOSED:
                    pass
            await closing

        assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY

    @pytest.mark.parametrize("workers", ["1", "2"])
    async def test_of_processes(self, tmp_path, workers):
        """A server stops when it is told to, with nothing left behind."""
        port = services.free_port()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "earntrack_server", "serve"),
            *("--port", str(port), "--workers", workers),
            env=os.environ | {"EARNTRACK_DATA_DIR": str(tmp_path)},
            stderr=subprocess.PIPE,
        )
        origin = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession(origin) as client:
            await answers(client)
            headers = await signed_in(client, "ada@example.org")
            async with listening(client, headers) as socket:
                process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(PATIENCE):
                    while (await socket.receive()).type not in CLOSED:
                        pass

        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY
        assert process.returncode == 0
        assert f"EarnTrack is at {origin}" in " ".join(err.decode().split())
        assert "Traceback" not in err.decode()


CLOSED = {
    aiohttp.WSMsgType.CLOSE,
    aiohttp.WSMsgType.CLOSED,
    aiohttp.WSMsgType.CLOSING,
}


async def answers(client):
    """Wait until a server answers."""
    async with asyncio.timeout(PATIENCE * 3):
        while True:
            try:
                async with client.get("/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.1)
