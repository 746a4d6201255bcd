"""A unit of work in SQL: repositories that share a transaction."""

from collections.abc import Sequence
from functools import cached_property

from attrs import define, field

from earntrack_adapters.sql.batches import SqlBatches
from earntrack_adapters.sql.changes import SqlChanges
from earntrack_adapters.sql.earnings import SqlEarnings
from earntrack_adapters.sql.lines import SqlLines
from earntrack_adapters.sql.outbox import SqlLog
from earntrack_adapters.sql.payouts import SqlPayouts
from earntrack_adapters.sql.platforms import SqlPlatforms
from earntrack_adapters.sql.rates import SqlRates
from earntrack_adapters.sql.replies import recall, remember
from earntrack_adapters.sql.work import Work
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.storage import Reply


@define(eq=False, slots=False)
class SqlUnit:
    """A transaction on the things of one workspace."""

    work: Work
    workspace_id: WorkspaceId
    now: Clock
    _events: list[Event] = field(factory=list)

    @property
    def events(self) -> Sequence[Event]:
        """What was emitted so far."""
        return tuple(self._events)

    @cached_property
    def platforms(self) -> SqlPlatforms:
        """The workspace's platforms."""
        return SqlPlatforms(self.work, self.workspace_id)

    @cached_property
    def earnings(self) -> SqlEarnings:
        """The workspace's earnings."""
        return SqlEarnings(self.work, self.workspace_id)

    @cached_property
    def payouts(self) -> SqlPayouts:
        """The workspace's payouts."""
        return SqlPayouts(self.work, self.workspace_id, self.earnings)

    @cached_property
    def changes(self) -> SqlChanges:
        """The workspace's bulk changes."""
        return SqlChanges(self.work, self.workspace_id)

    @cached_property
    def rates(self) -> SqlRates:
        """The workspace's own exchange rates."""
        return SqlRates(self.work, self.workspace_id)

    @cached_property
    def lines(self) -> SqlLines:
        """The workspace's imported lines."""
        return SqlLines(self.work, self.workspace_id)

    @cached_property
    def batches(self) -> SqlBatches:
        """The workspace's imports."""
        return SqlBatches(self.work, self.workspace_id)

    @cached_property
    def log(self) -> SqlLog:
        """The stored events."""
        return SqlLog(self.work, self.workspace_id)

    def emit(self, event: Event) -> None:
        """Store *event* with the unit; it is told once that commits."""
        self._events.append(event)

    def lock(self, name: str) -> None:
        """Wait until no other unit of the workspace holds this lock."""
        self.work.lock(name)

    def remember(self, reply: Reply) -> None:
        """Store the answer to a request in this very transaction."""
        remember(self.work, self.workspace_id, reply, self.now())

    def recall(self, key: str) -> Reply | None:
        """Return the stored answer to a request."""
        return recall(self.work, self.workspace_id, key)
