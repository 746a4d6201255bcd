"""What the lines of a chunk are to the book: new, known, corrected."""

from collections.abc import Sequence
from enum import StrEnum

from attrs import Factory, define, evolve

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.statements.booking import (
    Booked,
    Origin,
    prepare,
    rebook,
    store,
)
from earntrack_core.statements.line import Line
from earntrack_core.statements.model import (
    Problem,
    Record,
    RowStatus,
    Severity,
)
from earntrack_core.statements.ports import StatementsUnit


class Verdict(StrEnum):
    """What became of a record that could be read."""

    IMPORTED = "imported"
    UPDATED = "updated"
    DUPLICATE = "duplicates"
    ERROR = "errors"


@define
class Outcome:
    """What the lines of a chunk are to the book."""

    origin: Origin
    known: dict[str, Line]
    new: list[Booked] = Factory(list)
    newer: list[Line] = Factory(list)
    replaced: list[Line] = Factory(list)
    repeated: list[Line] = Factory(list)
    other: list[Line] = Factory(list)

    def see(
        self, record: Record, lines: Sequence[Line]
    ) -> tuple[Verdict, Sequence[Problem]]:
        """Judge a record by its lines; all of them count, or none."""
        try:
            fresh = [
                prepare(line, self.origin)
                for line in lines
                if line.key not in self.known
            ]
        except InvalidError as error:
            return Verdict.ERROR, [_unfit(record, error)]
        self.new += fresh
        judged = [self._known(line) for line in lines]
        self.known |= {one.line.key: one.line for one in fresh}
        problems = [one for _, one in judged if one is not None]
        if fresh:
            return Verdict.IMPORTED, problems
        verdicts = {verdict for verdict, _ in judged}
        if Verdict.UPDATED in verdicts:
            return Verdict.UPDATED, problems
        return Verdict.DUPLICATE, problems

    def _known(self, line: Line) -> tuple[Verdict, Problem | None]:
        old = self.known.get(line.key)
        if old is None:
            return Verdict.IMPORTED, None
        if old.digest == line.digest:
            self.repeated.append(old)
            return Verdict.DUPLICATE, None
        if supersedes(line, old):
            self.replaced.append(old)
            self.newer.append(successor(line, old))
            self.known[line.key] = self.newer[-1]
            return Verdict.UPDATED, None
        self.other.append(evolve(line, id=old.id))
        older = supersedes(old, line)
        return Verdict.DUPLICATE, None if older else _conflict(line, old)

    def store(self, unit: StatementsUnit) -> None:
        """Write it all down."""
        store(unit, self.new)
        unit.lines.add_all([one.line for one in self.new])
        unit.lines.claim(
            self.origin.batch_id, [line.id for line in self.repeated]
        )
        unit.lines.keep(self.replaced)
        unit.lines.keep(self.other)
        unit.lines.claim(
            self.origin.batch_id, [line.id for line in self.newer]
        )
        if self.newer:
            rebook(unit, self.newer, self.origin)

    def touched(self) -> list[Line]:
        """Return the lines that are new or say something new."""
        return [one.line for one in self.new] + self.newer + self.replaced


def supersedes(line: Line, old: Line) -> bool:
    """Say whether a line corrects an older one with the same key."""
    if old.status is RowStatus.PENDING and line.status is RowStatus.FINAL:
        return True
    if not (line.summary and line.exported_on and old.exported_on):
        return False
    return line.exported_on > old.exported_on


def successor(line: Line, old: Line) -> Line:
    """Return a line in the place of an older one."""
    return evolve(
        line,
        id=old.id,
        earning_id=old.earning_id,
        payout_id=old.payout_id,
        shadow=old.shadow,
        arrival_of=old.arrival_of,
    )


def _shown(line: Line) -> str:
    legs = ", ".join(f"{leg} {one}" for leg, one in line.amounts.items())
    return f"{line.local_date} {legs} {line.currency or ''}".strip()


def _conflict(line: Line, old: Line) -> Problem:
    return Problem(
        line=line.line,
        code="conflict",
        value=_shown(line),
        hint=(
            f"An earlier import says {_shown(old)} of the same record; that"
            " is kept. Undo that import if this file is right."
        ),
        severity=Severity.WARNING,
    )


def _unfit(record: Record, error: InvalidError) -> Problem:
    return Problem(
        line=record.line,
        code="out_of_bounds",
        column=error.field,
        hint=f"{error.field} {error.problem}.",
    )
