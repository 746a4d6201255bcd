"""Workbooks (.xlsx): the first sheet that says something, as CSV.

A line of the CSV is a row of the sheet, also where rows are missing, so
that a problem's line is the row that the user sees.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final
from zipfile import ZipFile

from attrs import define, field

from earntrack_adapters.statements.safe_xml import Leaf
from earntrack_adapters.statements.xlsx_cells import shown
from earntrack_adapters.statements.xlsx_parts import (
    WORKBOOK,
    Book,
    book_of,
    leaves_of,
    malformed,
)
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


TYPES: Final = "[Content_Types].xml"
ROW: Final = "worksheet/sheetData/row"
CELL: Final = f"{ROW}/c"
VALUES: Final = frozenset({f"{CELL}/v", f"{CELL}/is/t", f"{CELL}/is/r/t"})
WANTED: Final = VALUES | {ROW, CELL}
PLACE: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
ROW_NUMBER: Final = re.compile(r"[0-9]{1,7}")
ROWS: Final = 1_048_576
"""No sheet has more."""

LETTERS: Final = 26
RUNS: Final = 1_000
"""Pieces of one cell's text."""


def is_workbook(archive: ZipFile) -> bool:
    """Say whether a zip is a workbook."""
    names = archive.namelist()
    return TYPES in names and (
        WORKBOOK in names or any(name.startswith("xl/") for name in names)
    )


def csv_chunks(archive: ZipFile, limits: Limits) -> Iterator[bytes]:
    """Yield the first sheet that is not empty, line by line, in UTF-8.

    Raises:
        StatementError: The workbook is broken, hostile or out of bounds.
    """
    book = book_of(archive, limits)
    for sheet in book.sheets:
        found = False
        for line in Sheet(book, limits).lines(archive, sheet):
            found = True
            yield line
        if found:
            return
    raise StatementError(
        "header_not_found",
        "There is nothing in this workbook.",
        "Export the statement again, or save its sheet as .csv.",
    )


@define
class Sheet:
    """Where we are in a sheet."""

    book: Book
    limits: Limits
    _row: int = field(default=0, init=False)
    _written: int = field(default=0, init=False)
    _size: int = field(default=0, init=False)
    _width: int = field(default=0, init=False)
    _cells: list[str] = field(factory=list, init=False)
    _texts: list[str] = field(factory=list, init=False)
    _column: int = field(default=0, init=False)

    def lines(self, archive: ZipFile, name: str) -> Iterator[bytes]:
        """Yield the rows that have something in them, at their lines.

        Raises:
            StatementError: The sheet is broken, hostile or out of bounds.
        """
        for leaf in leaves_of(archive, name, WANTED, self.limits):
            if leaf.path in VALUES:
                self._texts.append(leaf.text)
                if len(self._texts) > RUNS:
                    raise malformed("a cell has too many pieces")
            elif leaf.path == CELL:
                self._cell(leaf)
            else:
                yield from self._ended(leaf)

    def _cell(self, leaf: Leaf) -> None:
        given = leaf.attributes
        text = "".join(self._texts).strip()
        self._texts.clear()
        place = PLACE.fullmatch(given.get("r", ""))
        column = self._column if place is None else column_of(place[1])
        if column < self._column:
            raise malformed(f"the cells of row {self._row + 1} are mixed up")
        self._column = column + 1
        if not text:
            return
        if column >= self.limits.cells:
            raise StatementError(
                "too_wide",
                f"A row has more than {self.limits.cells:,} cells.",
                "Delete the columns that are not needed.",
            )
        value = shown(self.book, given.get("t", ""), given.get("s", ""), text)
        self._cells.extend([""] * (column - len(self._cells)))
        self._cells.append(" ".join(value.splitlines()))

    def _ended(self, leaf: Leaf) -> Iterator[bytes]:
        number = leaf.attributes.get("r", f"{self._row + 1}")
        row = int(number) if ROW_NUMBER.fullmatch(number) else 0
        if not self._row < row <= ROWS:
            raise malformed(f"row {number[:20]} is out of place")
        if row > self.limits.rows:
            raise StatementError(
                "too_many_rows",
                f"The sheet has more than {self.limits.rows:,} rows.",
                "Export a shorter period.",
            )
        self._row = row
        if any(self._cells):
            line = self._line(row - self._written - 1)
            self._written = row
            yield line
        self._cells, self._column = [], 0

    def _line(self, blanks: int) -> bytes:
        self._widen()
        buffer = io.StringIO()
        buffer.write("\n" * blanks)
        csv.writer(buffer, lineterminator="\n").writerow(self._cells)
        line = buffer.getvalue().encode()
        self._size += len(line)
        if self._size > self.limits.bytes:
            raise StatementError(
                "too_large",
                f"The sheet has more than {self.limits.bytes:,} bytes.",
                "Export a shorter period.",
            )
        return line

    def _widen(self) -> None:
        """Fill the row up: a sheet does not keep empty cells at its end.

        The first rows say how wide that is, for among them is the header.
        """
        if self._row <= self.limits.head_rows:
            self._width = max(self._width, len(self._cells))
        self._cells.extend([""] * (self._width - len(self._cells)))


def column_of(letters: str) -> int:
    """Return the place of a column, from 0: A is 0, AA is 26."""
    column = 0
    for letter in letters:
        column = column * LETTERS + ord(letter) - ord("A") + 1
    return column - 1
