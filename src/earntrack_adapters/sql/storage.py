"""The storage port on SQLite and PostgreSQL."""

from collections.abc import Callable
from typing import Self

from attrs import define
from sqlalchemy import Connection
from sqlalchemy import Engine as AlchemyEngine

from earntrack_adapters.sql.joining import HostStorage, engine_of
from earntrack_adapters.sql.migrating import migrate
from earntrack_adapters.sql.opening import SIZE, open_engine
from earntrack_adapters.sql.units import (
    Encode,
    Publish,
    SqlUnits,
    present,
    untold,
)
from earntrack_core.ports.clock import Clock


@define(eq=False, kw_only=True)
class SqlStorage(SqlUnits):
    """A database: units of work on it, and what an operator does to it."""

    alchemy: Callable[[], AlchemyEngine]

    @classmethod
    def open(
        cls,
        url: str,
        *,
        encode: Encode,
        publish: Publish = untold,
        now: Clock = present,
        size: int = SIZE,
        require_rls: bool = False,
    ) -> Self:
        """Open the database that a URL names.

        Args:
            url: `sqlite:///file`, `sqlite://` for one in memory, or
                `postgresql://user:password@host/name`.
            encode: Writes an event as JSON text, to be kept and replayed.
            publish: Told of the events of a unit once it is stored.
            now: The clock for events.
            size: How many connections to PostgreSQL there are at most; best
                as many as there are threads.
            require_rls: Refuse a role that row-level security does not hold.

        Raises:
            InvalidError: It is no URL of SQLite or PostgreSQL.
            UnavailableError: The database cannot be opened.
        """
        opened = open_engine(url, size=size, require_rls=require_rls)
        return cls(
            engine=opened.engine,
            alchemy=opened.alchemy,
            encode=encode,
            publish=publish,
            now=now,
        )

    @staticmethod
    def joining(
        connection: Connection, *, encode: Encode, now: Clock = present
    ) -> HostStorage:
        """Return a storage inside the transaction of a host's own connection.

        What they store is stored when the host commits, and gone when it
        does not. The host then tells the events by `publish_to`.
        """
        return HostStorage(
            engine=engine_of(connection),
            encode=encode,
            now=now,
            connection=connection,
        )

    def prepare(self) -> None:
        """Bring the schema up to date; safe to call from many processes.

        Raises:
            UnavailableError: The database cannot be reached or changed.
        """
        alchemy = self.alchemy()
        try:
            migrate(alchemy)
        finally:
            alchemy.dispose()
