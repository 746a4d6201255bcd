"""Statements of SQLAlchemy Core, compiled once and run on the bare driver.

Building and compiling a statement costs ten times what the driver needs to
run it. So each shape of a statement is compiled once per dialect: to the
driver's text, the order of its parameters, and the functions that write
parameters and read columns.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from attrs import Factory, define, field, frozen
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from earntrack_adapters.sql.columns import (
    Codec,
    postgres_codecs,
    same,
    sqlite_codecs,
)
from earntrack_core.kernel.errors import InvalidError


Build = Callable[[str], ClauseElement]
"""Builds a statement for a dialect, `sqlite` or `postgresql`."""

Row = tuple[Any, ...]

MOST: Final = 2_000
"""Shapes that are kept; there are more filters than anybody uses."""


@frozen(eq=False)
class Compiled:
    """A statement, ready for one kind of driver."""

    text: str
    table: str = ""
    """The table that it changes, if any."""
    plan: tuple[tuple[str, Codec], ...] = ()
    """The parameters in order, and how each is written."""
    formats: tuple[int, ...] = ()
    """1 for parameters that are binary on PostgreSQL."""
    readers: tuple[Codec, ...] = ()
    """How each column is read."""
    constants: Mapping[str, Any] = field(factory=dict)
    """Parameters that the statement itself brings along."""
    _reading: tuple[tuple[int, Codec], ...] = field(
        init=False,
        default=Factory(lambda self: _not_same(self.readers), takes_self=True),
    )
    """The columns that are not read as they come."""

    def write(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the parameters in the driver's order and form.

        Raises:
            InvalidError: A text has characters that are none.
        """
        if self.constants:
            given = {**self.constants, **given}
        try:
            return [
                None if (value := given[name]) is None else write(value)
                for name, write in self.plan
            ]
        except UnicodeEncodeError as error:
            raise InvalidError("text", "has half of a character") from error

    def read(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return rows as the core knows their values."""
        if not self._reading:
            return rows
        return [self._read(row) for row in rows]

    def _read(self, row: Row) -> Row:
        values = list(row)
        for at, read in self._reading:
            value = values[at]
            if value is not None:
                values[at] = read(value)
        return tuple(values)


def _not_same(readers: Sequence[Codec]) -> tuple[tuple[int, Codec], ...]:
    return tuple(
        (at, read) for at, read in enumerate(readers) if read is not same
    )


@define
class Compiler:
    """Compiles statements for one dialect, each shape once."""

    dialect: Dialect
    _known: dict[Hashable, Compiled] = Factory(dict)

    @property
    def name(self) -> str:
        """The dialect: `sqlite` or `postgresql`."""
        return self.dialect.name

    def get(self, key: Hashable, build: Build) -> Compiled:
        """Return the statement known as *key*, built at its first use."""
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[key] = self._compile(build(self.name))
        return found

    def _compile(self, statement: ClauseElement) -> Compiled:
        compiled = statement.compile(dialect=self.dialect)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{type(statement).__name__} is no statement")
        names = tuple(compiled.positiontup or ())
        kinds = [compiled.binds[name].type for name in names]
        columns = [one.type for one in compiled._result_columns]  # noqa: SLF001 -- there is no public way to the types of the columns
        given = {
            name: value
            for name, value in compiled.params.items()
            if value is not None
        }
        if self.name == "sqlite":
            writers = [sqlite_codecs(kind)[0] for kind in kinds]
            readers = [sqlite_codecs(kind)[1] for kind in columns]
            formats: list[int] = []
        else:
            writers = [postgres_codecs(kind)[0] for kind in kinds]
            readers = [postgres_codecs(kind)[1] for kind in columns]
            formats = [postgres_codecs(kind)[2] for kind in kinds]
        return Compiled(
            text=compiled.string,
            table=str(getattr(getattr(statement, "table", None), "name", "")),
            plan=tuple(zip(names, writers, strict=True)),
            formats=tuple(formats),
            readers=tuple(readers),
            constants=given,
        )


def sqlite_compiler() -> Compiler:
    """Return a compiler for the standard library's sqlite3."""
    return Compiler(SQLiteDialect_pysqlite(paramstyle="qmark"))


def postgres_compiler() -> Compiler:
    """Return a compiler for libpq, whose parameters are numbered."""
    return Compiler(PGDialect_psycopg(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]  # -- SQLAlchemy leaves it out
