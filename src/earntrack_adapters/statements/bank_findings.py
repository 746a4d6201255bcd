"""What a first reading of a bank file finds out, and what must add up."""

from collections import deque
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import define, field

from earntrack_adapters.statements.banking import (
    BANK,
    answered_currency,
    plain,
    text_of,
    warning,
)
from earntrack_core.kernel.money import EXACT
from earntrack_core.statements.model import (
    Answers,
    Balance,
    Check,
    Facts,
    Item,
    Question,
    StatementKind,
)


KEPT: Final = 1_000
"""Balances and accounts of one file that are kept as facts."""

CURRENCY_QUESTION: Final = Question(
    key="currency",
    text="In which currency is the account? The file does not say.",
    blocks_reading=False,
)


@define
class Findings:
    """What a first reading finds out about a file as a whole."""

    accounts: set[str] = field(factory=set)
    currencies: set[str] = field(factory=set)
    balances: deque[Balance] = field(factory=lambda: deque(maxlen=KEPT))
    first: date | None = None
    last: date | None = None
    exported_on: date | None = None
    missing_currency: bool = False

    def account(self, name: str) -> None:
        """Note an account that the file is about."""
        if name and len(self.accounts) < KEPT:
            self.accounts.add(name)

    def day(self, on: date | None) -> None:
        """Stretch the period so that it has *on*."""
        if on is not None:
            self.first = min(self.first or on, on)
            self.last = max(self.last or on, on)

    def questions(self, answers: Answers) -> tuple[Question, ...]:
        """Ask for the currency where neither file nor user says it."""
        if self.missing_currency and answers.currency is None:
            return (CURRENCY_QUESTION,)
        return ()

    def facts(
        self,
        format_id: str,
        answers: Answers,
        evidence: tuple[str, ...],
        *,
        encoding: str,
        date_format: str | None = None,
    ) -> Facts:
        """Return the facts of the file."""
        period = None
        if self.first is not None and self.last is not None:
            period = (self.first, self.last)
        return Facts(
            format_id=format_id,
            platform=BANK,
            kind=StatementKind.BANK,
            encoding=encoding,
            date_format=date_format,
            family=format_id,
            currency=sole(self.currencies) or answered_currency(answers),
            account=sole(self.accounts) or answers.account,
            period=period,
            exported_on=self.exported_on,
            evidence=evidence,
            balances=tuple(self.balances),
        )


def sole(values: set[str]) -> str:
    """Return the only one of *values*; nothing if there are several."""
    return next(iter(values)) if len(values) == 1 else ""


@define
class Account:
    """Adds up what moved, and holds it against the balances stated."""

    name: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    count: int = 0
    credit: Decimal = Decimal()
    debit: Decimal = Decimal()

    def move(self, amount: Decimal) -> None:
        """Book an amount."""
        self.count += 1
        if amount < 0:
            self.debit = EXACT.add(self.debit, amount)
        else:
            self.credit = EXACT.add(self.credit, amount)

    def checks(self) -> Iterator[Item]:
        """Yield the check of the closing balance, and a warning if wrong."""
        opening, closing = self.opening, self.closing
        if opening is None or closing is None:
            return
        if opening.currency == closing.currency:
            moved = EXACT.add(self.credit, self.debit)
            found = EXACT.add(opening.amount, moved)
            name = plain(f"closing balance {self.name}")
            yield from check_of(name, closing.amount, found)


def check_of(
    name: str,
    expected: Decimal,
    found: Decimal,
    code: str = "balance_break",
) -> Iterator[Item]:
    """Yield a check of two amounts, and a warning if it does not hold."""
    check = Check(name=name, expected=text_of(expected), found=text_of(found))
    yield check
    if not check.holds:
        yield warning(
            None,
            code,
            f"{name}: the file says {check.expected}, its transactions add"
            f" up to {check.found}; a part of it may be missing.",
        )
