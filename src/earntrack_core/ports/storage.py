"""The storage port: repositories inside a unit of work."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final, Protocol, TypeVar

from attrs import frozen

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.kernel.paging import FIRST, Part


E = TypeVar("E", bound=Entity)
K_contra = TypeVar("K_contra", contravariant=True)
F_contra = TypeVar("F_contra", contravariant=True)
U_co = TypeVar("U_co", bound="UnitOfWork", covariant=True)

KEPT: Final = 10_000
"""How many events of a workspace can be replayed, at least."""


class Repository(Protocol[E, K_contra, F_contra]):
    """One workspace's things of one kind."""

    def get(self, key: K_contra) -> E:
        """Return one thing or raise `NotFoundError`."""
        ...

    def find(self, where: F_contra, part: Part = FIRST) -> Sequence[E]:
        """Return the things that match, the newest (by id) first."""
        ...

    def count(self, where: F_contra) -> int:
        """Return how many match."""
        ...

    def require(self, key: K_contra) -> None:
        """Insist that a thing exists, or raise `NotFoundError`.

        At the latest when the unit commits, and then only if something that
        it stored refers to the thing: that costs no question of its own.
        """
        ...

    def add(self, entity: E) -> None:
        """Store a new thing.

        Raises:
            DuplicateError: There is one like it; at the latest when the unit
                commits.
        """
        ...

    def replace(self, entity: E) -> E:
        """Store a changed thing with its version counted up.

        Raises:
            StaleError: Its version is no longer the stored one.
            NotFoundError: There is none.
        """
        ...

    def remove(self, key: K_contra) -> None:
        """Forget a thing, or raise `NotFoundError`."""
        ...


@frozen(kw_only=True)
class StoredEvent:
    """An event as it is kept: numbered in its workspace, ready to send.

    Numbers count from 1 without a gap, in the order of commits.
    """

    number: int
    topic: str
    data: str
    """The event as JSON text, as the wire writes it."""
    at: datetime


class EventLog(Protocol):
    """A workspace's latest events; the units write it, this reads it."""

    def since(self, number: int, limit: int = 500) -> Sequence[StoredEvent]:
        """Return the events after *number*, the earliest first."""
        ...

    def bounds(self) -> tuple[int, int]:
        """Return the first and last number that can be replayed; 0, 0."""
        ...


@frozen(kw_only=True)
class Reply:
    """What was answered to a request that must take effect only once."""

    key: str
    digest: str
    """Fingerprint of the request, to tell a repetition from a misuse."""
    status: int
    body: bytes


class UnitOfWork(Protocol):
    """A transaction, seen through the eyes of one workspace."""

    @property
    def events(self) -> Sequence[Event]:
        """What was emitted so far."""
        ...

    @property
    def log(self) -> EventLog:
        """The stored events."""
        ...

    def emit(self, event: Event) -> None:
        """Store *event* with the unit; it is told once that commits."""
        ...

    def lock(self, name: str) -> None:
        """Wait until no other unit of the workspace holds this lock.

        It is held until the unit ends. Reads after it see what the unit
        that held it before has stored.
        """
        ...

    def remember(self, reply: Reply) -> None:
        """Store the answer to a request in this very transaction.

        Raises:
            DuplicateError: (kind `reply`, at the latest at the commit) the
                key was used before; then nothing of the unit is stored.
        """
        ...

    def recall(self, key: str) -> Reply | None:
        """Return the stored answer to a request."""
        ...


Begin = Callable[[Actor], AbstractContextManager[U_co]]
"""Opens a unit of work: commits on leaving, rolls back on an exception."""


class Units(Protocol[U_co]):
    """Opens units of work for one workspace at a time."""

    def begin(self, actor: Actor, /) -> AbstractContextManager[U_co]:
        """Open a unit that writes."""
        ...

    def view(self, actor: Actor, /) -> AbstractContextManager[U_co]:
        """Open a unit that only reads; cheaper, and never waits."""
        ...


class Upkeep(Protocol):
    """What an operator does to a storage."""

    def prepare(self) -> None:
        """Bring the schema up to date; safe to call from many processes."""
        ...

    def ping(self) -> None:
        """Do the least that shows that it works, or raise."""
        ...

    def check(self, *, repair: bool = False) -> Sequence[str]:
        """Return what contradicts itself: rollups, references, numbers."""
        ...

    def workspaces(self) -> Sequence[WorkspaceId]:
        """Return all workspaces, for upkeep only."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
