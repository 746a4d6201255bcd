"""CAMT.053: bank statements as ISO 20022 XML."""

import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import BinaryIO, Final

from attrs import define, evolve, field, frozen

from earntrack_adapters.statements.bank_findings import (
    Account,
    Findings,
    check_of,
)
from earntrack_adapters.statements.bank_text import head_text, trusted
from earntrack_adapters.statements.banking import (
    BANK,
    LIMITS,
    UnreadableError,
    answered_currency,
    bounded,
    exact,
)
from earntrack_adapters.statements.camt_entries import (
    WANTED,
    Assembler,
    Balance,
    End,
    Entry,
    Fields,
    Part,
)
from earntrack_adapters.statements.camt_rows import (
    account_of,
    balance_of,
    booked_on,
    currency_of,
    day_of,
    status_of,
    transaction,
)
from earntrack_adapters.statements.safe_xml import Walk
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Answers,
    FileHead,
    Item,
    Limits,
    Reading,
    Record,
    Severity,
    Skipped,
    Sniff,
)


FORMAT: Final = "bank.camt053"
ROOT: Final = re.compile(
    r"<(?:[A-Za-z][\w.-]{0,32}:)?"
    r"(BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)[\s>/]"
)
VERSION: Final = re.compile(r"camt\.05[234]\.[0-9]{3}\.[0-9]{2}")
STATEMENT: Final = "BkToCstmrStmt"
OTHERS: Final = {
    "BkToCstmrAcctRpt": "CAMT.052, a report within the day",
    "BkToCstmrDbtCdtNtfctn": "CAMT.054, a notification of single payments",
}
ROOTS: Final = frozenset({STATEMENT})
TRANSPARENT: Final = frozenset({"Pty"})
"""Elements that newer versions put around what older ones have bare."""

BOOKED: Final = "BOOK"
STATUSES: Final = {
    "PDNG": "pending",
    "INFO": "information only",
    "FUTR": "not booked yet",
}
OPENINGS: Final = frozenset({"OPBD", "PRCD"})
TOTALS: Final = "TxsSummry/"


@define
class _Scan:
    """What a first reading finds out."""

    found: Findings = field(factory=Findings)

    def see(self, part: Part) -> None:
        """Take a part into account."""
        self.found.account(account_of(part.statement))
        if isinstance(part, End):
            self.found.day(day_of(part.statement.get("FrToDt/FrDtTm", "")))
            self.found.day(day_of(part.statement.get("FrToDt/ToDtTm", "")))
            created = day_of(part.statement.get("CreDtTm", ""))
            self.found.exported_on = created or self.found.exported_on
        elif isinstance(part, Balance):
            # one that cannot be read is a warning among the items
            with suppress(UnreadableError):
                held = balance_of(part.statement, part.fields)
                self.found.balances.append(held)
        elif status_of(part) not in STATUSES and "Amt" in part.fields:
            # what cannot be read is a problem of its record
            with suppress(UnreadableError):
                self._entry(part)

    def _entry(self, part: Entry) -> None:
        code = currency_of(part.statement, part.fields)
        if code is None:
            self.found.missing_currency = True
        else:
            self.found.currencies.add(code)
        self.found.day(booked_on(part))


