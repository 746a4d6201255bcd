"""The presence port: who is there at the moment."""

from datetime import timedelta
from typing import Protocol

from earntrack_core.kernel.ids import UserId, WorkspaceId


class Presence(Protocol):
    """Knows the users of a workspace that are connected to any process.

    A user is present as long as one of their connections beats. A fault
    makes it forget the other processes, never fail.
    """

    def beat(
        self,
        workspace: WorkspaceId,
        user: UserId,
        connection: str,
        keep: timedelta,
    ) -> None:
        """Say that a connection is alive, and will be for *keep*."""
        ...

    def leave(
        self, workspace: WorkspaceId, user: UserId, connection: str
    ) -> None:
        """Say that a connection has ended."""
        ...

    def present(self, workspace: WorkspaceId) -> frozenset[UserId]:
        """Return the users that are there."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
