"""The stored events of all workspaces, as the hub reads them."""

from collections.abc import Sequence

from attrs import frozen

from earntrack_core.app import EarnTrack
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.ports.storage import StoredEvent


@frozen
class StoredLog:
    """Reads the stored events of any workspace."""

    et: EarnTrack

    def since(
        self, workspace: WorkspaceId, number: int, limit: int
    ) -> Sequence[StoredEvent]:
        """Return the events after *number*, the earliest first."""
        with self.et.units.view(_reader(workspace)) as unit:
            return unit.log.since(number, limit)

    def bounds(self, workspace: WorkspaceId) -> tuple[int, int]:
        """Return the first and last number that can be replayed; 0, 0."""
        with self.et.units.view(_reader(workspace)) as unit:
            return unit.log.bounds()


def _reader(workspace: WorkspaceId) -> Actor:
    return Actor(user_id=UserId(workspace), workspace_id=workspace)
