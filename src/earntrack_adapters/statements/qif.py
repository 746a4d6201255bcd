"""QIF: the oldest format of finance programs; no currency, no ids."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Final

from attrs import define, field, frozen

from earntrack_adapters.statements.bank_findings import Findings
from earntrack_adapters.statements.bank_numbers import (
    NumberForm,
    amount_of,
    answered_mark,
)
from earntrack_adapters.statements.bank_text import (
    BankText,
    bank_text,
    head_text,
)
from earntrack_adapters.statements.banking import (
    BANK,
    LIMITS,
    UnreadableError,
    answered_currency,
    bounded,
    identity,
    plain,
)
from earntrack_adapters.statements.qif_dates import (
    DateOrder,
    answered_order,
    read_date,
)
from earntrack_adapters.statements.qif_records import (
    ACCOUNTS,
    QifRecord,
    records,
)
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Answers,
    Balance,
    Facts,
    FileHead,
    Item,
    Limits,
    Question,
    Reading,
    Record,
    RowKind,
    Skipped,
    Sniff,
    StatementRow,
)


FORMAT: Final = "bank.qif"
HEADING: Final = re.compile(
    r"\s*(?:!(?:option|clear):[^\n]{0,64}\s+)*(!(?:type:[^\n]{1,32}|account))",
    re.IGNORECASE,
)
BARE: Final = re.compile(
    r"\s*D[0-9 ]{1,4}[/.-][0-9 ]{1,3}[/.'-][0-9 ]{1,4}\n"
    r"(?:[A-Z$][^\n]{0,200}\n){1,20}\^"
)
SKIPPED: Final = {
    "invst": "investment",
    "memorized": "template",
    "cat": "list of categories",
    "class": "list of classes",
    "tag": "list of tags",
    "security": "list of securities",
    "prices": "list of prices",
    "budget": "budget",
}
"""Sections without money that moved; banks name the others as they like."""

OPENING: Final = "opening balance"


def _is_money(record: QifRecord) -> bool:
    return record.section not in SKIPPED and record.section != ACCOUNTS


def _is_opening(record: QifRecord) -> bool:
    """Recognise the balance with which Quicken begins an account."""
    return record.text("P").casefold() == OPENING and record.text(
        "L"
    ).startswith("[")


@define
class _Scan:
    """What a first reading finds out."""

    found: Findings = field(factory=Findings)
    form: NumberForm = field(factory=NumberForm)
    order: DateOrder = field(factory=DateOrder)
    opening: QifRecord | None = None

    def see(self, record: QifRecord) -> None:
        """Take a record into account."""
        if not _is_money(record):
            return
        self.found.missing_currency = True
        self.found.account(record.account)
        self.form.see(_amount_text(record))
        self.order.see(record.text("D"))
        if _is_opening(record):
            self.opening = self.opening or record

    def questions(self, answers: Answers) -> tuple[Question, ...]:
        """Ask for all that the file leaves open."""
        asked = list(self.found.questions(answers))
        if answered_order(answers) is None and len(self.order.orders()) > 1:
            asked.append(self.order.question())
        if answered_mark(answers) is None and self.form.mark() is None:
            asked.append(self.form.question())
        return tuple(asked)


def _amount_text(record: QifRecord) -> str:
    return record.text("T") or record.text("U")


@frozen
class _Reader:
    """Reads the items, with what the first reading found."""

    text: BankText
    mark: str
    order: str
    currency: str | None
    account: str

    def items(self) -> Iterator[Item]:
        """Yield what the file says, record by record."""
        for record in records(self.text.lines()):
            if record.section == ACCOUNTS:
                continue
            if record.section in SKIPPED:
                reason = SKIPPED[record.section]
                yield Skipped(line=record.line, reason=reason)
            elif _is_opening(record):
                yield Skipped(line=record.line, reason=OPENING)
            else:
                yield self._item(record)

    def _item(self, record: QifRecord) -> Item:
        try:
            return Record(line=record.line, rows=(self._row(record),))
        except UnreadableError as error:
            return error.problem(record.line)

    def _row(self, record: QifRecord) -> StatementRow:
        if not record.complete:
            raise UnreadableError(
                "malformed",
                "^",
                "",
                "The record has no end; export the file again.",
            )
        on, amount = self.day(record), self.amount(record)
        payee, memo = plain(record.text("P")), plain(record.text("M"))
        number = plain(record.text("N"))
        account = record.account or plain(self.account)
        return StatementRow(
            kind=RowKind.TRANSACTION,
            line=record.line,
            currency=self.currency,
            amount=amount,
            identity=identity(account, on, amount, payee, memo, number),
            local_date=on,
            counterparty=payee,
            description=memo or plain(record.text("L")) or number,
        )

    def day(self, record: QifRecord) -> date:
        """Return the day of a record.

        Raises:
            UnreadableError: It has none, in the order of this file.
        """
        text = record.text("D")
        on = read_date(text, self.order)
        if on is None:
            code = "bad_date" if text else "missing"
            hint = f"The other dates of the file are {self.order}."
            raise UnreadableError(code, "D", text, hint)
        return on

    def amount(self, record: QifRecord) -> Decimal:
        """Return the amount of a record.

        Raises:
            UnreadableError: It has none, in the form of this file.
        """
        text = _amount_text(record)
        if not text:
            hint = "There is no amount in this record."
            raise UnreadableError("missing", "T", "", hint)
        return amount_of(text, self.mark, "T")


@frozen
class QifFormat:
    """QIF of banks and of Quicken."""

    limits: Limits = LIMITS
    format_id: str = FORMAT
    platform: str = BANK
    label: str = "QIF (Quicken Interchange Format)"
    verified: str = "real-sample"

    def sniff(self, head: FileHead) -> Sniff | None:
        """Look for the heading, else for a first record."""
        text = head_text(head, self.limits)
        evidence = _evidence(text)
        if not evidence:
            return None
        sure = HEADING.match(text) is not None
        return Sniff(
            format_id=FORMAT,
            confidence=0.97 if sure else 0.9,
            evidence=evidence,
        )

    def read(
        self, source: BinaryIO, head: FileHead, answers: Answers
    ) -> Reading:
        """Read the file twice: what it says as a whole, then its records.

        Raises:
            StatementError: The file as a whole cannot be read.
        """
        evidence = _evidence(head_text(head, self.limits))
        if not evidence:
            raise StatementError(
                "header_not_found",
                "The file does not begin with !Type: or a record of QIF.",
                "Export the account as QIF.",
            )
        text = bank_text(source, self.limits, answers.encoding)
        scan = _Scan()
        for record in records(text.lines()):
            scan.see(record)
        reader = _Reader(
            text=text,
            mark=answered_mark(answers) or scan.form.mark() or ".",
            order=answered_order(answers) or scan.order.orders()[0],
            currency=answered_currency(answers),
            account=answers.account,
        )
        _complete(scan, reader)
        facts = scan.found.facts(
            FORMAT,
            answers,
            evidence,
            encoding=text.encoding,
            date_format=scan.order.form(reader.order),
        )
        return self._opened(facts, scan.questions(answers), reader)

    def _opened(
        self, facts: Facts, questions: tuple[Question, ...], reader: _Reader
    ) -> Reading:
        if any(one.blocks_reading for one in questions):
            return Reading(facts=facts, questions=questions)
        return Reading(
            facts=facts,
            questions=questions,
            items=bounded(reader.items(), self.limits.rows),
        )


def _complete(scan: _Scan, reader: _Reader) -> None:
    """Find what needs the order of dates and the form of numbers."""
    scan.found.day(scan.order.first.get(reader.order))
    scan.found.day(scan.order.last.get(reader.order))
    if scan.opening is None:
        return
    # the record itself is skipped with its reason, readable or not
    with suppress(UnreadableError):
        scan.found.balances.append(
            Balance(
                name=OPENING,
                amount=reader.amount(scan.opening),
                currency=reader.currency,
                on=reader.day(scan.opening),
            )
        )


def _evidence(text: str) -> tuple[str, ...]:
    if heading := HEADING.match(text):
        return (f"begins with {plain(heading[1])}",)
    return ("begins with a record of QIF",) if BARE.match(text) else ()
