"""The language in which a platform's table is described, as data.

One `Spec` is one TOML file; `docs/reference/platform-spec.md` explains every
key. Columns are named by the first of their names in `match`; what stands in
braces is a captured text.
"""

from collections.abc import Mapping
from typing import Final

from attrs import Factory, field, frozen

from earntrack_core.statements.model import (
    RowKind,
    RowStatus,
    Severity,
    StatementKind,
)


CONTRACT: Final = 1
"""The version of the language."""

Names = tuple[str, ...]
"""One name or several, of which the first that fits counts."""

Sum = tuple[Names, ...]
"""What is added up: columns, each with a minus where it is subtracted."""


def _none() -> Mapping[str, Names]:
    return {}


def _no_words() -> Mapping[str, str]:
    return {}


@frozen(kw_only=True)
class Match:
    """What a header must look like."""

    require: tuple[Names, ...]
    optional: tuple[Names, ...] = ()
    forbid: Names = ()
    file_name: Names = ()
    delimiter: str | None = None
    encoding: str = "iso-8859-15"


@frozen(kw_only=True)
class Dates:
    """Where the day of a record stands, and how it is written."""

    column: Names = ()
    formats: Names = ()
    time: str | None = None
    time_formats: Names = ()
    evidence: Names = ()
    order: str | None = None
    language: Names = ()


@frozen(kw_only=True)
class Zone:
    """Where the zone of a time of day comes from."""

    column: str | None = None
    heading: str | None = None
    preamble: Names = ()
    constant: str | None = None
    names: Mapping[str, str] = Factory(_no_words)


@frozen(kw_only=True)
class Currency:
    """Where the currency comes from."""

    column: Names = ()
    heading: Names = ()
    preamble: Names = ()
    first: str | None = None
    symbol: Names = ()
    symbols: Mapping[str, str] = Factory(_no_words)
    constant: str | None = None
    ask: bool = False


@frozen(kw_only=True)
class Period:
    """Where the period comes from that the rows of a file sum up."""

    file_name: Names = ()
    start: str | None = None
    end: str | None = None
    ask: bool = False


@frozen(kw_only=True)
class Export:
    """Where the day comes from on which a file was exported."""

    file_name: Names = ()
    preamble: Names = ()


@frozen(kw_only=True)
class Numbers:
    """How amounts are written if the cells themselves do not tell."""

    decimal: str | None = None
    empty: Names = ("-", "--")


@frozen(kw_only=True)
class Identity:
    """What makes a row itself."""

    external_id: str | None = None
    group_id: str | None = None
    order_ref: str | None = None
    columns: Names = ()
    summary: bool = False


@frozen(kw_only=True)
class Capture:
    """Texts that hold values: each `{name}` of a template is captured."""

    column: str
    templates: Names


@frozen(kw_only=True)
class Texts:
    """What all rows of a file have in common."""

    description: str | None = None
    counterparty: str | None = None
    type: str | None = None
    count: str | None = None
    skip_empty: str | None = None
    skip_zero: str | None = None


@frozen(kw_only=True)
class Original:
    """What moved in another currency."""

    amount: str
    currency: str


@frozen(kw_only=True)
class Hours:
    """How long was worked."""

    column: str | None = None
    form: str = "decimal"
    divisor: int = 1
    start: str | None = None
    end: str | None = None


@frozen(kw_only=True)
class Billable:
    """Which time is billable."""

    column: str
    yes: Names


@frozen(kw_only=True)
class Status:
    """How certain rows are."""

    column: str | None = None
    pending: Names = ()
    estimate: Names = ()
    constant: RowStatus = RowStatus.FINAL


@frozen(kw_only=True)
class Balance:
    """The running balance, held against what the rows move."""

    column: str


@frozen(kw_only=True, slots=False)
class Condition:
    """Which records are meant; everything stated must be so."""

    when: Mapping[str, Names] = Factory(_none)
    unless: Mapping[str, Names] = Factory(_none)
    sign: Mapping[str, str] = Factory(_no_words)
    filled: Names = ()
    empty: Names = ()
    same: Names = ()
    differ: Names = ()


@frozen(kw_only=True)
class Amounts:
    """The money of a row; `amount` goes where its kind belongs."""

    currency: str | None = None
    amount: Sum = ()
    gross: Sum = ()
    tip: Sum = ()
    fee: Sum = ()
    refund: Sum = ()
    tax_withheld: Sum = ()
    adjustment: Sum = ()
    payout: Sum = ()
    transfer: Sum = ()
    expense: Sum = ()


@frozen(kw_only=True)
class Leg(Amounts):
    """One of several rows that a record makes."""

    kind: RowKind | None = None
    earnings: int | None = None
    description: str | None = None
    original: Original | None = None


@frozen(kw_only=True)
class Rule(Condition, Leg):
    """What records of one kind are."""

    skip: str | None = None
    merge: Names = ()
    leg: tuple[Leg, ...] = ()
    skip_empty: str | None = None
    skip_zero: str | None = None


@frozen(kw_only=True)
class RowCheck(Condition):
    """A sum that every record must fulfil by itself."""

    name: str
    sum: Sum
    equals: Sum
    column: str | None = None
    code: str = "inconsistent_net"
    severity: Severity = Severity.ERROR


@frozen(kw_only=True)
class Term(Condition):
    """A sum over some of the records of a file."""

    sum: Sum


@frozen(kw_only=True)
class Total:
    """A sum that a file states itself, and the records that make it."""

    name: str
    expected: tuple[Term, ...]
    found: tuple[Term, ...]


@frozen(kw_only=True)
class Spec:
    """One kind of table that a platform exports."""

    contract: int
    id: str
    platform: str
    label: str
    verified: str
    match: Match
    date: Dates
    identity: Identity
    kind: StatementKind = StatementKind.PLATFORM
    family: str = ""
    report: str = "ledger"
    source: str = ""
    currency: Currency | None = None
    zone: Zone = field(factory=Zone)
    period: Period = field(factory=Period)
    export: Export = field(factory=Export)
    numbers: Numbers = field(factory=Numbers)
    capture: tuple[Capture, ...] = ()
    row: Texts = field(factory=Texts)
    original: Original | None = None
    hours: Hours | None = None
    billable: Billable | None = None
    status: Status = field(factory=Status)
    balance: Balance | None = None
    rule: tuple[Rule, ...] = ()
    otherwise: tuple[Rule, ...] = ()
    check: tuple[RowCheck, ...] = ()
    total: tuple[Total, ...] = ()
