"""The files of the European Central Bank: what a euro was worth.

The daily, the 90 days' and the historical file in XML, the historical file
in CSV, and a zip archive of one of them. They are hostile until they have
been read: bounded, without document types, and strict to the last cell.
"""

import csv
import io
import zipfile
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import pairwise
from re import compile as pattern
from typing import IO, BinaryIO, Final, NoReturn
from xml.parsers import (
    expat,
)

from attrs import Factory, define

from earntrack_adapters.rates.reading import digits_of
from earntrack_core.kernel.errors import InvalidError


MOST_BYTES: Final = 64 * 1024 * 1024
MEMBERS: Final = (".csv", ".xml")
ZIP: Final = b"PK\x03\x04"
BOM: Final = b"\xef\xbb\xbf"
ABSENT: Final = frozenset({"N/A", ""})
CODE: Final = pattern("[A-Z]{3}")
DAY: Final = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY_DEPTH: Final = 3
ENVELOPE: Final = "http://www.gesmes.org/xml/2002-08-01 Envelope"
CUBE: Final = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube"


@define
class Series:
    """One currency: days in order, and exact numbers in 13 bytes each."""

    days: "array[int]" = Factory(lambda: array("i"))
    numbers: "array[int]" = Factory(lambda: array("q"))
    powers: "array[int]" = Factory(lambda: array("b"))

    def add(self, day: date, text: str) -> None:
        """Note the rate of a day, wherever in time."""
        number, power = digits_of(text)
        self.days.append(day.toordinal())
        self.numbers.append(number)
        self.powers.append(power)

    def latest(self, day: date) -> tuple[date, Decimal] | None:
        """Return the last rate up to a day, and its day."""
        at = bisect_right(self.days, day.toordinal()) - 1
        if at < 0:
            return None
        value = Decimal(self.numbers[at]).scaleb(self.powers[at])
        return date.fromordinal(self.days[at]), value

    def in_order(self) -> "Series":
        """Return the same with the days in order, each once.

        Raises:
            InvalidError: A day has two different rates.
        """
        rows = sorted(
            set(zip(self.days, self.numbers, self.powers, strict=True))
        )
        ordered = Series(
            array("i", (row[0] for row in rows)),
            array("q", (row[1] for row in rows)),
            array("b", (row[2] for row in rows)),
        )
        for first, second in pairwise(rows):
            if first[0] == second[0]:
                day = date.fromordinal(first[0])
                raise InvalidError("rates", f"two rates on {day}")
        return ordered


Book = dict[str, Series]


def read_book(source: BinaryIO) -> Book:
    """Read a file, of whichever of the kinds it is.

    Raises:
        InvalidError: It is none of them, damaged, or too large.
    """
    content = _bounded(source)
    if content.startswith(ZIP):
        content = _unpacked(content)
    content = content.removeprefix(BOM)
    is_xml = content.lstrip().startswith(b"<")
    book = _from_xml(content) if is_xml else _from_csv(content)
    if not book:
        raise InvalidError("rates", "the file has none")
    return {code: series.in_order() for code, series in book.items()}


def _bounded(source: IO[bytes]) -> bytes:
    content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InvalidError("rates", "the file is too large")
    return content


def _unpacked(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) != 1 or not members[0].filename.endswith(MEMBERS):
                raise InvalidError("rates", "the archive is not of one file")
            with archive.open(members[0]) as member:
                return _bounded(member)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ) as error:
        raise InvalidError("rates", "the archive is damaged") from error


def _from_csv(content: bytes) -> Book:
    try:
        rows = csv.reader(io.StringIO(content.decode("ascii")), strict=True)
        heading = [cell.strip() for cell in next(rows, [])]
        while heading and not heading[-1]:
            heading.pop()
        if heading[:1] != ["Date"] or len(heading) == 1:
            raise InvalidError("rates", "the file is not one of the ECB's")
        book = {_code(code): Series() for code in heading[1:]}
        if len(book) != len(heading) - 1:
            raise InvalidError("rates", "a currency has two columns")
        with _on_line(lambda: rows.line_num):
            for row in rows:
                _take_row(row, book)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidError("rates", "the file is damaged") from error
    return {code: series for code, series in book.items() if series.days}


def _take_row(row: list[str], book: Book) -> None:
    cells = [cell.strip() for cell in row]
    if any(cells[len(book) + 1 :]) or len(cells) <= len(book):
        raise InvalidError("rates", "not as many cells as currencies")
    day = _day(cells[0])
    for series, cell in zip(book.values(), cells[1:], strict=False):
        if cell not in ABSENT:
            series.add(day, cell)


def _from_xml(content: bytes) -> Book:
    return _Envelope().read(content)


@define
class _Envelope:
    """Follows the parser: an envelope, cubes of days, cubes of rates."""

    book: Book = Factory(dict)
    depth: int = 0
    day: date | None = None

    def read(self, content: bytes) -> Book:
        """Return what the cubes say."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            with _on_line(lambda: parser.CurrentLineNumber):
                parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise InvalidError("rates", f"damaged XML: {error}") from error
        return self.book

    def _refuse(self, *_: object) -> NoReturn:
        raise InvalidError("rates", "a document type is declared")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.depth and name != ENVELOPE:
            raise InvalidError("rates", "the file is not one of the ECB's")
        self.depth += 1
        if name == CUBE and "time" in attributes:
            self.day = _day(attributes["time"])
        elif name == CUBE and attributes:
            self._take(attributes)

    def _take(self, attributes: dict[str, str]) -> None:
        if self.day is None or attributes.keys() != {"currency", "rate"}:
            raise InvalidError("rates", "a cube is neither day nor rate")
        code = _code(attributes["currency"])
        self.book.setdefault(code, Series()).add(self.day, attributes["rate"])

    def _end(self, _: str) -> None:
        self.depth -= 1
        if self.depth < DAY_DEPTH:
            self.day = None


def _code(text: str) -> str:
    if CODE.fullmatch(text) is None:
        raise InvalidError("rates", f"{text[:8]!r} is not a currency")
    return text


def _day(text: str) -> date:
    try:
        if DAY.fullmatch(text) is not None:
            return date.fromisoformat(text)
    except ValueError:
        pass  # like 2026-02-30
    raise InvalidError("rates", f"{text[:30]!r} is not a day")


@contextmanager
def _on_line(number: Callable[[], int]) -> Iterator[None]:
    """Add to a problem on which line it is."""
    try:
        yield
    except InvalidError as error:
        raise InvalidError(
            "rates", f"line {number()}: {error.problem}"
        ) from error
