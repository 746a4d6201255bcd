"""What the columns of an unknown table probably are, for the user to check."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from earntrack_adapters.statements.coins import currency_in
from earntrack_adapters.statements.dates import compiled, first_fit
from earntrack_adapters.statements.header import (
    Line,
    delimiters,
    first_lines,
    text_of,
)
from earntrack_adapters.statements.mapping import LANGUAGES, USUAL
from earntrack_adapters.statements.mapping_words import DIRECTIONS, WORDS
from earntrack_adapters.statements.names import key_of
from earntrack_adapters.statements.numbers import (
    AmountError,
    NumberEvidence,
    parser,
)
from earntrack_core.kernel.currencies import TABLE
from earntrack_core.statements.model import FileHead, Limits


ORDER: Final = (*(key for key in WORDS if key != "description"), "description")
"""The keys of a mapping as they choose their columns, the text last."""

ALIKE: Final = (
    "date",
    "amount",
    "direction",
    "currency_column",
    "description",
)
"""Keys whose columns are known by their cells as well."""

ENOUGH: Final = 0.8
"""Share of the cells of a column that must be what it is taken for."""


@frozen
class _Column:
    """The cells of one column below the header."""

    at: int
    heading: str
    cells: tuple[str, ...]

    def share(self, fitting: Any) -> float:
        """Return which part of the filled cells fits."""
        filled = [cell.strip() for cell in self.cells if cell.strip()]
        return sum(map(fitting, filled)) / len(filled) if filled else 0.0


def propose_mapping(head: FileHead) -> dict[str, Any] | None:
    """Return a mapping that a table's headings and cells suggest.

    None if it has no column of dates or none of amounts. It is a proposal:
    the user sees it with the first rows and corrects it.
    """
    return proposal(text_of(head.head), Limits())


def proposal_text(mapping: Mapping[str, Any]) -> str:
    """Return a mapping as JSON."""
    return json.dumps(mapping, ensure_ascii=False)


def proposal(text: str, limits: Limits) -> dict[str, Any] | None:
    """Return the proposal for the beginning of a file."""
    found = (
        _of_table(first_lines(text, delimiter, limits), delimiter)
        for delimiter in delimiters(text, None)
    )
    good = [one for one in found if one is not None]
    return max(good, key=len, default=None)


def _of_table(
    lines: tuple[Line, ...], delimiter: str
) -> dict[str, Any] | None:
    if not lines:
        return None
    width = max(len(line.cells) for line in lines)
    for at, line in enumerate(lines):
        if len(line.cells) != width or width == 1:
            continue
        headed = not any(map(_is_date, line.cells))
        below = [one for one in lines[at + headed :] if one.cells]
        columns = [
            _Column(
                index,
                cell if headed else "",
                tuple(
                    one.cells[index] for one in below if len(one.cells) > index
                ),
            )
            for index, cell in enumerate(line.cells)
        ]
        mapping = _columns(columns, headed=headed)
        if mapping is None:
            return None
        start = {"header_line": line.line} if at and headed else {}
        return {"header": headed, **start, "delimiter": delimiter} | mapping
    return None


def _columns(
    columns: Sequence[_Column], *, headed: bool
) -> dict[str, Any] | None:
    left = list(columns)
    found: dict[str, _Column] = {}
    for choose in (_named, _alike):
        for key in ORDER:
            column = None if key in found else choose(left, key)
            if column is not None:
                left.remove(column)
                found[key] = column
    if "amount" in found and not headed:
        _split(found, left)
    _tidy(found)
    money = {"amount", "debit", "credit"} & found.keys()
    if "date" not in found or not money:
        return None
    mapping: dict[str, Any] = {}
    for key in filter(found.__contains__, WORDS):
        column = found[key]
        mapping[key] = column.heading.strip() if headed else column.at
        mapping |= _details(key, column)
    if "debit" in found and found["debit"].share(_is_negative) >= ENOUGH:
        mapping["signed_in_columns"] = True
    return mapping


def _split(found: dict[str, _Column], left: list[_Column]) -> None:
    """Take two columns that fill each other's gaps for out and in."""
    first = found["amount"]
    money = [one for one in left if one.share(_is_amount) >= ENOUGH]
    for second in money:
        pairs = zip(first.cells, second.cells, strict=False)
        if all(bool(a.strip()) is not bool(b.strip()) for a, b in pairs):
            del found["amount"]
            found["debit"], found["credit"] = first, second
            money.remove(second)
            break
    if money:
        found["balance"] = money[0]


