"""Sums of statement rows, per currency and month, whatever is summed up.

`tally` adds up rows; `result` writes the sums as the documented result of an
import: amounts as texts, months by the day as it is printed.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from attrs import define, field

from earntrack_core.kernel.money import EXACT
from earntrack_core.statements.model import (
    LEGS,
    NET_LEGS,
    StatementKind,
    StatementRow,
)


WORDS: Final = {
    "gross": "gross",
    "tip": "tips",
    "fee": "fees",
    "refund": "refunds",
    "tax_withheld": "tax_withheld",
    "adjustment": "adjustments",
    "payout": "payouts",
    "transfer": "transfers",
    "expense": "expenses",
}
"""How the result calls the sum of each leg."""

UNKNOWN: Final = "?"
"""Stands for the currency of rows that have none."""

ZERO: Final = Decimal()
SECONDS: Final = Decimal(3_600)
CENTS: Final = -2


def amount_text(value: Decimal) -> str:
    """Return an exact amount with two decimals, or more if it has more."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent > CENTS:
        value = value.quantize(Decimal("0.01"), context=EXACT)
    return format(value, "f")


@define
class MoneySums:
    """What happened in one currency on a platform."""

    earnings: int = 0
    legs: dict[str, Decimal] = field(factory=lambda: dict.fromkeys(LEGS, ZERO))

    def add(self, row: StatementRow) -> None:
        """Add a row."""
        self.earnings += row.earnings
        legs = self.legs
        for leg in LEGS:
            value = getattr(row, leg)
            if value is not None:
                legs[leg] = EXACT.add(legs[leg], value)

    @property
    def net(self) -> Decimal:
        """What is left for the owner."""
        return _added(self.legs[leg] for leg in NET_LEGS)

    @property
    def balance_change(self) -> Decimal:
        """What the balance with the platform moved by."""
        return _added(self.legs.values())

    def result(self) -> dict[str, Any]:
        """Return the sums by the words of the result."""
        return {
            "earnings": self.earnings,
            **{WORDS[leg]: amount_text(self.legs[leg]) for leg in LEGS},
            "net": amount_text(self.net),
            "balance_change": amount_text(self.balance_change),
        }


@define
class BankSums:
    """What moved in one currency on a bank account."""

    credits: int = 0
    credit_sum: Decimal = ZERO
    debits: int = 0
    debit_sum: Decimal = ZERO

    def add(self, row: StatementRow) -> None:
        """Add a transaction."""
        amount = row.amount if row.amount is not None else ZERO
        if amount < 0:
            self.debits += 1
            self.debit_sum = EXACT.add(self.debit_sum, amount)
        else:
            self.credits += 1
            self.credit_sum = EXACT.add(self.credit_sum, amount)

    def result(self) -> dict[str, Any]:
        """Return the sums by the words of the result."""
        return {
            "credits": self.credits,
            "credit_sum": amount_text(self.credit_sum),
            "debits": self.debits,
            "debit_sum": amount_text(self.debit_sum),
            "sum": amount_text(EXACT.add(self.credit_sum, self.debit_sum)),
        }


@define
class TimeSums:
    """How long was worked, and what it was billed at."""

    entries: int = 0
    seconds: Decimal = ZERO
    billable_seconds: Decimal = ZERO
    amounts: dict[str, Decimal] = field(factory=dict)

    def add(self, row: StatementRow) -> None:
        """Add a time entry."""
        self.entries += 1
        worked = _seconds(row)
        self.seconds = EXACT.add(self.seconds, worked)
        if row.billable:
            self.billable_seconds = EXACT.add(self.billable_seconds, worked)
        if row.amount is not None:
            code = row.currency or UNKNOWN
            so_far = self.amounts.get(code, ZERO)
            self.amounts[code] = EXACT.add(so_far, row.amount)

    def result(self) -> dict[str, Any]:
        """Return the sums by the words of the result."""
        return {
            "entries": self.entries,
            "seconds": _whole(self.seconds),
            "billable_seconds": _whole(self.billable_seconds),
            "amount": {
                code: amount_text(self.amounts[code])
                for code in sorted(self.amounts)
            },
        }


