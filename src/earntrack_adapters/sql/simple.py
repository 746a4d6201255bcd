"""Statements on one table by equality: enough for tables without a kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam
from sqlalchemy import delete as deleting
from sqlalchemy import insert as inserting
from sqlalchemy import select as selecting
from sqlalchemy import update as updating
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.blame import NEW
from earntrack_adapters.sql.compiled import Compiled, Row
from earntrack_adapters.sql.work import Work


OLD = "old_"


def rows(
    work: Work,
    table: Table,
    order: Sequence[str] = (),
    *,
    hold: bool = False,
    **equal: Any,
) -> Sequence[Row]:
    """Return the rows that have these values; *hold* keeps others off.

    A name of *order* with a minus before it sorts downwards.
    """
    statement = work.statement(
        ("rows", table.name, tuple(order), hold, tuple(equal)),
        lambda _: _select(table, order, tuple(equal), hold=hold),
    )
    given = {OLD + name: value for name, value in equal.items()}
    return (work.fetch if hold else work.rows)(statement, given)


def row(work: Work, table: Table, **equal: Any) -> Row | None:
    """Return the row that has these values, if there is one."""
    found = rows(work, table, **equal)
    return found[0] if found else None


def insert(work: Work, table: Table) -> Compiled:
    """Return the statement that stores a row."""
    return work.statement(("insert", table.name), lambda _: inserting(table))


def put(work: Work, table: Table, values: Mapping[str, Any]) -> None:
    """Store a row, in the place of the one with its primary key, if any."""
    work.write(
        work.statement(
            ("put", table.name), lambda dialect: _put(table, dialect)
        ),
        values,
    )


def update(
    work: Work, table: Table, values: Mapping[str, Any], **equal: Any
) -> int:
    """Change the rows that have these values; return how many there were."""
    statement = work.statement(
        ("update", table.name, tuple(values), tuple(equal)),
        lambda _: _update(table, tuple(values), tuple(equal)),
    )
    given = {OLD + name: value for name, value in equal.items()}
    given |= {NEW + name: value for name, value in values.items()}
    return work.changed(statement, given)


def delete(work: Work, table: Table, **equal: Any) -> None:
    """Forget the rows that have these values."""
    statement = work.statement(
        ("delete", table.name, tuple(equal)),
        lambda _: deleting(table).where(_equal(table, tuple(equal))),
    )
    work.write(statement, {OLD + name: value for name, value in equal.items()})


def _equal(table: Table, names: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == bindparam(OLD + name) for name in names))


def _select(
    table: Table, order: Sequence[str], equal: Sequence[str], *, hold: bool
) -> Select[Any]:
    query = selecting(table).where(_equal(table, equal))
    for name in order:
        column = table.c[name.removeprefix("-")]
        query = query.order_by(
            column.desc() if name.startswith("-") else column
        )
    return query.with_for_update() if hold else query


def _update(
    table: Table, changed: Sequence[str], equal: Sequence[str]
) -> ClauseElement:
    values = {
        name: bindparam(NEW + name, type_=table.c[name].type)
        for name in changed
    }
    return updating(table).where(_equal(table, equal)).values(values)


def _put(table: Table, dialect: str) -> ClauseElement:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={
            column.name: statement.excluded[column.name]
            for column in table.columns
            if column.name not in keys
        },
    )
