"""What a server does by itself: finish imports, forget what is over."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from attrs import frozen

from earntrack_core.app import EarnTrack
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import EarnTrackError
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.kernel.paging import MOST, Part
from earntrack_core.statements.batch import Batch, BatchFilter, BatchState
from earntrack_server.http.running import Workers


log = structlog.get_logger(__name__)

EVERY: Final = 600.0
"""Seconds between two rounds."""

STILL: Final = timedelta(minutes=2)
"""An import that has not moved for so long was cut off."""

CUT_OFF: Final = BatchFilter(state=BatchState.READING)


@frozen
class Upkeep:
    """Goes its rounds until the server stops.

    Several servers may go at once: of two that take up the same import, one
    finds it changed and leaves it to the other.
    """

    et: EarnTrack
    workers: Workers

    async def forever(self) -> None:
        """Go round after round."""
        while True:
            for work in (self.et.identity.people.purge, self.finish_imports):
                try:
                    await self.workers.run(work)
                except EarnTrackError as error:
                    log.warning("upkeep_failed", problem=str(error))
            await asyncio.sleep(EVERY)

    def finish_imports(self) -> None:
        """Go on with the imports that were cut off."""
        before = self.et.parts.now() - STILL
        for workspace in self.et.parts.storage.workspaces():
            actor = _steward(workspace)
            page = self.et.statements.batches(actor, CUT_OFF, Part(limit=MOST))
            for batch in page.items:
                if batch.updated_at < before:
                    self._finish(actor, batch)

    def _finish(self, actor: Actor, batch: Batch) -> None:
        try:
            self.et.statements.resume(actor, batch.id)
        except EarnTrackError as error:
            log.warning(
                "import_not_finished", batch=str(batch.id), problem=str(error)
            )
        else:
            log.info("import_finished", batch=str(batch.id))


def _steward(workspace: WorkspaceId) -> Actor:
    """Return who acts in a workspace when nobody does."""
    return Actor(user_id=UserId(workspace), workspace_id=workspace)


async def stopped(task: "asyncio.Task[None]") -> None:
    """Cancel a task, and wait until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
