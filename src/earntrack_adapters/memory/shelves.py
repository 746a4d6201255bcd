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

    def forget(self) -> None:
        """Let what was done stand."""
        self._steps.clear()

    def take_back(self) -> None:
        """Take everything back, the last step first."""
        while self._steps:
            self._steps.pop()()


@define
class Shelf(Generic[K, V]):
    """Things of one kind, by key; every change is noted in the journal."""

    journal: Journal
    things: dict[K, V] = field(factory=dict)

    def put(self, key: K, thing: V) -> None:
        """Set a thing."""
        old = self.things.get(key, ABSENT)
        self.journal.note(lambda: self._set(key, old))
        self.things[key] = thing

    def drop(self, key: K) -> None:
        """Forget a thing, if it is there."""
        old = self.things.pop(key, ABSENT)
        if old is not ABSENT:
            self.journal.note(lambda: self._set(key, old))

    def _set(self, key: K, old: Any) -> None:
        if old is ABSENT:
            self.things.pop(key, None)
        else:
            self.things[key] = old

    def __iter__(self) -> Iterator[V]:
        """Yield the things."""
        return iter(list(self.things.values()))
