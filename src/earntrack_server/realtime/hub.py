"""The hub: the rooms of a process, and the bells that wake them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import structlog
from attrs import define, field, frozen

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.ports.storage import StoredEvent
from earntrack_server.http.problems import TooManyError
from earntrack_server.http.running import Workers
from earntrack_server.metrics import Metrics
from earntrack_server.realtime.presence import Attendance
from earntrack_server.realtime.protocol import Code, Frame, frames, note
from earntrack_server.realtime.rooms import Connection, Room


log = structlog.get_logger(__name__)

PAGE: Final = 500
RETRY: Final = 1.0
AGAIN: Final = 60


class Log(Protocol):
    """Reads the stored events of any workspace, on worker threads."""

    def since(
        self, workspace: WorkspaceId, number: int, limit: int
    ) -> Sequence[StoredEvent]:
        """Return the events after *number*, the earliest first."""
        ...

    def bounds(self, workspace: WorkspaceId) -> tuple[int, int]:
        """Return the first and last number that can be replayed; 0, 0."""
        ...


@frozen(kw_only=True)
class HubOptions:
    """How a hub treats its clients."""

    origin: str
    """Where our own pages come from."""
    others: Collection[str] = ()
    """The other sites whose scripts may listen."""
    most: int = 20
    """Sockets of one user in this process."""
    heartbeat: float = 30.0
    send_timeout: float = 10.0
    poll: float = 15.0
    """How often to look for events whose bell was not heard."""
    grace: float = 3.0
    """How long somebody may be gone before the others are told."""


@define(eq=False)
class Hub:
    """Lets clients listen to their workspace.

    `ring`, `ring_all`, `greet` and `tell` may be called from any thread;
    everything else belongs to the event loop.
    """

    log: Log
    workers: Workers
    attendance: Attendance
    metrics: Metrics
    announce: Callable[[WorkspaceId], None]
    """Tells all processes that somebody came to a workspace, or left; on a
    worker thread."""
    options: HubOptions
    rooms: dict[WorkspaceId, Room] = field(factory=dict, init=False)
    users: Counter[UserId] = field(factory=Counter, init=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _farewells: "set[asyncio.Task[None]]" = field(factory=set, init=False)

    def start(self) -> None:
        """Begin to hear bells; to be called on the event loop."""
        self._loop = asyncio.get_running_loop()

    def ring(self, workspace: WorkspaceId) -> None:
        """Say that events were stored in a workspace."""
        if workspace in self.rooms:
            self._soon(self._wake, workspace)

    def ring_all(self) -> None:
        """Say that bells may have been missed."""
        self._soon(self._wake_all)

    def greet(self, workspace: WorkspaceId) -> None:
        """Say that somebody came to a workspace, or left it."""
        self._soon(self._look_around, workspace)

    def tell(
        self,
        workspace: WorkspaceId,
        topic: str,
        at: datetime,
        data: Any,
        *,
        user: UserId | None = None,
    ) -> None:
        """Tell a workspace, or one user in it, what is only true now."""
        self._soon(self._tell, workspace, user, note(topic, at, data))

    def admit(self, actor: Actor) -> None:
        """Make place for one more socket.

        Raises:
            TooManyError: The user has as many as one can have.
        """
        if self.users[actor.user_id] >= self.options.most:
            raise TooManyError("Too many websockets are open.", AGAIN)
        self.users[actor.user_id] += 1
        self.metrics.sockets.inc()

    def dismiss(self, actor: Actor) -> None:
        """Give the place free."""
        self.users[actor.user_id] -= 1
        if not self.users[actor.user_id]:
            del self.users[actor.user_id]
        self.metrics.sockets.dec()

    async def join(self, connection: Connection) -> Room:
        """Enter the room of the workspace, and wait until it is ready.

        Raises:
            TimeoutError: The storage does not answer.
        """
        workspace = connection.actor.workspace_id
        room = self.rooms.get(workspace)
        if room is None:
            room = self.rooms[workspace] = Room(workspace)
            room.watcher = asyncio.create_task(self._watch(room))
        room.connections.add(connection)
        async with asyncio.timeout(self.options.send_timeout):
            await room.ready.wait()
            await self.attendance.beat((connection,))
            await self.attendance.refresh(room)
            await self.workers.run(self.announce, workspace)
        return room

    def leave(self, connection: Connection) -> None:
        """Leave the room; the last one turns off the light."""
        workspace = connection.actor.workspace_id
        room = self.rooms.get(workspace)
        if room is None:
            return
        room.connections.discard(connection)
        if not room.connections:
            del self.rooms[workspace]
            if room.watcher is not None:
                room.watcher.cancel()
        farewell = asyncio.create_task(self._farewell(connection))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)

    async def replay(self, room: Room, number: int) -> list[Frame]:
        """Return frames after a number from the storage."""
        return frames(
            await self.workers.run(
                self.log.since, room.workspace_id, number, PAGE
            )
        )

    async def bounds(self, room: Room) -> tuple[int, int]:
        """Return the numbers that the storage can replay."""
        found = await self.workers.run(self.log.bounds, room.workspace_id)
        if found[1] > room.last:
            room.wake.set()
        return found

    async def close_session(self, session_id: UUID) -> None:
        """Hang up on a session that has ended."""
        await self._close(
            one for one in self._all() if one.session_id == session_id
        )

    async def close_user(self, user: UserId) -> None:
        """Hang up on a user whose rights have changed."""
        await self._close(
            one for one in self._all() if one.actor.user_id == user
        )

    async def close(self) -> None:
        """Hang up on everybody, since the server goes down."""
        connections = tuple(self._all())
        rooms, self.rooms = self.rooms, {}
        for room in rooms.values():
            if room.watcher is not None:
                room.watcher.cancel()
        for farewell in tuple(self._farewells):
            farewell.cancel()
        goodbyes = (
            one.close(Code.AWAY, "the server goes down") for one in connections
        )
        await asyncio.gather(*goodbyes)
        await self._sign_off(connections)
        for workspace in rooms:
            await self._announce(workspace)
        self._loop = None

    async def _sign_off(self, connections: Sequence[Connection]) -> None:
        with suppress(UnavailableError):  # they will be missed soon enough
            await self.attendance.leave(connections)

    async def _announce(self, workspace: WorkspaceId) -> None:
        with suppress(UnavailableError):  # the others look for themselves
            await self.workers.run(self.announce, workspace)

    async def _close(self, connections: Iterator[Connection]) -> None:
        goodbyes = (
            one.close(Code.SIGNED_OUT, "signed out") for one in connections
        )
        await asyncio.gather(*goodbyes)

    def _all(self) -> Iterator[Connection]:
        for room in self.rooms.values():
            yield from room.connections

    def _soon(self, call: Callable[..., None], *arguments: Any) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(call, *arguments)

    def _wake(self, workspace: WorkspaceId) -> None:
        room = self.rooms.get(workspace)
        if room is not None:
            room.wake.set()

    def _wake_all(self) -> None:
        for room in self.rooms.values():
            room.looks = True
            room.wake.set()

    def _look_around(self, workspace: WorkspaceId) -> None:
        room = self.rooms.get(workspace)
        if room is not None:
            room.looks = True
            room.wake.set()

    def _tell(
        self, workspace: WorkspaceId, user: UserId | None, text: str
    ) -> None:
        room = self.rooms.get(workspace)
        if room is not None:
            room.tell(text, user)

    async def _watch(self, room: Room) -> None:
        while True:
            try:
                await self._look(room)
            except Exception as error:  # noqa: BLE001 -- a room must not fall silent
                log.warning("realtime_waits", problem=str(error))
                await asyncio.sleep(RETRY)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self.options.poll):
                    await room.wake.wait()
            room.wake.clear()

    async def _look(self, room: Room) -> None:
        if not room.ready.is_set():
            room.first, room.last = await self.bounds(room)
            room.present = await self.attendance.present(room.workspace_id)
            room.ready.set()
        now = asyncio.get_running_loop().time()
        if now >= room.beat_at:
            room.beat_at = now + self.options.poll
            await self.attendance.beat(room.connections)
            room.looks = True
        if room.looks:
            room.looks = False
            await self.attendance.refresh(room)
        await self._read(room)

    async def _read(self, room: Room) -> None:
        while found := await self.replay(room, room.last):
            room.add(found)
            if len(found) < PAGE:
                return

    async def _farewell(self, connection: Connection) -> None:
        await self._sign_off((connection,))
        await asyncio.sleep(self.options.grace)
        await self._announce(connection.actor.workspace_id)
