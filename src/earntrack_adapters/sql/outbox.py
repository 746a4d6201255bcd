"""Events, numbered without a gap in each workspace, and kept for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Select,
    String,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.columns import Instant, Key
from earntrack_adapters.sql.replies import replies
from earntrack_adapters.sql.restoring import restorer
from earntrack_adapters.sql.tables import table_of, workspace_table
from earntrack_adapters.sql.work import Work
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.ports.storage import KEPT, StoredEvent


event_numbers = table_of(
    "workspace",
    "event_numbers",
    Column("workspace_id", Key, primary_key=True),
    Column("last", BigInteger, nullable=False),
    clustered=True,
)
"""The number of each workspace's latest event; no secret, so no walls."""

events = workspace_table(
    "event",
    "events",
    Column("number", BigInteger, nullable=False),
    Column("topic", String(64), nullable=False),
    Column("data", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("workspace_id", "number"),
    clustered=True,
)

RESTORE: Final = restorer(StoredEvent, ("number", "topic", "data", "at"))

EVERY: Final = 500
"""So many events after each other, the oldest are dropped."""

REMEMBERED: Final = timedelta(days=7)
"""So long a request can be repeated without taking effect again."""


@define(eq=False)
class SqlLog:
    """A workspace's latest events."""

    work: Work
    workspace_id: WorkspaceId

    def since(self, number: int, limit: int = 500) -> Sequence[StoredEvent]:
        """Return the events after *number*, the earliest first."""
        statement = self.work.statement("since", lambda _: _since())
        given = {"mine": self.workspace_id, "after": number, "limit": limit}
        return [RESTORE(row) for row in self.work.rows(statement, given)]

    def bounds(self) -> tuple[int, int]:
        """Return the first and last number that can be replayed; 0, 0."""
        statement = self.work.statement("bounds", lambda _: _bounds())
        row = self.work.row(statement, {"mine": self.workspace_id})
        return (row[0], row[1]) if row else (0, 0)


def number(work: Work, new: Sequence[dict[str, Any]]) -> None:
    """Store new events with the next numbers, last of all in the unit.

    Whoever has taken a number keeps others from taking the next one until
    the commit; so numbers have no gaps, and come in the order of commits.
    """
    if work.engine.compiler.name == "sqlite":
        counting = work.statement("event_number", lambda _: _counting())
        storing = work.statement("event_store", lambda _: _storing())
        for event in new:
            work.write_last(counting, event)
            work.write_last(storing, event)
        reached = work.statement("event_last", lambda _: _reached())
        work.write_last(reached, new[-1])
    else:
        both = work.statement("event_both", lambda _: _counting_and_storing())
        for event in new:
            work.write_last(both, event)


def is_time_to_trim(last: int, count: int) -> bool:
    """Say whether the latest so many events passed a mark."""
    return last > KEPT and last % EVERY < count


def trim(work: Work, mine: WorkspaceId, last: int, now: datetime) -> None:
    """Drop the events, and the answers, that nobody can ask for any more."""
    dropping = work.statement("event_drop", lambda _: _dropping())
    work.write(dropping, {"mine": mine, "until": last - KEPT})
    forgetting = work.statement("reply_drop", lambda _: _forgetting())
    work.write(forgetting, {"mine": mine, "until": now - REMEMBERED})


def _since() -> ClauseElement:
    columns = events.c
    return (
        select(columns.number, columns.topic, columns.data, columns.at)
        .where(columns.workspace_id == bindparam("mine"))
        .where(columns.number > bindparam("after"))
        .order_by(columns.number)
        .limit(bindparam("limit", type_=Integer))
    )


def _bounds() -> ClauseElement:
    mine = events.c.workspace_id == bindparam("mine")
    number_ = events.c.number
    first = select(func.min(number_)).where(mine).scalar_subquery()
    last = select(func.max(number_)).where(mine).scalar_subquery()
    return select(func.coalesce(first, 0), func.coalesce(last, 0))


def _counting() -> ClauseElement:
    return (
        sqlite.insert(event_numbers)
        .values(workspace_id=bindparam("mine", type_=Key), last=1)
        .on_conflict_do_update(
            index_elements=["workspace_id"],
            set_={"last": event_numbers.c.last + literal(1, BigInteger)},
        )
    )


def _storing() -> ClauseElement:
    mine = event_numbers.c.workspace_id == bindparam("mine")
    return insert(events).from_select(
        list(events.columns.keys()),
        select(
            *_event(event_numbers.c.workspace_id, event_numbers.c.last)
        ).where(mine),
    )


def _reached() -> Select[Any]:
    mine = event_numbers.c.workspace_id == bindparam("mine")
    return select(event_numbers.c.last).where(mine)


def _counting_and_storing() -> ClauseElement:
    counted = (
        postgresql.insert(event_numbers)
        .values(workspace_id=bindparam("mine", type_=Key), last=1)
        .on_conflict_do_update(
            index_elements=["workspace_id"],
            set_={"last": event_numbers.c.last + literal(1, BigInteger)},
        )
        .returning(event_numbers.c.workspace_id, event_numbers.c.last)
        .cte("counted")
    )
    return (
        postgresql.insert(events)
        .from_select(
            list(events.columns.keys()),
            select(*_event(counted.c.workspace_id, counted.c.last)),
        )
        .returning(events.c.number)
    )


def _event(workspace: Any, last: Any) -> list[Any]:
    return [
        workspace,
        last,
        bindparam("the_topic", type_=String),
        bindparam("the_data", type_=Text),
        bindparam("the_time", type_=Instant),
    ]


def _dropping() -> ClauseElement:
    return (
        delete(events)
        .where(events.c.workspace_id == bindparam("mine"))
        .where(events.c.number <= bindparam("until"))
    )


def _forgetting() -> ClauseElement:
    return (
        delete(replies)
        .where(replies.c.workspace_id == bindparam("mine"))
        .where(replies.c.at < bindparam("until"))
    )
