"""What the commands share: the settings, and the open EarnTrack."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

from attrs import frozen
from cyclopts import Parameter

from earntrack_core.app import EarnTrack
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import NotFoundError
from earntrack_core.kernel.paging import FIRST, MOST, Part, read_cursor
from earntrack_core.platforms.model import Platform, PlatformFilter, PlatformId
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
Limit = Annotated[int, Parameter(help=f"How many to show, 1 to {MOST}.")]
After = Annotated[
    str | None,
    Parameter(name=["--cursor"], help="Go on where the last list ended."),
]
EVERY = PlatformFilter()


@frozen
class Desk:
    """An open EarnTrack, and the user at the command line."""

    et: EarnTrack
    me: Actor

    def platforms(self) -> dict[PlatformId, Platform]:
        """Return all platforms."""
        found: dict[PlatformId, Platform] = {}
        part = Part(limit=MOST)
        while True:
            page = self.et.platforms.find(self.me, EVERY, part)
            found |= {one.id: one for one in page.items}
            if page.next is None:
                return found
            part = part_of(MOST, page.next)

    def platform(self, wanted: str) -> PlatformId:
        """Return which platform has a key, a name or an id.

        Raises:
            NotFoundError: None has.
        """
        for where in (PlatformFilter(key=wanted), PlatformFilter(name=wanted)):
            for one in self.et.platforms.find(self.me, where, FIRST).items:
                return one.id
        try:
            key = PlatformId(UUID(wanted))
        except ValueError as error:
            raise NotFoundError("platform", wanted) from error
        return self.et.platforms.get(self.me, key).id

    def tree(self, thing: Any) -> Any:
        """Return something as JSON, as the API writes it."""
        return self.et.parts.wire.write(thing)


def part_of(limit: int, after: str | None) -> Part:
    """Return which part of a list is wanted.

    Raises:
        InvalidError: It is too large, or the cursor is not one of ours.
    """
    cursor = None if after is None else read_cursor(after)
    return Part(limit=limit, after=cursor)


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
