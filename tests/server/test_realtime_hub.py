"""Realtime: every event once and in order, whatever happens between."""

import asyncio
import json
import random
import secrets
from collections import defaultdict
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError
from attrs import define, evolve, field

from earntrack_adapters.memory.presence import MemoryPresence
from earntrack_adapters.memory.relay import MemoryRelay
from earntrack_adapters.redis.link import RedisLink
from earntrack_adapters.redis.presence import RedisPresence
from earntrack_adapters.redis.relay import RedisRelay
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.ports.relay import MISSED
from earntrack_core.ports.storage import StoredEvent
from earntrack_server.http.mounting import mount
from earntrack_server.http.route import VIEWER, Route
from earntrack_server.realtime.bells import announce, listen, ring
from earntrack_server.realtime.hub import Hub, HubOptions
from earntrack_server.realtime.presence import Attendance
from earntrack_server.realtime.sockets import Sockets
from http_support import ADA, BOB, bearer, make_server


NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
PATIENCE = 20


@define(eq=False)
class Book:
    """The stored events of all workspaces, as a database keeps them."""

    events: dict = field(factory=lambda: defaultdict(list))
    first: dict = field(factory=lambda: defaultdict(lambda: 1))
    down: bool = False
    lock: Lock = field(factory=Lock)

    def add(self, actor=ADA, topic="earning:created"):
        """Store the next event of a workspace; return its number."""
        with self.lock:
            events = self.events[actor.workspace_id]
            number = len(events) + 1
            events.append(
                StoredEvent(
                    number=number,
                    topic=topic,
                    data=f'{{"amount":{number}.00}}',
                    at=NOON,
                )
            )
        return number

    def forget(self, number, actor=ADA):
        """Forget the events up to a number."""
        self.first[actor.workspace_id] = number + 1

    def since(self, workspace, number, limit):
        """Return the events after a number."""
        if self.down:
            raise UnavailableError("database", "gone")
        first = max(number, self.first[workspace] - 1)
        with self.lock:
            return self.events[workspace][first : first + limit]

    def bounds(self, workspace):
        """Return the first and last number."""
        if self.down:
            raise UnavailableError("database", "gone")
        last = len(self.events[workspace])
        return (self.first[workspace] if last else 0, last)


@define(eq=False)
class Node:
    """One process with a hub."""

    server: object
    hub: Hub
    relay: MemoryRelay


def make_node(book, relay, presence, **options):
    """Return a process that shares storage, bells and presence."""
    options = {"origin": "http://localhost", "poll": 60, "grace": 0} | options
    server = make_server(routes=())
    hub = Hub(
        log=book,
        workers=server.workers,
        attendance=Attendance(presence, server.workers),
        metrics=server.metrics,
        announce=lambda workspace: announce(relay, workspace),
        options=HubOptions(**options),
    )
    sockets = Sockets(hub, server.gate.identify)
    route = Route(
        method="GET",
        path="/ws",
        id="ws",
        summary="",
        policy=VIEWER,
        raw=sockets.answer,
    )
    mount(server.app, [route])

    async def life(_):
        hub.start()
        stop = listen(relay, hub)
        yield
        stop()

    async def hang_up(_):
        await hub.close()

    server.app.cleanup_ctx.append(life)
    server.app.on_shutdown.append(hang_up)
    return Node(server, hub, relay)


@pytest.fixture(name="book")
def _book():
    return Book()


@pytest.fixture(name="relay")
def _relay():
    return MemoryRelay()


@pytest.fixture(name="presence")
def _presence():
    return MemoryPresence()


@pytest.fixture(name="fleet", params=["memory", "redis"])
def _fleet(request, book):
    """Two processes that share storage, and bells in memory or in Redis."""
    if request.param == "memory":
        relay, presence = MemoryRelay(), MemoryPresence()
        yield [make_node(book, relay, presence) for _ in range(2)]
        return
    url = request.getfixturevalue("redis_url")
    name = secrets.token_hex(8)
    links = [RedisLink.open(url, namespace=name) for _ in range(4)]
    relays = [RedisRelay(link, MemoryRelay()) for link in links[:2]]
    people = [RedisPresence(link, MemoryPresence()) for link in links[2:]]
    yield [
        make_node(book, relay, presence)
        for relay, presence in zip(relays, people, strict=True)
    ]
    for one in (*relays, *people, *links):
        one.close()


@pytest.fixture(name="node")
def _node(book, relay, presence):
    return make_node(book, relay, presence)


@pytest.fixture(name="client")
async def _client(aiohttp_client, node):
    return await aiohttp_client(node.server.app)


