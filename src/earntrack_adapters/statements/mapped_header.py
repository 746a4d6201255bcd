"""Where the columns of a mapping are in a bank's table."""

from collections.abc import Mapping

from earntrack_adapters.statements.dates import compiled, first_fit
from earntrack_adapters.statements.header import (
    Header,
    Line,
    delimiters,
    first_lines,
)
from earntrack_adapters.statements.mapping import (
    LANGUAGES,
    BankMapping,
    Place,
    bad,
)
from earntrack_adapters.statements.names import key_of, nearest
from earntrack_core.statements.model import Limits


Tables = Mapping[str, tuple[Line, ...]]


def mapped_header(mapping: BankMapping, text: str, limits: Limits) -> Header:
    """Return where the columns of a mapping are.

    Raises:
        StatementError: One of them is not in the file.
    """
    tables = {
        delimiter: first_lines(text, delimiter, limits)
        for delimiter in delimiters(text, mapping.delimiter)
    }
    if mapping.delimiter is not None:
        tables = {mapping.delimiter: tables[mapping.delimiter]}
    if mapping.header:
        return _headed(mapping, tables)
    return _headless(mapping, tables)


def _headed(mapping: BankMapping, tables: Tables) -> Header:
    best: tuple[int, str, Line] | None = None
    for delimiter, lines in tables.items():
        for line in lines:
            if mapping.header_line not in {None, line.line}:
                continue
            found = sum(
                _index(place, line) is not None
                for _, place in mapping.places()
            )
            if best is None or found > best[0]:
                best = (found, delimiter, line)
    if best is None:
        raise bad(
            f"mapping.header_line: line {mapping.header_line} is not there."
            if mapping.header_line
            else "mapping.header: the file is empty."
        )
    return _bound(mapping, best[1], best[2])


def _headless(mapping: BankMapping, tables: Tables) -> Header:
    for key, place in mapping.places():
        if isinstance(place, str) and not place.isdecimal():
            raise bad(
                f"mapping.{key}: {place!r} is a heading, and the table has"
                " none.",
                "Give the number of the column, from 0.",
            )
    delimiter, lines = max(
        tables.items(), key=lambda table: _dated(mapping, table[1])
    )
    if not lines:
        raise bad("mapping.header: the file is empty.")
    widest = max(lines, key=lambda line: len(line.cells))
    names = tuple(str(at) for at in range(len(widest.cells)))
    return _bound(mapping, delimiter, Line(0, names, frozenset(names)))


def _dated(mapping: BankMapping, lines: tuple[Line, ...]) -> tuple[int, int]:
    """Return in how many lines the date is where the mapping says."""
    at = int(mapping.columns["date"])
    formats = [compiled(one, LANGUAGES) for one in mapping.date_formats]
    dates = sum(
        first_fit(line.cells[at].strip(), formats) is not None
        for line in lines
        if len(line.cells) > at
    )
    return dates, len(lines[0].cells) if lines else 0


def _index(place: Place, line: Line) -> int | None:
    """Return the index of a column in a header."""
    if isinstance(place, str):
        wanted = key_of(place)
        for at, cell in enumerate(line.cells):
            if key_of(cell) == wanted:
                return at
        if not place.isdecimal():
            return None
    at = int(place)
    return at if at < len(line.cells) else None


def _bound(mapping: BankMapping, delimiter: str, line: Line) -> Header:
    columns: dict[str, tuple[int, ...]] = {}
    for key, place in mapping.places():
        at = _index(place, line)
        if at is None:
            raise bad(_absent(key, place, line))
        name = f"skip {place}" if key == "skip_when" else key
        columns[name] = (at,)
    return Header(line.line, delimiter, line.cells, (), columns)


def _absent(key: str, place: Place, line: Line) -> str:
    if isinstance(place, int):
        return (
            f"mapping.{key}: there is no column {place}; the table has"
            f" {len(line.cells)}, counted from 0."
        )
    hint = nearest(place, [cell for cell in line.cells if cell.strip()])
    return f"mapping.{key}: there is no column {place!r}{hint}."
