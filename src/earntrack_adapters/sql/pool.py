"""A pool of connections: as many as are needed, at most so many.

The one that was used last is used next, so that few stay busy and warm. A
thread that finds none waits for one to come back. Connections are opened by
the thread that needs them: when the database is away, it learns at once why.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Semaphore
from typing import Any, Generic, Protocol, TypeVar

from attrs import Factory, define, field

from earntrack_core.kernel.errors import UnavailableError


class Pooled(Protocol):
    """A connection, as the pool sees it."""

    broken: bool

    def is_fresh(self) -> bool:
        """Say whether it still stands, without asking the other side."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


L = TypeVar("L", bound=Pooled)


@define(eq=False)
class Pool(Generic[L]):
    """Connections that threads take and give back."""

    connect: Callable[[], L]
    size: int
    patience: float
    _places: Any = field(init=False)
    _idle: deque[L] = Factory(deque)
    _closed: bool = False

    def __attrs_post_init__(self) -> None:
        self._places = Semaphore(self.size)

    def take(self) -> L:
        """Return a connection that stands, a new one if need be.

        Raises:
            UnavailableError: All are busy for too long, or the other side
                does not answer.
        """
        if self._closed:
            raise UnavailableError("database", "it was closed")
        if not self._places.acquire(timeout=self.patience):
            raise UnavailableError(
                "database", f"all {self.size} connections are busy"
            )
        try:
            return self._standing() or self.connect()
        except BaseException:
            self._places.release()
            raise

    def give(self, link: L) -> None:
        """Take a connection back."""
        if self._closed:
            link.close()
        elif not link.broken:
            self._idle.append(link)
        self._places.release()

    @contextmanager
    def link(self) -> Iterator[L]:
        """Lend a connection."""
        link = self.take()
        try:
            yield link
        finally:
            self.give(link)

    def close(self) -> None:
        """Close what is idle now, and the rest when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _standing(self) -> L | None:
        while self._idle:
            try:
                link = self._idle.pop()
            except IndexError:
                return None  # another thread was faster
            if link.is_fresh():
                return link
            link.close()
        return None
