"""What makes a record itself: an id, or what its columns say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from attrs import frozen

from earntrack_adapters.statements.cells import (
    Cells,
    Row,
    Text,
    id_reader,
    text_reader,
)
from earntrack_adapters.statements.date_reader import Read
from earntrack_adapters.statements.moments import When
from earntrack_adapters.statements.money_columns import money_columns
from earntrack_adapters.statements.names import key_of
from earntrack_adapters.statements.numbers import AmountError, Parse
from earntrack_adapters.statements.spec import Spec
from earntrack_core.kernel.money import EXACT


SEPARATOR: Final = "\x1f"
Part = Callable[[Row], str]


@frozen
class Identities:
    """Reads the ids and the identities of records."""

    external: Text | None
    group: Text | None
    order: Text | None
    parts: tuple[Part, ...]
    summary: bool
    counterparty: Text | None
    type_at: int

    def of(
        self,
        row: Row,
        when: When,
        currency: str | None,
        amounts: dict[str, Decimal | None],
        description: str,
    ) -> str:
        """Return the identity of a record that has no id of its own."""
        if self.summary:
            return self.summed(row, when, currency)
        if self.parts:
            return SEPARATOR.join([part(row) for part in self.parts])
        party = "" if self.counterparty is None else self.counterparty(row)
        return SEPARATOR.join(
            (
                day_text(when),
                key_of(row[self.type_at]),
                key_of(description),
                key_of(party),
                currency or "",
                *[amount_text(value) for value in amounts.values()],
            )
        )

    def summed(self, row: Row, when: When, currency: str | None) -> str:
        """Return what makes a row that sums up a period."""
        day, _, span = when
        start, end = span or (day, day)
        period = f"{start or ''}/{end or ''}"
        parts = [part(row) for part in self.parts]
        return SEPARATOR.join((period, currency or "", *parts))


def day_text(when: When) -> str:
    """Return when a record happened, as a part of its identity."""
    day, at, _ = when
    return str(at or day or "")


def amount_text(value: Decimal | None) -> str:
    """Return an amount, however many zeros it was printed with."""
    if value is None:
        return ""
    return format(value.normalize(EXACT), "f") if value else "0"


def identities_of(
    spec: Spec, cells: Cells, dated: dict[int, Read], parse: Parse
) -> Identities:
    """Return what reads the identities of the records of a file.

    Cells of dates and of money count by what they mean, not by how they are
    written.
    """
    named, money = spec.identity, frozenset(money_columns(spec, cells))
    parts = tuple(
        _part(at, dated.get(at), parse, money=at in money)
        for at in cells.there(named.columns)
    )
    return Identities(
        external=id_reader(named.external_id, cells),
        group=id_reader(named.group_id, cells),
        order=id_reader(named.order_ref, cells),
        parts=parts,
        summary=named.summary,
        counterparty=text_reader(spec.row.counterparty, cells),
        type_at=cells.at(spec.row.type),
    )


def _part(at: int, read: Read | None, parse: Parse, *, money: bool) -> Part:
    if read is not None:
        return lambda row: _dated(read, row[at])
    if money:
        return lambda row: _priced(parse, row[at])
    return lambda row: key_of(row[at])


def _dated(read: Read, cell: str) -> str:
    moment = read(cell) if cell else None
    if moment is None:
        return key_of(cell)
    return f"{moment.day or ''} {moment.at or ''}".strip()


def _priced(parse: Parse, cell: str) -> str:
    try:
        return amount_text(parse(cell))
    except AmountError:
        return key_of(cell)
