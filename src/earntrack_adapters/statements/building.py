"""From the cells of a prepared record to a row of a statement."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from attrs import define, field, frozen

from earntrack_adapters.statements.cells import (
    Cells,
    RecordError,
    Row,
    text_reader,
)
from earntrack_adapters.statements.identities import Identities
from earntrack_adapters.statements.kinds import INCOME
from earntrack_adapters.statements.moments import When
from earntrack_adapters.statements.names import fits, key_of
from earntrack_adapters.statements.numbers import AmountError, Parse
from earntrack_adapters.statements.sources import Coins
from earntrack_adapters.statements.spec import Leg, Original, Spec
from earntrack_core.statements.model import RowKind, RowStatus, StatementRow


Sums = dict[str, Any]
Build = Callable[[int, Row, When, Sums], StatementRow]
_new = StatementRow.__new__
_set = object.__setattr__
Reader = Callable[[Row], Any]
Readers = tuple[tuple[str, Reader], ...]


@frozen
class Parts:
    """What rules and rows are compiled with."""

    spec: Spec
    cells: Cells
    parse: Parse
    empty: frozenset[str]
    coins: Coins | None
    identities: Identities
    hours: Callable[[Row], timedelta | None] | None


@define
class Events:
    """Counts the events of income: once for each key, if there is one."""

    at: int | None
    seen: set[int] = field(factory=set)

    def of(self, row: Row, earnings: int) -> int:
        """Return how many events a row is."""
        if self.at is None or not earnings:
            return earnings
        key = hash(key_of(row[self.at]))
        if key in self.seen:
            return 0
        self.seen.add(key)
        return earnings


def builder(leg: Leg, kind: RowKind, parts: Parts, events: Events) -> Build:
    """Return what builds the rows of a leg."""
    coins, ids = parts.coins, parts.identities
    coin = None if coins is None else coins.of(leg.currency)
    timed = kind is RowKind.TIME
    text = leg.description or parts.spec.row.description
    describe = text_reader(text, parts.cells)
    extras = _extras(leg, kind, parts)
    external_of, counted = ids.external, events.at is not None
    usual = _usual(leg, kind, ids)

    def build(line: int, row: Row, when: When, sums: Sums) -> StatementRow:
        currency = None
        if coin is not None and not (timed and _unpaid(sums)):
            currency = coin(row)
        description = "" if describe is None else describe(row)
        external = "" if external_of is None else external_of(row)
        values = usual | sums
        values["line"] = line
        values["currency"] = currency
        values["description"] = description
        values["local_date"], values["occurred_at"], values["period"] = when
        if external:
            values["identity"] = values["external_id"] = external
            values["exact"] = True
        else:
            values["identity"] = ids.of(row, when, currency, sums, description)
        for name, read in extras:
            values[name] = read(row)
        if counted:
            values["earnings"] = events.of(row, values["earnings"])
        return _made(values)

    return build


def _unpaid(sums: Sums) -> bool:
    """Say whether nothing is said about money, so that no currency is."""
    return all(value is None for value in sums.values())


def _usual(leg: Leg, kind: RowKind, ids: Identities) -> dict[str, Any]:
    """Return all fields of a row, as far as they are always the same."""
    earnings = leg.earnings
    if earnings is None:
        earnings = 1 if kind in INCOME else 0
    usual = StatementRow(
        line=0, kind=kind, earnings=earnings, summary=ids.summary
    )
    return dict(vars(usual))


def _made(values: dict[str, Any]) -> StatementRow:
    """Return the row that has *values*, one for each of its fields.

    Millions of rows are made. Their class neither converts nor validates, so
    that its `__init__` would do the same, at three times the cost.
    """
    made = _new(StatementRow)
    _set(made, "__dict__", values)
    return made


def _extras(leg: Leg, kind: RowKind, parts: Parts) -> Readers:
    """Return what reads the fields that only some formats have."""
    spec, cells, ids = parts.spec, parts.cells, parts.identities
    readers: dict[str, Reader | None] = {
        "group_id": _or_none(ids.group),
        "order_ref": _or_none(ids.order),
        "counterparty": text_reader(spec.row.counterparty, cells),
        "status": _status(spec, cells),
        "worked": _worked(kind, parts),
        "billable": _billable(spec, cells),
    }
    original = leg.original or spec.original
    if original is not None and parts.coins is not None:
        readers |= _original(original, parts, parts.coins)
    return tuple(
        (name, read) for name, read in readers.items() if read is not None
    )


def _or_none(read: Reader | None) -> Reader | None:
    return None if read is None else lambda row: read(row) or None


def _status(spec: Spec, cells: Cells) -> Reader | None:
    status = spec.status
    usual = status.constant
    if status.column is None or not cells.all(status.column):
        return None if usual is RowStatus.FINAL else lambda _: usual
    at = cells.at(status.column)
    pending, estimate = fits(status.pending), fits(status.estimate)

    def read(row: Row) -> RowStatus:
        if pending(row[at]):
            return RowStatus.PENDING
        return RowStatus.ESTIMATE if estimate(row[at]) else usual

    return read


def _worked(kind: RowKind, parts: Parts) -> Reader | None:
    hours = parts.hours
    if hours is None or kind is not RowKind.TIME:
        return hours

    def read(row: Row) -> timedelta:
        worked = hours(row)
        if worked is None:
            named = parts.spec.hours
            name = named.column or named.end if named is not None else None
            heading = parts.cells.heading(parts.cells.at(name)) or None
            raise RecordError("missing", heading, "", "There is no duration.")
        return worked

    return read


def _billable(spec: Spec, cells: Cells) -> Reader | None:
    if spec.billable is None:
        return None
    at, yes = cells.at(spec.billable.column), fits(spec.billable.yes)
    return lambda row: yes(row[at])


def _original(
    original: Original, parts: Parts, coins: Coins
) -> dict[str, Reader | None]:
    """Return what reads the same money in another currency.

    It has an amount and a currency, or neither.
    """
    amount_at = parts.cells.at(original.amount)
    currency_at = parts.cells.at(original.currency)

    def code(row: Row) -> str | None:
        return coins.named(row[currency_at]) if row[currency_at] else None

    def amount(row: Row) -> Decimal | None:
        try:
            return parts.parse(row[amount_at])
        except AmountError:
            return None

    return {
        "original_amount": lambda row: amount(row) if code(row) else None,
        "original_currency": lambda row: (
            None if amount(row) is None else code(row)
        ),
    }
