"""What all bank formats have in common: amounts, texts, identities."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from attrs import frozen

from earntrack_core.kernel.currencies import TABLE
from earntrack_core.kernel.money import EXACT, LIMIT
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Answers,
    Check,
    Item,
    Limits,
    Problem,
    Severity,
)


BANK: Final = "bank"
LIMITS: Final = Limits()
UNSTATED: Final = "?"
"""The answer for reading a file whose currency nobody has said yet."""

NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
SHOWN: Final = 200
"""Characters of a wrong value that a problem shows."""

TEXT: Final = 1_000
"""Characters of a description that are kept."""

YEARS: Final = range(1950, 2151)
CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@frozen
class UnreadableError(Exception):
    """A record cannot be read: which column, why, and a way out."""

    code: str
    column: str
    value: str
    hint: str

    def problem(self, line: int) -> Problem:
        """Return it as the problem of the record on *line*."""
        return Problem(
            line=line,
            code=self.code,
            column=self.column,
            value=self.value[:SHOWN],
            hint=self.hint,
        )


def warning(
    line: int | None, code: str, hint: str, value: str = ""
) -> Problem:
    """Return something worth knowing that costs no row."""
    return Problem(
        line=line,
        code=code,
        value=value[:SHOWN],
        hint=hint,
        severity=Severity.WARNING,
    )


def plain(text: str) -> str:
    """Return *text* on one line, without controls or runs of blanks."""
    if not text.isprintable():
        text = CONTROLS.sub(" ", text)
    return " ".join(text.split())[:TEXT].rstrip()


def identity(*parts: str | date | Decimal | None) -> str:
    """Join what makes a transaction itself; equal parts, equal identity.

    Texts must be plain already.
    """
    return "\x1f".join(map(text_of, parts))


def text_of(part: str | date | Decimal | None) -> str:
    """Return a part of an identity as text, one way for equal values."""
    if isinstance(part, str):
        return part.casefold()
    if isinstance(part, Decimal):
        return format(part.normalize(EXACT) if part else Decimal(), "f")
    return "" if part is None else part.isoformat()


def joined(*texts: str) -> str:
    """Join descriptions, leaving out what another one says already."""
    wanted = list(dict.fromkeys(text for text in map(plain, texts) if text))
    if len(wanted) <= 1:
        return "".join(wanted)
    kept = [
        text
        for text in wanted
        if not any(text in other for other in wanted if other != text)
    ]
    return " · ".join(kept)[:TEXT].rstrip()


def exact(text: str, column: str) -> Decimal:
    """Read an amount written with a point and no grouping.

    Raises:
        UnreadableError: It is not one, or is out of bounds.
    """
    compact = text.strip()
    if len(compact) > LIMITS.digits + 2 or not NUMBER.fullmatch(compact):
        raise UnreadableError(
            "bad_amount", column, text, "Amounts look like -1234.56 here."
        )
    return in_bounds(Decimal(compact), column, text)


def in_bounds(amount: Decimal, column: str, text: str) -> Decimal:
    """Return *amount*, as written in *text*.

    Raises:
        UnreadableError: It is larger than any amount can be.
    """
    if abs(amount) >= LIMIT:
        raise UnreadableError(
            "bad_amount", column, text, f"Amounts are below {LIMIT:,}."
        )
    return amount


def calendar_day(year: int, month: int, day: int) -> date | None:
    """Return that day; None if there is none, or nobody banked then."""
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def utc(local: datetime) -> datetime | None:
    """Return *local* in UTC; None if it says no zone."""
    if local.tzinfo is None or local.year not in YEARS:
        return None
    return local.astimezone(UTC)


def currency_code(text: str, column: str) -> str:
    """Return the currency that *text* names.

    Raises:
        UnreadableError: There is no such currency.
    """
    code = text.strip().upper()
    if code not in TABLE:
        raise UnreadableError(
            "unknown_currency",
            column,
            text,
            "A currency is a code of ISO 4217, such as EUR.",
        )
    return code


def answered_currency(answers: Answers) -> str | None:
    """Return the currency the user said, if it is one.

    Raises:
        StatementError: There is no such currency.
    """
    if answers.currency is None or answers.currency == UNSTATED:
        return None
    if answers.currency not in TABLE:
        raise StatementError(
            "bad_mapping",
            f"{answers.currency[:8]!r} is not a currency.",
            "A currency is a code of ISO 4217, such as EUR.",
        )
    return answers.currency


def bounded(items: Iterable[Item], most: int) -> Iterator[Item]:
    """Pass items on, up to *most* of them.

    Raises:
        StatementError: There are more.
    """
    records = 0
    for item in items:
        records += not isinstance(item, Check)
        if records > most:
            raise StatementError(
                "too_many_rows",
                f"The file has more than {most:,} records.",
                "Export a shorter period.",
            )
        yield item
