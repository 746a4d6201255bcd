"""Sockets: what happens on one websocket from its beginning to its end."""

import asyncio
import re
import secrets
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
)
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog
from aiohttp import WSMessage, WSMsgType, hdrs, web
from attrs import define, frozen

from earntrack_core.kernel.errors import (
    EarnTrackError,
    ForbiddenError,
    UnauthenticatedError,
)
from earntrack_core.wire import MalformedError
from earntrack_server.http.keys import ACTOR, SESSION_ID
from earntrack_server.http.origins import check_origin
from earntrack_server.realtime.hub import Hub
from earntrack_server.realtime.protocol import (
    LONGEST,
    SUBPROTOCOL,
    Code,
    Ping,
    Subscribe,
    complaint,
    hello,
    pong,
    read_frame,
    reset,
)
from earntrack_server.realtime.rooms import Connection, Room


log = structlog.get_logger(__name__)

CHATTER: Final = 100
"""How many frames a client may send in a `MOMENT`."""

MOMENT: Final = 10.0
BUFFER: Final = 65_536
ID_BYTES: Final = 16
SINCE: Final = "since"
SILENCE: Final = 0.5
"""Seconds after which a client that says nothing hears what is new."""

NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)

Recheck = Callable[[web.Request], Awaitable[None]]
"""Raises when the client was signed out in the meantime."""


@define
class Patience:
    """Counts what a client says, and runs out."""

    began: float = 0.0
    said: int = 0

    def lasts(self, now: float) -> bool:
        """Count one more; say whether it is still few enough."""
        if now - self.began > MOMENT:
            self.began, self.said = now, 0
        self.said += 1
        return self.said <= CHATTER


@frozen
class Sockets:
    """The door `/ws`."""

    hub: Hub
    recheck: Recheck

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve a client until it leaves.

        Raises:
            ForbiddenError: A page of another site wants to listen.
            TooManyError: The user has as many sockets as one can have.
            MalformedError: The client does not speak `earntrack.v1`.
        """
        options = self.hub.options
        check_origin(request, options.origin, options.others)
        socket = _socket(request, options.heartbeat)
        actor = request[ACTOR]
        self.hub.admit(actor)
        try:
            await socket.prepare(request)
            connection = Connection(
                id=secrets.token_hex(ID_BYTES),
                socket=socket,
                request=request,
                actor=actor,
                session_id=request.get(SESSION_ID),
                send_timeout=options.send_timeout,
            )
            await self._serve(connection)
        finally:
            self.hub.dismiss(actor)
        return socket

    async def _serve(self, connection: Connection) -> None:
        try:
            room = await self.hub.join(connection)
            connection.notes.clear()  # the greeting says all of that
            await connection.send(hello(room.bounds, room.present))
            await self._begin(connection, room)
            async with _running(self._pump(connection, room), connection):
                await self._listen(connection, room)
        except ConnectionError:
            return
        except (EarnTrackError, TimeoutError):
            await connection.close(Code.TRY_AGAIN, "try again later")
        finally:
            self.hub.leave(connection)

    async def _begin(self, connection: Connection, room: Room) -> None:
        """Let a client hear what is new, or what it asks for in its URL."""
        asked = connection.request.query.get(SINCE)
        if asked is None:
            loop = asyncio.get_running_loop()
            loop.call_later(SILENCE, _go_live, connection, room.bounds[1])
        elif NUMBER.fullmatch(asked):
            await self._subscribe(connection, room, Subscribe(int(asked)))
        else:
            connection.push(complaint("malformed", "since must be a number"))

    async def _listen(self, connection: Connection, room: Room) -> None:
        patience = Patience()
        loop = asyncio.get_running_loop()
        async for message in connection.socket:
            if not patience.lasts(loop.time()):
                await connection.close(Code.POLICY, "too many frames")
                return
            await self._hear(connection, room, message)

    async def _hear(
        self, connection: Connection, room: Room, message: WSMessage
    ) -> None:
        try:
            frame = read_frame(_text(message))
        except MalformedError as error:
            connection.push(complaint(error.code, str(error)))
            return
        if isinstance(frame, Ping):
            connection.push(pong())
        else:
            await self._subscribe(connection, room, frame)

    async def _subscribe(
        self, connection: Connection, room: Room, frame: Subscribe
    ) -> None:
        first, last = await self.hub.bounds(room)
        since = last if frame.since is None else frame.since
        if not first - 1 <= since <= last:
            connection.push(reset((first, last)))
            since = last
        connection.position = since
        connection.wake.set()

    async def _pump(self, connection: Connection, room: Room) -> None:
        while True:
            try:
                await self._send(connection, room)
                async with asyncio.timeout(self.hub.options.heartbeat):
                    await connection.wake.wait()
                connection.wake.clear()
            except TimeoutError:
                await self._recheck(connection)
            except ConnectionError:
                return
            except EarnTrackError:
                await asyncio.sleep(1)

    async def _recheck(self, connection: Connection) -> None:
        try:
            with suppress(TimeoutError):
                await self.recheck(connection.request)
        except (UnauthenticatedError, ForbiddenError):
            await connection.close(Code.SIGNED_OUT, "signed out")

    async def _send(self, connection: Connection, room: Room) -> None:
        await connection.send_notes()
        while (position := connection.position) is not None:
            if position >= room.last:
                return
            frames = room.after(position)
            if not frames:
                frames = await self.hub.replay(room, position)
            if not frames or frames[0].number != position + 1:
                await self._give_up(connection, room)
                return
            for frame in frames:
                await connection.send_notes()
                await connection.send(frame.text)
                connection.position = frame.number

    async def _give_up(self, connection: Connection, room: Room) -> None:
        first, last = await self.hub.bounds(room)
        connection.position = last
        await connection.send(reset((first, last)))


def _go_live(connection: Connection, last: int) -> None:
    if connection.position is None:
        connection.position = last
        connection.wake.set()


@asynccontextmanager
async def _running(
    pump: Coroutine[Any, Any, None], connection: Connection
) -> AsyncIterator[None]:
    """Send while the body listens; without one there is no other."""
    task = asyncio.create_task(pump)
    task.add_done_callback(
        lambda ended: None if ended.cancelled() else connection.abort()
    )
    try:
        yield
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(ended, Exception):
            log.error("websocket_failed", exc_info=ended)


def _text(message: WSMessage) -> str:
    if message.type is not WSMsgType.TEXT:
        raise MalformedError("Send text.")
    return str(message.data)


def _socket(request: web.Request, heartbeat: float) -> web.WebSocketResponse:
    offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
    if SUBPROTOCOL not in {one.strip() for one in offered.split(",")}:
        raise MalformedError(f"Offer the subprotocol {SUBPROTOCOL}.")
    return web.WebSocketResponse(
        protocols=(SUBPROTOCOL,),
        heartbeat=heartbeat,
        max_msg_size=LONGEST,
        compress=False,
        writer_limit=BUFFER,
    )
