"""Bringing the schema up to date, safely from many processes at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Any, Final

from sqlalchemy import (
    ColumnClause,
    Connection,
    Engine,
    column,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError

from earntrack_core.kernel.errors import UnavailableError


HEAD: Final = "0003"
"""The latest step; a test compares it with the history."""

DATABASE: Final = "database"
LOCK: Final = 0x6561726E
"""The number of the lock that only one migration holds on PostgreSQL."""

VERSIONS: Final = "alembic_version"


def migrate(engine: Engine) -> None:
    """Run the steps that are missing.

    Raises:
        UnavailableError: The database cannot be reached, may not be changed,
            or belongs to a newer EarnTrack.
    """
    try:
        with engine.connect() as connection:
            if version_of(connection) == HEAD:
                return
            connection.rollback()
            with _alone(connection):
                _upgrade(connection)
    except DBAPIError as error:
        problem = str(error.orig).strip().partition("\n")[0]
        raise UnavailableError(DATABASE, problem) from error


def version_of(connection: Connection) -> str | None:
    """Return the step that the schema has reached, if any."""
    if not inspect(connection).has_table(VERSIONS):
        return None
    version: ColumnClause[str] = column("version_num")
    query = select(version).select_from(table(VERSIONS))
    return connection.scalar(query)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other migrations waiting; commit, or take everything back."""
    if connection.dialect.name == "sqlite":
        with _alone_on_sqlite(connection):
            yield
        return
    with connection.begin():
        connection.execute(select(text(f"pg_advisory_xact_lock({LOCK})")))
        yield


@contextmanager
def _alone_on_sqlite(connection: Connection) -> Iterator[None]:
    """Migrate without foreign keys, which must all hold again afterwards.

    To change a table SQLite makes a new one and drops the old one; with
    foreign keys, that would take the rows that refer to it along.
    """
    run = connection.exec_driver_sql
    run("PRAGMA foreign_keys = OFF")
    run("BEGIN IMMEDIATE")
    try:
        yield
        _insist_on_references(run("PRAGMA foreign_key_check").fetchall())
        run("COMMIT")
    except BaseException:
        run("ROLLBACK")
        raise
    finally:
        run("PRAGMA foreign_keys = ON")


def _insist_on_references(broken: Sequence[Any]) -> None:
    if broken:
        raise UnavailableError(
            DATABASE, f"{len(broken)} of its rows refer to nothing"
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 -- slow, and rarely needed
    from alembic.util import CommandError  # noqa: PLC0415 -- as above

    with configured(connection) as config:
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise UnavailableError(
                DATABASE, f"it belongs to a newer EarnTrack ({error})"
            ) from error


@contextmanager
def configured(connection: Connection) -> Iterator[Any]:
    """Lend a configuration of Alembic that uses a connection."""
    from alembic.config import Config  # noqa: PLC0415 -- as above

    home = files("earntrack_adapters.sql") / "migrations"
    with as_file(home) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        yield config
