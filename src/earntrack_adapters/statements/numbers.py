"""Amounts as people write them; the decimal mark is one for a whole file."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Final

from attrs import define, field, frozen

from earntrack_adapters.statements.coins import is_money_word


POINT: Final = "."
COMMA: Final = ","
MARKS: Final = (POINT, COMMA)
MINUS: Final = r"\-\u2212\u2010\u2011\u2013"
"""Characters that are a minus, after NFKC, for a class of a pattern."""

PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
PLAIN_FITS: Final = PLAIN.fullmatch
ZERO: Final = Decimal("0.00")
WRITTEN: Final = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+{MINUS}]?)\s*"
    rf"(?P<before>[^\d\s.,'\u2019()+{MINUS}]*)\s*"
    rf"(?P<inner>[+{MINUS}]?)\s*"
    r"(?P<digits>(?:[0-9]|[.,](?=[0-9]))(?:[0-9.,'\u2019 ]*[0-9])?)\s*"
    rf"(?P<after>[^\d\s.,'\u2019()+{MINUS}]*)\s*"
    rf"(?P<end>[+{MINUS}]?)\s*(?P<close>\))?"
)
SIGNS: Final = ("sign", "inner", "end")
GROUPED: Final = {
    POINT: re.compile(
        r"(?:[0-9]+|[1-9][0-9]{0,2}(?:([,'\u2019 ])[0-9]{3})(?:\1[0-9]{3})*)?"
        r"(?:\.[0-9]+)?"
    ),
    COMMA: re.compile(
        r"(?:[0-9]+|[1-9][0-9]{0,2}(?:([.'\u2019 ])[0-9]{3})(?:\1[0-9]{3})*)?"
        r"(?:,[0-9]+)?"
    ),
}
GROUPS: Final = re.compile(r"['\u2019 ]")
LONGEST: Final = 80
"""Characters of the longest cell that can be an amount."""

KNOWN: Final = 4_096
"""Cells that are remembered."""

Parse = Callable[[str], Decimal | None]


@frozen
class AmountError(Exception):
    """A cell is no amount in the number form of the file."""

    code: str
    hint: str


@frozen
class _Written:
    """An amount without its trimmings."""

    digits: str
    negative: bool


@lru_cache(maxsize=8_192)
def _written(cell: str) -> _Written | None:
    """Take signs, parentheses and currencies off an amount."""
    if len(cell) > LONGEST:
        return None
    found = WRITTEN.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if found is None or not _consistent(found):
        return None
    minus = any(found[name] not in {None, "", "+"} for name in SIGNS)
    return _Written(found["digits"], minus or bool(found["open"]))


def _consistent(found: re.Match[str]) -> bool:
    """Say whether an amount has at most one sign, and only currencies."""
    signs = sum(bool(found[name]) for name in (*SIGNS, "open"))
    closed = bool(found["open"]) is bool(found["close"])
    words = [found[name] for name in ("before", "after") if found[name]]
    return closed and signs <= 1 and all(map(is_money_word, words))


def _fits(digits: str, mark: str) -> bool:
    return GROUPED[mark].fullmatch(digits) is not None


@define
class NumberEvidence:
    """What the cells of a file say about its decimal mark."""

    empty: frozenset[str]
    proofs: dict[str, int] = field(factory=lambda: {POINT: 0, COMMA: 0})
    doubtful: str = ""
    """A cell that means different amounts under either mark."""
    thorough: bool = False
    """Count every proof, not just one of a kind that is quick to find."""

    def see(self, cell: str) -> None:
        """Take note of what *cell* proves."""
        if not cell or cell in self.empty:
            return
        written = _written(cell)
        if written is None:
            return
        marks = [mark for mark in MARKS if _fits(written.digits, mark)]
        if len(marks) == 1:
            self.proofs[marks[0]] += 1
        elif marks and not written.digits.isdecimal():
            self.doubtful = self.doubtful or (
                cell if re.search("[.,]", written.digits) else ""
            )

    def scan(self, cells: Iterable[str]) -> None:
        """Take note of *cells*; quick for what proves nothing new."""
        certain = self.proofs[POINT] and not self.thorough
        for cell in cells:
            if COMMA in cell or not (certain or cell.isdecimal()):
                self.see(cell)

    @property
    def contradictory(self) -> bool:
        """Say whether there are proofs of both, and some not counted."""
        return not self.thorough and all(self.proofs.values())

    def mark(self, answer: str | None, usual: str | None) -> str | None:
        """Return the decimal mark of the file; None if only the user knows."""
        point, comma = self.proofs[POINT], self.proofs[COMMA]
        if point != comma:
            return POINT if point > comma else COMMA
        if not point and not self.doubtful:
            return answer or usual or POINT
        return answer or (None if point else usual)


class _Amounts(dict[str, Decimal | None]):
    """Amounts by their cells; reads those it does not know yet."""

    def __init__(self, mark: str, empty: frozenset[str], digits: int) -> None:
        super().__init__()
        self.mark = mark
        self.empty = empty
        self.digits = digits
        self.quick = mark == POINT

    def __missing__(self, cell: str) -> Decimal | None:
        """Read a cell and remember it.

        Raises:
            AmountError: It is no amount.
        """
        if self.quick and len(cell) < self.digits and PLAIN_FITS(cell):
            value: Decimal | None = Decimal(cell) or ZERO
        elif not cell:
            value = None
        else:
            value = _slow(cell, self.mark, self.empty, self.digits)
        if len(self) >= KNOWN:
            self.clear()
        self[cell] = value
        return value


def parser(mark: str, empty: frozenset[str], digits: int) -> Parse:
    """Return what reads amounts with a decimal mark; it remembers some.

    It raises `AmountError` for what is none.
    """
    return _Amounts(mark, empty, digits).__getitem__


def _slow(
    cell: str, mark: str, empty: frozenset[str], digits: int
) -> Decimal | None:
    if not cell.strip() or cell.strip() in empty:
        return None
    written = _written(cell)
    if written is None:
        raise AmountError("bad_amount", "This is no amount.")
    if sum(map(str.isdecimal, written.digits)) > digits:
        raise AmountError(
            "bad_amount", f"An amount has at most {digits} digits."
        )
    if _fits(written.digits, mark):
        return _value(written, mark)
    other = COMMA if mark == POINT else POINT
    if _fits(written.digits, other):
        raise AmountError(
            "number_format_differs_from_file",
            f"All other amounts of the file have {mark!r} as decimal mark.",
        )
    raise AmountError("bad_amount", "The digits are grouped irregularly.")


def _value(written: _Written, mark: str) -> Decimal:
    other = COMMA if mark == POINT else POINT
    plain = GROUPS.sub("", written.digits.replace(other, ""))
    value = Decimal(plain.replace(mark, POINT))
    return value.copy_negate() if written.negative and value else value
