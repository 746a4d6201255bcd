"""Taking an import back, as if the file had never been read."""

from collections.abc import Sequence
from typing import Final

from earntrack_core.earnings.model import BatchId
from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.booking import Book
from earntrack_core.statements.line import Line, last_word
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.rebooking import rebook, successor, unbook
from earntrack_core.statements.settle import settle
from earntrack_core.statements.touched import Touched


PAGE: Final = 1_000


def take_back(
    unit: StatementsUnit, key: BatchId, home: PlatformId | None, book: Book
) -> None:
    """Drop a batch's claims; lines that nobody else claims go.

    Lines that the batch had the last word on say what the others say.
    """
    touched = Touched(home)
    while lines := unit.lines.unclaim(key, PAGE):
        claimed = unit.lines.claimed([line.id for line in lines])
        orphans = [line for line in lines if line.id not in claimed]
        unbook(unit, orphans)
        unit.lines.remove_all([line.id for line in orphans])
        left = [line for line in lines if line.id in claimed]
        touched.see(lines)
        touched.see(_handed_over(unit, key, left, book))
    settle(unit, touched, book)


def _handed_over(
    unit: StatementsUnit, key: BatchId, lines: Sequence[Line], book: Book
) -> list[Line]:
    """Let lines say what the batches that still claim them say."""
    mine = [line for line in lines if line.batch_id == key]
    said = unit.lines.kept([line.id for line in mine])
    changes = [successor(last_word(said[line.id]), line) for line in mine]
    rebook(unit, changes, book)
    return [one.after for one in changes]
