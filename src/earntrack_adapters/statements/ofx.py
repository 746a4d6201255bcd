"""OFX 1 and 2, QFX: what banks export for finance programs."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final

from attrs import define, evolve, field, frozen

from earntrack_adapters.statements.bank_findings import Findings
from earntrack_adapters.statements.bank_numbers import (
    NumberForm,
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
    currency_code,
    warning,
)
from earntrack_adapters.statements.ofx_entries import (
    AVAILABLE,
    INVESTMENT,
    LEDGER,
    PENDING,
    PERIOD,
    SIGN_ON,
    TRANSACTION,
    Assembler,
    Entry,
)
from earntrack_adapters.statements.ofx_ids import (
    Repeats,
    ambiguous_ids,
    key_of,
)
from earntrack_adapters.statements.ofx_markup import pieces
from earntrack_adapters.statements.ofx_rows import (
    balance,
    moment_of,
    said,
    transaction,
)
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Answers,
    Balance,
    FileHead,
    Item,
    Limits,
    Problem,
    Reading,
    Record,
    Severity,
    Skipped,
    Sniff,
    StatementRow,
)


FORMAT: Final = "bank.ofx"
ROOT: Final = re.compile(r"<OFX(?:\s[^<>]{0,256})?>", re.IGNORECASE)
START: Final = re.compile(r"\s*(?:OFXHEADER|<\?|<!--|<OFX)", re.IGNORECASE)
VERSION: Final = re.compile(
    r"""(?:^VERSION:|<\?OFX\s[^<>]{0,64}?VERSION=["'])\s*([0-9]{3})""",
    re.IGNORECASE | re.MULTILINE,
)
CHARSET: Final = re.compile(r"^CHARSET:\s*(\S{1,32})", re.MULTILINE)
XML: Final = re.compile(r"<\?xml[^<>]{0,128}encoding=[\"']([^\"'<>]{1,32})")
CODE_PAGE: Final = re.compile(r"[0-9]{3,4}")


def declared_encoding(head: str) -> str:
    """Return the encoding that a file's header names, if it does."""
    xml = XML.search(head)
    if xml is not None:
        return xml[1]
    charset = CHARSET.search(head)
    if charset is None:
        return ""
    name = charset[1].removeprefix("ISO-")
    return f"cp{name}" if CODE_PAGE.fullmatch(name) else f"iso-{name}"


@define
class _Scan:
    """What a first reading finds out."""

    found: Findings = field(factory=Findings)
    form: NumberForm = field(factory=NumberForm)
    repeats: Repeats = field(factory=Repeats)
    form_of_dates: str = ""
    balances: list[Entry] = field(factory=list)

    def see(self, entry: Entry) -> None:
        """Take an entry into account."""
        self.found.account(entry.account)
        if entry.name == TRANSACTION:
            self._transaction(entry)
        elif entry.name in {LEDGER, AVAILABLE}:
            self.form.see(said(entry, "BALAMT"))
            self.balances = [*self.balances, entry][-LIMITS.cells :]
        elif entry.name == PERIOD:
            self.found.day(moment_of(said(entry, "DTSTART")).day)
            self.found.day(moment_of(said(entry, "DTEND")).day)
        elif entry.name == SIGN_ON:
            self.found.exported_on = moment_of(said(entry, "DTSERVER")).day

    def _transaction(self, entry: Entry) -> None:
        self.form.see(said(entry, "TRNAMT"))
        self.repeats.see(entry)
        posted = moment_of(said(entry, "DTPOSTED"))
        self.form_of_dates = self.form_of_dates or posted.form
        self.found.day(posted.day)
        currency = _currency(entry)
        if currency is None:
            self.found.missing_currency = True
        else:
            self.found.currencies.add(currency)


def _currency(entry: Entry) -> str | None:
    """Return the currency of the statement; None if it says none."""
    try:
        return currency_code(entry.currency, "CURDEF")
    except UnreadableError:
        return None


@frozen
class _Reader:
    """Reads the items, with what the first reading found."""

    text: BankText
    mark: str
    currency: str | None
    ambiguous: frozenset[tuple[str, str]] = frozenset()

    def entries(self) -> Iterator[Entry]:
        """Yield the aggregates of the file.

        Raises:
            StatementError: There is no OFX in it.
        """
        assembler = Assembler(self.text.limits.cell)
        chunks = pieces(self.text.chunks(), self.text.limits.cell)
        yield from assembler.entries(chunks)
        if not assembler.seen:
            raise StatementError(
                "header_not_found",
                "There is no <OFX> in this file.",
                "Export the statement as OFX or QFX.",
            )

    def items(self) -> Iterator[Item]:
        """Yield what the file says, record by record."""
        for entry in self.entries():
            if entry.name == TRANSACTION:
                yield self._item(entry)
            elif entry.name == PENDING:
                yield Skipped(line=entry.line, reason="pending")
            elif entry.name == INVESTMENT:
                yield Skipped(line=entry.line, reason="investment")
            elif entry.name in {LEDGER, AVAILABLE}:
                yield from self._unreadable_balance(entry)

    def balance(self, entry: Entry) -> Balance:
        """Return what an account held.

        Raises:
            UnreadableError: The amount cannot be read.
        """
        currency = _currency(entry) or self.currency
        return balance(entry, currency, self.mark)

    def _unreadable_balance(self, entry: Entry) -> Iterator[Item]:
        try:
            self.balance(entry)
        except UnreadableError as error:
            problem = error.problem(entry.line)
            yield evolve(problem, severity=Severity.WARNING)

    def _item(self, entry: Entry) -> Item:
        if said(entry, "CORRECTACTION").upper() == "DELETE":
            return Skipped(line=entry.line, reason="deletes an older record")
        currency = _currency(entry) or self.currency
        ambiguous = key_of(entry) in self.ambiguous
        try:
            row = transaction(entry, currency, self.mark, ambiguous=ambiguous)
        except UnreadableError as error:
            return error.problem(entry.line)
        warnings = _warnings(row)
        return Record(line=entry.line, rows=(row,), warnings=warnings)


def _warnings(row: StatementRow) -> tuple[Problem, ...]:
    if row.group_id is None:
        return ()
    return (
        warning(
            row.line,
            "correction",
            "The bank says that this replaces an older record; take that one"
            " out if it was imported.",
            row.group_id,
        ),
    )


@frozen
class OfxFormat:
    """OFX 1 (SGML), OFX 2 (XML) and QFX."""

    limits: Limits = LIMITS
    format_id: str = FORMAT
    platform: str = BANK
    label: str = "OFX or QFX (Money, Quicken Web Connect)"
    verified: str = "real-sample"

    def sniff(self, head: FileHead) -> Sniff | None:
        """Look for the OFX element, at the file's beginning."""
        text = head_text(head, self.limits)
        if ROOT.search(text) is None:
            return None
        sure = START.match(text) is not None
        return Sniff(
            format_id=FORMAT,
            confidence=0.98 if sure else 0.9,
            evidence=_evidence(text),
        )

    def read(
        self, source: BinaryIO, head: FileHead, answers: Answers
    ) -> Reading:
        """Read the file twice: what it says as a whole, then its records.

        Raises:
            StatementError: The file as a whole cannot be read.
        """
        start = head_text(head, self.limits)
        text = bank_text(
            source,
            self.limits,
            answers.encoding,
            declared_encoding(start),
            ascii_name="us-ascii",
        )
        reader = _Reader(text, ".", answered_currency(answers))
        scan = _Scan()
        for entry in reader.entries():
            scan.see(entry)
        mark = answered_mark(answers) or scan.form.mark() or ","
        reader = evolve(reader, mark=mark)
        _keep_balances(scan, reader)
        facts = scan.found.facts(
            FORMAT,
            answers,
            _evidence(start),
            encoding=text.encoding,
            date_format=scan.form_of_dates or None,
        )
        questions = scan.found.questions(answers)
        suspects = scan.repeats.suspects
        if suspects:
            ambiguous = ambiguous_ids(suspects, _transactions(reader))
            reader = evolve(reader, ambiguous=ambiguous)
        return Reading(
            facts=facts,
            questions=questions,
            items=bounded(reader.items(), self.limits.rows),
        )


def _transactions(reader: _Reader) -> Iterator[Entry]:
    return (one for one in reader.entries() if one.name == TRANSACTION)


def _keep_balances(scan: _Scan, reader: _Reader) -> None:
    for entry in scan.balances:
        # one that cannot be read is a warning among the items
        with suppress(UnreadableError):
            scan.found.balances.append(reader.balance(entry))


def _evidence(text: str) -> tuple[str, ...]:
    version = VERSION.search(text)
    found = ["element <OFX>"]
    if version is not None:
        found.append(f"OFX version {version[1]}")
    return tuple(found)