Sums = MoneySums | BankSums


@define
class Period:
    """The sums of one month, or of everything."""

    kind: StatementKind
    money: dict[str, Sums] = field(factory=dict)
    time: TimeSums = field(factory=TimeSums)

    def add(self, row: StatementRow) -> None:
        """Add a row."""
        if self.kind is StatementKind.TIME:
            self.time.add(row)
            return
        code = row.currency or UNKNOWN
        sums = self.money.get(code)
        if sums is None:
            bank = self.kind is StatementKind.BANK
            sums = self.money[code] = BankSums() if bank else MoneySums()
        sums.add(row)

    def result(self) -> dict[str, Any]:
        """Return the sums, per currency where they are money."""
        if self.kind is StatementKind.TIME:
            return self.time.result()
        return {code: self.money[code].result() for code in sorted(self.money)}


@define
class Tally:
    """Sums of rows, added up as they come."""

    kind: StatementKind = StatementKind.PLATFORM
    rows: int = 0
    kinds: dict[str, int] = field(factory=dict)
    worked: Decimal = ZERO
    with_hours: bool = False
    whole: Period = field(init=False)
    by_month: dict[str, Period] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.whole = Period(self.kind)

    def add(self, rows: Sequence[StatementRow]) -> None:
        """Add the rows of a record, which counts once for each kind."""
        for kind in {row.kind for row in rows}:
            self.kinds[kind.value] = self.kinds.get(kind.value, 0) + 1
        for row in rows:
            self._add(row)

    def _add(self, row: StatementRow) -> None:
        self.rows += 1
        self.whole.add(row)
        if row.worked is not None:
            self.with_hours = True
            self.worked = EXACT.add(self.worked, _seconds(row))
        if row.local_date is not None:
            month = row.local_date.isoformat()[:7]
            if month not in self.by_month:
                self.by_month[month] = Period(self.kind)
            self.by_month[month].add(row)

    def totals(self) -> dict[str, Any]:
        """Return the sums of all rows."""
        return self.whole.result()

    def months(self) -> dict[str, Any]:
        """Return the sums of each month, `2026-03` as printed, in order."""
        return {
            month: self.by_month[month].result()
            for month in sorted(self.by_month)
        }

    def hours(self) -> str | None:
        """Return how many hours were worked; None if no row says."""
        if not self.with_hours:
            return None
        hours = EXACT.divide(self.worked, SECONDS)
        return format(hours.quantize(Decimal("0.00001"), context=EXACT), "f")


def tally(
    rows: Iterable[StatementRow],
    kind: StatementKind = StatementKind.PLATFORM,
) -> Tally:
    """Add up *rows* of a statement of a kind."""
    sums = Tally(kind)
    for row in rows:
        sums.add((row,))
    return sums


def result(sums: Tally) -> dict[str, Any]:
    """Return totals, months and counts as the documented result has them.

    Bank statements also have `transactions`, time sheets `entries`, rows
    with hours `hours`.
    """
    written: dict[str, Any] = {
        "row_kinds": dict(sorted(sums.kinds.items())),
        "totals": sums.totals(),
        "months": sums.months(),
    }
    if sums.kind is StatementKind.BANK:
        written["transactions"] = sums.rows
    elif sums.kind is StatementKind.TIME:
        written["entries"] = sums.rows
    elif (hours := sums.hours()) is not None:
        written["hours"] = hours
    return written


def _added(values: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total


def _seconds(row: StatementRow) -> Decimal:
    if row.worked is None:
        return ZERO
    micro = row.worked.days * 86_400_000_000
    micro += row.worked.seconds * 1_000_000 + row.worked.microseconds
    return Decimal(micro).scaleb(-6, EXACT)


def _whole(seconds: Decimal) -> int | str:
    if seconds == seconds.to_integral_value(context=EXACT):
        return int(seconds)
    return format(seconds.normalize(EXACT), "f")
