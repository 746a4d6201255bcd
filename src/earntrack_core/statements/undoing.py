"""Taking an import back, as if the file had never been read."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from attrs import evolve

from earntrack_core.statements.batch import Batch
from earntrack_core.statements.booking import Origin, rebook, unbook
from earntrack_core.statements.line import Line
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.settle import Touched


PAGE: Final = 1_000


def take_back(unit: StatementsUnit, batch: Batch, origin: Origin) -> Touched:
    """Drop the batch's claims; lines that nobody else claims go.

    Lines that the batch corrected say again what the others say of them.
    """
    days: list[date] = []
    report = "ledger"
    while lines := unit.lines.unclaim(batch.id, PAGE):
        claimed = unit.lines.claimed([line.id for line in lines])
        orphans = [line for line in lines if line.id not in claimed]
        unbook(unit, orphans)
        unit.lines.remove_all([line.id for line in orphans])
        kept = [line for line in lines if line.id in claimed]
        _hand_over(unit, batch, kept, origin)
        found = [line.local_date for line in lines if line.local_date]
        days = [min([*days, *found]), max([*days, *found])] if found else days
        report = lines[-1].report
    return Touched(
        platform_id=batch.platform_id,
        platform_key=batch.platform_key,
        report=report,
        first=days[0] if days else None,
        last=days[-1] if days else None,
    )


def _hand_over(
    unit: StatementsUnit,
    batch: Batch,
    lines: Sequence[Line],
    origin: Origin,
) -> None:
    """Let lines say what the batches that still claim them say."""
    mine = [line for line in lines if line.batch_id == batch.id]
    said = unit.lines.kept([line.id for line in mine])
    claimed = unit.lines.claimed([line.id for line in mine])
    rebook(
        unit,
        [
            _restored(line, said[line.id])
            if line.id in said
            else evolve(line, batch_id=claimed[line.id])
            for line in mine
        ],
        origin,
    )


def _restored(line: Line, said: Line) -> Line:
    return evolve(
        said,
        id=line.id,
        earning_id=line.earning_id,
        payout_id=line.payout_id,
        shadow=line.shadow,
        arrival_of=line.arrival_of,
    )
