"""Days, periods and zones: the only place that knows the calendar.

Everything handed out is of the standard library; pendulum stays inside.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import Attribute, field, frozen

from earntrack_core.kernel.errors import InvalidError


class Step(StrEnum):
    """How long a bucket of a series is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
MONTHS: Final = {Step.MONTH: 1, Step.QUARTER: 3, Step.YEAR: 12}
LOCAL_NAMES: Final = ("Factory", "localtime", "posixrules")
LOCAL_FOLDERS: Final = ("posix/", "right/")


@cache
def zone_info(name: str) -> ZoneInfo:
    """Return a zone of the IANA database.

    Raises:
        InvalidError: There is no zone of that name.
    """
    try:
        return ZoneInfo(_portable(name))
    except (KeyError, ValueError, OSError) as error:
        raise InvalidError(
            "zone", f"{name[:64]!r} is not an IANA time zone"
        ) from error


def _portable(name: str) -> str:
    """Return a name unless it means something else on every machine."""
    if name in LOCAL_NAMES or name.startswith(LOCAL_FOLDERS):
        raise ValueError(name)
    return name


def known_zone(_: object, __: object, value: str) -> None:
    """Refuse names that are no time zone."""
    zone_info(value)


def sane_day(_: object, at: "Attribute[Any]", value: date | None) -> None:
    """Refuse days that can only be a slip of the pen."""
    if value is None:
        return
    if isinstance(value, datetime):
        raise InvalidError(at.name, "must be a day, without a time")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise InvalidError(
            at.name, f"must be in the years {FIRST_YEAR} to {LAST_YEAR}"
        )


def near_day(_: object, at: "Attribute[Any]", value: date) -> None:
    """Refuse days that no bucket of a sane day begins or ends with."""
    if not FIRST_YEAR - 1 <= value.year <= LAST_YEAR + 1:
        raise InvalidError(
            at.name, f"must be in the years {FIRST_YEAR} to {LAST_YEAR}"
        )


def local_day(at: datetime, zone: str) -> date:
    """Return the day it is in *zone* at an instant.

    Raises:
        InvalidError: There is no such zone, or the time is of no zone.
    """
    if at.utcoffset() is None:
        raise InvalidError("at", "must know its zone")
    return at.astimezone(zone_info(zone)).date()


def instant(day: date, at: time, zone: str) -> datetime:
    """Return the instant (UTC) of a wall-clock time in *zone*.

    A time that the clocks skip, or show twice, is the later instant.
    """
    fold = time(at.hour, at.minute, at.second, at.microsecond, fold=1)
    local = datetime.combine(day, fold, zone_info(zone))
    early = local.replace(fold=0)
    if early.utcoffset() != local.utcoffset():
        local = max(local, early, key=lambda one: one.astimezone(UTC))
    return local.astimezone(UTC)


@frozen
class Period:
    """Days from `start` up to, and without, `end`."""

    start: date = field(validator=near_day)
    end: date = field(validator=near_day)

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidError("until", "must not be before since")

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        """Say whether *day* is inside."""
        return self.start <= day < self.end


def period_of(step: Step, day: date, first_weekday: int = 0) -> Period:
    """Return the bucket that *day* is in; weeks begin on *first_weekday*."""
    start = _floor(step, day, first_weekday)
    return Period(start, shift(start, step, 1))


def span(since: date | None, until: date | None) -> Period | None:
    """Return the days from one to another, both inside; None of any day.

    Raises:
        InvalidError: One is no sane day, or the last is before the first.
    """
    for name, day in (("since", since), ("until", until)):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise InvalidError(
                name, f"must be in the years {FIRST_YEAR} to {LAST_YEAR}"
            )
    if since is None and until is None:
        return None
    first = since or date(FIRST_YEAR, 1, 1)
    last = until or date(LAST_YEAR, 12, 31)
    return Period(first, last + timedelta(days=1))


def _floor(step: Step, day: date, first_weekday: int) -> date:
    if step is Step.DAY:
        return day
    if step is Step.WEEK:
        return day - timedelta(days=(day.weekday() - first_weekday) % 7)
    months = MONTHS[step]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def shift(day: date, step: Step, times: int) -> date:
    """Move *day* by so many steps; 31 January + 1 month is 28 February.

    Raises:
        InvalidError: That is beyond the years a calendar has.
    """
    try:
        return _shift(day, step, times)
    except (OverflowError, ValueError) as error:
        raise InvalidError("times", "leaves the calendar") from error


def _shift(day: date, step: Step, times: int) -> date:
    if step in MONTHS:
        import pendulum  # noqa: PLC0415 -- as slow to import as all the rest

        moved = pendulum.date(day.year, day.month, day.day).add(
            months=MONTHS[step] * times
        )
        return date(moved.year, moved.month, moved.day)
    return day + timedelta(days=times * (7 if step is Step.WEEK else 1))


def buckets(
    period: Period, step: Step, first_weekday: int = 0
) -> Iterator[Period]:
    """Yield the whole buckets that a period touches, the earliest first."""
    start = _floor(step, period.start, first_weekday)
    while start < period.end:
        bucket = Period(start, shift(start, step, 1))
        yield bucket
        start = bucket.end
