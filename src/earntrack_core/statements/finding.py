"""Finding all lines that match, however many there are."""

from collections.abc import Iterator
from typing import Final

from earntrack_core.statements.line import Line, LineFilter, LineId
from earntrack_core.statements.ports import StatementsUnit


PAGE: Final = 500


def found(unit: StatementsUnit, where: LineFilter) -> Iterator[Line]:
    """Yield all lines that match, page by page."""
    after: LineId | None = None
    while True:
        page = unit.lines.find(where, after, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id
