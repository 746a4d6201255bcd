"""Running commands on a connection to SQLite."""

import sqlite3
from collections.abc import Sequence

from attrs import frozen
from sqlalchemy import Select, Table, bindparam, select

from earntrack_adapters.sql import blame
from earntrack_adapters.sql.commands import (
    Command,
    Given,
    Result,
    SurvivedError,
)
from earntrack_adapters.sql.compiled import Compiler
from earntrack_adapters.sql.sqlite_errors import unavailable, unique_error
from earntrack_adapters.sql.tables import metadata
from earntrack_core.kernel.errors import (
    ConflictError,
    EarnTrackError,
    InvalidError,
    NotFoundError,
)


@frozen
class Runner:
    """Runs commands, and says who is to blame when one fails."""

    compiler: Compiler

    def run(
        self, connection: sqlite3.Connection, commands: Sequence[Command]
    ) -> list[Result]:
        """Run commands in turn.

        Raises:
            EarnTrackError: One of them fails; those before it are done.
        """
        results = []
        for command in commands:
            try:
                results.append(_result(connection, command))
            except sqlite3.IntegrityError as error:
                raise self._blamed(connection, command, error) from error
            except sqlite3.Error as error:
                raise unavailable(error) from error
            except UnicodeEncodeError as error:
                raise InvalidError(
                    "text", "has half of a character"
                ) from error
        return results

    def attempt(
        self,
        connection: sqlite3.Connection,
        commands: Sequence[Command],
        command: Command,
    ) -> Result:
        """Run commands, and then one that may fail.

        Raises:
            SurvivedError: That one failed; SQLite took it back alone.
        """
        self.run(connection, commands)
        try:
            return self.run(connection, [command])[0]
        except (ConflictError, InvalidError, NotFoundError) as error:
            raise SurvivedError(error) from error.__cause__

    def _blamed(
        self,
        connection: sqlite3.Connection,
        command: Command,
        error: sqlite3.IntegrityError,
    ) -> Exception:
        given, error = _culprit(connection, command, error)
        if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            return self._missing(connection, command, given)
        if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_CHECK:
            return blame.off_the_rails()
        return unique_error(error, given)

    def _missing(
        self, connection: sqlite3.Connection, command: Command, given: Given
    ) -> EarnTrackError:
        for reference in blame.references_of(command.statement.table):
            key = blame.value_of(reference.column, given)
            if key is not None and not self._exists(
                connection, reference, given, key
            ):
                return reference.broken(given)
        return blame.in_use()

    def _exists(
        self,
        connection: sqlite3.Connection,
        reference: blame.Reference,
        given: Given,
        key: object,
    ) -> bool:
        statement = self.compiler.get(
            ("exists", reference.table),
            lambda _: _existing(metadata.tables[reference.table]),
        )
        workspace = blame.value_of("workspace_id", given)
        parameters = statement.write({"mine": workspace, "key": key})
        row = connection.execute(statement.text, parameters).fetchone()
        return row is not None


def _existing(table: Table) -> Select[tuple[object]]:
    return select(table.c.id).where(
        table.c.workspace_id == bindparam("mine"),
        table.c.id == bindparam("key"),
    )


def _result(connection: sqlite3.Connection, command: Command) -> Result:
    statement = command.statement
    parameters = command.parameters()
    if len(parameters) == 1:
        cursor = connection.execute(statement.text, parameters[0])
    else:
        connection.execute("SAVEPOINT many")
        cursor = connection.executemany(statement.text, parameters)
        connection.execute("RELEASE many")
    if cursor.description is None:
        return Result(changed=cursor.rowcount)
    return Result(statement.read(cursor.fetchall()))


def _culprit(
    connection: sqlite3.Connection,
    command: Command,
    error: sqlite3.IntegrityError,
) -> tuple[Given, sqlite3.IntegrityError]:
    """Find which of many runs failed, by running them one by one."""
    if len(command.given) == 1:
        return command.given[0], error
    connection.execute("ROLLBACK TO many")
    try:
        for given, parameters in zip(
            command.given, command.parameters(), strict=True
        ):
            try:
                connection.execute(command.statement.text, parameters)
            except sqlite3.IntegrityError as single:
                return given, single
    finally:
        connection.execute("ROLLBACK TO many")
        connection.execute("RELEASE many")
    return {}, error
