"""Where period, day of export and currency of a file come from."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from attrs import define, field

from earntrack_adapters.statements.cells import Cells, RecordError, Row
from earntrack_adapters.statements.coins import currency_in, symbol_in
from earntrack_adapters.statements.dates import compiled
from earntrack_adapters.statements.header import hidden_in
from earntrack_adapters.statements.spec import Currency, Names, Spec
from earntrack_adapters.statements.templates import holes, searcher


Span = tuple[date, date]
MANY: Final = 1_000
"""Words for currencies that are remembered; there are fewer currencies."""

MONTH: Final = "month"
NO_CURRENCY: Final = "A currency is a code of ISO 4217, such as EUR."
Coin = Callable[[Row], str]


def told(templates: Names, texts: Iterable[str], name: str) -> str | None:
    """Return what the first fitting text tells under *name*."""
    for text in texts:
        for template in templates:
            found = searcher(template)(text)
            if found is not None and found.get(name, "").strip():
                return found[name].strip()
    return None


def day_told(templates: Names, texts: Iterable[str], name: str) -> date | None:
    """Return the day that the first fitting text tells under *name*."""
    listed = tuple(texts)
    for template in templates:
        form = dict(holes(template)).get(name)
        word = told((template,), listed, name)
        if form and word is not None:
            moment = compiled(form).read(word)
            if moment is not None:
                return moment.day
    return None


def period_in_name(spec: Spec, file_name: str) -> Span | None:
    """Return the period that the name of a file tells."""
    templates, names = spec.period.file_name, (file_name,)
    start = day_told(templates, names, "start")
    end = day_told(templates, names, "end")
    if start is not None and end is not None and start <= end:
        return start, end
    last = day_told(templates, names, MONTH)
    return None if last is None else (last.replace(day=1), last)


def exported_on(
    spec: Spec, file_name: str, preamble: Iterable[str]
) -> date | None:
    """Return the day on which a file was exported, if it tells."""
    in_name = day_told(spec.export.file_name, (file_name,), "on")
    if in_name is not None:
        return in_name
    return day_told(spec.export.preamble, preamble, "on")


def file_currency(
    source: Currency, cells: Cells, first: str | None
) -> tuple[str | None, str]:
    """Return the currency that holds for a whole file, and why."""
    for name in source.heading:
        for at in cells.all(name)[:1]:
            heading = cells.header.cells[at]
            hidden = hidden_in(heading, (name,)) or ""
            code = currency_in(hidden, source.symbols)
            if code is not None:
                return code, f"currency in the heading {heading.strip()!r}"
    word = told(source.preamble, cells.header.preamble, "currency")
    for text, why in ((word, "above the header"), (first, "in the rows")):
        code = currency_in(text, source.symbols) if text else None
        if code is not None:
            return code, f"currency {why}"
    return None, ""


@define
class Coins:
    """Reads the currencies of records."""

    cells: Cells
    source: Currency
    whole: str | None
    known: dict[str, str | None] = field(factory=dict)

    def of(self, name: str | None) -> Coin:
        """Return what reads the currency of a record."""
        names = self.source.column if name is None else (name,)
        places = tuple(at for one in names for at in self.cells.all(one)[:1])
        symbols = self.cells.there(self.source.symbol) if not name else ()
        whole = self.whole
        if not places and not symbols and whole is not None:
            return lambda _: whole
        if len(places) == 1:
            return self._quick(places[0], symbols)
        return lambda row: self._read(row, places, symbols)

    def _quick(self, at: int, symbols: tuple[int, ...]) -> Coin:
        """Return what remembers the words of one column."""
        known: dict[str, str] = {}

        def read(row: Row) -> str:
            word = row[at]
            if word in known:
                return known[word]
            code = self._read(row, (at,), symbols)
            if word.strip() and len(known) < MANY:
                known[word] = code
            return code

        return read

    def _read(
        self, row: Row, places: tuple[int, ...], symbols: tuple[int, ...]
    ) -> str:
        for at in places:
            if row[at].strip():
                code = self.named(row[at])
                if code is None:
                    raise self.unknown(at, row)
                return code
        beside = (self.beside(row[at]) for at in symbols)
        code = next(filter(None, beside), self.whole)
        if code is None:
            raise self.missing(places)
        return code

    def named(self, word: str) -> str | None:
        """Return the currency that a cell names."""
        if word not in self.known:
            if len(self.known) > MANY:
                self.known.clear()
            self.known[word] = currency_in(word, self.source.symbols)
        return self.known[word]

    def beside(self, cell: str) -> str | None:
        """Return the currency that stands beside an amount."""
        return symbol_in(cell, self.source.symbols)

    def unknown(self, at: int, row: Row) -> RecordError:
        """Return the error of a word that names no currency."""
        heading = self.cells.heading(at)
        return RecordError("unknown_currency", heading, row[at], NO_CURRENCY)

    def missing(self, places: tuple[int, ...]) -> RecordError:
        """Return the error of a record without currency."""
        heading = self.cells.heading(places[0]) if places else None
        return RecordError("missing", heading, "", NO_CURRENCY)
