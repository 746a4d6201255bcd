"""Looking after a database: does what it says agree with itself?"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    Integer,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.commands import Engine
from earntrack_adapters.sql.compiled import Compiled, Row
from earntrack_adapters.sql.directory_tables import workspaces
from earntrack_adapters.sql.earning_tables import SUMS, daily_totals, earnings
from earntrack_adapters.sql.functions import microseconds, summed
from earntrack_adapters.sql.outbox import event_numbers, events
from earntrack_adapters.sql.work import Work
from earntrack_core.kernel.ids import WorkspaceId


KEYS: Final = ("day", "platform_id", "currency")
LOCK: Final = Compiled("LOCK TABLE daily_totals IN SHARE ROW EXCLUSIVE MODE")


def workspaces_of(engine: Engine) -> Sequence[WorkspaceId]:
    """Return all workspaces, also those that no user works in."""
    work = Work(engine, None, reading=True)
    try:
        statement = work.statement("workspaces", lambda _: _workspaces())
        return sorted(row[0] for row in work.rows(statement, {}))
    finally:
        work.rollback()


def check(
    engine: Engine, mine: Sequence[WorkspaceId], *, repair: bool
) -> Sequence[str]:
    """Return what contradicts itself; rebuild what can be rebuilt."""
    found = list(_of_file(engine))
    for workspace in mine:
        work = Work(engine, workspace, reading=not repair)
        try:
            found += _of_workspace(work, workspace, repair=repair)
            work.commit()
        except BaseException:
            work.rollback()
            raise
    return found


def _of_file(engine: Engine) -> Iterator[str]:
    """Yield what SQLite finds wrong with its file."""
    if engine.compiler.name != "sqlite":
        return
    work = Work(engine, None, reading=True)
    try:
        for (said,) in work.rows(Compiled("PRAGMA integrity_check"), {}):
            if said != "ok":
                yield f"database file: {said}"
        for row in work.rows(Compiled("PRAGMA foreign_key_check"), {}):
            yield f"{row[0]}: a row refers to {row[2]} that do not exist"
    finally:
        work.rollback()


def _of_workspace(
    work: Work, mine: WorkspaceId, *, repair: bool
) -> Iterator[str]:
    if repair:
        _keep_others_off(work)
    wrong = _wrong_totals(work, mine)
    for day, _, currency in wrong:
        yield (
            f"workspace {mine}: the totals of {day} in {currency}"
            f" {'were rebuilt' if repair else 'are wrong'}"
        )
    if wrong and repair:
        _rebuild(work, {"mine": mine})
    yield from _numbers(work, mine)


def _keep_others_off(work: Work) -> None:
    """Wait until nobody changes totals, and keep it so."""
    if work.engine.compiler.name == "sqlite":
        work.open()
    else:
        work.fetch(LOCK, {})


def _wrong_totals(work: Work, mine: WorkspaceId) -> list[Row]:
    statement = work.statement("all_totals", lambda _: _all_totals())
    sums: dict[bool, dict[Row, Row]] = {True: {}, False: {}}
    for kept, *rest in work.rows(statement, {"mine": mine}):
        sums[bool(kept)][tuple(rest[:3])] = tuple(rest[3:])
    places = sums[True].keys() | sums[False].keys()
    return sorted(
        place
        for place in places
        if sums[True].get(place) != sums[False].get(place)
    )


def _rebuild(work: Work, given: dict[str, Any]) -> None:
    clearing = work.statement("clear_totals", lambda _: _clearing())
    work.write(clearing, given)
    filling = work.statement("fill_totals", lambda _: _filling())
    work.write(filling, given)


def _numbers(work: Work, mine: WorkspaceId) -> Iterator[str]:
    statement = work.statement("event_counts", lambda _: _event_counts())
    row = work.row(statement, {"mine": mine})
    if row is None or row[3] is None:
        return
    first, last, count, given_out = row
    if last != given_out or (count and last - first + 1 != count):
        yield f"workspace {mine}: the numbers of its events have gaps"


def _workspaces() -> ClauseElement:
    return union(select(workspaces.c.id), select(event_numbers.c.workspace_id))


def _true_totals() -> Select[Any]:
    by = (earnings.c.earned_on, earnings.c.platform_id, earnings.c.currency)
    sums = [summed(microseconds(earnings.c[name])) for name in SUMS]
    return (
        select(*by, func.count(), *sums)
        .where(earnings.c.workspace_id == bindparam("mine"))
        .group_by(*by)
    )


def _all_totals() -> ClauseElement:
    """Return both in one query, which sees one and the same moment."""
    true, kept = _true_totals(), _kept_totals()
    return union_all(
        select(literal(0, Integer), *true.subquery().columns),
        select(literal(1, Integer), *kept.subquery().columns),
    )


def _kept_totals() -> Select[Any]:
    names = (*KEYS, "entries", *SUMS)
    return select(*(daily_totals.c[name] for name in names)).where(
        daily_totals.c.workspace_id == bindparam("mine")
    )


def _clearing() -> ClauseElement:
    return delete(daily_totals).where(
        daily_totals.c.workspace_id == bindparam("mine")
    )


def _filling() -> ClauseElement:
    query = _true_totals().add_columns(earnings.c.workspace_id)
    return insert(daily_totals).from_select(
        [*KEYS, "entries", *SUMS, "workspace_id"],
        query.group_by(earnings.c.workspace_id),
    )


def _event_counts() -> ClauseElement:
    mine = event_numbers.c.workspace_id == bindparam("mine")
    given_out = select(event_numbers.c.last).where(mine).scalar_subquery()
    number = events.c.number
    return select(
        func.min(number), func.max(number), func.count(number), given_out
    ).where(events.c.workspace_id == bindparam("mine"))
