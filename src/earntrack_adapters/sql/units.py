"""The storage port on SQLite and PostgreSQL."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from attrs import define

from earntrack_adapters.sql import outbox, upkeep
from earntrack_adapters.sql.commands import Engine
from earntrack_adapters.sql.directory import SqlDirectory
from earntrack_adapters.sql.unit import SqlUnit
from earntrack_adapters.sql.work import Work
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.ports.clock import Clock


log = logging.getLogger(__name__)

Encode = Callable[[Event], str]
Publish = Callable[[Sequence[Event]], None]


def present() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- the default of a Clock


def untold(_: Sequence[Event]) -> None:
    """Tell nobody."""


@define(eq=False)
class SqlUnits:
    """Opens units of work on a database."""

    engine: Engine
    encode: Encode
    publish: Publish = untold
    now: Clock = present

    @contextmanager
    def begin(self, actor: Actor, /) -> Iterator[SqlUnit]:
        """Open a unit that writes."""
        mine = actor.workspace_id
        unit = SqlUnit(Work(self.engine, mine), mine, self.now)
        try:
            yield unit
            last = self._commit(unit)
        except BaseException:
            unit.work.rollback()
            raise
        if unit.events:
            self.publish(unit.events)
            if outbox.is_time_to_trim(last, len(unit.events)):
                self._trim(mine, last)

    @contextmanager
    def view(self, actor: Actor, /) -> Iterator[SqlUnit]:
        """Open a unit that only reads."""
        mine = actor.workspace_id
        work = Work(self.engine, mine, reading=True)
        try:
            yield SqlUnit(work, mine, self.now)
        finally:
            work.rollback()

    @property
    def directory(self) -> SqlDirectory:
        """The people, for identity alone."""
        return SqlDirectory(self.engine)

    def ping(self) -> None:
        """Ask the database for nothing, or raise `UnavailableError`."""
        self.engine.ping()

    def check(self, *, repair: bool = False) -> Sequence[str]:
        """Return what contradicts itself; rebuild what can be rebuilt."""
        return upkeep.check(self.engine, self.workspaces(), repair=repair)

    def workspaces(self) -> Sequence[WorkspaceId]:
        """Return all workspaces, for upkeep only."""
        return upkeep.workspaces_of(self.engine)

    def close(self) -> None:
        """Let go of connections."""
        self.engine.close()

    def _commit(self, unit: SqlUnit) -> int:
        if not unit.events:
            unit.work.commit()
            return 0
        now = self.now()
        rows = [
            {
                "mine": unit.workspace_id,
                "the_topic": event.topic,
                "the_data": self.encode(event),
                "the_time": now,
            }
            for event in unit.events
        ]
        outbox.number(unit.work, rows)
        return int(unit.work.commit()[-1].rows[0][0])

    def _trim(self, mine: WorkspaceId, last: int) -> None:
        work = Work(self.engine, mine)
        try:
            outbox.trim(work, mine, last, self.now())
            work.commit()
        except UnavailableError:  # what is stored is stored; next time then
            log.warning("old events were not dropped", exc_info=True)
            work.rollback()
