"""The fields of an MT940 message: tags, entries and balances."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import Factory, define, frozen

from earntrack_adapters.statements.banking import (
    UnreadableError,
    in_bounds,
    plain,
)
from earntrack_core.kernel.currencies import TABLE
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Balance


TAG: Final = re.compile(
    r":(12|13D?|20|21|25P?|28C?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS):(.*)"
)
END: Final = "-"
ENTRY: Final = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?\s?(?P<mark>E?R?[CD])"
    r"(?P<funds>[A-Z])?\s?(?P<amount>[0-9]{1,30}(?:[.,][0-9]{0,15})?)"
    r"(?P<type>[A-Z][A-Z0-9 ]{3})?(?P<rest>.*)"
)
BALANCE: Final = re.compile(
    r"([CD])([0-9]{6})([A-Z]{3})\s?([0-9]{1,30}(?:[.,][0-9]{0,15})?)"
)
CENTURY: Final = 80
"""Years from here on are of the last century."""

NO_REFERENCE: Final = frozenset({"", "NONREF", "NOTPROVIDED"})


@define
class Field:
    """A tag with its lines, and the line of the file where it begins."""

    tag: str
    line: int
    lines: list[str] = Factory(list)

    @property
    def first(self) -> str:
        """The field's first line."""
        return self.lines[0].strip()


@frozen(kw_only=True)
class Movement:
    """What a :61: says."""

    line: int
    amount: Decimal
    booked_on: date
    expected: bool
    reference: str
    bank_reference: str
    kind: str
    details: str
    odd_date: str


def fields(lines: Iterable[str], bound: int) -> Iterator[Field]:
    """Yield the fields of all messages, and END after each message.

    Raises:
        StatementError: A field is longer than *bound*.
    """
    field: Field | None = None
    size = 0
    for number, line in enumerate(lines, 1):
        text = _inner(line.rstrip("\r\n"))
        match = TAG.match(text)
        ends = text.rstrip() == END or text.startswith("-}")
        size += len(text)
        if match is None and not ends:
            _continue(field, text, size, bound)
            continue
        if field is not None:
            yield field
        field = None if match is None else _begun(match, number)
        size = len(text)
        if ends:
            yield Field(END, number, [""])
    if field is not None:
        yield field


def _inner(line: str) -> str:
    if not line.startswith("{"):
        return line
    return line.rpartition("{4:")[2] if "{4:" in line else ""


def _begun(match: re.Match[str], number: int) -> Field:
    return Field(match[1], number, [match[2]])


def _continue(field: Field | None, text: str, size: int, bound: int) -> None:
    if field is None:
        return
    if size > bound:
        raise StatementError(
            "too_wide",
            f"The field :{field.tag}: on line {field.line} is longer than"
            f" {bound:,} characters.",
            "Export the statement again.",
        )
    field.lines.append(text)


def amount_of(text: str) -> Decimal:
    """Read `107,` and `11,8`; the comma is the decimal mark."""
    return Decimal(text.replace(",", ".").rstrip("."))


def day(text: str) -> date | None:
    """Read YYMMDD; None if there is no such day."""
    year = int(text[:2])
    return _day(year + (1900 if year >= CENTURY else 2000), text[2:])


def _day(year: int, month_day: str) -> date | None:
    with suppress(ValueError):
        return date(year, int(month_day[:2]), int(month_day[2:4]))
    return None


def balance(field: Field) -> Balance | None:
    """Read a balance; None if the field does not say one."""
    match = BALANCE.match(field.first)
    if match is None or match[3] not in TABLE:
        return None
    amount = amount_of(match[4])
    return Balance(
        name=field.tag,
        amount=-amount if match[1] == "D" else amount,
        currency=match[3],
        on=day(match[2]),
        closing=field.tag.startswith("62"),
    )


def movement(field: Field) -> Movement:
    """Read a :61:.

    Raises:
        UnreadableError: It does not look like one, or has no day.
    """
    match = ENTRY.match(field.first)
    if match is None:
        raise UnreadableError(
            "malformed",
            ":61:",
            field.first,
            "A line :61: has a date, C or D, and an amount.",
        )
    reference, _, bank_reference = match["rest"].partition("//")
    amount = in_bounds(amount_of(match["amount"]), ":61:", match["amount"])
    mark = match["mark"]
    negative = mark in {"D", "ED", "RC", "ERC"}
    return Movement(
        line=field.line,
        amount=-amount if negative else amount,
        booked_on=_booked_on(match),
        expected=mark.startswith("E"),
        reference=reference.strip(),
        bank_reference=bank_reference.strip(),
        kind=(match["type"] or "").strip(),
        details=plain(" ".join(field.lines[1:])),
        odd_date="" if day(match["value"]) else match["value"],
    )


def _booked_on(match: re.Match[str]) -> date:
    """Return the booking date, else the value date."""
    text = match["value"]
    value = day(text) or _month_end(text)
    anchor = value or day(f"{text[:4]}28")
    if anchor is not None and match["entry"]:
        years = (anchor.year - 1, anchor.year, anchor.year + 1)
        days = [_day(year, match["entry"]) for year in years]
        booked = [on for on in days if on is not None]
        if booked:
            return min(booked, key=lambda on: abs(on - anchor))
    if value is None:
        hint = "The date is written YYMMDD."
        raise UnreadableError("bad_date", ":61:", text, hint)
    return value


def _month_end(text: str) -> date | None:
    """Return the last day of the month for days that it does not have.

    German banks count 30 days in every month: 30 February is a real value
    date.
    """
    if text[4:] not in {"29", "30", "31"}:
        return None
    ends = (day(f"{text[:4]}{last}") for last in ("30", "29", "28"))
    return next((on for on in ends if on is not None), None)
