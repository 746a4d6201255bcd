"""PostgreSQL through psycopg: a unit that only writes is one round trip."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final

import psycopg
from attrs import Factory, define, field
from psycopg import errors
from sqlalchemy import URL, column, or_, select, table, text

from earntrack_adapters.sql.combining import Batch, Combiner
from earntrack_adapters.sql.commands import Channel, Command, Result
from earntrack_adapters.sql.compiled import (
    Compiled,
    Compiler,
    postgres_compiler,
)
from earntrack_adapters.sql.pool import Pool
from earntrack_adapters.sql.postgres_errors import (
    AGAIN,
    DATABASE,
    translated,
)
from earntrack_adapters.sql.postgres_link import Link, RefusedError, lost
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import WorkspaceId


SIZE: Final = 8
PATIENCE: Final = 10.0
"""Seconds that a unit waits for a connection."""

LONGEST: Final = 30
"""Seconds that the server may work on a statement."""

ATTEMPTS: Final = 3
"""How often a unit is run that had to make way for others."""

BEGIN: Final = Command(Compiled("BEGIN"))
COMMIT: Final = Command(Compiled("COMMIT"))
ROLLBACK: Final = Command(Compiled("ROLLBACK"))
ENTER: Final = Compiled(
    "SELECT set_config('earntrack.workspace', $1, true)",
    plan=(("workspace", lambda key: str(key).encode()),),
    formats=(0,),
)
"""Lets the policies of row-level security see one workspace alone."""

LOCK: Final = Compiled(
    "SELECT pg_advisory_xact_lock($1)",
    plan=(("name", lambda name: b"%d" % lock_number(name)),),
    formats=(0,),
)


def lock_number(name: str) -> int:
    """Return the number that stands for a lock; 64 bits do not collide."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def entering(tenant: WorkspaceId | None) -> list[Command]:
    """Return what opens the walls to one workspace, in this transaction."""
    return [] if tenant is None else [Command(ENTER, ({"workspace": tenant},))]


def told(link: Link, commands: Sequence[Command]) -> list[Result]:
    """Run commands; raise errors of the core alone."""
    try:
        return link.exchange(commands)
    except RefusedError as error:
        if isinstance(error.error, errors.FeatureNotSupported):
            link.close()  # its plans are of tables that were changed since
        raise translated(error.error, error.given) from error.error


@define(eq=False)
class PostgresReader:
    """Reads what is stored at the moment of each question."""

    engine: "PostgresEngine"
    tenant: WorkspaceId | None

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Run queries in one round trip."""
        first = entering(self.tenant)
        with self.engine.pool.link() as link:
            return told(link, [*first, *commands])[len(first) :]

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

    def commit(self, commands: Sequence[Command]) -> list[Result]:
        """Run the last commands and store everything."""
        results = self.run([*commands, COMMIT])
        self.engine.pool.give(self.link)
        return results[:-1]

    def rollback(self) -> None:
        """Take everything back."""
        take_back(self.link)
        self.engine.pool.give(self.link)


def take_back(link: Link) -> None:
    """Roll a transaction back, or hang up, which does so too."""
    if link.broken:
        return
    try:
        link.exchange([ROLLBACK])
    except (RefusedError, UnavailableError):
        link.close()


@define(eq=False)
class PostgresEngine:
    """A PostgreSQL database."""

    url: URL
    size: int = SIZE
    patience: float = PATIENCE
    longest: int = LONGEST
    compiler: Compiler = Factory(postgres_compiler)
    reads_apart: bool = True
    locking: Compiled | None = LOCK
    pool: Pool[Link] = field(init=False)
    _combiner: Combiner = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pool = Pool(self._connect, self.size, self.patience)
        self._combiner = Combiner(self._store)

    def reader(self, tenant: WorkspaceId | None) -> Channel:
        """Open a channel that only reads."""
        return PostgresReader(self, tenant)

    def writer(self, tenant: WorkspaceId | None) -> Channel:
        """Open a transaction that writes; it begins with its first words."""
        first = [BEGIN, *entering(tenant)]
        return PostgresWriter(self, self.pool.take(), first)

    def store(
        self,
        tenant: WorkspaceId | None,
        commands: Sequence[Command],
        last: Sequence[Command],
    ) -> list[Result]:
        """Store a unit, in one commit with all others that wait."""
        return self._combiner.submit(Batch(tenant, commands, last))

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

    def _store(self, batches: Sequence[Batch]) -> None:
        if len(batches) > 1:
            with self.pool.link() as link:
                if self._store_together(link, batches):
                    return
        for batch in batches:
            try:
                with self.pool.link() as link:
                    self._store_alone(link, batch)
            except UnavailableError as error:
                batch.error = error

    def _store_together(self, link: Link, batches: Sequence[Batch]) -> bool:
        """Store batches in one transaction, or none of them.

        What everybody waits for comes last, and in the order of workspaces,
        so that two such transactions cannot wait for each other.
        """
        batches = sorted(batches, key=lambda one: str(one.tenant))
        steps = [
            *_steps(batches, [one.commands for one in batches]),
            *_steps(batches, [one.last for one in batches]),
        ]
        commands = [BEGIN, *(command for _, command in steps), COMMIT]
        try:
            results = link.exchange(commands)[1:-1]
        except RefusedError:
            take_back(link)
            return False
        for (batch, _), result in zip(steps, results, strict=True):
            if batch is not None:
                batch.results.append(result)
        return True

    def _store_alone(self, link: Link, batch: Batch) -> None:
        first = [BEGIN, *entering(batch.tenant)]
        commands = [*first, *batch.commands, *batch.last, COMMIT]
        for left in reversed(range(ATTEMPTS)):
            try:
                results = link.exchange(commands)
            except RefusedError as error:
                take_back(link)
                if not (left and isinstance(error.error, AGAIN)):
                    batch.error = translated(error.error, error.given)
                    batch.error.__cause__ = error.error
                    return
            else:
                batch.results = results[len(first) : -1]
                return


def _steps(
    batches: Sequence[Batch], parts: Sequence[Sequence[Command]]
) -> Iterable[tuple[Batch | None, Command]]:
    """Yield the commands with their batches, each in its workspace."""
    tenant = None
    for batch, commands in zip(batches, parts, strict=True):
        if commands and batch.tenant != tenant:
            tenant = batch.tenant
            yield from ((None, one) for one in entering(tenant))
        yield from ((batch, one) for one in commands)


def arguments(url: URL, longest: int) -> dict[str, Any]:
    """Return what psycopg needs to connect.

    Raises:
        UnavailableError: The URL says something that cannot be.
    """
    dialect = postgres_compiler().dialect
    try:
        _, given = dialect.create_connect_args(url)
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
