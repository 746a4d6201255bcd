"""PostgreSQL through psycopg: a unit that only writes is one round trip."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import psycopg
from attrs import Factory, define, field
from sqlalchemy import URL, column, or_, select, table, text

from earntrack_adapters.sql.combining import Batch, Combiner
from earntrack_adapters.sql.commands import Channel, Command, Result
from earntrack_adapters.sql.compiled import (
    Compiled,
    Compiler,
    postgres_compiler,
)
from earntrack_adapters.sql.pool import Pool
from earntrack_adapters.sql.postgres_errors import DATABASE
from earntrack_adapters.sql.postgres_link import Link, lost
from earntrack_adapters.sql.postgres_running import (
    BEGIN,
    COMMIT,
    LOCK,
    attempted,
    entering,
    take_back,
    told,
)
from earntrack_adapters.sql.postgres_sharing import store_all
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import WorkspaceId


PATIENCE: Final = 10.0
"""Seconds that a unit waits for a connection."""

LONGEST: Final = 30
"""Seconds that the server may work on a statement."""


@define(eq=False)
class PostgresReader:
    """Reads what is stored at the moment of each question."""

    engine: "PostgresEngine"
    workspace: WorkspaceId | None

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Run queries in one round trip."""
        first = entering(self.workspace)
        with self.engine.pool.link() as link:
            return told(link, [*first, *commands])[len(first) :]

    def attempt(self, commands: Sequence[Command], command: Command) -> Result:
        """Run queries."""
        return self.run([*commands, command])[-1]

    def commit(self, commands: Sequence[Command]) -> list[Result]:
        """Run the last queries."""
        return self.run(commands) if commands else []

    def rollback(self) -> None:
        """End; there is nothing to take back."""


@define(eq=False)
class PostgresWriter:
    """A transaction on a connection of its own."""

    engine: "PostgresEngine"
    link: Link
    _first: list[Command]

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Run commands in one round trip."""
        first, self._first = self._first, []
        return told(self.link, [*first, *commands])[len(first) :]

    def attempt(self, commands: Sequence[Command], command: Command) -> Result:
        """Run commands, and then one that may fail, in one round trip."""
        first, self._first = self._first, []
        return attempted(self.link, [*first, *commands], command)

    def commit(self, commands: Sequence[Command]) -> list[Result]:
        """Run the last commands and store everything."""
        results = self.run([*commands, COMMIT])
        self.engine.pool.give(self.link)
        return results[:-1]

    def rollback(self) -> None:
        """Take everything back."""
        take_back(self.link)
        self.engine.pool.give(self.link)


@define(eq=False)
class PostgresEngine:
    """A PostgreSQL database."""

    url: URL
    size: int = 8
    patience: float = PATIENCE
    longest: int = LONGEST
    compiler: Compiler = Factory(postgres_compiler)
    reads_apart: bool = True
    locking: Compiled | None = LOCK
    pool: Pool[Link] = field(init=False)
    combiner: Combiner = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pool = Pool(self._connect, self.size, self.patience)
        self.combiner = Combiner(partial(store_all, self.pool))

    def reader(self, workspace: WorkspaceId | None) -> Channel:
        """Open a channel that only reads."""
        return PostgresReader(self, workspace)

    def writer(self, workspace: WorkspaceId | None) -> Channel:
        """Open a transaction that writes; it begins with its first words."""
        first = [BEGIN, *entering(workspace)]
        return PostgresWriter(self, self.pool.take(), first)

    def store(
        self,
        workspace: WorkspaceId | None,
        commands: Sequence[Command],
        last: Sequence[Command],
    ) -> list[Result]:
        """Store a unit, in one commit with all others that wait."""
        return self.combiner.submit(Batch(workspace, commands, last))

    def ping(self) -> None:
        """Ask the server for nothing."""
        with self.pool.link() as link:
            told(link, [Command(Compiled("SELECT 1"))])

    def close(self) -> None:
        """Let go of all connections."""
        self.pool.close()

    def sees_all(self) -> bool:
        """Say whether row-level security does not hold for our role."""
        roles = table(
            "pg_roles",
            column("rolname"),
            column("rolsuper"),
            column("rolbypassrls"),
        )
        query = select(or_(roles.c.rolsuper, roles.c.rolbypassrls)).where(
            roles.c.rolname == text("current_user")
        )
        statement = self.compiler.get("sees_all", lambda _: query)
        with self.pool.link() as link:
            rows = told(link, [Command(statement)])[0].rows
        return bool(rows[0][0])

    def _connect(self) -> Link:
        try:
            connection = psycopg.connect(
                **arguments(self.url, self.longest), autocommit=True
            )
        except psycopg.Error as error:
            raise lost(error) from error
        return Link(connection, self.longest + self.patience)


def arguments(url: URL, longest: int) -> dict[str, Any]:
    """Return what psycopg needs to connect.

    Raises:
        UnavailableError: The URL says something that cannot be.
    """
    dialect = postgres_compiler().dialect
    try:
        given = dict(dialect.create_connect_args(url)[1])
    except ValueError as error:
        raise UnavailableError(DATABASE, f"{error}") from error
    settings = {
        "statement_timeout": longest * 1000,
        "idle_in_transaction_session_timeout": 2 * longest * 1000,
        "timezone": "UTC",
    }
    options = " ".join(f"-c {key}={value}" for key, value in settings.items())
    given.setdefault("application_name", "earntrack")
    given.setdefault("connect_timeout", 5)
    given["options"] = f"{options} {given.get('options', '')}".strip()
    given["client_encoding"] = "utf8"
    return given
