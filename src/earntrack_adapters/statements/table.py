"""Rows of a table out of lines of text, whatever is wrong with some.

Quotes are strict. A record that its quotes make nonsense of is reported at
its first line, and reading goes on with the next line, so that one stray
quote does not swallow what follows.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, Final

from attrs import define, field, frozen

from earntrack_core.statements.model import Limits


DELIMITERS: Final = (",", ";", "\t", "|")
BATCH: Final = 500
"""Lines that are taken apart at once."""

LINES: Final = 2_000
"""Lines of the longest record."""

CHARACTERS: Final = 1 << 20
"""Characters of the longest record."""


@frozen
class Malformed:
    """A record that cannot be taken apart."""

    line: int
    hint: str


PADDING: Final = "\0\x1a \t\ufeff"
Row = tuple[int, list[str]]


@define
class _Feed:
    """Hands out lines, and takes back those read in vain."""

    taken: list[str] = field(factory=list)
    back: deque[str] = field(factory=deque)

    def lines(self, source: Iterator[str]) -> Iterator[Any]:
        """Yield lines, and None, which csv refuses, if a record is endless.

        A record is when it grows too long, or when the file ends in it.
        """
        taken, back, size = self.taken, self.back, 0
        while True:
            line = back.popleft() if back else next(source, None)
            if line is None and not taken:
                return
            size = size + len(line or "") if taken else 0
            if line is None or len(taken) >= LINES or size > CHARACTERS:
                if line is not None:
                    back.appendleft(line)
                yield None
            else:
                taken.append(line)
                yield line

    def give_back(self) -> None:
        """Take back all lines of the record but the first."""
        self.back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def rows(
    lines: Iterable[str],
    delimiter: str,
    limits: Limits,
    fits: Callable[[int], bool] | None = None,
) -> Iterator[Row | Malformed]:
    """Yield the records with the physical line on which each starts.

    A record over several lines whose number of cells does not *fit* is taken
    for the work of a stray quote. Blank lines are passed over.
    """
    source, line = iter(lines), 1
    while batch := list(islice(source, BATCH)):
        simple = _simple(batch, delimiter, limits)
        if simple is None:
            table = _Table(delimiter, limits, fits, line)
            yield from table.rows(batch, source)
            line = table.line
            continue
        for row in simple:
            if (len(row) > 1 and any(row)) or (row and row[0].strip(PADDING)):
                yield line, row
            line += 1


def _simple(
    batch: list[str], delimiter: str, limits: Limits
) -> list[list[str]] | None:
    """Return the records of lines that are one record each, else None."""
    if max(map(len, batch)) > limits.cell:
        return None
    try:
        found = list(csv.reader(batch, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return found if len(found) == len(batch) else None


@define
class _Table:
    """Takes apart lines some of which are more, or less, than a record."""

    delimiter: str
    limits: Limits
    fits: Callable[[int], bool] | None
    line: int
    feed: _Feed = field(factory=_Feed)

    def rows(
        self, batch: list[str], source: Iterator[str]
    ) -> Iterator[Row | Malformed]:
        """Yield the records that begin in *batch*."""
        feed, end = self.feed, self.line + len(batch)
        reader = csv.reader(
            feed.lines(chain(batch, source)),
            delimiter=self.delimiter,
            strict=True,
        )
        while self.line < end or feed.back:
            found = self._next(reader)
            if found is None:
                return
            row = found if isinstance(found, Malformed) else found[1]
            if row:
                yield found
            self.line += len(feed.taken)
            feed.taken.clear()

    def _next(self, reader: Iterator[list[str]]) -> Row | Malformed | None:
        """Return the next record, one without cells for a blank line."""
        feed, line = self.feed, self.line
        try:
            row = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            feed.give_back()
            return Malformed(line, _explained(error))
        if not any(row) or (len(row) == 1 and not row[0].strip(PADDING)):
            return line, []
        return _unusual(line, row, feed, self.limits, self.fits)


def _unusual(
    line: int,
    row: list[str],
    feed: _Feed,
    limits: Limits,
    fits: Callable[[int], bool] | None,
) -> Row | Malformed:
    """Return a record of several lines, or of a very long one."""
    if len(feed.taken) > 1 and fits is not None and not fits(len(row)):
        feed.give_back()
        return Malformed(line, "the quotes do not fit")
    if max(map(len, row), default=0) > limits.cell:
        return Malformed(line, f"a cell of over {limits.cell:,} characters")
    return line, row


def _explained(error: csv.Error) -> str:
    words = str(error)
    return "a quote is not closed" if "NoneType" in words else words
