"""What the first reading of a file finds out about it as a whole."""

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Final

from attrs import define

from earntrack_adapters.statements.cells import (
    Capturing,
    Cells,
    RecordError,
    Row,
)
from earntrack_adapters.statements.coins import symbol_in
from earntrack_adapters.statements.numbers import NumberEvidence
from earntrack_adapters.statements.order import OrderEvidence
from earntrack_adapters.statements.spec import Spec
from earntrack_adapters.statements.stream import prepare
from earntrack_adapters.statements.table import Malformed
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


SAMPLE: Final = 200
"""Records that are looked at for the symbols of currencies."""


@define
class Findings:
    """What all records of a file together say."""

    order: OrderEvidence
    numbers: NumberEvidence
    first: str | None = None
    """The first filled cell of the column that names the currency."""
    bare: str | None = None
    """An amount beside which no currency stands, where some should."""
    records: int = 0


@define
class Survey:
    """Looks at all records once, at no more than what must be decided."""

    spec: Spec
    cells: Cells
    findings: Findings
    money: tuple[int, ...]
    dates: tuple[int, ...]
    capturing: Capturing | None
    needed: int
    limits: Limits

    def run(self, rows: Iterator[tuple[int, Row] | Malformed]) -> Findings:
        """Look at *rows*.

        Raises:
            StatementError: There are too many.
        """
        first_at, coins = self._first_at(), self._symbol_places()
        dates = self.dates if self.findings.order.needed else ()
        money, needed = _getter(self.money), self.needed
        scan, simple = self.findings.numbers.scan, self.capturing is None
        for count, found in enumerate(rows, 1):
            if count > self.limits.rows:
                raise self._too_many()
            if isinstance(found, Malformed):
                continue
            row = found[1]
            if len(row) < needed or not (simple or self._captured(row)):
                continue
            scan(money(row))
            if dates:
                self.findings.order.see(row[at] for at in dates if row[at])
            if first_at is not None and row[first_at].strip():
                self.findings.first, first_at = row[first_at], None
            if coins and count < SAMPLE:
                self._look_for_symbols(row, coins)
            self.findings.records = count
        return self.findings

    def _captured(self, row: Row) -> bool:
        """Add what is captured; say no to a record that is no record."""
        if self.capturing is None:
            return True
        try:
            prepare(row, self.cells.header.width, self.needed, ragged=True)
        except RecordError:
            return False
        row.append("")
        self.capturing.extend(row)
        return True

    def _too_many(self) -> StatementError:
        return StatementError(
            "too_many_rows",
            f"The file has more than {self.limits.rows:,} records.",
            "Export a shorter period.",
        )

    def _first_at(self) -> int | None:
        money = self.spec.currency
        if money is None or money.first is None:
            return None
        places = self.cells.all(money.first)
        return places[0] if places else None

    def _symbol_places(self) -> tuple[int, ...]:
        money = self.spec.currency
        return () if money is None else self.cells.there(money.symbol)

    def _look_for_symbols(self, row: Row, places: tuple[int, ...]) -> None:
        money = self.spec.currency
        if money is None or self.findings.bare is not None:
            return
        filled = [row[at] for at in places if row[at].strip()]
        if filled and not any(
            symbol_in(cell, money.symbols) for cell in filled
        ):
            self.findings.bare = filled[0]


def _getter(places: tuple[int, ...]) -> Callable[[Row], tuple[str, ...]]:
    """Return what takes the cells at *places* out of a record."""
    if not places:
        return lambda _: ()
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    return itemgetter(*places)


def below(
    rows: Iterator[tuple[int, Row] | Malformed], line: int
) -> Iterator[tuple[int, Row] | Malformed]:
    """Yield the rows below the header on *line*."""
    for row in rows:
        at = row.line if isinstance(row, Malformed) else row[0]
        if at > line:
            yield row
            break
    yield from rows
