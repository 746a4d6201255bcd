"""Repositories on dictionaries."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from attrs import define, evolve

from earntrack_adapters.memory.shelves import Shelf
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.errors import (
    DuplicateError,
    NotFoundError,
    StaleError,
)
from earntrack_core.kernel.paging import FIRST, Part


E = TypeVar("E", bound=Entity)
E_contra = TypeVar("E_contra", contravariant=True)
K = TypeVar("K")


class Filter(Protocol[E_contra]):
    """Chooses things of one kind."""

    def matches(self, thing: E_contra, /) -> bool:
        """Say whether *thing* is chosen."""
        ...


F = TypeVar("F", bound=Filter[Any])

Unique = Callable[[E], Iterable[tuple[str, object]]]
"""Returns names and values that no two things of a workspace share."""


def nothing_unique(_: Any) -> Iterable[tuple[str, object]]:
    """Allow anything twice."""
    return ()


@define
class MemoryRepository(Generic[E, K, F]):
    """One workspace's things of one kind, in a dictionary."""

    kind: str
    shelf: Shelf[Any, E]
    unique: Unique[E] = nothing_unique

    def get(self, key: K) -> E:
        """Return one thing."""
        thing = self.shelf.things.get(key)
        if thing is None:
            raise NotFoundError(self.kind, key)
        return thing

    def get_all(self, keys: Sequence[K]) -> Sequence[E]:
        """Return those of the things that exist."""
        things = self.shelf.things
        return [things[key] for key in dict.fromkeys(keys) if key in things]

    def require(self, key: K) -> None:
        """Insist that a thing exists."""
        self.get(key)

    def find(self, where: F, part: Part = FIRST) -> Sequence[E]:
        """Return the things that match, the newest first."""
        found = sorted(
            (one for one in self.shelf if where.matches(one)),
            key=lambda one: one.id,
            reverse=True,
        )
        after = part.after
        if after is not None:
            found = [one for one in found if one.id < after.id]
        return found[: part.limit]

    def count(self, where: F) -> int:
        """Return how many match."""
        return sum(where.matches(one) for one in self.shelf)

    def add(self, entity: E) -> None:
        """Store a new thing."""
        if entity.id in self.shelf.things:
            raise DuplicateError(self.kind, "id", entity.id)
        self._must_be_unique(entity)
        self.shelf.put(entity.id, entity)

    def add_all(self, entities: Sequence[E]) -> None:
        """Store many new things."""
        for entity in entities:
            self.add(entity)

    def replace(self, entity: E) -> E:
        """Store a changed thing."""
        key: Any = entity.id
        if self.get(key).version != entity.version:
            raise StaleError(self.kind, key)
        self._must_be_unique(entity)
        newer = evolve(entity, version=entity.version + 1)
        self.shelf.put(key, newer)
        return newer

    def remove(self, key: K) -> None:
        """Forget a thing."""
        self.get(key)
        self.shelf.drop(key)

    def _must_be_unique(self, entity: E) -> None:
        mine = dict(self.unique(entity))
        if not mine:
            return
        for other in self.shelf:
            for name, value in self.unique(other):
                if other.id != entity.id and mine.get(name) == value:
                    raise DuplicateError(self.kind, name, value)
