"""What SQLite refuses, in the core's words."""

import re
import sqlite3
from typing import Final

from earntrack_adapters.sql import blame
from earntrack_adapters.sql.commands import Given
from earntrack_core.kernel.errors import EarnTrackError, UnavailableError


DATABASE: Final = "database"
FAILED: Final = re.compile(r"UNIQUE constraint failed: (.+)")

SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: "another program has been writing to it for too long",
    sqlite3.SQLITE_LOCKED: "another program has been writing to it for"
    " too long",
    sqlite3.SQLITE_FULL: "the disk is full; nothing of this was stored",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; check that its"
    " folder exists and may be written to",
    sqlite3.SQLITE_READONLY: "the file may not be written to",
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore a backup",
    sqlite3.SQLITE_IOERR: "the disk does not read or write",
}
PRIMARY: Final = 0xFF
"""The part of a result code that is the kind of error."""


def unique_error(error: sqlite3.IntegrityError, given: Given) -> Exception:
    """Return the error for something that is there already."""
    found = FAILED.search(str(error))
    names = found[1].split(", ") if found else []
    table = names[0].partition(".")[0] if names else ""
    columns = tuple(name.partition(".")[2] for name in names)
    rule = blame.rules_by_columns().get((table, columns))
    return error if rule is None else rule.broken(given)


def unavailable(error: sqlite3.Error) -> EarnTrackError:
    """Return the error for a database that cannot do its work."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        return UnavailableError(DATABASE, "it was closed")
    if code is not None and code & PRIMARY in SENTENCES:
        return UnavailableError(DATABASE, SENTENCES[code & PRIMARY])
    if str(error).startswith("no such table"):
        return UnavailableError(
            DATABASE, "it has no tables yet; `earntrack migrate` makes them"
        )
    return UnavailableError(DATABASE, str(error))
