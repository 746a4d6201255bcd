"""Sums that records and files state themselves, held against each other."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from earntrack_adapters.statements.building import Parts
from earntrack_adapters.statements.cells import (
    SHOWN,
    Amount,
    Cells,
    RecordError,
    Row,
    amount_error,
    places_of,
    sum_reader,
)
from earntrack_adapters.statements.conditions import Test, always, test_of
from earntrack_adapters.statements.identities import amount_text
from earntrack_adapters.statements.numbers import AmountError
from earntrack_adapters.statements.spec import RowCheck, Term, Total
from earntrack_core.kernel.money import EXACT
from earntrack_core.statements.model import Check, Item, Problem, Severity


LISTED: Final = 20
"""Breaks of the balance that are listed one by one."""


@frozen
class CompiledCheck:
    """A sum within a record, ready to be checked."""

    of: RowCheck
    test: Test | None
    added: Amount
    stated: Amount
    heading: str
    places: tuple[int, ...]
    parts: Parts

    def apply(self, row: Row, line: int, warnings: list[Problem]) -> None:
        """Check a record.

        Raises:
            RecordError: It contradicts itself.
        """
        if self.test is not None and not self.test(row):
            return
        try:
            stated, found = self.stated(row), self.added(row)
        except AmountError as error:
            raise amount_error(
                row, self.places, self.parts.cells, self.parts.parse
            ) from error
        if stated is None or stated == (found or 0):
            return
        hint = f"{self.of.name}: the parts add up to {found or 0}."
        value = str(stated)
        if self.of.severity is Severity.ERROR:
            raise RecordError(self.of.code, self.heading, value, hint)
        warnings.append(
            Problem(
                line=line,
                code=self.of.code,
                column=self.heading,
                value=value[:SHOWN],
                hint=hint,
                severity=Severity.WARNING,
            )
        )


def compile_checks(parts: Parts) -> tuple[CompiledCheck, ...]:
    """Make the checks ready whose columns the file has."""
    checks: list[CompiledCheck] = []
    cells = parts.cells
    for one in parts.spec.check:
        added = sum_reader(one.sum, cells, parts.parse)
        stated = sum_reader(one.equals, cells, parts.parse)
        if added is None or stated is None:
            continue
        places = (*places_of(one.equals, cells), *places_of(one.sum, cells))
        named = places[0] if one.column is None else cells.at(one.column)
        test: Test | None = test_of(one, cells, parts.parse, parts.empty)
        test = None if test is always else test
        heading = cells.heading(named)
        checks.append(
            CompiledCheck(one, test, added, stated, heading, places, parts)
        )
    return tuple(checks)


@define
class RunningTotal:
    """Adds up a total over the records of a file."""

    name: str
    expected: tuple[tuple[Test, Amount], ...]
    found: tuple[tuple[Test, Amount], ...]
    stated: Decimal | None = None
    sum: Decimal = Decimal()

    def see(self, row: Row) -> None:
        """Add what a record has of it; wrong cells are reported elsewhere."""
        try:
            for test, read in self.expected:
                if test(row):
                    value = read(row) or Decimal()
                    self.stated = EXACT.add(self.stated or Decimal(), value)
            for test, read in self.found:
                if test(row):
                    self.sum = EXACT.add(self.sum, read(row) or Decimal())
        except AmountError:
            return

    def close(self) -> Iterator[Item]:
        """Yield the check, and a warning if it does not hold."""
        if self.stated is None:
            return
        check = Check(
            name=self.name,
            expected=amount_text(self.stated),
            found=amount_text(self.sum),
        )
        yield check
        if not check.holds:
            yield Problem(
                line=None,
                code="total_mismatch",
                hint=f"{self.name}: the file says {check.expected}, its"
                f" records add up to {check.found}.",
                severity=Severity.WARNING,
            )


def running_totals(parts: Parts) -> tuple[RunningTotal, ...]:
    """Return the totals that the file can be checked by."""
    totals = (_running(total, parts) for total in parts.spec.total)
    return tuple(total for total in totals if total is not None)


def _running(total: Total, parts: Parts) -> RunningTotal | None:
    expected = _terms(total.expected, parts)
    found = _terms(total.found, parts)
    if not expected or not found:
        return None
    return RunningTotal(total.name, expected, found)


def _terms(
    terms: tuple[Term, ...], parts: Parts
) -> tuple[tuple[Test, Amount], ...]:
    compiled: list[tuple[Test, Amount]] = []
    for term in terms:
        read = sum_reader(term.sum, parts.cells, parts.parse)
        if read is not None:
            test = test_of(term, parts.cells, parts.parse, parts.empty)
            compiled.append((test, read))
    return tuple(compiled)


@define
class _Account:
    """The running balance of one currency."""

    balance: Decimal
    moved: Decimal
    line: int


@define
class RunningBalance:
    """Follows the running balance, upwards and downwards."""

    heading: str
    accounts: dict[str, _Account] = field(factory=dict)
    steps: int = 0
    up: list[int] = field(factory=list)
    down: list[int] = field(factory=list)
    breaks: dict[str, int] = field(factory=lambda: {"up": 0, "down": 0})

    def see(
        self, line: int, currency: str, balance: Decimal, moved: Decimal
    ) -> None:
        """Compare a record with the one before it in its currency."""
        before = self.accounts.get(currency)
        self.accounts[currency] = _Account(balance, moved, line)
        if before is None:
            return
        self.steps += 1
        if EXACT.add(before.balance, moved) != balance:
            self._break("down", self.down, line)
        if EXACT.add(balance, before.moved) != before.balance:
            self._break("up", self.up, before.line)

    def _break(self, way: str, lines: list[int], line: int) -> None:
        self.breaks[way] += 1
        if len(lines) < LISTED:
            lines.append(line)

    def forget(self) -> None:
        """Start anew after a record that could not be read."""
        self.accounts.clear()

    def close(self) -> Iterator[Item]:
        """Yield a warning for each break, if the rows are in order at all."""
        way = min(self.breaks, key=lambda one: self.breaks[one])
        if self.breaks[way] * 2 > self.steps:
            return
        for line in self.down if way == "down" else self.up:
            yield Problem(
                line=line,
                code="balance_break",
                column=self.heading,
                hint="The running balance does not follow from the rows"
                " around this one; one may be missing.",
                severity=Severity.WARNING,
            )


def running_balance(
    spec_column: str | None, cells: Cells
) -> RunningBalance | None:
    """Return what follows the balance, if the file has one."""
    if spec_column is None or not cells.all(spec_column):
        return None
    return RunningBalance(cells.heading(cells.at(spec_column)))
