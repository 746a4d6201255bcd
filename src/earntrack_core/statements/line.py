"""Lines: every row that was ever imported, once, and what it is booked as.

The book is a function of the lines that some batch claims: a line without
a claim is gone, and so is what it was booked as.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

from attrs import field, frozen

from earntrack_core.earnings.model import BatchId, EarningId, PayoutId
from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.model import RowKind, RowStatus


LineId = NewType("LineId", UUID)

LEDGER: Final = "ledger"
"""A report that tells what moved."""
ORDERS: Final = "orders"
"""A report of sales, which a ledger tells better."""


class Shadow(StrEnum):
    """Why a line is not booked although it tells of money."""

    NONE = ""
    ORDER_REPORT = "order_report"
    """A ledger of the platform tells of the same order."""
    DETAIL = "detail"
    """Single records of the platform tell of the same period."""
    ARRIVAL = "arrival"
    """It is the arrival of a payout of another platform."""


@frozen(kw_only=True)
class Line:
    """A row of a statement, as it is kept.

    `amounts` are exact decimals by leg (see `statements.model.LEGS`, and
    `amount`), the owner's signs; a leg that the file does not say is absent.
    """

    id: LineId
    key: str
    """What makes the line itself, in its workspace: 32 hex digits."""
    batch_id: BatchId
    """The batch that stored what it says now."""
    line: int
    platform_key: str
    platform_id: PlatformId | None = None
    report: str = LEDGER
    kind: RowKind
    status: RowStatus = RowStatus.FINAL
    summary: bool = False
    local_date: date | None = None
    occurred_at: datetime | None = None
    period_start: date | None = None
    """The period that a summary sums up, up to and with `local_date`."""
    exported_on: date | None = None
    currency: str | None = None
    amounts: dict[str, Decimal] = field(factory=dict)
    earnings: int = 0
    seconds: int | None = None
    """How long was worked."""
    external_id: str | None = None
    group_id: str | None = None
    order_ref: str | None = None
    counterparty: str = ""
    description: str = ""
    original_amount: Decimal | None = None
    original_currency: str | None = None
    earning_id: EarningId | None = None
    payout_id: PayoutId | None = None
    shadow: Shadow = Shadow.NONE
    arrival_of: LineId | None = None
    """The payout line whose money arrived here."""


@frozen(kw_only=True)
class LineFilter:
    """Which lines; an unset field does not narrow the choice."""

    batch_id: BatchId | None = None
    """Lines whose present content is of this batch."""
    platform_id: PlatformId | None = None
    report: str | None = None
    order_refs: tuple[str, ...] = ()
    currency: str | None = None
    summary: bool | None = None
    shadow: Shadow | None = None
    since: date | None = None
    until: date | None = None
    ids: tuple[LineId, ...] = ()
    platform_keys: tuple[str, ...] = ()
    pays_out: bool | None = None
    """Whether the leg `payout` is negative."""
    credit: tuple[Decimal, ...] = ()
    """What came in: `credit` of the line is one of these."""
    earns: bool | None = None
    """Whether `earnings` is not 0."""

    def matches(self, line: Line) -> bool:
        """Say whether *line* is one of them."""
        return self._which(line) and self._when(line) and self._what(line)

    def _which(self, line: Line) -> bool:
        return (
            self.batch_id in {None, line.batch_id}
            and self.platform_id in {None, line.platform_id}
            and self.report in {None, line.report}
            and self.currency in {None, line.currency}
            and (not self.order_refs or line.order_ref in self.order_refs)
            and (not self.ids or line.id in self.ids)
            and (
                not self.platform_keys
                or line.platform_key in self.platform_keys
            )
        )

    def _when(self, line: Line) -> bool:
        day = line.local_date
        if self.since is None and self.until is None:
            return True
        return (
            day is not None
            and (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
        )

    def _what(self, line: Line) -> bool:
        return (
            self.summary in {None, line.summary}
            and self.shadow in {None, line.shadow}
            and self.pays_out in {None, pays_out(line)}
            and (not self.credit or credit(line) in self.credit)
            and self.earns in {None, line.earnings > 0}
        )


def pays_out(line: Line) -> bool:
    """Say whether money left the platform for the owner."""
    return line.amounts.get("payout", 0) < 0


def credit(line: Line) -> Decimal | None:
    """Return what came in, if money did: perhaps the arrival of a payout."""
    came = line.amounts.get("gross", line.amounts.get("amount"))
    return came if came is not None and came > 0 else None


def last_day(line: Line) -> date:
    """Return the day that a line is of, or its period ends with."""
    return line.local_date or date.min


def first_day(line: Line) -> date:
    """Return the day that a line is of, or its period begins with."""
    return line.period_start or last_day(line)


def meaning(line: Line) -> tuple[Any, ...]:
    """Return what counts of a line, to tell a repetition from a correction.

    Other exports may word the same record in another way or language.
    """
    return (
        line.kind,
        line.status,
        line.local_date,
        line.currency,
        line.amounts,
        line.seconds,
        line.order_ref,
    )


def outranks(line: Line, other: Line) -> bool:
    """Say whether a line is a later word than another with the same key.

    What is final is later than what is not; of sums of a period the one of
    the later export is.
    """
    final = line.status is RowStatus.FINAL
    if final is not (other.status is RowStatus.FINAL):
        return final
    if not (line.summary and line.exported_on and other.exported_on):
        return False
    return line.exported_on > other.exported_on


def last_word(lines: Iterable[Line]) -> Line:
    """Return the line that holds, of several with the same key.

    Of those that contradict each other, the one that was imported first.
    """
    first, *others = sorted(lines, key=lambda line: line.batch_id)
    for line in others:
        if outranks(line, first):
            first = line
    return first
