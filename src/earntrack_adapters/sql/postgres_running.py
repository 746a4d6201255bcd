"""Running commands on a connection to PostgreSQL."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from psycopg import errors

from earntrack_adapters.sql.commands import Command, Result, SurvivedError
from earntrack_adapters.sql.compiled import Compiled
from earntrack_adapters.sql.postgres_errors import translated
from earntrack_adapters.sql.postgres_link import Link, RefusedError
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import WorkspaceId


BEGIN: Final = Command(Compiled("BEGIN"))
COMMIT: Final = Command(Compiled("COMMIT"))
SAVE: Final = Command(Compiled("SAVEPOINT earntrack_try"))
RELEASE: Final = Command(Compiled("RELEASE SAVEPOINT earntrack_try"))
BACK: Final = Command(Compiled("ROLLBACK TO SAVEPOINT earntrack_try"))
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


def entering(workspace: WorkspaceId | None) -> list[Command]:
    """Return what opens the walls to one workspace, in this transaction."""
    return (
        []
        if workspace is None
        else [Command(ENTER, ({"workspace": workspace},))]
    )


def told(link: Link, commands: Sequence[Command]) -> list[Result]:
    """Run commands; raise errors of the core alone."""
    try:
        return link.exchange(commands)
    except RefusedError as error:
        if isinstance(error.error, errors.FeatureNotSupported):
            link.close()  # its plans are of tables that were changed since
        raise translated(error.error, error.given) from error.error


def attempted(
    link: Link, commands: Sequence[Command], command: Command
) -> Result:
    """Run commands, and then one whose failure is taken back alone."""
    try:
        return link.exchange([*commands, SAVE, command, RELEASE])[-2]
    except RefusedError as error:
        problem = translated(error.error, error.given)
        if error.command is not command or link.broken:
            raise problem from error.error
        told(link, [BACK, RELEASE])
        raise SurvivedError(problem) from error.error


def take_back(link: Link) -> None:
    """Roll a transaction back, or hang up, which does so too."""
    if link.broken:
        return
    try:
        link.exchange([ROLLBACK])
    except (RefusedError, UnavailableError):
        link.close()
