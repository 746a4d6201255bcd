"""How long was worked, as the cells of a record tell it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from earntrack_adapters.statements.cells import Cells, RecordError, Row
from earntrack_adapters.statements.date_reader import Read
from earntrack_adapters.statements.numbers import AmountError, Parse
from earntrack_adapters.statements.spec import Hours
from earntrack_core.kernel.money import EXACT


SECONDS: Final = 3_600
LONGEST: Final = Decimal(1_000_000)
"""Hours that no entry is longer than."""

Worked = Callable[[Row], timedelta | None]


def hours_reader(
    hours: Hours | None, cells: Cells, parse: Parse, dated: Read
) -> Worked | None:
    """Return what reads how long was worked, if a spec says where."""
    if hours is None:
        return None
    if hours.column is None:
        return _between(hours, cells, dated)
    at = cells.at(hours.column)
    heading, divisor = cells.heading(at), hours.divisor
    if hours.form == "clock":
        return lambda row: _clock(row[at], heading)
    return lambda row: _decimal(row[at], divisor, parse, heading)


def _clock(cell: str, heading: str) -> timedelta | None:
    plain = cell.strip()
    if not plain:
        return None
    parts = plain.split(":")
    if len(parts) not in {2, 3} or not all(
        part.isascii() and part.isdecimal() and len(part) <= 6  # noqa: PLR2004 -- more hours than a life has
        for part in parts
    ):
        raise RecordError(
            "bad_amount", heading, cell, "Hours look like 1:30 or 1:30:00."
        )
    hours, minutes, seconds = (*map(int, parts), 0)[:3]
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _decimal(
    cell: str, divisor: int, parse: Parse, heading: str
) -> timedelta | None:
    try:
        value = parse(cell)
    except AmountError as error:
        raise RecordError(error.code, heading, cell, error.hint) from error
    if value is None:
        return None
    if not 0 <= value <= LONGEST * divisor:
        raise RecordError(
            "bad_amount", heading, cell, "Nobody works as long as that."
        )
    whole = EXACT.multiply(value, Decimal(SECONDS * 1_000_000))
    return timedelta(microseconds=int(EXACT.divide(whole, Decimal(divisor))))


def _between(hours: Hours, cells: Cells, dated: Read) -> Worked:
    """Return what reads the time between two columns."""
    first, last = cells.at(hours.start), cells.at(hours.end)

    def between(row: Row) -> timedelta | None:
        if not row[first].strip() or not row[last].strip():
            return None
        start = _moment(row[first], cells.heading(first), dated)
        end = _moment(row[last], cells.heading(last), dated)
        if end < start:
            raise RecordError(
                "bad_date",
                cells.heading(last),
                row[last],
                "It ends before it starts.",
            )
        return end - start

    return between


def _moment(cell: str, heading: str, dated: Read) -> datetime:
    moment = dated(cell)
    if moment is None or moment.day is None or moment.at is None:
        raise RecordError("bad_date", heading, cell, "The cell is no time.")
    return datetime.combine(moment.day, moment.at, UTC)
