"""Presence: who of a workspace is there, in any process.

Each process asks the port who is there, and tells its own clients what has
changed; so a process that dies takes nobody's place with it.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final

from attrs import frozen

from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.ports.presence import Presence
from earntrack_server.http.running import Workers
from earntrack_server.realtime.protocol import presence
from earntrack_server.realtime.rooms import Connection, Room


KEEP: Final = timedelta(seconds=60)
"""How long a connection counts without a beat."""


@frozen
class Attendance:
    """Keeps the list of who is there."""

    port: Presence
    workers: Workers

    async def beat(self, connections: Collection[Connection]) -> None:
        """Say that connections are alive: put them on the list."""
        await self.workers.run(self._beat, tuple(connections))

    async def leave(self, connections: Collection[Connection]) -> None:
        """Take connections off the list."""
        await self.workers.run(self._leave, tuple(connections))

    async def refresh(self, room: Room) -> None:
        """Find out who is there, and tell the room what has changed."""
        now = await self.workers.run(self.port.present, room.workspace_id)
        before, room.present = room.present, now
        for text in changes(before, now):
            room.tell(text)

    async def present(self, workspace: WorkspaceId) -> frozenset[UserId]:
        """Return who is there."""
        return await self.workers.run(self.port.present, workspace)

    def _beat(self, connections: Iterable[Connection]) -> None:
        for one in connections:
            self.port.beat(
                one.actor.workspace_id, one.actor.user_id, one.id, KEEP
            )

    def _leave(self, connections: Iterable[Connection]) -> None:
        for one in connections:
            self.port.leave(one.actor.workspace_id, one.actor.user_id, one.id)


def changes(before: frozenset[UserId], now: frozenset[UserId]) -> list[str]:
    """Return the frames that tell who came and who went."""
    came = [presence(user, online=True) for user in sorted(now - before)]
    went = [presence(user, online=False) for user in sorted(before - now)]
    return came + went
