"""Connections to a SQLite file, opened the right way."""

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from attrs import frozen

from earntrack_adapters.sql.sqlite_errors import DATABASE, unavailable
from earntrack_core.kernel.errors import UnavailableError


PATIENCE: Final = 30.0
"""Seconds that a unit waits for the others, and for other programs."""

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -8000",
    "PRAGMA journal_size_limit = 67108864",
)
"""Run in this order, after the busy timeout: else starting processes would
find the database locked while one of them turns the journal over.
"""

STATEMENTS: Final = 500
"""Prepared statements that a connection keeps."""

OWNER_ONLY: Final = 0o600
MEMORY_SINCE: Final = (3, 36)


@frozen
class Place:
    """Where a SQLite database is: a file, or the memory of this process."""

    path: Path | None
    address: str

    @property
    def in_memory(self) -> bool:
        """Say whether it is gone once it is closed."""
        return self.path is None

    def connect(self, *, reading: bool = False) -> sqlite3.Connection:
        """Open a connection that any thread may use, one at a time.

        Raises:
            UnavailableError: The file cannot be opened, or is none of ours.
        """
        try:
            connection = sqlite3.connect(
                self.address,
                uri=True,
                timeout=PATIENCE,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=STATEMENTS,
            )
            return _prepared(connection, reading=reading)
        except sqlite3.Error as error:
            raise unavailable(error) from error

    def create(self) -> None:
        """Create the file, for its owner's eyes only, unless it is there.

        Raises:
            UnavailableError: Its folder does not exist, or is not writable.
        """
        if self.path is None or self.path.exists():
            return
        try:
            with contextlib.suppress(FileExistsError):
                flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
                os.close(os.open(self.path, flags, OWNER_ONLY))
        except OSError as error:
            raise UnavailableError(
                DATABASE, f"{self.path} cannot be created: {error.strerror}"
            ) from error


def place_of(database: str | None) -> Place:
    """Return the place that a URL names; none is a new one in memory.

    Raises:
        UnavailableError: This SQLite cannot keep databases in memory.
    """
    if database and database != ":memory:":
        path = Path(database).absolute()
        return Place(path, f"file:{quote(str(path))}")
    if sqlite3.sqlite_version_info < MEMORY_SINCE:
        raise UnavailableError(
            DATABASE, "databases in memory need SQLite 3.36; name a file"
        )
    return Place(None, f"file:/{secrets.token_hex(8)}?vfs=memdb")


def _prepared(
    connection: sqlite3.Connection, *, reading: bool
) -> sqlite3.Connection:
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        if reading:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
