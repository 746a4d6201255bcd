"""From the rows of a table to items: each record ends as exactly one."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from attrs import define, evolve, field, frozen

from earntrack_adapters.statements.building import Parts
from earntrack_adapters.statements.cells import (
    SHOWN,
    Capturing,
    RecordError,
    Row,
)
from earntrack_adapters.statements.checking import (
    CompiledCheck,
    RunningBalance,
    RunningTotal,
)
from earntrack_adapters.statements.decoding import DAMAGED
from earntrack_adapters.statements.moments import Calendar, When
from earntrack_adapters.statements.numbers import AmountError
from earntrack_adapters.statements.rules import (
    CompiledRule,
    Decider,
    Money,
)
from earntrack_adapters.statements.table import Malformed
from earntrack_core.kernel.money import EXACT
from earntrack_core.statements.model import (
    LEGS,
    Item,
    Problem,
    Record,
    RowKind,
    Severity,
    Skipped,
    StatementRow,
)


MOVES: Final = (*LEGS, "amount")
NOT_UTF8: Final = "The line has bytes that are no UTF-8."


@frozen(kw_only=True)
class Plan:
    """Everything that is known about a file before its records are read."""

    parts: Parts
    needed: int
    """Cells that a record must have."""
    damaged: bool
    ragged: bool
    capturing: Capturing | None
    decider: Decider
    calendar: Calendar
    checks: tuple[CompiledCheck, ...]
    type_heading: str | None
    type_at: int
    balance_at: int | None


def prepare(row: Row, width: int, needed: int, *, ragged: bool) -> None:
    """Give a record as many cells as the header has.

    In a *ragged* table further cells are of no interest.

    Raises:
        RecordError: Needed cells are missing, or there are too many.
    """
    cells = len(row)
    if cells < needed:
        hint = f"The row has {cells} cells; {needed} are needed."
        raise RecordError("short_row", None, "", hint)
    if cells < width:
        row.extend([""] * (width - cells))
    elif not ragged and any(map(str.strip, row[width:])):
        hint = f"The row has {cells} cells; the header has {width}."
        raise RecordError("long_row", None, "", hint)
    del row[width:]


@define
class Stream:
    """Reads the records of one file in their order."""

    plan: Plan
    totals: tuple[RunningTotal, ...]
    balance: RunningBalance | None
    previous: Row | None = None
    width: int = field(init=False)
    plain: bool = field(init=False)
    """Records need no more than as many cells as the header has."""

    when: Callable[[Row, list[Problem], int], When] = field(init=False)

    def __attrs_post_init__(self) -> None:
        plan = self.plan
        self.when = plan.calendar.of
        self.width = plan.parts.cells.header.width
        self.plain = not (plan.damaged or plan.capturing or self.totals)

    def items(
        self, rows: Iterator[tuple[int, Row] | Malformed], header: Row | None
    ) -> Iterator[Item]:
        """Yield one item for each record, then the checks of the file."""
        for row in rows:
            if isinstance(row, Malformed):
                yield _malformed(row)
                continue
            line, cells = row
            first = cells[0]
            blank = not first or first.isspace()
            if blank and not any(map(str.strip, cells)):
                continue
            if cells == header:
                yield Skipped(line=line, reason="the header again")
                continue
            yield self._item(line, cells)
        for total in self.totals:
            yield from total.close()
        if self.balance is not None:
            yield from self.balance.close()

    def _item(self, line: int, row: Row) -> Item:
        plan = self.plan
        try:
            if self.plain and len(row) == self.width:
                row.append("")
            else:
                self._prepare(row)
            rule = plan.decider.of(row, self.previous)
            self.previous = row
            if rule is None:
                raise self._unknown(row)
            if rule.skip is not None:
                return Skipped(line=line, reason=rule.skip(row))
            if rule.merge:
                return Record(line=line, rows=())
            return self._record(line, row, rule)
        except RecordError as error:
            if self.balance is not None:
                self.balance.forget()
            return error.problem(line)

    def _prepare(self, row: Row) -> None:
        """Make a record of what was a row of cells.

        Raises:
            RecordError: It has too few or too many, or damaged ones.
        """
        plan = self.plan
        if plan.damaged and any(map(DAMAGED.search, row)):
            raise RecordError("malformed_csv", None, "", NOT_UTF8)
        prepare(row, self.width, plan.needed, ragged=plan.ragged)
        row.append("")
        if plan.capturing is not None:
            plan.capturing.extend(row)
        for total in self.totals:
            total.see(row)

    def _record(self, line: int, row: Row, rule: CompiledRule) -> Item:
        if len(rule.legs) != 1:
            return self._legs(line, row, rule)
        plan, leg = self.plan, rule.legs[0]
        money = leg.money(row)
        nothing = not any(money.values())
        if nothing:
            reason = self._left_out(rule, [money])
            if reason is not None:
                return Skipped(line=line, reason=reason)
        warnings: list[Problem] = []
        when = self.when(row, warnings, line)
        for check in plan.checks:
            check.apply(row, line, warnings)
        if not rule.known:
            warnings.append(self._new_word(line, row))
        read = leg.build(line, row, when, money)
        if nothing and read.earnings:
            read = evolve(read, earnings=0)
        if self.balance is not None:
            self._follow(line, row, read)
        return Record(
            line=line,
            rows=(read,),
            warnings=tuple(warnings) if warnings else (),
        )

    def _legs(self, line: int, row: Row, rule: CompiledRule) -> Item:
        """Return a record that makes several rows."""
        money = [leg.money(row) for leg in rule.legs]
        reason = self._left_out(rule, money)
        if reason is not None:
            return Skipped(line=line, reason=reason)
        warnings: list[Problem] = []
        when = self.when(row, warnings, line)
        for check in self.plan.checks:
            check.apply(row, line, warnings)
        if not rule.known:
            warnings.append(self._new_word(line, row))
        rows = [
            leg.build(line, row, when, sums)
            for leg, sums in zip(rule.legs, money, strict=True)
        ]
        return Record(line=line, rows=_grouped(rows), warnings=tuple(warnings))

    def _left_out(self, rule: CompiledRule, money: list[Money]) -> str | None:
        """Return why a record without money is skipped.

        Raises:
            RecordError: A record must have money, and this one has none.
        """
        values = [value for sums in money for value in sums.values()]
        if any(values):
            return None
        if any(value is not None for value in values):
            return rule.skip_zero
        if rule.legs[0].kind is RowKind.TIME:
            return None
        if rule.skip_empty is not None:
            return rule.skip_empty
        places = rule.legs[0].places
        heading = self.plan.parts.cells.heading(places[0]) if places else None
        raise RecordError("missing", heading, "", "There is no amount.")

    def _follow(self, line: int, row: Row, read: StatementRow) -> None:
        at, balance = self.plan.balance_at, self.balance
        if at is None or balance is None:
            return
        try:
            stated = self.plan.parts.parse(row[at])
        except AmountError:
            stated = None
        if stated is None:
            return
        moved = Decimal()
        for name in MOVES:
            value = getattr(read, name)
            if value is not None:
                moved = EXACT.add(moved, value)
        balance.see(line, read.currency or "", stated, moved)

    def _unknown(self, row: Row) -> RecordError:
        return RecordError(
            "unknown_type",
            self.plan.type_heading,
            row[self.plan.type_at],
            "No rule of this format is for such a record.",
        )

    def _new_word(self, line: int, row: Row) -> Problem:
        return Problem(
            line=line,
            code="unknown_type",
            column=self.plan.type_heading,
            value=row[self.plan.type_at][:SHOWN],
            hint="The word is new; the record is kept, tell what it is.",
            severity=Severity.WARNING,
        )


def _grouped(rows: list[StatementRow]) -> tuple[StatementRow, ...]:
    """Give the rows of one record a group, and identities of their own."""
    group = rows[0].group_id or rows[0].external_id or rows[0].identity
    return tuple(
        evolve(row, group_id=group, identity=f"{row.identity}#{at}")
        for at, row in enumerate(rows, 1)
    )


def _malformed(row: Malformed) -> Problem:
    return Problem(
        line=row.line,
        code="malformed_csv",
        hint=f"The quotes of this line do not fit: {row.hint}.",
    )