async def connect(client, token="ada", **headers):
    """Open a websocket; return it and the server's greeting."""
    socket = await client.ws_connect(
        "/ws", protocols=("earntrack.v1",), headers=bearer(token) | headers
    )
    return socket, await frame(socket)


async def frame(socket, *kinds):
    """Return the next frame, or the next of some types."""
    while True:
        message = await asyncio.wait_for(socket.receive(), PATIENCE)
        assert message.type is WSMsgType.TEXT, message
        found = json.loads(message.data)
        if not kinds or found["type"] in kinds:
            return found


async def numbers(socket, count):
    """Return the numbers of the next events."""
    return [
        (await frame(socket, "event", "reset"))["number"] for _ in range(count)
    ]


async def subscribe(socket, since=None):
    """Ask for the events after a number."""
    await socket.send_json({"type": "subscribe", "since": since})


async def until_pong(socket):
    """Return what comes before the answer to a ping."""
    await socket.send_json({"type": "ping"})
    found = []
    while (one := await frame(socket))["type"] != "pong":
        found.append(one)
    return found


async def silence(socket):
    """Return the same, apart from who came and went."""
    found = await until_pong(socket)
    return [one for one in found if one["type"] != "presence"]


def transport_of(socket):
    """Return what carries a client's websocket, to break it."""
    response = socket._response  # noqa: SLF001 -- no polite way to break it
    return response.connection.transport


