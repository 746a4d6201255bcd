"""Databases by their URL: which engine, and how to change its schema."""

from collections.abc import Callable
from typing import Final

from attrs import frozen
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy import Engine as AlchemyEngine
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from earntrack_adapters.sql.commands import Engine
from earntrack_adapters.sql.sqlite import SqliteEngine
from earntrack_adapters.sql.sqlite_connections import place_of
from earntrack_core.kernel.errors import InvalidError, UnavailableError


SQLITE: Final = frozenset({"sqlite", "sqlite+pysqlite"})
POSTGRES: Final = frozenset(
    {"postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg3"}
)
SIZE: Final = 8
MOST: Final = 1_000
"""Connections to PostgreSQL."""

WALLS_DOWN: Final = (
    "our role is a superuser or has BYPASSRLS, so the walls between"
    " workspaces do not hold; connect with a role that has neither"
)


@frozen
class Opened:
    """An engine for units, and one for Alembic."""

    engine: Engine
    alchemy: Callable[[], AlchemyEngine]


def is_ours(url: str) -> bool:
    """Say whether a URL names a database that we know."""
    return url.partition(":")[0] in SQLITE | POSTGRES


def open_engine(
    url: str, *, size: int = SIZE, require_rls: bool = False
) -> Opened:
    """Open the database that a URL names, with at most *size* connections.

    A URL of PostgreSQL can say both itself: `?connections=16`, and
    `?walls=required` to insist on row-level security.

    Raises:
        InvalidError: It is no URL of SQLite or PostgreSQL.
        UnavailableError: The database cannot be opened; or row-level security
            is required, and our role is above it.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise InvalidError("database", "is not a URL") from error
    if address.drivername in SQLITE:
        return _open_sqlite(address)
    if address.drivername in POSTGRES:
        return _open_postgres(address, size=size, require_rls=require_rls)
    raise InvalidError("database", "must be a sqlite: or postgresql: URL")


def _open_sqlite(url: URL) -> Opened:
    place = place_of(url.database)
    engine = SqliteEngine(place)
    return Opened(
        engine,
        lambda: create_engine(
            "sqlite://", creator=place.connect, poolclass=NullPool
        ),
    )


def _number(said: object) -> int:
    """Return a number of connections.

    Raises:
        InvalidError: It is none, or none that makes sense.
    """
    text = str(said)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST):
        raise InvalidError("connections", f"must be 1 to {MOST}")
    return int(text)


def _open_postgres(url: URL, *, size: int, require_rls: bool) -> Opened:
    try:
        from earntrack_adapters.sql import postgres  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise UnavailableError(
            "database", 'PostgreSQL needs pip install "earntrack[postgres]"'
        ) from error
    said = dict(url.query)
    count = _number(said.pop("connections", size))
    walled = said.pop("walls", None) == "required"
    address = url.set(drivername="postgresql+psycopg", query=said)
    engine = postgres.PostgresEngine(address, size=count)
    if (require_rls or walled) and engine.sees_all():
        engine.close()
        raise UnavailableError("database", WALLS_DOWN)
    return Opened(engine, lambda: create_engine(address, poolclass=NullPool))
