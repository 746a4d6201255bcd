"""MT940: bank statements as SWIFT messages, also without envelopes."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from attrs import define, evolve, field, frozen

from earntrack_adapters.statements.bank_findings import (
    Account,
    Findings,
    sole,
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
    warning,
)
from earntrack_adapters.statements.mt940_details import details
from earntrack_adapters.statements.mt940_fields import (
    NO_REFERENCE,
    Movement,
    day,
    fields,
    movement,
)
from earntrack_adapters.statements.mt940_statements import (
    OPENINGS,
    Entry,
    Held,
    Mark,
    Messages,
    Odd,
    Part,
)
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Answers,
    FileHead,
    Item,
    Limits,
    Problem,
    Reading,
    Record,
    RowKind,
    Skipped,
    Sniff,
    StatementRow,
)


FORMAT: Final = "bank.mt940"
REFERENCE: Final = re.compile(r"^(?:\{1:[^\n]*)?:20:", re.MULTILINE)
ACCOUNT: Final = re.compile(r"^:25P?:", re.MULTILINE)
CONTENT: Final = re.compile(r"^:(60[FM]|61|62[FM]|34F):", re.MULTILINE)
CREATED: Final = frozenset({"13", "13D"})
INTERIM: Final = frozenset({"34F", "90C", "90D"})


@define
class _Scan:
    """What a first reading finds out."""

    found: Findings = field(factory=Findings)
    tags: set[str] = field(factory=set)
    _orphans: bool = False

    def see(self, part: Part) -> None:
        """Take a part into account."""
        if isinstance(part, Held):
            self.tags.add(part.balance.name)
            self.found.account(part.account)
            self.found.currencies.add(f"{part.balance.currency}")
            self.found.balances.append(part.balance)
            self.found.day(part.balance.on)
        elif isinstance(part, Entry):
            self.found.account(part.account)
            self._orphans = self._orphans or part.currency is None
        elif isinstance(part, Mark):
            self.tags.add(part.tag)
            if part.tag in CREATED and part.text[:6].isdigit():
                self.found.exported_on = day(part.text[:6])

    def finish(self) -> None:
        """See whether all movements have a currency.

        Raises:
            StatementError: This is an interim report, not a statement.
        """
        if self.tags & INTERIM and not self.tags & OPENINGS:
            raise StatementError(
                "unsupported_version",
                "This is MT942, an interim report; it changes until the day"
                " is over.",
                "Export MT940 instead.",
            )
        self.found.missing_currency = self._orphans and not sole(
            self.found.currencies
        )


@frozen
class _Reader:
    """Reads the items, with what the first reading found."""

    text: BankText
    currency: str | None = None

    def parts(self) -> Iterator[Part]:
        """Yield what the messages say."""
        cut = fields(self.text.lines(), self.text.limits.cell)
        return Messages().parts(cut)

    def items(self) -> Iterator[Item]:
        """Yield what the file says, record by record."""
        account = Account()
        for part in self.parts():
            if isinstance(part, Entry):
                yield self._item(part, account)
            elif isinstance(part, Odd):
                hint = "A balance looks like C260131EUR1234,56."
                line, text = part.field.line, part.field.first
                yield warning(line, "bad_amount", hint, text)
            elif isinstance(part, Held) and part.balance.name in OPENINGS:
                account = Account(name=part.account, opening=part.balance)
            elif isinstance(part, Held) and part.balance.closing:
                account.closing = part.balance
                yield from account.checks()
                account = Account()

    def _item(self, part: Entry, account: Account) -> Item:
        try:
            moved = movement(part.entry)
            row = self._row(part, moved)
        except UnreadableError as error:
            return error.problem(part.entry.line)
        if moved.expected:
            return Skipped(line=moved.line, reason="expected, not booked")
        account.move(moved.amount)
        return Record(line=moved.line, rows=(row,), warnings=_odd(moved))

    def _row(self, part: Entry, moved: Movement) -> StatementRow:
        told = details(part.details)
        ids = [moved.bank_reference, moved.reference]
        known = [plain(one) for one in ids if one not in NO_REFERENCE]
        description = told.description or moved.details or moved.kind
        return StatementRow(
            kind=RowKind.TRANSACTION,
            line=moved.line,
            currency=part.currency or self.currency,
            amount=moved.amount,
            identity=identity(
                part.account,
                moved.booked_on,
                moved.amount,
                *known,
                told.counterparty,
                description,
            ),
            local_date=moved.booked_on,
            external_id=known[0] if known else None,
            group_id=told.reference or None,
            counterparty=told.counterparty,
            description=description,
        )


def _odd(moved: Movement) -> tuple[Problem, ...]:
    if not moved.odd_date:
        return ()
    hint = f"There is no such day; {moved.booked_on} was taken."
    return (warning(moved.line, "odd_date", hint, moved.odd_date),)


@frozen
class Mt940Format:
    """MT940 with or without the envelopes of SWIFT."""

    limits: Limits = LIMITS
    format_id: str = FORMAT
    platform: str = BANK
    label: str = "MT940 (SWIFT statement)"
    verified: str = "real-sample"

    def sniff(self, head: FileHead) -> Sniff | None:
        """Look for the fields that every statement has."""
        evidence = _evidence(head_text(head, self.limits))
        if not evidence:
            return None
        return Sniff(format_id=FORMAT, confidence=0.97, evidence=evidence)

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
                "There are no fields :20: and :25: of a statement.",
                "Export the account as MT940.",
            )
        text = bank_text(source, self.limits, answers.encoding)
        reader = _Reader(text)
        scan = _Scan()
        for part in reader.parts():
            scan.see(part)
        scan.finish()
        currency = sole(scan.found.currencies) or answered_currency(answers)
        reader = evolve(reader, currency=currency)
        facts = scan.found.facts(
            FORMAT,
            answers,
            evidence,
            encoding=text.encoding,
            date_format="YYMMDD",
        )
        questions = scan.found.questions(answers)
        return Reading(
            facts=facts,
            questions=questions,
            items=bounded(reader.items(), self.limits.rows),
        )


def _evidence(text: str) -> tuple[str, ...]:
    content = CONTENT.search(text)
    if content is None or not (
        REFERENCE.search(text) and ACCOUNT.search(text)
    ):
        return ()
    return (f"fields :20:, :25: and :{content[1]}:",)
