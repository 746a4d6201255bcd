"""QIF cut into records: lines of one letter and a value, up to a `^`."""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from earntrack_adapters.statements.banking import plain


@frozen
class QifRecord:
    """One record: the section and account it stands in, and its lines."""

    section: str
    account: str
    line: int
    fields: dict[str, str]
    complete: bool = True

    def text(self, code: str) -> str:
        """Return the value behind a letter."""
        return self.fields.get(code, "").strip()


CODES: Final = frozenset("DTUPMNL")
OTHER: Final = ""
END: Final = "^"
TYPE: Final = "!type:"
ACCOUNT: Final = "!account"
ACCOUNTS: Final = "account"
NAME: Final = 64
"""Characters of an account's name that are kept."""


def records(lines: Iterable[str]) -> Iterator[QifRecord]:
    """Yield the records of a file, whatever they are about."""
    section = account = ""
    start = 0
    fields: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        lower = text.lower()
        heading = lower.startswith((TYPE, ACCOUNT))
        if (heading or text == END) and fields:
            record = QifRecord(section, account, start, fields, not heading)
            account = _account_of(record) or account
            yield record
            fields = {}
        if heading:
            section = _section_of(lower)
        elif text and text != END and not text.startswith("!"):
            start = start if fields else number
            code = text[0] if text[0] in CODES else OTHER
            fields.setdefault(code, text[1:])
    if fields:
        yield QifRecord(section, account, start, fields, complete=False)


def _section_of(heading: str) -> str:
    if heading.startswith(ACCOUNT):
        return ACCOUNTS
    return heading.removeprefix(TYPE).strip()


def _account_of(record: QifRecord) -> str:
    if record.section != ACCOUNTS:
        return ""
    return plain(record.text("N"))[:NAME]
