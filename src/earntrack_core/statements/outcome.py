"""What the lines of a chunk are to the book: new, known, corrected."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from attrs import Factory, define, evolve

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
    """What became of a record that could be read.

    Of a record with several rows, the first of these that is true of one.
    """

    IMPORTED = "imported"
    UPDATED = "updated"
    DUPLICATE = "duplicates"
    ERROR = "errors"


Judgement = tuple[Verdict, Sequence[Problem]]
Booked = tuple[Earning | None, Payout | None]
Seen = tuple[Line | None, Booked]

NOTHING: Final[Booked] = (None, None)
NEW: Final[Judgement] = (Verdict.IMPORTED, ())
REPEATED: Final[Judgement] = (Verdict.DUPLICATE, ())


@define
class Outcome:
    """What the lines of a chunk are to the book."""

    batch_id: BatchId
    book: Book
    known: dict[str, Line]
    lines: list[Line] = Factory(list)
    earnings: list[Earning] = Factory(list)
    payouts: list[Payout] = Factory(list)
    rewritten: list[Rewritten] = Factory(list)
    kept: list[Line] = Factory(list)
    """What this batch says of lines that another batch tells of."""

    def see(self, lines: Sequence[Line]) -> Judgement:
        """Judge a record by its lines; all of them count, or none."""
        try:
            seen = [self._seen(line) for line in lines]
        except InvalidError as error:
            return Verdict.ERROR, (_unfit(lines[0], error),)
        judged = [
            self._added(line, booked) if old is None else self._met(line, old)
            for line, (old, booked) in zip(lines, seen, strict=True)
        ]
        if len(judged) == 1:
            return judged[0]
        verdicts = {verdict for verdict, _ in judged}
        problems = tuple(one for _, found in judged for one in found)
        return next(one for one in Verdict if one in verdicts), problems

    def _seen(self, line: Line) -> Seen:
        """Return what is known of a line, else what it is booked as.

        Raises:
            InvalidError: It is new or corrects another, and does not fit.
        """
        old = self.known.get(line.key)
        if old is not None and not outranks(line, old):
            return old, NOTHING
        dated(line)
        booked = earning_of(line, self.book), payout_of(line, self.book)
        return old, booked

    def _added(self, line: Line, booked: Booked) -> Judgement:
        """Take in a new line."""
        earning, payout = booked
        self.known[line.key] = line
        self.lines.append(line)
        if earning is not None:
            self.earnings.append(earning)
        if payout is not None:
            self.payouts.append(payout)
        return NEW

    def _met(self, line: Line, old: Line) -> Judgement:
        """Judge a line that is known."""
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
        rewritten = self.rewritten
        unit.payouts.add_all(self.payouts)
        unit.earnings.add_all(self.earnings)
        unit.lines.add_all(self.lines)
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
