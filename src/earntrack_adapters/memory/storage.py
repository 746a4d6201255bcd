"""A storage in memory: for tests, demos and notebooks."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock
from typing import Any

from attrs import Factory, define, field

from earntrack_adapters.memory.directory import MemoryDirectory
from earntrack_adapters.memory.earnings import (
    MemoryEarnings,
    MemoryPayouts,
    MemoryPlatforms,
    MemoryRates,
)
from earntrack_adapters.memory.lines import MemoryLines
from earntrack_adapters.memory.repository import MemoryRepository
from earntrack_adapters.memory.room import Room
from earntrack_adapters.memory.shelves import Journal
from earntrack_core.earnings.changes import Change, ChangeFilter, ChangeId
from earntrack_core.earnings.model import BatchId
from earntrack_core.exchange.model import ExchangeRate
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import DuplicateError
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.platforms.model import Platform
from earntrack_core.ports.storage import KEPT, Reply, StoredEvent
from earntrack_core.statements.batch import Batch, BatchFilter


Publish = Callable[[Sequence[Event]], None]
Encode = Callable[[Event], str]


@define
class MemoryLog:
    """A workspace's latest events, in a list."""

    stored: list[StoredEvent]

    def since(self, number: int, limit: int = 500) -> Sequence[StoredEvent]:
        """Return the events after *number*, the earliest first."""
        return [one for one in self.stored if one.number > number][:limit]

    def bounds(self) -> tuple[int, int]:
        """Return the first and last number that can be replayed."""
        if not self.stored:
            return 0, 0
        return self.stored[0].number, self.stored[-1].number


def _unique_platform(one: Platform) -> Sequence[tuple[str, object]]:
    named = [("name", one.name)]
    return named + ([("key", one.key)] if one.key else [])


def _unique_rate(one: ExchangeRate) -> Sequence[tuple[str, object]]:
    return [("on", (one.base, one.quote, one.on))]


@define
class MemoryUnit:
    """A unit of work on dictionaries."""

    room: Room
    now: Callable[[], datetime]
    encode: Encode
    events: list[Event] = Factory(list)

    @property
    def earnings(self) -> MemoryEarnings:
        """The workspace's earnings."""
        return MemoryEarnings("earning", self.room.shelf("earnings"))

    @property
    def platforms(self) -> MemoryPlatforms:
        """The workspace's platforms."""
        users = [
            self.room.shelf(name)
            for name in ("earnings", "payouts", "lines", "batches")
        ]
        return MemoryPlatforms(
            "platform", self.room.shelf("platforms"), _unique_platform, users
        )

    @property
    def payouts(self) -> MemoryPayouts:
        """The workspace's payouts."""
        return MemoryPayouts(
            "payout", self.room.shelf("payouts"), earnings=self.earnings
        )

    @property
    def changes(self) -> MemoryRepository[Change, ChangeId, ChangeFilter]:
        """The workspace's bulk changes."""
        return MemoryRepository("change", self.room.shelf("changes"))

    @property
    def rates(self) -> MemoryRates:
        """The workspace's own exchange rates."""
        return MemoryRates("rate", self.room.shelf("rates"), _unique_rate)

    @property
    def lines(self) -> MemoryLines:
        """The workspace's imported lines."""
        return MemoryLines(self.room)

    @property
    def batches(self) -> MemoryRepository[Batch, BatchId, BatchFilter]:
        """The workspace's imports."""
        return MemoryRepository("batch", self.room.shelf("batches"))

    @property
    def log(self) -> MemoryLog:
        """The stored events."""
        return MemoryLog(self.room.log)

    def emit(self, event: Event) -> None:
        """Store *event* with the unit."""
        log = self.room.log
        number = log[-1].number + 1 if log else 1
        log.append(
            StoredEvent(
                number=number,
                topic=event.topic,
                data=self.encode(event),
                at=self.now(),
            )
        )
        self.room.journal.note(log.pop)
        self.events.append(event)

    def lock(self, name: str) -> None:
        """Do nothing: units of one storage never overlap."""

    def remember(self, reply: Reply) -> None:
        """Store the answer to a request."""
        replies = self.room.shelf("replies")
        if reply.key in replies.things:
            raise DuplicateError("reply", "key", reply.key)
        replies.put(reply.key, reply)

    def recall(self, key: str) -> Reply | None:
        """Return the stored answer to a request."""
        reply: Reply | None = self.room.shelf("replies").things.get(key)
        return reply


@define
class MemoryStorage:
    """All workspaces' things, in memory; one unit at a time."""

    now: Callable[[], datetime]
    encode: Encode
    publish: Publish
    directory: MemoryDirectory = field(factory=MemoryDirectory)
    _lock: Any = field(factory=RLock)
    _journal: Journal = field(factory=Journal)
    _writing: bool = False
    _rooms: dict[WorkspaceId, Room] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._rooms = defaultdict(lambda: Room(self._journal))

    @contextmanager
    def begin(self, actor: Actor, /) -> Iterator[MemoryUnit]:
        """Open a unit that writes.

        Raises:
            RuntimeError: This very thread has one open already.
        """
        with self._lock:
            if self._writing:
                raise RuntimeError(
                    "this thread has a unit that writes open already"
                )
            room = self._rooms[actor.workspace_id]
            unit = MemoryUnit(room, self.now, self.encode)
            self._writing = True
            try:
                yield unit
                room.check()
            except BaseException:
                self._journal.take_back()
                raise
            finally:
                self._writing = False
                self._journal.forget()
                room.settle()
            del room.log[:-KEPT]
        self.publish(unit.events)

    @contextmanager
    def view(self, actor: Actor, /) -> Iterator[MemoryUnit]:
        """Open a unit that only reads.

        Raises:
            RuntimeError: It was asked to write.
        """
        with self._lock:
            room = self._rooms[actor.workspace_id]
            mark = len(self._journal)
            try:
                yield MemoryUnit(room, self.now, self.encode)
            finally:
                wrote = len(self._journal) > mark
                self._journal.take_back(mark)
            if wrote:
                raise RuntimeError("a unit that only reads was asked to write")

    def prepare(self) -> None:
        """Do nothing: there is no schema."""

    def ping(self) -> None:
        """Do nothing: it works."""

    def check(self, *, repair: bool = False) -> Sequence[str]:
        """Return nothing: there are no rollups that could be wrong."""
        return ()

    def workspaces(self) -> Sequence[WorkspaceId]:
        """Return all workspaces."""
        return tuple(self._rooms)

    def close(self) -> None:
        """Do nothing: there are no connections."""
