"""The cells of a record, found by the names that a spec gives them.

A prepared record has all cells of the header, then an empty one for columns
that the file lacks, then one for each captured text.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from earntrack_adapters.statements.header import Header
from earntrack_adapters.statements.numbers import AmountError, Parse
from earntrack_adapters.statements.spec import Capture, Names, Sum
from earntrack_adapters.statements.spec_names import captures_of
from earntrack_adapters.statements.templates import filler, searcher
from earntrack_core.kernel.money import EXACT
from earntrack_core.statements.model import Problem


SHOWN: Final = 200
"""Characters of a wrong value that a problem shows."""

REMEMBERED: Final = 4_096
Row = list[str]
Amount = Callable[[Row], Decimal | None]
Text = Callable[[Row], str]


class RecordError(Exception):
    """A record cannot be read; stands for its problem."""

    def __init__(
        self, code: str, column: str | None, value: str, hint: str
    ) -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.value = value
        self.hint = hint

    def problem(self, line: int) -> Problem:
        """Return it as the problem of the record on *line*."""
        return Problem(
            line=line,
            code=self.code,
            column=self.column,
            value=self.value[:SHOWN],
            hint=self.hint,
        )


@frozen
class Cells:
    """Where the columns and captures of a format are in a record."""

    header: Header
    captures: dict[str, int]
    empty: frozenset[str] = frozenset()
    """What stands in cells that say nothing."""

    @property
    def nowhere(self) -> int:
        """The place of the cell that is always empty."""
        return self.header.width

    def all(self, name: str) -> tuple[int, ...]:
        """Return all places of a column or a capture."""
        if name.startswith("{"):
            return (self.captures[name[1:-1]],)
        return self.header.columns.get(name, ())

    def at(self, name: str | None) -> int:
        """Return the place of a column; the empty cell if it is not there."""
        places = () if name is None else self.all(name)
        return places[0] if places else self.nowhere

    def there(self, names: Names) -> tuple[int, ...]:
        """Return the places of those columns that the file has."""
        return tuple(at for name in names for at in self.all(name)[:1])

    def heading(self, at: int) -> str:
        """Return how the file calls the column at a place."""
        if at < self.header.width:
            return " ".join(self.header.cells[at].split())
        for name, place in self.captures.items():
            if place == at:
                return f"{{{name}}}"
        return ""

    def place_of(self, name: str) -> int:
        """Return the place of what a text calls *name*."""
        if name in self.captures:
            return self.captures[name]
        return self.at(name)


def cells_of(
    header: Header, captures: tuple[Capture, ...], empty: Names
) -> Cells:
    """Return the cells of records below *header*."""
    names = sorted(captures_of(captures))
    first = header.width + 1
    places = {name: first + at for at, name in enumerate(names)}
    return Cells(header, places, frozenset(empty))


@define
class Capturing:
    """Fills in the captured cells of a record."""

    searches: tuple[
        tuple[int, tuple[Callable[[str], dict[str, str] | None], ...]], ...
    ]
    places: dict[str, int]
    known: dict[tuple[int, str], dict[str, str]] = field(factory=dict)

    def extend(self, row: Row) -> None:
        """Append what is captured from the cells of *row*."""
        first = len(row)
        row.extend([""] * len(self.places))
        for at, searches in self.searches:
            cell = row[at]
            if not cell:
                continue
            for name, value in self._found(at, cell, searches).items():
                place = self.places[name]
                if not row[place] and place >= first:
                    row[place] = value.strip()

    def _found(
        self,
        at: int,
        cell: str,
        searches: tuple[Callable[[str], dict[str, str] | None], ...],
    ) -> dict[str, str]:
        found = self.known.get((at, cell))
        if found is None:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            hits = (search(cell) for search in searches)
            found = next((hit for hit in hits if hit is not None), {})
            self.known[at, cell] = found
        return found


def capturing(cells: Cells, captures: tuple[Capture, ...]) -> Capturing | None:
    """Return what fills in the captured cells, if there are any."""
    if not captures:
        return None
    return Capturing(
        tuple(
            (cells.at(one.column), tuple(map(searcher, one.templates)))
            for one in captures
        ),
        cells.captures,
    )


def text_reader(template: str | None, cells: Cells) -> Text | None:
    """Return what fills in a text from a record."""
    if template is None:
        return None
    pattern, names = filler(template)
    places = [cells.place_of(name) for name in names]
    empty = cells.empty
    if pattern == "{}":
        return _cell(places[0], empty)

    def fill(row: Row) -> str:
        found = [row[at].strip() for at in places]
        said = ["" if text in empty else text for text in found]
        return " ".join(pattern.format(*said).split())

    return fill


def _cell(at: int, empty: frozenset[str]) -> Text:
    """Return what reads the text of one cell."""

    def read(row: Row) -> str:
        text = " ".join(row[at].split())
        return "" if text in empty else text

    return read


def id_reader(template: str | None, cells: Cells) -> Text | None:
    """Return what fills in an id; an empty text if a part is missing."""
    fill = text_reader(template, cells)
    if template is None or fill is None:
        return None
    pattern, names = filler(template)
    if pattern == "{}":
        return fill
    parts = [_cell(cells.place_of(name), cells.empty) for name in names]
    return lambda row: fill(row) if all(part(row) for part in parts) else ""


def _one(places: tuple[int, ...], parse: Parse, *, minus: bool) -> Amount:
    if len(places) == 1:
        at = places[0]
        if not minus:
            return lambda row: parse(row[at])

        def negated(row: Row) -> Decimal | None:
            value = parse(row[at])
            return value.copy_negate() if value else value

        return negated

    def added(row: Row) -> Decimal | None:
        total: Decimal | None = None
        for at in places:
            value = parse(row[at])
            if value is not None:
                total = value if total is None else EXACT.add(total, value)
        return total.copy_negate() if minus and total else total

    return added


def _term(names: Names, cells: Cells, parse: Parse) -> Amount | None:
    choices = [
        _one(places, parse, minus=name.startswith("-"))
        for name in names
        if (places := cells.all(name.removeprefix("-")))
    ]
    if len(choices) <= 1:
        return choices[0] if choices else None

    def first(row: Row) -> Decimal | None:
        for choice in choices:
            value = choice(row)
            if value is not None:
                return value
        return None

    return first


def sum_reader(terms: Sum, cells: Cells, parse: Parse) -> Amount | None:
    """Return what adds up a sum; None if the file has no column of it."""
    parts = [_term(names, cells, parse) for names in terms]
    found = [part for part in parts if part is not None]
    if len(found) <= 1:
        return found[0] if found else None
    first, *others = found
    add = EXACT.add

    def added(row: Row) -> Decimal | None:
        total = first(row)
        for part in others:
            value = part(row)
            if value is not None:
                total = value if total is None else add(total, value)
        return total

    return added


def places_of(terms: Sum, cells: Cells) -> tuple[int, ...]:
    """Return the places of all columns of a sum."""
    return tuple(
        at
        for names in terms
        for name in names
        for at in cells.all(name.removeprefix("-"))
    )


def amount_error(
    row: Row, places: tuple[int, ...], cells: Cells, parse: Parse
) -> RecordError:
    """Return the error of the first cell that is no amount."""
    for at in places:
        try:
            parse(row[at])
        except AmountError as error:
            return RecordError(
                error.code, cells.heading(at), row[at], error.hint
            )
    return RecordError("bad_amount", None, "", "An amount cannot be read.")
