"""Imported lines in SQL."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from attrs import define
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql import line_rows
from earntrack_adapters.sql.blame import NEW
from earntrack_adapters.sql.compiled import Compiled, Row
from earntrack_adapters.sql.conditions import Asked, among, parameters, parts
from earntrack_adapters.sql.documents import as_document, from_document
from earntrack_adapters.sql.line_tables import claims, lines
from earntrack_adapters.sql.work import Work
from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.statements.line import Line, LineFilter, LineId


Values = dict[str, Any]

FIXED: Final = {"workspace_id", "id", "key"}
"""What stays as it is when a line is stored anew."""


@define(eq=False)
class SqlLines:
    """A workspace's imported lines, and the claims on them."""

    work: Work
    workspace_id: WorkspaceId

    def known(self, keys: Sequence[str]) -> dict[str, Line]:
        """Return the lines that exist, by their key."""
        found = self._by(lines.c.key, keys)
        return {line.key: line for line in found}

    def find(
        self, where: LineFilter, after: LineId | None = None, limit: int = 500
    ) -> Sequence[Line]:
        """Return the lines that match, by id, the oldest first."""
        what = line_rows.ask(where)
        statement = self._statement(
            ("find", what.shape, after is not None),
            lambda _: _finding(what, after=after is not None),
        )
        given = self._mine(**what.given, limit=limit, after=after)
        rows = self.work.rows(statement, given)
        return [line_rows.from_row(row) for row in rows]

    def add_all(self, new: Sequence[Line]) -> None:
        """Store new lines, each claimed by its batch."""
        rows = [line_rows.to_values(one, self.workspace_id) for one in new]
        claimed = [self._claim(one.id, one.batch_id) for one in new]
        adding = self._statement("add", lambda _: insert(lines))
        self.work.write(adding, *rows)
        claiming = self._statement("claim_new", lambda _: insert(claims))
        self.work.write(claiming, *claimed)

    def replace_all(self, changed: Sequence[Line]) -> None:
        """Store lines anew; claims stay as they are."""
        statement = self._statement("replace", lambda _: _replacing())
        self.work.write(statement, *(self._renewed(one) for one in changed))

    def keep(self, said: Sequence[Line]) -> None:
        """Keep what a batch says of lines, and claim them."""
        statement = self._statement("keep", _keeping)
        self.work.write(
            statement,
            *(
                self._claim(
                    one.id,
                    one.batch_id,
                    as_document(
                        lines, line_rows.to_values(one, self.workspace_id)
                    ),
                )
                for one in said
            ),
        )

    def kept(self, keys: Sequence[LineId]) -> dict[LineId, Sequence[Line]]:
        """Return what was kept of the lines by batches that claim them."""
        found: dict[LineId, list[Line]] = {}
        for key, _, said in self._claims(keys):
            if said is not None:
                line = line_rows.from_row(from_document(lines, said))
                found.setdefault(key, []).append(line)
        return dict(found)

    def unclaim(self, batch_id: BatchId, limit: int) -> Sequence[Line]:
        """Drop up to *limit* claims of a batch and return their lines."""
        statement = self._statement("claimed_by", lambda _: _claimed_by())
        given = self._mine(batch=batch_id, limit=limit)
        keys = [row[0] for row in self.work.fetch(statement, given)]
        dropping = self._statement("unclaim", lambda _: _unclaiming())
        self.work.write(
            dropping, *(self._mine(batch=batch_id, key=key) for key in keys)
        )
        return self._by(lines.c.id, keys)

    def claimed(self, keys: Sequence[LineId]) -> dict[LineId, BatchId]:
        """Return those of the lines that a batch claims, with the latest."""
        found: dict[LineId, BatchId] = {}
        for key, batch_id, _ in self._claims(keys):
            found[key] = max(batch_id, found.get(key, batch_id))
        return found

    def remove_all(self, keys: Sequence[LineId]) -> None:
        """Forget lines, with their claims."""
        given = [self._mine(key=key) for key in keys]
        for table, column in ((claims, "line_id"), (lines, "id")):
            statement = self._statement(
                ("remove", table.name), partial(_removing, table, column)
            )
            self.work.write(statement, *given)

    def _by(
        self, column: ColumnElement[Any], values: Sequence[Any]
    ) -> list[Line]:
        found: list[Line] = []
        for count, given in parts("one", list(dict.fromkeys(values))):
            statement = self._statement(
                ("by", column.key, count),
                partial(_choosing, column, count),
            )
            rows = self.work.rows(statement, self._mine(**given))
            found += [line_rows.from_row(row) for row in rows]
        return found

    def _claims(self, keys: Sequence[LineId]) -> Iterable[Row]:
        for count, given in parts("one", list(dict.fromkeys(keys))):
            statement = self._statement(
                ("claims", count), partial(_claims_on, count)
            )
            yield from self.work.rows(statement, self._mine(**given))

    def _claim(
        self, key: LineId, batch_id: BatchId, said: Any = None
    ) -> Values:
        return {
            "workspace_id": self.workspace_id,
            "line_id": key,
            "batch_id": batch_id,
            "said": said,
        }

    def _renewed(self, line: Line) -> Values:
        values = line_rows.to_values(line, self.workspace_id)
        given = {NEW + name: value for name, value in values.items()}
        return self._mine(**given, the_id=line.id)

    def _mine(self, **given: Any) -> Values:
        return {**given, "mine": self.workspace_id}

    def _statement(
        self, key: object, build: Callable[[str], ClauseElement]
    ) -> Compiled:
        return self.work.statement(("lines", key), build)


def _of_mine(table: Table) -> ColumnElement[bool]:
    return table.c.workspace_id == bindparam("mine")


def _finding(what: Asked, *, after: bool) -> Select[Any]:
    query = select(lines).where(
        _of_mine(lines), *what.where(line_rows.CONDITIONS)
    )
    if after:
        query = query.where(lines.c.id > bindparam("after"))
    return query.order_by(lines.c.id).limit(bindparam("limit", type_=Integer))


def _choosing(column: ColumnElement[Any], count: int, _: str) -> Select[Any]:
    chosen = among(column, parameters("one", count))
    return select(lines).where(_of_mine(lines), chosen)


def _claims_on(count: int, _: str) -> ClauseElement:
    chosen = among(claims.c.line_id, parameters("one", count))
    return select(claims.c.line_id, claims.c.batch_id, claims.c.said).where(
        _of_mine(claims), chosen
    )


def _claimed_by() -> Select[Any]:
    return (
        select(claims.c.line_id)
        .where(_of_mine(claims), claims.c.batch_id == bindparam("batch"))
        .order_by(claims.c.line_id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update()
    )


def _unclaiming() -> ClauseElement:
    return delete(claims).where(
        _of_mine(claims),
        claims.c.batch_id == bindparam("batch"),
        claims.c.line_id == bindparam("key"),
    )


def _removing(table: Table, column: str, _: str) -> ClauseElement:
    return delete(table).where(
        _of_mine(table), table.c[column] == bindparam("key")
    )


def _replacing() -> ClauseElement:
    values = {
        column.name: bindparam(NEW + column.name, type_=column.type)
        for column in lines.columns
        if column.name not in FIXED
    }
    mine = _of_mine(lines), lines.c.id == bindparam("the_id")
    return update(lines).where(*mine).values(values)


def _inserting(dialect: str) -> Any:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(claims)


def _keeping(dialect: str) -> ClauseElement:
    statement = _inserting(dialect)
    changed: ClauseElement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "line_id", "batch_id"],
        set_={"said": statement.excluded.said},
    )
    return changed
