"""A storage inside the transaction of a host: stored when the host commits.

Each unit is a savepoint on the host's own connection: an error takes back
what the unit did, and nothing of what the host did.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from attrs import Factory, define
from sqlalchemy import Connection

from earntrack_adapters.sql.commands import Channel, Command, Engine, Result
from earntrack_adapters.sql.compiled import (
    Compiled,
    Compiler,
    postgres_compiler,
    sqlite_compiler,
)
from earntrack_adapters.sql.migrating import HEAD, version_of
from earntrack_adapters.sql.sqlite_errors import unavailable
from earntrack_adapters.sql.sqlite_running import Runner
from earntrack_adapters.sql.units import Publish, SqlUnits
from earntrack_core.kernel.errors import InvalidError, UnavailableError
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import WorkspaceId


Run = Callable[[Sequence[Command]], list[Result]]
Try = Callable[[Sequence[Command], Command], Result]

SAVE: Final = Command(Compiled("SAVEPOINT earntrack"))
RELEASE: Final = Command(Compiled("RELEASE SAVEPOINT earntrack"))
BACK: Final = Command(Compiled("ROLLBACK TO SAVEPOINT earntrack"))
ONE: Final = "SELECT 1"
IDLE: Final = 0
"""What psycopg says of a connection without a transaction."""
PATIENCE: Final = 60.0
"""Seconds without an answer after which the host's connection is lost."""


@define(eq=False)
class JoinedChannel:
    """A savepoint in the host's transaction."""

    exchange: Run
    try_: Try
    _first: list[Command]

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Run commands."""
        first, self._first = self._first, []
        return self.exchange([*first, *commands])[len(first) :]

    def attempt(self, commands: Sequence[Command], command: Command) -> Result:
        """Run commands, and then one that may fail."""
        first, self._first = self._first, []
        return self.try_([*first, *commands], command)

    def commit(self, commands: Sequence[Command]) -> list[Result]:
        """Run the last commands, and leave the rest to the host."""
        return self.run([*commands, RELEASE])[:-1]

    def rollback(self) -> None:
        """Take back what the unit did."""
        if not self._first:
            with contextlib.suppress(UnavailableError):
                self.exchange([BACK, RELEASE])


@define(eq=False)
class JoinedEngine:
    """The host's connection, as units use a database."""

    exchange: Run
    try_: Try
    compiler: Compiler
    enter: Callable[[WorkspaceId | None], list[Command]]
    locking: Compiled | None = None
    reads_apart: bool = False

    def reader(self, workspace: WorkspaceId | None) -> Channel:
        """Open a savepoint."""
        return self.writer(workspace)

    def writer(self, workspace: WorkspaceId | None) -> Channel:
        """Open a savepoint."""
        return JoinedChannel(
            self.exchange, self.try_, [SAVE, *self.enter(workspace)]
        )

    def store(
        self,
        workspace: WorkspaceId | None,
        commands: Sequence[Command],
        last: Sequence[Command],
    ) -> list[Result]:
        """Run a unit in a savepoint."""
        channel = self.writer(workspace)
        try:
            return channel.commit([*commands, *last])
        except BaseException:
            channel.rollback()
            raise

    def ping(self) -> None:
        """Ask the database for nothing."""
        self.exchange([Command(Compiled(ONE))])

    def close(self) -> None:
        """Leave the connection to the host."""


@define(eq=False, kw_only=True)
class HostStorage(SqlUnits):
    """A storage on a host's connection; the host says when events are told."""

    connection: Connection
    told: list[Event] = Factory(list)
    """The events of the units so far, to be told once the host commits."""

    def __attrs_post_init__(self) -> None:
        self.publish = self.told.extend

    def prepare(self) -> None:
        """Insist that the schema is up to date.

        Raises:
            UnavailableError: It is not, or it is not there.
        """
        if version_of(self.connection) != HEAD:
            raise UnavailableError(
                "database", "its tables are not ours; run `earntrack migrate`"
            )

    def publish_to(self, publish: Publish) -> None:
        """Tell the events; to be called after the host's commit."""
        events = tuple(self.told)
        self.told.clear()
        publish(events)


def engine_of(connection: Connection) -> Engine:
    """Return the engine for a host's connection.

    Raises:
        InvalidError: It is not one of sqlite3 or psycopg.
    """
    raw: Any = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        return _sqlite_engine(connection, raw)
    if type(raw).__module__.partition(".")[0] == "psycopg":
        return _postgres_engine(connection, raw)
    raise InvalidError("connection", "must be one of sqlite3 or psycopg")


def _sqlite_engine(connection: Connection, raw: sqlite3.Connection) -> Engine:
    _insist_on_references(raw)
    compiler = sqlite_compiler()
    runner = Runner(compiler)

    def begun() -> sqlite3.Connection:
        if not raw.in_transaction:
            connection.exec_driver_sql(ONE)  # so that the host's commit counts
            _begin(raw)
        return raw

    return JoinedEngine(
        lambda commands: runner.run(begun(), commands),
        lambda commands, last: runner.attempt(begun(), commands, last),
        compiler,
        lambda _: [],
    )


def _insist_on_references(raw: sqlite3.Connection) -> None:
    """Turn foreign keys on; SQLite does that only between transactions."""
    pragma = "PRAGMA foreign_keys"
    if raw.in_transaction:
        (on,) = raw.execute(pragma).fetchone()
    else:
        raw.execute(f"{pragma} = ON")
        on = True
    if not on:
        raise InvalidError(
            "connection", f"needs {pragma} = ON, before its transaction"
        )


def _begin(raw: sqlite3.Connection) -> None:
    """Begin, since sqlite3 itself would only before a change."""
    try:
        if not raw.in_transaction:
            raw.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise unavailable(error) from error


def _postgres_engine(connection: Connection, raw: Any) -> Engine:
    from earntrack_adapters.sql import (  # noqa: PLC0415 -- an extra
        postgres_link,
        postgres_running,
    )

    compiler = postgres_compiler()

    def exchange(commands: Sequence[Command]) -> list[Result]:
        with _lent(connection, postgres_link.Link, raw) as link:
            return postgres_running.told(link, commands)

    def try_(commands: Sequence[Command], last: Command) -> Result:
        with _lent(connection, postgres_link.Link, raw) as link:
            return postgres_running.attempted(link, commands, last)

    return JoinedEngine(
        exchange,
        try_,
        compiler,
        postgres_running.entering,
        postgres_running.LOCK,
    )


@contextmanager
def _lent(
    connection: Connection, make: Callable[..., Any], raw: Any
) -> Iterator[Any]:
    """Lend the host's connection as a link, and put it back as it was."""
    if raw.info.transaction_status == IDLE:
        connection.exec_driver_sql(ONE)  # begins, the way that the host does
    link = make(raw, patience=PATIENCE, naming=False)
    try:
        yield link
    finally:
        link.leave()
