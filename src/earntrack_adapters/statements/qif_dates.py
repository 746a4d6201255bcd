"""The dates of a QIF file, whose order is decided once, from all of them."""

import re
from collections import Counter
from datetime import date
from typing import Final, NamedTuple

from attrs import define, field

from earntrack_adapters.statements.banking import calendar_day
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Answers, Question


class Parts(NamedTuple):
    """The three numbers of a date, as written, and the mark between."""

    first: str
    second: str
    third: str
    separator: str
    apostrophe: bool
    """Quicken's mark for years from 2000 on."""


ORDERS: Final = ("dmy", "mdy", "ymd")
DATE: Final = re.compile(
    r"([0-9]{4}|[0-9]{1,2})\s*([/.\-])\s*([0-9]{1,2})\s*"
    r"([/.\-'])\s*([0-9]{4}|[0-9]{1,2})"
)
LONGEST: Final = 32
FULL: Final = 4
"""Digits of a year with its century."""

CENTURY: Final = 80
"""Two-digit years from here on are of the last century."""


def parts_of(text: str) -> Parts | None:
    """Take a date apart; None if it is none."""
    match = DATE.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if match is None:
        return None
    first, separator, second, mark, third = match.groups()
    return Parts(first, second, third, separator, mark == "'")


def read_date(text: str, order: str) -> date | None:
    """Return the day that *text* is in that *order*; None if it is none."""
    parts = parts_of(text)
    if parts is None or (len(parts.first) == FULL) != (order == "ymd"):
        return None
    if order == "ymd":
        first, month, day = parts[:3]
        return calendar_day(int(first), int(month), int(day))
    day, month = parts[:2] if order == "dmy" else (parts[1], parts[0])
    return calendar_day(_year(parts), int(month), int(day))


def _year(parts: Parts) -> int:
    year = int(parts.third)
    if len(parts.third) == FULL:
        return year
    if parts.apostrophe or year < CENTURY:
        return 2000 + year
    return 1900 + year


@define
class DateOrder:
    """What the dates of a file prove about their order."""

    fits: Counter[str] = field(factory=Counter)
    first: dict[str, date] = field(factory=dict)
    last: dict[str, date] = field(factory=dict)
    example: str = ""
    unclear: list[str] = field(factory=list)

    def see(self, text: str) -> None:
        """Take a date into account."""
        days = [(order, read_date(text, order)) for order in ORDERS]
        for order, on in days:
            if on is not None:
                self.fits[order] += 1
                self.first[order] = min(self.first.get(order, on), on)
                self.last[order] = max(self.last.get(order, on), on)
                self.example = self.example or text.strip()
        if len({on for _, on in days if on is not None}) > 1:
            self.unclear = [*self.unclear, text.strip()][:3]

    def orders(self) -> tuple[str, ...]:
        """Return the orders that fit most dates: one, if it is decided."""
        most = max(self.fits.values(), default=0)
        best = tuple(order for order in ORDERS if self.fits[order] == most)
        return best if self.unclear else best[:1]

    def question(self) -> Question:
        """Ask for the order."""
        return Question(
            key="date_order",
            text="Which comes first in the dates of this file?",
            choices=self.orders(),
            evidence=tuple(self.unclear),
        )

    def form(self, order: str) -> str | None:
        """Return how dates are written, such as M/D/YY."""
        parts = parts_of(self.example)
        if parts is None:
            return None
        year = parts.first if order == "ymd" else parts.third
        words = {"d": "D", "m": "M", "y": "YYYY"[: max(len(year), 2)]}
        return parts.separator.join(words[letter] for letter in order)


def answered_order(answers: Answers) -> str | None:
    """Return the order the user said.

    Raises:
        StatementError: There is no such order.
    """
    if answers.date_order not in {None, *ORDERS}:
        raise StatementError(
            "bad_mapping",
            f"{answers.date_order!r} is not an order of dates.",
            "It is dmy, mdy or ymd.",
        )
    return answers.date_order