def _tidy(found: dict[str, _Column]) -> None:
    """Drop what another column says already."""
    if "amount" in found:
        found.pop("debit", None)
        found.pop("credit", None)
    amount, direction = found.get("amount"), found.get("direction")
    if direction is not None and (
        amount is None or any(map(_is_negative, amount.cells))
    ):
        del found["direction"]


def _is_negative(cell: str) -> bool:
    return cell.strip().startswith(("-", "(", "\u2212"))


def _named(columns: Sequence[_Column], key: str) -> _Column | None:
    """Return the column that a bank calls so, and whose cells agree."""
    words = WORDS[key]
    ranked = sorted(
        (words.index(key_of(one.heading)), one.at)
        for one in columns
        if key_of(one.heading) in words and _fits(one, key)
    )
    at = ranked[0][1] if ranked else None
    return next((one for one in columns if one.at == at), None)


def _alike(columns: Sequence[_Column], key: str) -> _Column | None:
    """Return the column whose cells look like what a key means."""
    if key not in ALIKE:
        return None
    fitting = [one for one in columns if _fits(one, key)]
    if key == "description":
        return max(
            fitting, key=lambda one: sum(map(len, one.cells)), default=None
        )
    return fitting[0] if fitting else None


def _fits(column: _Column, key: str) -> bool:
    test = TESTS.get(key)
    named = key_of(column.heading) in WORDS[key]
    if test is None:
        return named or key == "description"
    empty = not any(cell.strip() for cell in column.cells)
    return (empty and named) or column.share(test) >= ENOUGH


def _is_date(cell: str) -> bool:
    formats = [compiled(one, LANGUAGES) for one in USUAL]
    return first_fit(cell.strip(), formats) is not None


def _is_amount(cell: str) -> bool:
    for mark in (".", ","):
        try:
            parser(mark, frozenset(), 30)(cell)
        except AmountError:
            continue
        return not cell.isdecimal()
    return False


def _is_currency(cell: str) -> bool:
    return cell.upper() in TABLE or currency_in(cell, {}) is not None


def _is_direction(cell: str) -> bool:
    return key_of(cell) in DIRECTIONS


TESTS: Final = {
    "date": _is_date,
    "amount": _is_amount,
    "debit": _is_amount,
    "credit": _is_amount,
    "balance": _is_amount,
    "currency_column": _is_currency,
    "direction": _is_direction,
}


def _details(key: str, column: _Column) -> dict[str, Any]:
    """Return what the cells of a column say about how they are written."""
    if key == "date":
        return _date_format(column)
    if key in {"amount", "debit", "credit"}:
        evidence = NumberEvidence(frozenset())
        for cell in column.cells:
            evidence.see(cell)
        mark = evidence.mark(None, None)
        return {} if mark is None else {"decimal": mark}
    if key == "direction":
        words = {cell.strip() for cell in column.cells if cell.strip()}
        return {
            "direction_values": {
                word: DIRECTIONS[key_of(word)]
                for word in sorted(words)
                if key_of(word) in DIRECTIONS
            }
        }
    return {}


def _date_format(column: _Column) -> dict[str, Any]:
    """Return the format of a column's dates, if only one fits all."""
    cells = [cell.strip() for cell in column.cells if cell.strip()]
    fitting = [
        text
        for text in USUAL
        if all(compiled(text, LANGUAGES).read(cell) for cell in cells)
    ]
    return {"date_format": fitting[0]} if len(fitting) == 1 else {}