async def settle(condition):
    """Wait until something has come about."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 -- nobody signals it
            await asyncio.sleep(0.01)


class TestHello:
    async def test_says_what_can_be_replayed(self, client, book):
        """The first frame has the bounds of the log, and who is there."""
        for _ in range(5):
            book.add()
        book.forget(2)

        socket, hello = await connect(client)

        assert hello == {
            "type": "hello",
            "protocol": "earntrack.v1",
            "first": 3,
            "last": 5,
            "present": [str(ADA.user_id)],
        }
        assert socket.protocol == "earntrack.v1"

    @pytest.mark.parametrize(
        ("headers", "protocols", "status"),
        [
            ({}, ("earntrack.v1",), 401),
            (bearer("eve"), ("earntrack.v1",), 401),
            (bearer(), (), 400),
            (bearer(), ("graphql",), 400),
            (
                bearer() | {"Origin": "https://evil.example"},
                ("earntrack.v1",),
                403,
            ),
            (
                bearer() | {"Sec-Fetch-Site": "cross-site"},
                ("earntrack.v1",),
                403,
            ),
        ],
    )
    async def test_who_may_not_listen(
        self, client, headers, protocols, status
    ):
        """Strangers, other protocols and other sites are refused before the
        upgrade.
        """
        with pytest.raises(WSServerHandshakeError) as caught:
            await client.ws_connect(
                "/ws", headers=headers, protocols=protocols
            )

        assert caught.value.status == status

    async def test_our_own_page_may_listen(self, client):
        """A cookie and our own origin are enough."""
        socket = await client.ws_connect(
            "/ws",
            protocols=("earntrack.v1",),
            headers={
                "Cookie": "earntrack=ada",
                "Origin": f"http://{client.host}:{client.port}",
            },
        )

        assert (await frame(socket))["type"] == "hello"

    async def test_a_plain_request(self, client):
        """Without an upgrade there is nothing to see."""
        response = await client.get(
            "/ws",
            headers=bearer() | {"Sec-WebSocket-Protocol": "earntrack.v1"},
        )

        assert response.status == 400

    async def test_a_storage_that_is_down(self, client, book):
        """Who cannot be served is told to try again."""
        book.down = True
        socket = await client.ws_connect(
            "/ws", protocols=("earntrack.v1",), headers=bearer()
        )
        await asyncio.sleep(0.05)
        book.down = False

        assert (await frame(socket))["type"] == "hello"


class TestEvents:
    async def test_come_as_they_were_stored(self, client, book, relay):
        """An event has number, topic, time and its data to the digit."""
        socket, _ = await connect(client)
        await subscribe(socket)
        await silence(socket)

        book.add()
        ring(relay, ADA.workspace_id)
        message = await socket.receive()

        assert message.data == (
            '{"type":"event","number":1,"topic":"earning:created",'
            '"at":"2026-01-15T12:00:00Z","data":{"amount":1.00}}'
        )

    async def test_come_only_to_subscribers(self, client, book, relay):
        """Who has not asked hears nothing."""
        socket, _ = await connect(client)

        book.add()
        ring(relay, ADA.workspace_id)

        assert await silence(socket) == []

    async def test_of_others_are_not_heard(self, client, book, relay):
        """A workspace hears its own events only."""
        ada, _ = await connect(client)
        bob, _ = await connect(client, "bob")
        for socket in (ada, bob):
            await subscribe(socket, 0)

        book.add(BOB)
        ring(relay, BOB.workspace_id)

        assert await numbers(bob, 1) == [1]
        assert await silence(ada) == []

    async def test_are_replayed(self, client, book):
        """Who missed some gets them first, in order, then the new ones."""
        for _ in range(1200):
            book.add()
        socket, hello = await connect(client)
        await subscribe(socket, 3)

        assert hello["last"] == 1200
        assert await numbers(socket, 1197) == list(range(4, 1201))

    async def test_without_since_only_new_ones_come(self, client, book, relay):
        """Who does not say where to begin begins now."""
        book.add()
        socket, _ = await connect(client)
        await subscribe(socket)
        await silence(socket)

        book.add()
        ring(relay, ADA.workspace_id)

        assert await numbers(socket, 1) == [2]

    async def test_whose_bell_was_not_heard(self, aiohttp_client, book, relay):
        """A lost bell costs time, never an event."""
        node = make_node(book, relay, MemoryPresence(), poll=0.05)
        client = await aiohttp_client(node.server.app)
        socket, _ = await connect(client)
        await subscribe(socket)
        await silence(socket)

        book.add()

        assert await numbers(socket, 1) == [1]

    async def test_after_a_relay_was_deaf(self, client, book, relay):
        """When bells may have been missed, everybody looks."""
        socket, _ = await connect(client)
        await subscribe(socket)
        await silence(socket)

        book.add()
        relay.publish("events:", MISSED)

        assert await numbers(socket, 1) == [1]

    async def test_a_bell_nobody_listens_to(self, node, client, relay):
        """A bell for a workspace without listeners is nothing."""
        ring(relay, BOB.workspace_id)
        announce(relay, BOB.workspace_id)
        node.hub.tell(BOB.workspace_id, "x:y", NOON, {})

        socket, _ = await connect(client)
        assert await silence(socket) == []

    async def test_while_the_storage_is_down(self, client, book, relay):
        """They come when it is back."""
        socket, _ = await connect(client)
        await subscribe(socket)
        await silence(socket)

        book.add()
        book.down = True
        ring(relay, ADA.workspace_id)
        await asyncio.sleep(0.05)
        book.down = False

        assert await numbers(socket, 1) == [1]

    async def test_cut_five_times(self, client, book, relay):
        """Every event once and in order, over six connections."""
        dice = random.Random(7)
        seen = []
        writer = asyncio.create_task(self.write(book, relay, 300))
        while len(seen) < 300:
            socket, _ = await connect(client)
            await subscribe(socket, seen[-1] if seen else 0)
            wanted = min(dice.randint(20, 60), 300 - len(seen))
            seen += await numbers(socket, wanted)
            await socket.close()
        await writer

        assert seen == list(range(1, 301))

    async def test_across_processes(self, aiohttp_client, book, fleet):
        """Listeners of two processes hear all, once, in order, whoever
        writes.
        """
        clients = [await aiohttp_client(node.server.app) for node in fleet]
        sockets = [(await connect(c))[0] for c in clients for _ in range(5)]
        for socket in sockets:
            await subscribe(socket, 0)

        writers = [self.write(book, node.relay, 100) for node in fleet]
        await asyncio.gather(*writers)
        heard = await asyncio.gather(*(numbers(s, 200) for s in sockets))

        assert heard == [list(range(1, 201))] * 10

    async def write(self, book, relay, count):
        """Store events and ring, a few at a time."""
        for number in range(count):
            book.add()
            await asyncio.to_thread(ring, relay, ADA.workspace_id)
            if number % 7 == 0:
                await asyncio.sleep(0.001)


class TestReset:
    @pytest.mark.parametrize("since", [6, 100, 0, 1])
    async def test_for_who_is_too_far_away(self, client, book, since):
        """Numbers that are not there any more, or not yet, cannot be
        replayed: the client must load everything anew.
        """
        for _ in range(5):
            book.add()
        book.forget(2)
        socket, _ = await connect(client)

        await subscribe(socket, since)

        assert await frame(socket, "reset") == {
            "type": "reset",
            "first": 3,
            "last": 5,
        }

    @pytest.mark.parametrize("since", [2, 4, 5])
    async def test_not_for_who_can_be_served(self, client, book, since):
        """Everything after a number that is still known is replayed."""
        for _ in range(5):
            book.add()
        book.forget(2)
        socket, _ = await connect(client)

        await subscribe(socket, since)

        assert await numbers(socket, 5 - since) == list(range(since + 1, 6))
        assert await silence(socket) == []

    async def test_when_events_vanish_meanwhile(self, client, book, relay):
        """A gap is never passed over in silence."""
        socket, _ = await connect(client)
        await subscribe(socket)
        await silence(socket)
        for _ in range(5):
            book.add()
        book.forget(3)

        ring(relay, ADA.workspace_id)

        assert (await frame(socket, "event", "reset"))["type"] == "reset"
        book.add()
        ring(relay, ADA.workspace_id)
        assert await numbers(socket, 1) == [6]


class TestNotes:
    async def test_are_told_from_any_thread(self, node, client):
        """What is only true now has no number."""
        socket, _ = await connect(client)

        await asyncio.to_thread(
            node.hub.tell, ADA.workspace_id, "import:progress", NOON, {"a": 1}
        )

        assert await frame(socket, "event") == {
            "type": "event",
            "topic": "import:progress",
            "at": "2026-01-15T12:00:00Z",
            "data": {"a": 1},
        }

    async def test_for_one_user(self, node, client):
        """The other members of a workspace do not hear them."""
        eye, _ = await connect(client, "eye")
        bob, _ = await connect(client, "bob")

        node.hub.tell(
            BOB.workspace_id,
            "notification:received",
            NOON,
            {},
            user=BOB.user_id,
        )

        assert (await frame(bob, "event"))["topic"] == "notification:received"
        assert await silence(eye) == []

    async def test_after_the_end_are_nothing(self, node):
        """A hub that has stopped, or never began, hears nothing."""
        node.hub.ring(ADA.workspace_id)
        node.hub.start()
        await node.hub.close()

        node.hub.ring_all()


class TestTalk:
    @pytest.mark.parametrize(
        "text",
        [
            "nonsense",
            "[]",
            "{}",
            '{"type":"shout"}',
            '{"type":"subscribe","since":-1}',
            '{"type":"subscribe","since":"1"}',
            '{"type":"subscribe","since":true}',
            "[" * 2000,
        ],
    )
    async def test_nonsense_gets_a_complaint(self, client, text):
        """Who says something wrong learns so, and may go on."""
        socket, _ = await connect(client)

        await socket.send_str(text)

        complaint = await frame(socket, "error")
        assert complaint["code"] == "malformed"
        assert await silence(socket) == []

    async def test_bytes_get_a_complaint(self, client):
        """The protocol is text."""
        socket, _ = await connect(client)

        await socket.send_bytes(b"x")

        assert (await frame(socket, "error"))["message"] == "Send text."

    async def test_frames_that_are_too_long(self, client):
        """A frame of more than 4 kB ends the connection."""
        socket, _ = await connect(client)

        await socket.send_str("x" * 5000)
        while (await socket.receive()).type is WSMsgType.TEXT:
            pass

        assert socket.close_code == 1009

    async def test_too_many_frames(self, client):
        """Who floods the server is shown the door."""
        socket, _ = await connect(client)
        for _ in range(200):
            await socket.send_json({"type": "ping"})

        while (message := await socket.receive()).type is WSMsgType.TEXT:
            pass

        assert socket.close_code == 1008
        assert message.type is not WSMsgType.TEXT

    async def test_a_user_has_so_many_sockets(
        self, aiohttp_client, book, relay, presence
    ):
        """The third of two is refused; one that ends makes place."""
        node = make_node(book, relay, presence, most=2)
        client = await aiohttp_client(node.server.app)
        first, _ = await connect(client)
        await connect(client)

        with pytest.raises(WSServerHandshakeError) as caught:
            await connect(client)
        await connect(client, "bob")
        await first.close()
        await settle(lambda: node.hub.users[ADA.user_id] == 1)

        assert caught.value.status == 429
        assert (await connect(client))[1]["type"] == "hello"

    async def test_a_slow_reader_is_cut_off(
        self, aiohttp_client, book, relay, presence
    ):
        """Who does not read does not hold up memory, nor the others."""
        node = make_node(book, relay, presence, send_timeout=0.3)
        client = await aiohttp_client(node.server.app)
        quick, _ = await connect(client)
        slow, _ = await connect(client, "bob")
        await subscribe(slow)
        await silence(slow)
        transport_of(slow).pause_reading()
        fat = '"' + "x" * 50_000 + '"'
        for _ in range(600):
            number = book.add(BOB)
            book.events[BOB.workspace_id][-1] = evolve(
                book.events[BOB.workspace_id][number - 1], data=fat
            )

        ring(relay, BOB.workspace_id)
        await settle(lambda: node.hub.users[BOB.user_id] == 0)

        assert await silence(quick) == []
        transport_of(slow).abort()

    async def test_too_many_notes_for_a_slow_reader(self, node, client):
        """Notes wait for a while, not for ever."""
        await connect(client)
        (room,) = node.hub.rooms.values()

        for _ in range(200):
            room.tell("x")

        (connection,) = room.connections
        assert len(connection.notes) <= 100
        await settle(lambda: not node.hub.rooms)


class TestEnd:
    async def test_of_a_session(self, node, client):
        """Who signs out is hung up on; other sessions go on."""
        ada, _ = await connect(client)
        bob, _ = await connect(client, "bob")

        await node.hub.close_session(UUID(int=101))

        message = await ada.receive()
        while message.type is WSMsgType.TEXT:
            message = await ada.receive()
        assert ada.close_code == 4401
        assert await silence(bob) == []

    async def test_of_rights(self, node, client):
        """A user whose rights change must come again."""
        ada, _ = await connect(client)

        await node.hub.close_user(ADA.user_id)

        while (await ada.receive()).type is WSMsgType.TEXT:
            pass
        assert ada.close_code == 4401

    async def test_of_a_token_elsewhere(
        self, aiohttp_client, book, relay, presence
    ):
        """A session that ended in another process ends here, too."""
        node = make_node(book, relay, presence, heartbeat=0.1)
        client = await aiohttp_client(node.server.app)
        ada, _ = await connect(client)
        del node.server.authenticator.tokens["ada"]
        node.server.cache.clear()

        while (await ada.receive()).type is WSMsgType.TEXT:
            pass

        assert ada.close_code == 4401

    async def test_of_the_server(self, node, client, presence):
        """A server that goes down says so, and leaves nobody behind."""
        ada, _ = await connect(client)

        closing = asyncio.create_task(node.hub.close())
        while (await ada.receive()).type is WSMsgType.TEXT:
            pass
        await closing

        assert ada.close_code == 1001
        assert presence.present(ADA.workspace_id) == frozenset()

    async def test_without_a_goodbye(self, node, client):
        """A client that vanishes leaves nothing behind."""
        socket, _ = await connect(client)

        transport_of(socket).abort()
        await settle(lambda: not node.hub.rooms)

        assert not node.hub.users
        assert b"earntrack_websockets 0.0" in node.server.metrics.page()


class TestPresence:
    async def test_coming_and_going(self, client):
        """The members of a workspace see each other come and go."""
        bob, hello = await connect(client, "bob")
        eye, _ = await connect(client, "eye")

        came = await frame(bob, "presence")
        await eye.close()
        went = await frame(bob, "presence")

        assert hello["present"] == [str(BOB.user_id)]
        assert came["topic"] == "user:online"
        assert went["topic"] == "user:offline"
        assert went["data"]["userId"] == str(UUID(int=5))

    async def test_across_processes(self, aiohttp_client, fleet):
        """It does not matter which process one comes to."""
        here, there = [await aiohttp_client(n.server.app) for n in fleet]
        bob, _ = await connect(here, "bob")
        eye, hello = await connect(there, "eye")

        came = await frame(bob, "presence")
        await eye.close()
        went = await frame(bob, "presence")

        assert str(BOB.user_id) in hello["present"]
        assert (came["topic"], went["topic"]) == (
            "user:online",
            "user:offline",
        )

    async def test_a_short_absence_is_not_told(
        self, aiohttp_client, book, relay, presence
    ):
        """Who loads a page anew was never away."""
        node = make_node(book, relay, presence, grace=0.3)
        client = await aiohttp_client(node.server.app)
        bob, _ = await connect(client, "bob")
        eye, _ = await connect(client, "eye")
        await frame(bob, "presence")

        await eye.close()
        await connect(client, "eye")
        await asyncio.sleep(0.5)

        topics = {one["topic"] for one in await until_pong(bob)}
        assert "user:offline" not in topics

    async def test_a_busy_room_keeps_its_people(
        self, aiohttp_client, book, relay
    ):
        """However much is said, those who listen stay on the list."""
        seconds = [0.0]
        presence = MemoryPresence(lambda: seconds[0])
        node = make_node(book, relay, presence, poll=0.05)
        client = await aiohttp_client(node.server.app)
        await connect(client)
        await asyncio.sleep(0.2)
        seconds[0] += 40
        for _ in range(20):
            ring(relay, ADA.workspace_id)
            await asyncio.sleep(0.02)
        seconds[0] += 40

        assert presence.present(ADA.workspace_id) == {ADA.user_id}
