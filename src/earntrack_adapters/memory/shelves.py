"""Dictionaries with a way back: the tables of the memory storage."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from attrs import Factory, define, field


K = TypeVar("K")
V = TypeVar("V")

ABSENT: Any = object()


@define
class Journal:
    """How to take back what a unit of work did."""

    _steps: list[Callable[[], object]] = Factory(list)

    def note(self, step: Callable[[], object]) -> None:
        """Remember how to take one step back."""
        self._steps.append(step)

    def __len__(self) -> int:
        """Return how many steps were done."""
        return len(self._steps)

    def forget(self) -> None:
        """Let what was done stand."""
        self._steps.clear()

    def take_back(self, mark: int = 0) -> None:
        """Take back all steps but so many, the last one first."""
        while len(self._steps) > mark:
            self._steps.pop()()


@define
class Shelf(Generic[K, V]):
    """Things of one kind, by key; every change is noted in the journal."""

    journal: Journal
    things: dict[K, V] = field(factory=dict)
    changed: set[K] = field(factory=set)
    """The keys of what came, went or changed in the present unit."""

    def put(self, key: K, thing: V) -> None:
        """Set a thing."""
        old = self.things.get(key, ABSENT)
        self.journal.note(lambda: self._set(key, old))
        self.things[key] = thing
        self.changed.add(key)

    def drop(self, key: K) -> None:
        """Forget a thing, if it is there."""
        old = self.things.pop(key, ABSENT)
        if old is not ABSENT:
            self.journal.note(lambda: self._set(key, old))
            self.changed.add(key)

    def _set(self, key: K, old: Any) -> None:
        if old is ABSENT:
            self.things.pop(key, None)
        else:
            self.things[key] = old

    def __iter__(self) -> Iterator[V]:
        """Yield the things."""
        return iter(list(self.things.values()))


@define
class Index(Generic[K, V]):
    """Which things belong together under a key."""

    journal: Journal
    groups: dict[K, dict[V, None]] = field(factory=dict)

    def add(self, key: K, thing: V) -> None:
        """Say that a thing belongs to a key."""
        if thing not in self.groups.get(key, ()):
            self._add(key, thing)
            self.journal.note(lambda: self._drop(key, thing))

    def drop(self, key: K, thing: V) -> None:
        """Say that it does not any more."""
        if thing in self.groups.get(key, ()):
            self._drop(key, thing)
            self.journal.note(lambda: self._add(key, thing))

    def of(self, key: K) -> tuple[V, ...]:
        """Return what belongs to a key."""
        return tuple(self.groups.get(key, ()))

    def _add(self, key: K, thing: V) -> None:
        self.groups.setdefault(key, {})[thing] = None

    def _drop(self, key: K, thing: V) -> None:
        group = self.groups[key]
        del group[thing]
        if not group:
            del self.groups[key]
