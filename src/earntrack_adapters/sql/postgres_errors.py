"""What PostgreSQL refuses, in the core's words."""

from typing import Final

import psycopg
from psycopg import errors

from earntrack_adapters.sql import blame
from earntrack_adapters.sql.commands import Given
from earntrack_core.kernel.errors import InvalidError, UnavailableError


DATABASE: Final = "database"

AGAIN: Final = (errors.SerializationFailure, errors.DeadlockDetected)
"""Two units were in each other's way; the same unit may pass next time."""

SENTENCES: Final = (
    (errors.QueryCanceled, "the request took too long"),
    (errors.LockNotAvailable, "others hold what it needs for too long"),
    (errors.DiskFull, "its disk is full; nothing of this was stored"),
    (errors.TooManyConnections, "it takes no more connections"),
    (errors.ReadOnlySqlTransaction, "it only lets us read"),
    (
        errors.InsufficientPrivilege,
        "our role may not do this; see `earntrack doctor`",
    ),
    (
        errors.UndefinedTable,
        "it has no tables yet; `earntrack migrate` makes them",
    ),
    (
        errors.UndefinedColumn,
        "its tables are of another version; `earntrack migrate` updates them",
    ),
    (AGAIN, "other changes were in the way; try again"),
)


def translated(error: psycopg.Error, given: Given) -> Exception:
    """Return what the core calls an error of PostgreSQL."""
    if isinstance(error, errors.IntegrityError):
        return _integrity(error, given)
    if isinstance(error, errors.DataError):
        return InvalidError("value", f"cannot be stored: {first_line(error)}")
    for kinds, sentence in SENTENCES:
        if isinstance(error, kinds):
            return UnavailableError(DATABASE, sentence)
    return UnavailableError(DATABASE, first_line(error))


def _integrity(error: psycopg.Error, given: Given) -> Exception:
    if isinstance(error, errors.CheckViolation):
        return blame.off_the_rails()
    if isinstance(error, errors.RestrictViolation):
        return blame.in_use()
    rule = blame.rules_by_name().get(error.diag.constraint_name or "")
    return error if rule is None else rule.broken(given)


def first_line(error: Exception) -> str:
    """Return what an error says first, without its full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