@define
class _Book:
    """Turns the parts of one statement into items."""

    currency: str | None
    account: Account = field(factory=Account)
    whole: bool = True

    def items(self, part: Part) -> Iterator[Item]:
        """Yield what a part says."""
        if isinstance(part, Entry):
            yield self._entry(part)
        elif isinstance(part, Balance):
            yield from self._balance(part)
        else:
            self.account.name = account_of(part.statement)
            yield from self.account.checks()
            if self.whole:
                yield from self._totals(part.statement)
            self.account, self.whole = Account(), True

    def _entry(self, part: Entry) -> Item:
        status = status_of(part)
        if status in STATUSES:
            self.whole = False
            return Skipped(line=part.line, reason=STATUSES[status])
        try:
            row = transaction(part, self.currency)
        except UnreadableError as error:
            return error.problem(part.line)
        if row.amount is not None:
            self.account.move(row.amount)
        return Record(line=part.line, rows=(row,))

    def _balance(self, part: Balance) -> Iterator[Item]:
        try:
            held = balance_of(part.statement, part.fields)
        except UnreadableError as error:
            problem = error.problem(part.line)
            yield evolve(problem, severity=Severity.WARNING)
            return
        if held.name in OPENINGS:
            self.account.opening = self.account.opening or held
        elif held.closing:
            self.account.closing = held

    def _totals(self, statement: Fields) -> Iterator[Item]:
        account = self.account
        stated = (
            ("TtlNtries/NbOfNtries", Decimal(account.count)),
            ("TtlCdtNtries/Sum", account.credit),
            ("TtlDbtNtries/Sum", -account.debit),
        )
        for name, found in stated:
            text = statement.get(f"{TOTALS}{name}", "")
            # a total that is no number says nothing
            with suppress(UnreadableError):
                expected = exact(text, name)
                yield from check_of(name, expected, found, "total_mismatch")


@frozen
class Camt053Format:
    """CAMT.053 in all its versions."""

    limits: Limits = LIMITS
    format_id: str = FORMAT
    platform: str = BANK
    label: str = "CAMT.053 (ISO 20022 statement)"
    verified: str = "real-sample"

    def sniff(self, head: FileHead) -> Sniff | None:
        """Look for the element of a statement, or of its near relatives."""
        text = head_text(head, self.limits)
        root = ROOT.search(text)
        if root is None:
            return None
        return Sniff(
            format_id=FORMAT,
            confidence=0.98 if root[1] == STATEMENT else 0.9,
            evidence=_evidence(text),
        )

    def read(
        self, source: BinaryIO, head: FileHead, answers: Answers
    ) -> Reading:
        """Read the file twice: what it says as a whole, then its records.

        Raises:
            StatementError: The file as a whole cannot be read.
        """
        text = head_text(head, self.limits)
        _refuse_relatives(text)
        scan = _Scan()
        walk = self._walk(answers)
        for part in self._parts(source, walk):
            scan.see(part)
        facts = scan.found.facts(
            FORMAT,
            answers,
            _evidence(text),
            encoding=walk.encoding or "utf-8",
            date_format="YYYY-MM-DD",
        )
        questions = scan.found.questions(answers)
        if questions:
            return Reading(facts=facts, questions=questions)
        items = self._items(source, answers)
        return Reading(facts=facts, items=bounded(items, self.limits.rows))

    def _items(self, source: BinaryIO, answers: Answers) -> Iterator[Item]:
        book = _Book(answered_currency(answers))
        for part in self._parts(source, self._walk(answers)):
            yield from book.items(part)

    def _walk(self, answers: Answers) -> Walk:
        return Walk(
            bound=self.limits.cell,
            most=self.limits.bytes,
            roots=ROOTS,
            wanted=WANTED,
            transparent=TRANSPARENT,
            encoding=trusted(answers.encoding or "") or None,
        )

    def _parts(self, source: BinaryIO, walk: Walk) -> Iterator[Part]:
        source.seek(0)
        assembler = Assembler()
        yield from assembler.parts(walk.leaves(source))
        if not assembler.seen:
            raise StatementError(
                "header_not_found",
                "There is no statement in this XML.",
                "Export the statement as CAMT.053.",
            )


def _refuse_relatives(text: str) -> None:
    root = ROOT.search(text)
    if root is not None and root[1] in OTHERS:
        raise StatementError(
            "unsupported_version",
            f"This is {OTHERS[root[1]]}.",
            "Export the statement as CAMT.053.",
        )


def _evidence(text: str) -> tuple[str, ...]:
    root, version = ROOT.search(text), VERSION.search(text)
    found = [] if root is None else [f"element {root[1]}"]
    if version is not None:
        found.append(f"version {version[0]}")
    return tuple(found)
