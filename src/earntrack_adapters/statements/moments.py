"""When things happened: from the cells of a record to day and instant."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Final

from attrs import define, field, frozen

from earntrack_adapters.statements.cells import (
    SHOWN,
    Cells,
    RecordError,
    Row,
)
from earntrack_adapters.statements.date_reader import Read
from earntrack_adapters.statements.dates import Moment
from earntrack_adapters.statements.sources import Span
from earntrack_adapters.statements.zones import Instant, instant_in
from earntrack_core.statements.model import Problem, Severity


MANY: Final = 1_000
"""Words for zones that are remembered; there are fewer zones."""

REMEMBERED: Final = 20_000
"""Days that are remembered."""

WIDTH: Final = len("2026-01-31")
COLONS: Final = slice(WIDTH + 3, WIDTH + 7, 3)
"""Where the colons of a time are after a day."""

LENGTH: Final = len("2026-01-31 23:59:59")


When = tuple[date | None, datetime | None, Span | None]
"""Day, instant and period of a record, as far as it tells them."""

Quick = Callable[[str], When | None]


@define
class Zones:
    """Turns times of day into instants, in the zones that a file names."""

    names: dict[str, str]
    known: dict[str, Instant | None] = field(factory=dict)

    def of(self, word: str) -> Instant | None:
        """Return what knows the zone that *word* names."""
        if word not in self.known:
            if len(self.known) > MANY:
                self.known.clear()
            self.known[word] = instant_in(word, self.names)
        return self.known[word]


@frozen
class Calendar:
    """Reads when things happened."""

    cells: Cells
    zones: Zones
    read: Read
    read_time: Read
    columns: tuple[int, ...]
    wanted: str | None
    """Heading of the day, for the error of a record without one."""
    time_column: int | None
    zone_column: int | None
    zone: str | None
    period: Span | None
    period_columns: tuple[int, ...] = ()
    optional: bool = False
    """Records may have no day at all."""
    summing: bool = False
    """Records sum up their day, which is their period."""
    quick: Quick = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "quick", _quick(self))

    @property
    def of(self) -> Callable[[Row, list[Problem], int], When]:
        """What reads when a record happened."""
        return self.read_summing if self.summing else self.read_plain

    def read_plain(self, row: Row, warnings: list[Problem], line: int) -> When:
        """Return when the record happened, and its period if it says one.

        Raises:
            RecordError: It has no day, or none that can be read.
        """
        for place in self.columns:
            cell = row[place]
            if cell:
                when = self.quick(cell)
                if when is not None:
                    return when
                if not cell.isspace():
                    return self.slow(place, row, warnings, line)
        return self.undated(row)

    def read_summing(
        self, row: Row, warnings: list[Problem], line: int
    ) -> When:
        """Return the day of a record that sums it up, as its period."""
        day, at, period = self.read_plain(row, warnings, line)
        if period is None and day is not None:
            period = (day, day)
        return day, at, period

    def slow(
        self, place: int, row: Row, warnings: list[Problem], line: int
    ) -> When:
        """Return when a record happened, from all of its cells."""
        moment = self.read(row[place])
        if moment is None or moment.day is None:
            raise self.bad(place, row[place])
        at, zone, column = moment.at, moment.zone, self.time_column
        if column is not None and row[column].strip():
            clock = self.read_time(row[column])
            if clock is None or clock.at is None:
                raise self.bad(column, row[column])
            at, zone = clock.at, clock.zone or zone
        day = moment.day
        period = None if moment.first is None else (moment.first, day)
        if at is None:
            return day, None, period
        known = self.zone_of(zone, row, warnings, line)
        return day, None if known is None else known(day, at), period

    def zone_of(
        self, said: str | None, row: Row, warnings: list[Problem], line: int
    ) -> Instant | None:
        """Return the zone of a record; an unknown one is a warning."""
        word, heading = said, None
        if word is None and self.zone_column is not None:
            word = row[self.zone_column].strip()
            heading = self.cells.heading(self.zone_column)
        word = word or self.zone
        if not word:
            return None
        known = self.zones.of(word)
        if known is None:
            warnings.append(_unknown_zone(line, heading, word))
        return known

    def undated(self, row: Row) -> When:
        """Return when a record happened that has no day of its own."""
        ends = [self.read(row[at]) for at in self.period_columns]
        days = [end.day for end in ends if end is not None and end.day]
        if len(days) == len(("start", "end")):
            return days[1], None, (days[0], days[1])
        if self.period is not None:
            return self.period[1], None, self.period
        if self.optional:
            return None, None, None
        raise RecordError("missing", self.wanted, "", "There is no day.")

    def bad(self, at: int, cell: str) -> RecordError:
        """Return the error of a cell that is no date."""
        return RecordError(
            "bad_date",
            self.cells.heading(at),
            cell,
            "The cell is no date in the format of the file's other dates.",
        )


def _quick(calendar: Calendar) -> Quick:
    """Return what knows the moments of most cells without reading all.

    It says None where it does not know, and never anything wrong: days are
    remembered as they were read, and only `hh:mm:ss` after a day of ten
    characters is read on its own.
    """
    if calendar.time_column is not None or calendar.zone_column is not None:
        return lambda _: None
    zone = None if not calendar.zone else calendar.zones.of(calendar.zone)
    if calendar.zone and zone is None:
        return lambda _: None
    whole: dict[str, When] = {}
    days: dict[str, date] = {}

    def quick(cell: str) -> When | None:
        if cell in whole:
            return whole[cell]
        start = cell[: WIDTH + 1]
        if start in days and cell[COLONS] == "::" and len(cell) == LENGTH:
            try:
                at = time.fromisoformat(cell[WIDTH + 1 :])
            except ValueError:
                return None
            day = days[start]
            return day, None if zone is None else zone(day, at), None
        return _learn(calendar.read(cell), cell, whole, days)

    return quick


def _learn(
    moment: Moment | None,
    cell: str,
    whole: dict[str, When],
    days: dict[str, date],
) -> When | None:
    """Remember the day of a cell, if it is as simple as that."""
    if moment is None or moment.day is None or moment.zone is not None:
        return None
    if len(whole) + len(days) >= REMEMBERED:
        whole.clear()
        days.clear()
    if moment.at is None:
        first, day = moment.first, moment.day
        period = None if first is None else (first, day)
        whole[cell] = known = (day, None, period)
        return known
    clock = moment.at.isoformat()
    if len(cell) == LENGTH and cell[WIDTH + 1 :] == clock:
        days[cell[: WIDTH + 1]] = moment.day
    return None


def _unknown_zone(line: int, column: str | None, word: str) -> Problem:
    return Problem(
        line=line,
        code="unknown_zone",
        column=column,
        value=word[:SHOWN],
        hint="The zone is not known; the day is kept as it is printed.",
        severity=Severity.WARNING,
    )
