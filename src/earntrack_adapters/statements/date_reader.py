"""Reads the dates of a file, of which it remembers many."""

from collections.abc import Callable
from typing import Final

from earntrack_adapters.statements.dates import (
    DateFormat,
    Moment,
    first_fit,
)


Read = Callable[[str], Moment | None]
REMEMBERED: Final = 8_192
"""Cells that are remembered."""


def reader(formats: tuple[DateFormat, ...]) -> Read:
    """Return what reads cells written in any of *formats*."""
    known: dict[str, Moment | None] = {}

    def read(cell: str) -> Moment | None:
        if cell in known:
            return known[cell]
        if len(known) >= REMEMBERED:
            known.clear()
        known[cell] = moment = first_fit(cell.strip(), formats)
        return moment

    return read
