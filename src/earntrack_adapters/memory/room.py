"""Everything of one workspace, and who refers to whom in it."""

from collections.abc import Iterator
from typing import Any, Final

from attrs import define, field

from earntrack_adapters.memory.shelves import Index, Journal, Shelf
from earntrack_core.kernel.errors import ConflictError, NotFoundError
from earntrack_core.ports.storage import StoredEvent


REFERENCES: Final = (
    ("batches", "platform_id", "platforms"),
    ("payouts", "platform_id", "platforms"),
    ("payouts", "batch_id", "batches"),
    ("earnings", "platform_id", "platforms"),
    ("earnings", "payout_id", "payouts"),
    ("earnings", "batch_id", "batches"),
    ("lines", "platform_id", "platforms"),
    ("lines", "batch_id", "batches"),
    ("claims", "line_id", "lines"),
    ("claims", "batch_id", "batches"),
)
"""On which shelf, in which field, what of another shelf is named."""

KINDS: Final = {
    "batches": "batch",
    "lines": "line",
    "payouts": "payout",
    "platforms": "platform",
}


@define
class Room:
    """Everything of one workspace."""

    journal: Journal
    shelves: dict[str, Shelf[Any, Any]] = field(factory=dict)
    indexes: dict[str, Index[Any, Any]] = field(factory=dict)
    log: list[StoredEvent] = field(factory=list)

    def shelf(self, name: str) -> Shelf[Any, Any]:
        """Return the shelf of a name."""
        if name not in self.shelves:
            self.shelves[name] = Shelf(self.journal)
        return self.shelves[name]

    def index(self, name: str) -> Index[Any, Any]:
        """Return the index of a name."""
        if name not in self.indexes:
            self.indexes[name] = Index(self.journal)
        return self.indexes[name]

    def settle(self) -> None:
        """Begin to note anew what a unit changes."""
        for shelf in self.shelves.values():
            shelf.changed.clear()

    def check(self) -> None:
        """Insist that everything that things refer to is there.

        Raises:
            NotFoundError: Something refers to what is not.
            ConflictError: Something was removed that others refer to.
        """
        for name, what, target in REFERENCES:
            there = self.shelf(target)
            for key in self._named(name, what):
                if key is not None and key not in there.things:
                    raise NotFoundError(KINDS[target], key)
            gone = there.changed - there.things.keys()
            if gone and any(
                getattr(one, what) in gone for one in self.shelf(name)
            ):
                raise ConflictError(
                    "It cannot be removed: other things refer to it."
                )

    def _named(self, name: str, what: str) -> Iterator[Any]:
        """Yield what things refer to that are new or changed."""
        shelf = self.shelf(name)
        for key in shelf.changed:
            if key in shelf.things:
                yield getattr(shelf.things[key], what)
