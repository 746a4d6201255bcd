"""SQLite through the standard library: one writer, readers beside it.

In WAL mode a writer never keeps readers waiting, nor they the writer. So
there is one connection that writes, which units get in the order of their
asking, and as many that read as there are threads that do.
"""

import sqlite3
from collections import deque
from collections.abc import Sequence
from typing import Final

from attrs import Factory, define, field
from sqlalchemy import literal, select
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.combining import Batch, Combiner
from earntrack_adapters.sql.commands import Channel, Command, Result
from earntrack_adapters.sql.compiled import (
    Compiled,
    Compiler,
    sqlite_compiler,
)
from earntrack_adapters.sql.locks import FairLock
from earntrack_adapters.sql.sqlite_connections import PATIENCE, Place
from earntrack_adapters.sql.sqlite_errors import DATABASE, unavailable
from earntrack_adapters.sql.sqlite_running import Runner
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import WorkspaceId


IDLE: Final = 8
"""Connections for reading that are kept open."""


@define(eq=False)
class SqliteReader:
    """A connection that reads one and the same state of a file."""

    engine: "SqliteEngine"
    connection: sqlite3.Connection

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Run queries."""
        return self.engine.runner.run(self.connection, commands)

    def attempt(self, commands: Sequence[Command], command: Command) -> Result:
        """Run queries."""
        return self.run([*commands, command])[-1]

    def commit(self, commands: Sequence[Command]) -> list[Result]:
        """Run the last queries and end."""
        try:
            return self.run(commands)
        finally:
            self.rollback()

    def rollback(self) -> None:
        """End."""
        self.engine.give_back(self.connection)


@define(eq=False)
class SqliteWriter:
    """The connection that writes, in a transaction."""

    engine: "SqliteEngine"
    connection: sqlite3.Connection

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Run commands."""
        return self.engine.runner.run(self.connection, commands)

    def attempt(self, commands: Sequence[Command], command: Command) -> Result:
        """Run commands, and then one that may fail."""
        return self.engine.runner.attempt(self.connection, commands, command)

    def commit(self, commands: Sequence[Command]) -> list[Result]:
        """Run the last commands and store everything."""
        results = self.run(commands)
        self.engine.commit()
        self.engine.turn.release()
        return results

    def rollback(self) -> None:
        """Take everything back."""
        self.engine.rollback()
        self.engine.turn.release()


@define(eq=False)
class SqliteEngine:
    """A SQLite database."""

    place: Place
    patience: float = PATIENCE
    compiler: Compiler = Factory(sqlite_compiler)
    turn: FairLock = Factory(FairLock)
    runner: Runner = field(init=False)
    reads_apart: bool = False
    locking: Compiled | None = None
    combiner: Combiner = field(init=False)
    _writer: sqlite3.Connection | None = None
    _idle: deque[sqlite3.Connection] = Factory(deque)
    _closed: bool = False

    def __attrs_post_init__(self) -> None:
        self.runner = Runner(self.compiler)
        self.combiner = Combiner(self._store)
        self.place.create()
        self._writer = self.place.connect()

    def reader(self, workspace: WorkspaceId | None) -> Channel:
        """Open a transaction that only reads."""
        connection = self._reading()
        if not self.place.in_memory:
            connection.execute("BEGIN")
        return SqliteReader(self, connection)

    def writer(self, workspace: WorkspaceId | None) -> Channel:
        """Open the transaction that writes, once it is our turn."""
        return SqliteWriter(self, self.begin())

    def store(
        self,
        workspace: WorkspaceId | None,
        commands: Sequence[Command],
        last: Sequence[Command],
    ) -> list[Result]:
        """Store a unit, in one commit with all others that wait."""
        return self.combiner.submit(Batch(workspace, commands, last))

    def begin(self) -> sqlite3.Connection:
        """Wait for our turn and begin a transaction that writes.

        Raises:
            UnavailableError: Others have been writing for too long.
        """
        if not self.turn.acquire(self.patience):
            raise UnavailableError(DATABASE, "too many changes are waiting")
        try:
            connection = self._writing()
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self.turn.release()
            raise unavailable(error) from error
        except BaseException:
            self.turn.release()
            raise
        return connection

    def commit(self) -> None:
        """Store the transaction.

        Raises:
            UnavailableError: It cannot be stored, and was taken back.
        """
        try:
            self._writing().execute("COMMIT")
        except sqlite3.Error as error:
            raise unavailable(error) from error

    def rollback(self) -> None:
        """Take the transaction back, if SQLite has not done so itself."""
        writer = self._writer
        if writer is not None and writer.in_transaction:
            writer.execute("ROLLBACK")

    def give_back(self, connection: sqlite3.Connection) -> None:
        """Keep a connection for the next reader."""
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if self._closed or len(self._idle) >= IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def ping(self) -> None:
        """Read from the file."""
        channel = self.reader(None)
        try:
            probe = self.compiler.get("ping", lambda _: _probe())
            channel.run([Command(probe)])
        finally:
            channel.rollback()

    def close(self) -> None:
        """Close all connections; a unit in the middle is waited for."""
        if self._closed:
            return
        self._closed = True
        waited = self.turn.acquire(self.patience)
        try:
            self._close()
        finally:
            if waited:
                self.turn.release()

    def _close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.execute("PRAGMA optimize")
            writer.close()

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None:
            raise UnavailableError(DATABASE, "it was closed")
        return self._writer

    def _reading(self) -> sqlite3.Connection:
        if self._closed:
            raise UnavailableError(DATABASE, "it was closed")
        try:
            return self._idle.pop()
        except IndexError:
            return self.place.connect(reading=True)

    def _store(self, batches: Sequence[Batch]) -> None:
        connection = self.begin()
        try:
            for batch in batches:
                self._store_one(connection, batch, alone=len(batches) == 1)
            self._commit_all(batches)
        finally:
            self.rollback()
            self.turn.release()

    def _store_one(
        self, connection: sqlite3.Connection, batch: Batch, *, alone: bool
    ) -> None:
        commands = [*batch.commands, *batch.last]
        if alone:
            batch.results = self.runner.run(connection, commands)
            return
        connection.execute("SAVEPOINT unit")
        try:
            batch.results = self.runner.run(connection, commands)
        except Exception as error:  # each unit gets its own
            batch.error = error
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")

    def _commit_all(self, batches: Sequence[Batch]) -> None:
        if any(batch.error is None for batch in batches):
            self.commit()


def _probe() -> ClauseElement:
    return select(literal(1))
