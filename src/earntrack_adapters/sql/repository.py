"""One repository for all kinds of things that are entities."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from attrs import define, evolve
from sqlalchemy import (
    ColumnElement,
    Delete,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.blame import NEW
from earntrack_adapters.sql.compiled import Compiled, Row
from earntrack_adapters.sql.conditions import (
    Asked,
    Conditions,
    among,
    asked,
    parameters,
    parts,
)
from earntrack_adapters.sql.tables import kind_of
from earntrack_adapters.sql.work import Work
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.errors import NotFoundError, StaleError
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.kernel.paging import FIRST, Part


E = TypeVar("E", bound=Entity)
K = TypeVar("K")
F = TypeVar("F")

Values = dict[str, Any]


def entity_values(entity: Entity) -> Values:
    """Return the values of the columns that every entity has."""
    return {
        "workspace_id": entity.workspace_id,
        "id": entity.id,
        "created_at": entity.created_at,
        "updated_at": entity.updated_at,
        "version": entity.version,
    }


@define(eq=False)
class TableRepository(ABC, Generic[E, K, F]):
    """One workspace's things of one kind, in one table."""

    table: ClassVar[Table]
    conditions: ClassVar[Conditions] = {}

    work: Work
    workspace_id: WorkspaceId

    @abstractmethod
    def to_values(self, entity: E) -> Values:
        """Spread *entity* over the columns."""

    @abstractmethod
    def from_row(self, row: Row) -> E:
        """Put an entity together again, from all columns in order."""

    def ask(self, where: F) -> Asked:
        """Return what a filter asks for."""
        return asked(where)

    def get(self, key: K) -> E:
        """Return one thing or raise `NotFoundError`."""
        row = self.work.row(
            self.statement("get", self._get), self.mine(key=key)
        )
        if row is None:
            raise NotFoundError(kind_of(self.table), key)
        return self.from_row(row)

    def get_all(self, keys: Sequence[K]) -> Sequence[E]:
        """Return those of the things that exist, in no order."""
        found = []
        wanted = list(dict.fromkeys(keys))
        for count, given in parts("key", wanted):
            statement = self.statement(
                ("get_all", count), partial(self._get_all, count)
            )
            rows = self.work.rows(statement, self.mine(**given))
            found += [self.from_row(row) for row in rows]
        return found

    def find(self, where: F, part: Part = FIRST) -> Sequence[E]:
        """Return the things that match, the newest first."""
        what = self.ask(where)
        after = part.after is not None
        statement = self.statement(
            ("find", what.shape, after), lambda: self._find(what, after=after)
        )
        given = self.mine(**what.given, limit=part.limit)
        if part.after is not None:
            given["after"] = part.after.id
        return [self.from_row(row) for row in self.work.rows(statement, given)]

    def count(self, where: F) -> int:
        """Return how many match."""
        what = self.ask(where)
        statement = self.statement(
            ("count", what.shape), lambda: self._count(what)
        )
        row = self.work.row(statement, self.mine(**what.given))
        return 0 if row is None else int(row[0])

    def require(self, key: K) -> None:
        """Leave it to the rules of the tables to insist that it exists."""

    def add(self, entity: E) -> None:
        """Store a new thing."""
        self.add_all([entity])

    def add_all(self, entities: Sequence[E]) -> None:
        """Store many new things at once."""
        self._insert([self.to_values(one) for one in entities])

    def replace(self, entity: E) -> E:
        """Store a changed thing with its version counted up."""
        newer = evolve(entity, version=entity.version + 1)
        given = self.renewed(entity, self.to_values(newer))
        if not self.work.changed(self._replacing(), given):
            self.get(entity.id)  # type: ignore[arg-type]  # -- K is the type of the entity's id
            raise StaleError(kind_of(self.table), entity.id)
        return newer

    def remove(self, key: K) -> None:
        """Forget a thing, or raise `NotFoundError`."""
        statement = self.statement("remove", self._remove)
        if not self.work.changed(statement, self.mine(key=key)):
            raise NotFoundError(kind_of(self.table), key)

    def statement(
        self, key: object, build: Callable[[], ClauseElement]
    ) -> Compiled:
        """Return one of the table's statements, compiled once."""
        return self.work.statement((self.table.name, key), lambda _: build())

    def mine(self, **given: Any) -> Values:
        """Return parameters, with the workspace that they are for."""
        given["mine"] = self.workspace_id
        return given

    def of_mine(self) -> ColumnElement[bool]:
        """Return the condition that a row is of this workspace."""
        return self.mine_of(self.table)

    def mine_of(self, table: Table) -> ColumnElement[bool]:
        """Return the same for another table."""
        return table.c.workspace_id == bindparam("mine")

    def renewed(self, before: E, values: Values) -> Values:
        """Return the parameters that replace a thing by new values."""
        given = self.mine(key=before.id, version_before=before.version)
        for name, value in values.items():
            given[NEW + name] = value
        return given

    def where(self, what: Asked) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions of what is asked for, in this workspace."""
        yield self.of_mine()
        yield from what.where(self.conditions)

    def _insert(self, rows: Sequence[Values]) -> None:
        statement = self.statement("add", lambda: insert(self.table))
        self.work.write(statement, *rows)

    def _replacing(self) -> Compiled:
        return self.statement("replace", self._replace)

    def _is(self) -> ColumnElement[bool]:
        return self.table.c.id == bindparam("key")

    def _get(self) -> Select[Any]:
        return select(self.table).where(self.of_mine(), self._is())

    def _get_all(self, count: int) -> Select[Any]:
        keys = among(self.table.c.id, parameters("key", count))
        return select(self.table).where(self.of_mine(), keys)

    def _find(self, what: Asked, *, after: bool) -> Select[Any]:
        query = select(self.table).where(*self.where(what))
        if after:
            query = query.where(self.table.c.id < bindparam("after"))
        return query.order_by(self.table.c.id.desc()).limit(
            bindparam("limit", type_=Integer)
        )

    def _count(self, what: Asked) -> Select[Any]:
        query = select(func.count()).select_from(self.table)
        return query.where(*self.where(what))

    def _replace(self) -> Update:
        fixed = {"workspace_id", "id", "created_at"}
        values = {
            column.name: bindparam(NEW + column.name, type_=column.type)
            for column in self.table.c
            if column.name not in fixed
        }
        return (
            update(self.table)
            .where(self.of_mine(), self._is())
            .where(self.table.c.version == bindparam("version_before"))
            .values(values)
        )

    def _remove(self) -> Delete:
        return delete(self.table).where(self.of_mine(), self._is())
