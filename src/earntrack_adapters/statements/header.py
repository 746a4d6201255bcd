"""The header of a table: found by its content, wherever it stands."""

import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

from attrs import field, frozen

from earntrack_adapters.statements.decoding import head_text
from earntrack_adapters.statements.names import (
    WILD,
    is_pattern,
    key_of,
    pattern_of,
)
from earntrack_adapters.statements.spec import Match, Names
from earntrack_adapters.statements.table import DELIMITERS, Malformed, rows
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


PREFIX: Final = "sep="


@frozen
class Line:
    """A row of the beginning of a file, and the keys of its cells."""

    line: int
    cells: tuple[str, ...]
    keys: frozenset[str] = field(repr=False)


@frozen
class Header:
    """Where a header was found, and what is above it."""

    line: int
    delimiter: str
    cells: tuple[str, ...]
    preamble: tuple[str, ...] = ()
    columns: dict[str, tuple[int, ...]] = field(factory=dict, repr=False)
    """Indexes of the headings that each column of the format has."""

    @property
    def width(self) -> int:
        """How many cells a record has at most."""
        return len(self.cells)


def _read(text: str, delimiter: str, limits: Limits) -> Iterator[Line]:
    lines = io.StringIO(text, newline="")
    for row in islice(rows(lines, delimiter, limits), limits.head_rows):
        if not isinstance(row, Malformed):
            line, cells = row
            yield Line(line, tuple(cells), frozenset(map(key_of, cells)))


@lru_cache(maxsize=16)
def first_lines(text: str, delimiter: str, limits: Limits) -> tuple[Line, ...]:
    """Return the first rows of a file, taken apart by *delimiter*."""
    return tuple(_read(text, delimiter, limits))


@lru_cache(maxsize=4)
def text_of(head: bytes) -> str:
    """Return the beginning of a file as text."""
    return head_text(head)


def delimiters(text: str, hint: str | None) -> list[str]:
    """Return the delimiters in the order in which they are tried."""
    said = ""
    if text[:10].lstrip("\ufeff").casefold().startswith(PREFIX):
        said = text.lstrip("\ufeff")[len(PREFIX) : len(PREFIX) + 1]
    first = [one for one in (said, hint) if one and one in DELIMITERS]
    return list(dict.fromkeys((*first, *DELIMITERS)))


def _has(names: Names, keys: frozenset[str]) -> bool:
    return any(
        any(pattern_of(name).fullmatch(key) for key in keys)
        if is_pattern(name)
        else key_of(name) in keys
        for name in names
    )


def share(match: Match, keys: frozenset[str]) -> float:
    """Return which part of the required columns is among *keys*."""
    if any(_has((name,), keys) for name in match.forbid):
        return 0.0
    found = sum(_has(names, keys) for names in match.require)
    return found / len(match.require)


def best_lines(
    text: str, match: Match, limits: Limits
) -> Iterator[tuple[float, str, tuple[Line, ...], int]]:
    """Yield the best share of each delimiter, its lines, and where."""
    for delimiter in delimiters(text, match.delimiter):
        lines = first_lines(text, delimiter, limits)
        shares = [share(match, line.keys) for line in lines]
        if shares and max(shares) > 0:
            best = max(shares)
            yield best, delimiter, lines, shares.index(best)


def find_header(text: str, match: Match, limits: Limits) -> Header | None:
    """Return the first row that has all required columns, if there is one.

    Raises:
        StatementError: It has more columns than anyone needs.
    """
    for found, delimiter, lines, at in best_lines(text, match, limits):
        if found == 1.0:
            line = lines[at]
            if len(line.cells) > limits.cells:
                raise StatementError(
                    "too_wide",
                    f"The header has {len(line.cells):,} columns; at most"
                    f" {limits.cells:,} are read.",
                )
            preamble = tuple(
                " ".join(filter(None, map(str.strip, above.cells)))
                for above in lines[:at]
            )
            return Header(
                line.line,
                delimiter,
                line.cells,
                preamble,
                bind(match, line.cells),
            )
    return None


def bind(match: Match, cells: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return which headings each column of a format has.

    Plain names take theirs first, then patterns take what is left.
    """
    keys = [key_of(cell) for cell in cells]
    free = {at: key for at, key in enumerate(keys) if key}
    columns: dict[str, tuple[int, ...]] = {}
    wanted = (*match.require, *match.optional)
    for wild in (False, True):
        for names in wanted:
            if names[0] in columns:
                continue
            found = _indexes(names, free, wild=wild)
            if found:
                columns[names[0]] = found
                for at in found:
                    del free[at]
    return {names[0]: columns.get(names[0], ()) for names in wanted}


def _indexes(
    names: Names, free: dict[int, str], *, wild: bool
) -> tuple[int, ...]:
    for name in names:
        if is_pattern(name) is not wild:
            continue
        if wild:
            fits = pattern_of(name).fullmatch
            found = tuple(at for at, key in free.items() if fits(key))
        else:
            wanted = key_of(name)
            found = tuple(at for at, key in free.items() if key == wanted)[:1]
        if found:
            return found
    return ()


def hidden_in(heading: str, names: Names) -> str | None:
    """Return what the first `*` of a pattern hides in a heading."""
    plain = " ".join(heading.split())
    for name in filter(is_pattern, names):
        parts = map(re.escape, " ".join(name.split()).split(WILD))
        found = re.fullmatch("(.*)".join(parts), plain, re.IGNORECASE)
        if found is not None:
            return found[1].strip() or None
    return None
