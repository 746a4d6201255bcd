"""Statements: what a file of a platform, a bank or a timer says.

All signs are the owner's: money in is positive, money out negative (fees,
refunds and payouts are negative), whatever the file does. `None` means that
the file does not say, never zero.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from attrs import Factory, field, frozen


class RowKind(StrEnum):
    """What kind of thing happened, in the platform's books."""

    EARNING = "earning"
    TIP = "tip"
    BONUS = "bonus"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    CHARGEBACK_REVERSAL = "chargeback_reversal"
    FEE = "fee"
    FEE_REFUND = "fee_refund"
    TAX_WITHHELD = "tax_withheld"
    TAX_COLLECTED = "tax_collected"
    ADJUSTMENT = "adjustment"
    PAYOUT = "payout"
    PAYOUT_REVERSAL = "payout_reversal"
    TRANSFER = "transfer"
    CONVERSION = "conversion"
    HOLD = "hold"
    RELEASE = "release"
    EXPENSE = "expense"
    PURCHASE = "purchase"
    PURCHASE_REFUND = "purchase_refund"
    OPENING_BALANCE = "opening_balance"
    UNKNOWN = "unknown"
    TRANSACTION = "transaction"
    """A bank transaction; not classed into earnings."""
    TIME = "time"
    """A time entry: how long, not how much."""


class StatementKind(StrEnum):
    """What a whole file is about."""

    PLATFORM = "platform"
    BANK = "bank_transactions"
    TIME = "time_entries"


class RowStatus(StrEnum):
    """How certain a row is."""

    FINAL = "final"
    PENDING = "pending"
    ESTIMATE = "estimate"


class Severity(StrEnum):
    """Whether a problem cost a row or is only worth knowing."""

    ERROR = "error"
    WARNING = "warning"


LEGS: Final = (
    "gross",
    "tip",
    "fee",
    "refund",
    "tax_withheld",
    "adjustment",
    "payout",
    "transfer",
    "expense",
)
"""The money fields of a row; the first six add up to its net."""

NET_LEGS: Final = LEGS[:6]


@frozen(kw_only=True, slots=False)  # a third quicker to make than with slots
class StatementRow:
    """One thing that happened, as one record of a statement tells it.

    Amounts are exact decimals as printed (royalty reports keep twelve
    digits), all in `currency`. `identity` is what makes the row itself:
    an id of the platform if `exact`, else the content of its columns, and
    then equal rows of one file are told apart by their occurrence.
    """

    kind: RowKind
    line: int
    currency: str | None = None
    gross: Decimal | None = None
    tip: Decimal | None = None
    fee: Decimal | None = None
    refund: Decimal | None = None
    tax_withheld: Decimal | None = None
    adjustment: Decimal | None = None
    payout: Decimal | None = None
    transfer: Decimal | None = None
    expense: Decimal | None = None
    amount: Decimal | None = None
    """What moved, for bank transactions and billed time."""
    earnings: int = 0
    """How many events of income this is: 1, or 0 for their other parts."""
    identity: str = ""
    exact: bool = False
    summary: bool = False
    """A row that sums up a period; identified by it, replaced by a newer."""
    local_date: date | None = None
    """The day as printed in the file."""
    occurred_at: datetime | None = None
    """The instant (aware UTC), where the file gives time and zone."""
    period: tuple[date, date] | None = None
    status: RowStatus = RowStatus.FINAL
    external_id: str | None = None
    group_id: str | None = None
    order_ref: str | None = None
    """The order that this row belongs to, in every report of the platform."""
    counterparty: str = ""
    description: str = ""
    worked: timedelta | None = None
    billable: bool = False
    original_amount: Decimal | None = None
    original_currency: str | None = None


@frozen(kw_only=True)
class Skipped:
    """A record left out on purpose, and why."""

    line: int
    reason: str


@frozen(kw_only=True)
class Problem:
    """Something wrong in a file, with its place and a way out."""

    line: int | None
    code: str
    column: str | None = None
    value: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR


@frozen(kw_only=True)
class Check:
    """A sum that the file states itself, and what its rows add up to."""

    name: str
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        """Say whether the file agrees with itself."""
        return self.expected == self.found


@frozen(kw_only=True)
class Record:
    """One data record that could be read: its rows, often just one."""

    line: int
    rows: tuple[StatementRow, ...]
    warnings: tuple[Problem, ...] = ()


Item = Record | Skipped | Problem | Check
"""What reading yields: each data record once, checks and file warnings.

A `Problem` of severity *error* stands for one data record; of severity
*warning* (with line or without) it stands beside the records.
"""


@frozen(kw_only=True)
class Question:
    """Something only the user can know, because the file does not tell."""

    key: str
    """currency, date_order, number_form, period, mapping, zone, encoding..."""
    text: str
    choices: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    blocks_reading: bool = True
    """False if the file can be read, but not booked, without the answer."""


@frozen(kw_only=True)
class Balance:
    """What an account held, as a bank file states it."""

    name: str
    """As the format calls it: ledger, 60F, CLBD."""
    amount: Decimal
    currency: str | None = None
    on: date | None = None
    closing: bool = False
    """The last word of a statement, not where it began."""


@frozen(kw_only=True)
class Facts:
    """What was found out about a file as a whole."""

    format_id: str
    platform: str
    kind: StatementKind = StatementKind.PLATFORM
    family: str = ""
    """Formats of one family share the identities of their rows."""
    report: str = "ledger"
    """ledger, or orders: a report whose sales a ledger tells better."""
    encoding: str = ""
    delimiter: str | None = None
    header_line: int | None = None
    date_format: str | None = None
    zone: str | None = None
    currency: str | None = None
    account: str = ""
    period: tuple[date, date] | None = None
    exported_on: date | None = None
    """When the export was made, where name or content says so."""
    evidence: tuple[str, ...] = ()
    balances: tuple[Balance, ...] = ()


@frozen(kw_only=True)
class Answers:
    """What the user told us about a file beyond what it tells itself."""

    currency: str | None = None
    zone: str | None = None
    date_order: str | None = None
    """dmy, mdy or ymd."""
    number_form: str | None = None
    """The decimal mark: `.` or `,`."""
    period: tuple[date, date] | None = None
    encoding: str | None = None
    account: str = ""
    mapping: Mapping[str, Any] | None = None
    """Columns of a bank file, as the `mapping` key of `--map` files."""


@frozen(kw_only=True)
class FileHead:
    """The beginning of a file: enough to tell what it is."""

    name: str
    size: int
    head: bytes


@frozen(kw_only=True)
class Sniff:
    """A format's claim on a file: 0 (never) to 1 (certainly)."""

    format_id: str
    confidence: float
    evidence: tuple[str, ...] = ()


@frozen(kw_only=True)
class Reading:
    """A file opened by a format.

    With `questions` that block reading, `items` is empty: nothing is read on
    a guess.
    """

    facts: Facts
    questions: tuple[Question, ...] = ()
    items: Iterator[Item] = field(default=Factory(lambda: iter(())))


@frozen(kw_only=True)
class Limits:
    """How large a hostile file may be before it is refused."""

    bytes: int = 200 * 1024 * 1024
    rows: int = 2_000_000
    cells: int = 500
    cell: int = 32_768
    digits: int = 30
    head: int = 65_536
    head_rows: int = 40
