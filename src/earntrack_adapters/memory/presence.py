"""Presence within the process."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic

from attrs import Factory, define, field

from earntrack_core.kernel.ids import UserId, WorkspaceId


Connection = tuple[UserId, str]
Beats = defaultdict[WorkspaceId, dict[Connection, float]]


@define
class MemoryPresence:
    """Knows the connections of this process."""

    seconds: Callable[[], float] = monotonic
    _beats: Beats = field(default=Factory(lambda: defaultdict(dict)))
    _lock: Lock = field(factory=Lock, init=False)

    def beat(
        self,
        workspace: WorkspaceId,
        user: UserId,
        connection: str,
        keep: timedelta,
    ) -> None:
        """Say that a connection is alive."""
        until = self.seconds() + keep.total_seconds()
        with self._lock:
            self._beats[workspace][user, connection] = until

    def leave(
        self, workspace: WorkspaceId, user: UserId, connection: str
    ) -> None:
        """Say that a connection has ended."""
        with self._lock:
            beats = self._beats[workspace]
            beats.pop((user, connection), None)
            if not beats:
                del self._beats[workspace]

    def present(self, workspace: WorkspaceId) -> frozenset[UserId]:
        """Return the users whose connections are alive."""
        now = self.seconds()
        with self._lock:
            beats = self._beats.pop(workspace, {})
            alive = {one: end for one, end in beats.items() if end > now}
            if alive:
                self._beats[workspace] = alive
        return frozenset(user for user, _ in alive)

    def close(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._beats.clear()
