"""Cells of a workbook as the text that they show, in plain forms.

Numbers are kept in binary in the file's XML, with 17 digits; spreadsheet
programs calculate with 15, so `19.989999999999998` is 19.99.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from earntrack_adapters.statements.xlsx_parts import (
    Book,
    Shows,
    malformed,
    unescaped,
)


DIGITS: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
INTEGER: Final = re.compile(r"-?[0-9]{1,30}")
NUMBER: Final = re.compile(
    r"-?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,2})?"
)
INDEX: Final = re.compile(r"[0-9]{1,9}")
SINCE_1900: Final = datetime(1899, 12, 30)  # noqa: DTZ001 -- no zone in cells
SINCE_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001 -- no zone in cells
DAYS: Final = 2_900_000
"""The last day that a workbook can mean is in the year 9999."""

SECONDS: Final = 86_400
BOOLEANS: Final = {"0": "FALSE", "1": "TRUE"}


def shown(book: Book, kind: str, style: str, text: str) -> str:
    """Return what a cell shows.

    Raises:
        StatementError: It refers to a text that is not there.
    """
    if kind == "s":
        return _shared(book, text)
    if kind == "b":
        return BOOLEANS.get(text, text)
    if kind not in {"", "n"}:
        return unescaped(text)
    return _number(book, style, text)


def _shared(book: Book, text: str) -> str:
    if not INDEX.fullmatch(text) or int(text) >= len(book.texts):
        raise malformed(f"there is no shared text {text[:20]}")
    return book.texts[int(text)]


def _number(book: Book, style: str, text: str) -> str:
    if not NUMBER.fullmatch(text):
        return text
    at = int(style) if INDEX.fullmatch(style) else 0
    form = book.styles[at] if at < len(book.styles) else Shows()
    if form.day or form.clock or form.elapsed:
        return _time(Decimal(text), form, since_1904=book.since_1904) or text
    return text if INTEGER.fullmatch(text) else plain_number(text)


def plain_number(text: str) -> str:
    """Return a number with the digits that a spreadsheet shows."""
    number = DIGITS.create_decimal(Decimal(text)).normalize(DIGITS)
    return format(number, "f") if number else "0"


def _time(number: Decimal, form: Shows, *, since_1904: bool) -> str:
    """Return a day, a time or both; nothing if the number is neither."""
    if abs(number) >= DAYS or (number < 0 and not form.elapsed):
        return ""
    seconds = int((number * SECONDS).to_integral_value(ROUND_HALF_EVEN))
    if form.elapsed or (not form.day and seconds < SECONDS):
        return _clock(seconds)
    moment = SINCE_1904 if since_1904 else SINCE_1900
    moment += timedelta(seconds=seconds)
    timed = form.clock or seconds % SECONDS
    return f"{moment:%Y-%m-%d %H:%M:%S}" if timed else f"{moment:%Y-%m-%d}"


def _clock(seconds: int) -> str:
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{sign}{hour:02}:{minute:02}:{second:02}"
