"""How a file writes amounts: point or comma, decided once from all of them.

`1,234` alone says nothing: a thousand and more, or one and a bit. What
other amounts of the file prove decides for all.
"""

import re
from decimal import Decimal
from typing import Final

from attrs import define, field

from earntrack_adapters.statements.banking import (
    LIMITS,
    UnreadableError,
    in_bounds,
)
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Answers, Question


MARKS: Final = (".", ",")
NOISE: Final = str.maketrans(
    {
        " ": None,
        "'": None,
        "\N{NO-BREAK SPACE}": None,
        "\N{NARROW NO-BREAK SPACE}": None,
        "\N{RIGHT SINGLE QUOTATION MARK}": None,
        "\N{MINUS SIGN}": "-",
    }
)
PLAIN: Final = re.compile(r"[+-]?[0-9]{1,12}\.[0-9]{1,2}")
"""By far the most amounts; needs no closer look."""

DIGITS: Final = re.compile(r"[0-9]*(?:[.,][0-9]*)*")
UNCLEAR: Final = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}")
SEPARATED: Final = re.compile(r"[.,]")
FORMS: Final = {
    ".": re.compile(
        r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3})?(?:\.([0-9]*))?"
    ),
    ",": re.compile(
        r"(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{2,3})*\.[0-9]{3})?(?:,([0-9]*))?"
    ),
}


def _split(text: str) -> tuple[str, str]:
    """Return the sign of an amount, and the rest."""
    compact = text.strip().translate(NOISE)
    if compact.startswith("(") and compact.endswith(")"):
        return "-", compact[1:-1]
    if compact[:1] in {"+", "-"}:
        return compact[0].replace("+", ""), compact[1:]
    if compact[-1:] == "-":
        return "-", compact[:-1]
    return "", compact


def proven_mark(body: str) -> str:
    """Return the decimal mark that *body* proves; nothing if none."""
    separators: list[str] = SEPARATED.findall(body)
    if not separators or not DIGITS.fullmatch(body):
        return ""
    last = separators[-1]
    if len(set(separators)) > 1:
        return last
    if len(separators) > 1:
        return MARKS[last == "."]
    return "" if UNCLEAR.fullmatch(body) else last


@define
class NumberForm:
    """What the amounts of a file prove about their form."""

    proofs: dict[str, int] = field(factory=lambda: dict.fromkeys(MARKS, 0))
    unclear: str = ""
    """An amount that can be read in two ways."""

    def see(self, text: str) -> None:
        """Take an amount into account."""
        if PLAIN.fullmatch(text):
            self.proofs["."] += 1
            return
        body = _split(text)[1]
        mark = proven_mark(body)
        if mark:
            self.proofs[mark] += 1
        elif UNCLEAR.fullmatch(body):
            self.unclear = text.strip()

    def mark(self) -> str | None:
        """Return the decimal mark of most amounts; None if undecided."""
        points, commas = (self.proofs[mark] for mark in MARKS)
        if points == commas:
            return None if points or self.unclear else "."
        return "." if points > commas else ","

    def question(self) -> Question:
        """Ask for the decimal mark."""
        return Question(
            key="number_form",
            text="Which is the decimal mark of the amounts?",
            choices=MARKS,
            evidence=(self.unclear,) if self.unclear else (),
        )


def answered_mark(answers: Answers) -> str | None:
    """Return the decimal mark the user said.

    Raises:
        StatementError: It is neither point nor comma.
    """
    if answers.number_form not in {None, *MARKS}:
        raise StatementError(
            "bad_mapping",
            f"{answers.number_form!r} is not a decimal mark.",
            "It is a point or a comma.",
        )
    return answers.number_form


def amount_of(text: str, mark: str, column: str) -> Decimal:
    """Read an amount whose decimal mark is *mark*.

    Raises:
        UnreadableError: It is not one in this form, or is out of bounds.
    """
    if mark == "." and PLAIN.fullmatch(text):
        return in_bounds(Decimal(text), column, text)
    if len(text) > LIMITS.digits * 2:
        raise UnreadableError(
            "bad_amount", column, text, "An amount is not that long."
        )
    sign, body = _split(text)
    match = FORMS[mark].fullmatch(body)
    if match is None or not any(map(str.isdigit, body)):
        raise _not_an_amount(text, body, mark, column)
    whole = body[: match.start(1) - 1] if match[1] is not None else body
    digits = SEPARATED.sub("", whole) or "0"
    fraction = f".{match[1]}" if match[1] else ""
    return in_bounds(Decimal(f"{sign}{digits}{fraction}"), column, text)


def _not_an_amount(
    text: str, body: str, mark: str, column: str
) -> UnreadableError:
    other = MARKS[mark == "."]
    if body and FORMS[other].fullmatch(body):
        return UnreadableError(
            "number_format_differs_from_file",
            column,
            text,
            f"The other amounts of the file have {mark!r} as decimal mark.",
        )
    return UnreadableError(
        "bad_amount", column, text, "Write it with digits, such as -1234.56."
    )
