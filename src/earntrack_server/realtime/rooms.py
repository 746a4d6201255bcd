"""Rooms: who listens to a workspace, and what was said there lately."""

import asyncio
from collections import deque
from collections.abc import Collection
from typing import Final
from uuid import UUID

from aiohttp import web
from attrs import define, field

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_server.realtime.protocol import Code, Frame


RECENT: Final = 500
"""How many frames a room keeps for those who are a little behind."""

WAITING: Final = 100
"""How many notes may wait for a slow reader before it is cut off."""


@define(eq=False)
class Connection:
    """One websocket, and how far its client has heard."""

    id: str
    socket: web.WebSocketResponse
    request: web.Request
    actor: Actor
    session_id: UUID | None
    send_timeout: float
    position: int | None = None
    """The number of the last event sent; None before the greeting."""
    wake: asyncio.Event = field(factory=asyncio.Event)
    notes: deque[str] = field(factory=deque)

    def push(self, text: str) -> None:
        """Have something sent that has no number, or give the client up."""
        if len(self.notes) >= WAITING:
            self.abort()
            return
        self.notes.append(text)
        self.wake.set()

    async def send(self, text: str) -> None:
        """Send a frame.

        Raises:
            ConnectionError: The client is gone, or too slow.
        """
        try:
            async with asyncio.timeout(self.send_timeout):
                await self.socket.send_str(text)
        except TimeoutError as error:
            self.abort()
            raise ConnectionAbortedError("too slow") from error

    async def send_notes(self) -> None:
        """Send what has no number."""
        while self.notes:
            await self.send(self.notes.popleft())

    def abort(self) -> None:
        """Hang up without a word; the client would not hear it."""
        transport = self.request.transport
        if transport is not None:
            transport.abort()

    async def close(self, code: Code, reason: str) -> None:
        """Say why, and hang up."""
        try:
            async with asyncio.timeout(self.send_timeout):
                await self.socket.close(code=code, message=reason.encode())
        except (ConnectionError, TimeoutError):
            self.abort()


@define(eq=False)
class Room:
    """The listeners of a workspace, and its latest events."""

    workspace_id: WorkspaceId
    last: int = 0
    """The number of the latest event that was read."""
    first: int = 0
    connections: set[Connection] = field(factory=set)
    present: frozenset[UserId] = frozenset()
    wake: asyncio.Event = field(factory=asyncio.Event)
    ready: asyncio.Event = field(factory=asyncio.Event)
    window: deque[Frame] = field(factory=lambda: deque(maxlen=RECENT))
    looks: bool = False
    """Whether to find out who is there."""
    beat_at: float = 0.0
    """When to say again who of ours is there, on the loop's clock."""
    watcher: "asyncio.Task[None] | None" = None

    @property
    def bounds(self) -> tuple[int, int]:
        """The numbers that can be replayed, as far as is known."""
        return self.first, self.last

    def add(self, frames: Collection[Frame]) -> None:
        """Note events that were just read, in order."""
        for frame in frames:
            if self.window and frame.number != self.last + 1:
                self.window.clear()
            self.window.append(frame)
            self.last = frame.number
        for connection in self.connections:
            connection.wake.set()

    def after(self, number: int) -> list[Frame]:
        """Return the events after a number, if all of them are here."""
        if not self.window or self.window[0].number > number + 1:
            return []
        skip = number + 1 - self.window[0].number
        return list(self.window)[skip:]

    def tell(self, text: str, user: UserId | None = None) -> None:
        """Say something to everybody here, or to one of them."""
        for connection in tuple(self.connections):
            if user is None or connection.actor.user_id == user:
                connection.push(text)
