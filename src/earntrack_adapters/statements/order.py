"""Which comes first, day or month: decided once, from all dates of a file."""

from collections.abc import Iterable
from typing import Final

from attrs import define, field

from earntrack_adapters.statements.dates import DateFormat, first_fit


MANY: Final = 20_000
"""Different cells that are kept before they are counted."""


@define
class OrderEvidence:
    """What the dates of a file say about the order of day and month."""

    formats: tuple[DateFormat, ...]
    counts: dict[str, int] = field(factory=dict)
    waiting: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        for one in self.formats:
            if one.order:
                self.counts.setdefault(one.order, 0)

    @property
    def needed(self) -> bool:
        """Say whether there is anything to decide."""
        return len(self.counts) > 1

    def see(self, cells: Iterable[str]) -> None:
        """Take note of cells of date columns."""
        self.waiting.update(cells)
        if len(self.waiting) > MANY:
            self.count()

    def count(self) -> None:
        """Count for each order which of the waiting cells fit it."""
        for order in self.counts:
            formats = self.of(order)
            self.counts[order] += sum(
                first_fit(cell.strip(), formats) is not None
                for cell in self.waiting
            )
        self.waiting.clear()

    def of(self, order: str) -> tuple[DateFormat, ...]:
        """Return the formats that a file of one order may have."""
        return tuple(one for one in self.formats if one.order in {order, ""})

    def best(self) -> tuple[str, ...]:
        """Return the orders that fit most cells."""
        self.count()
        most = max(self.counts.values(), default=0)
        return tuple(one for one, fit in self.counts.items() if fit == most)


def decide(
    evidence: OrderEvidence, answer: str | None, usual: str | None
) -> str | None:
    """Return the order of a file; None if only the user knows it."""
    best = evidence.best()
    if len(best) <= 1 or not any(evidence.counts.values()):
        return best[0] if best else ""
    for word in (answer, usual):
        if word in best:
            return word
    return None
