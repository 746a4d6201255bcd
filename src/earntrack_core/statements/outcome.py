"""What the lines of a chunk are to the book: new, known, corrected."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from attrs import Factory, define, evolve, frozen

from earntrack_core.earnings.model import BatchId, Earning
from earntrack_core.earnings.payouts import Payout
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.statements.booking import (
    Book,
    dated,
    earning_of,
    payout_of,
)
from earntrack_core.statements.line import Line, meaning, outranks
from earntrack_core.statements.model import Problem, Severity
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.statements.rebooking import (
    Rewritten,
    rebook,
    successor,
)


class Verdict(StrEnum):
    """What became of a record that could be read."""

    IMPORTED = "imported"
    UPDATED = "updated"
    DUPLICATE = "duplicates"
    ERROR = "errors"


Judgement = tuple[Verdict, Sequence[Problem]]

NEW: Final[Judgement] = (Verdict.IMPORTED, ())
REPEATED: Final[Judgement] = (Verdict.DUPLICATE, ())


@frozen
class Booked:
    """A new line, and what it is booked as."""

    line: Line
    earning: Earning | None
    payout: Payout | None


@define
class Outcome:
    """What the lines of a chunk are to the book."""

    batch_id: BatchId
    book: Book
    known: dict[str, Line]
    new: list[Booked] = Factory(list)
    rewritten: list[Rewritten] = Factory(list)
    kept: list[Line] = Factory(list)
    """What this batch says of lines that another batch tells of."""

    def see(self, lines: Sequence[Line]) -> Judgement:
        """Judge a record by its lines; all of them count, or none."""
        try:
            fresh = [one for line in lines for one in self._fresh(line)]
        except InvalidError as error:
            return Verdict.ERROR, (_unfit(lines[0], error),)
        judged = [
            self._judged(line, self.known[line.key])
            for line in lines
            if line.key in self.known
        ]
        self.new += fresh
        for one in fresh:
            self.known[one.line.key] = one.line
        if not judged:
            return NEW
        problems = tuple(one for _, found in judged for one in found)
        if fresh:
            return Verdict.IMPORTED, problems
        updated = any(verdict is Verdict.UPDATED for verdict, _ in judged)
        return Verdict.UPDATED if updated else Verdict.DUPLICATE, problems

    def _fresh(self, line: Line) -> Iterator[Booked]:
        """Yield a line if it is new; insist that it can be booked.

        Raises:
            InvalidError: It cannot.
        """
        old = self.known.get(line.key)
        if old is not None and not outranks(line, old):
            return
        dated(line)
        booked = Booked(
            line, earning_of(line, self.book), payout_of(line, self.book)
        )
        if old is None:
            yield booked

    def _judged(self, line: Line, old: Line) -> Judgement:
        same = meaning(line) == meaning(old)
        if outranks(line, old):
            rewritten = successor(line, old)
            self.rewritten.append(rewritten)
            self.known[line.key] = rewritten.after
            return REPEATED if same else (Verdict.UPDATED, ())
        if old.batch_id != self.batch_id:
            self.kept.append(evolve(line, id=old.id))
        if same or outranks(old, line):
            return REPEATED
        return Verdict.DUPLICATE, (self._conflict(line, old),)

    def _conflict(self, line: Line, old: Line) -> Problem:
        if old.batch_id == self.batch_id:
            hint = f"Line {old.line} says {_shown(old)} of the same record."
        else:
            hint = (
                f"An earlier import says {_shown(old)} of the same record;"
                " that is kept. Undo that import if this file is right."
            )
        return Problem(
            line=line.line,
            code="conflict",
            value=_shown(line),
            hint=hint,
            severity=Severity.WARNING,
        )

    def store(self, unit: StatementsUnit) -> None:
        """Write it all down."""
        new, rewritten = self.new, self.rewritten
        unit.payouts.add_all([one.payout for one in new if one.payout])
        unit.earnings.add_all([one.earning for one in new if one.earning])
        unit.lines.add_all([one.line for one in new])
        unit.lines.keep([one.before for one in rewritten])
        unit.lines.keep([one.after for one in rewritten] + self.kept)
        rebook(unit, rewritten, self.book)


def _shown(line: Line) -> str:
    legs = ", ".join(f"{leg} {one}" for leg, one in line.amounts.items())
    return f"{line.local_date} {legs} {line.currency or ''}".strip()


def _unfit(line: Line, error: InvalidError) -> Problem:
    return Problem(
        line=line.line,
        code="out_of_bounds",
        column=error.field,
        hint=f"{error.field} {error.problem}.",
    )
