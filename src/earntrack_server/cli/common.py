"""What the commands share: the settings, and the open EarnTrack."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from attrs import frozen
from cyclopts import Parameter

from earntrack_core.app import EarnTrack
from earntrack_core.kernel.actor import Actor
from earntrack_server.config import Settings, load_settings
from earntrack_server.opening import at, open_local


Database = Annotated[
    str | None,
    Parameter(
        name=["--database"],
        help="URL or file of the database, instead of that in the data"
        " folder.",
    ),
]
Json = Annotated[
    bool,
    Parameter(name=["--json"], negative="", help="Print JSON for scripts."),
]


@frozen
class Desk:
    """An open EarnTrack, and the user at the command line."""

    et: EarnTrack
    me: Actor


def settings_with(database: str | None, **given: Any) -> Settings:
    """Return the settings, with what the command line says on top.

    Raises:
        SettingsError: One of them is wrong.
    """
    return at(load_settings(given), database)


@contextmanager
def desk(database: str | None) -> Iterator[Desk]:
    """Open EarnTrack for the local user.

    Raises:
        EarnTrackError: The database cannot be opened.
    """
    with open_local(settings_with(database)) as et:
        yield Desk(et, et.local())


def absolute(path: Path) -> Path:
    """Return a path that stays right whatever the current folder is."""
    return path.expanduser().absolute()
