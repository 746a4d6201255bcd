"""Dates and times by explicit formats: never guessed, never by locale."""

import re
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Final

from attrs import field, frozen
from babel import Locale, UnknownLocaleError

from earntrack_core.kernel.periods import FIRST_YEAR, LAST_YEAR


class FormatError(ValueError):
    """A date format cannot be understood."""


TOKEN: Final = re.compile(
    r"\[([^\]]*)\]|(YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|ss|S"
    r"|A|Z|zzz|\.\.)"
)
DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2212"
PATTERNS: Final = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "HH": r"(?P<hour>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "hh": r"(?P<half>\d{2})",
    "h": r"(?P<half>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
    "S": r"(?P<fraction>\d{1,9})",
    "A": r"(?P<noon>[AaPp]\.?[Mm]\.?)",
    "Z": r"(?P<offset>Z|[+-]\d{2}:?\d{2}|[+-]\d{2})",
    "zzz": r"(?P<zone>\S+)",
    "MMM": r"(?P<name>[^\W\d_]+)\.?",
    "MMMM": r"(?P<name>[^\W\d_]+)\.?",
    "ddd": r"[^\W\d_]+\.?",
    "dddd": r"[^\W\d_]+\.?",
}
RANGE: Final = ".."
NOON: Final = 12
CENTURY: Final = 2000
PIVOT: Final = 70


@frozen
class Moment:
    """What a cell says: a day (or days), a time of day, a zone."""

    day: date | None
    first: date | None = None
    """The first day, if the cell names a span of days."""
    at: time | None = None
    zone: str | None = None


@frozen
class DateFormat:
    """One way to write dates, compiled."""

    text: str
    order: str
    """dmy, mdy or ymd; empty if the month is written as a word."""
    read: Callable[[str], Moment | None] = field(repr=False, eq=False)


@lru_cache(maxsize=64)
def month_names(languages: tuple[str, ...]) -> dict[str, int]:
    """Return the months by the names that *languages* give them.

    Raises:
        FormatError: There is no such language.
    """
    names: dict[str, int] = {"sept": 9}
    for language in languages or ("en",):
        try:
            locale = Locale.parse(language)
        except (UnknownLocaleError, ValueError) as error:
            raise FormatError(f"has no language {language!r}") from error
        for context in ("format", "stand-alone"):
            for width in ("abbreviated", "wide"):
                months = locale.months[context][width]
                names.update(
                    (name.rstrip(".").casefold(), number)
                    for number, name in months.items()
                )
    return names


@lru_cache(maxsize=512)
def compiled(text: str, languages: tuple[str, ...] = ()) -> DateFormat:
    """Return a format, ready to read cells.

    Raises:
        FormatError: It has no part of a date or of a time, or one twice.
    """
    months = month_names(languages)
    halves = text.split(RANGE)
    if len(halves) > 2 or not TOKEN.search(text):  # noqa: PLR2004 -- a span has two ends
        raise FormatError("is no date format")
    patterns = tuple(_pattern(half.strip()) for half in halves)
    if len(patterns) == 1:
        return DateFormat(text, _order(text), _single(patterns[0], months))
    return DateFormat(text, _order(text), _span(patterns, months))


def _tokens(text: str) -> list[str]:
    return [found[2] for found in TOKEN.finditer(text) if found[2]]


def _order(text: str) -> str:
    tokens = _tokens(text)
    if "MMM" in tokens or "MMMM" in tokens:
        return ""
    order = "".join(token[0].lower() for token in tokens if token[0] in "YMD")
    return order[:3] if order[:3] in {"dmy", "mdy", "ymd"} else ""


def _pattern(text: str) -> re.Pattern[str]:
    pieces, at = [], 0
    for found in TOKEN.finditer(text):
        pieces.append(_literal(text[at : found.start()]))
        token = found[2]
        pieces.append(PATTERNS[token] if token else _literal(found[1]))
        at = found.end()
    pieces.append(_literal(text[at:]))
    try:
        return re.compile("".join(pieces))
    except re.error as error:
        raise FormatError("names one part twice") from error


def _literal(text: str) -> str:
    pieces = re.split(r"(\s+)", text)
    return "".join(
        r"\s+" if piece.isspace() else re.escape(piece) for piece in pieces
    )


def _single(
    pattern: re.Pattern[str], months: dict[str, int]
) -> Callable[[str], Moment | None]:
    def read(cell: str) -> Moment | None:
        found = pattern.fullmatch(cell)
        return None if found is None else _moment(found.groupdict(), months)

    return read


def _span(
    patterns: tuple[re.Pattern[str], ...], months: dict[str, int]
) -> Callable[[str], Moment | None]:
    both = re.compile(
        rf"{_renamed(patterns[0], 'a')}\s*[{DASHES}]\s*"
        rf"{_renamed(patterns[1], 'b')}"
    )

    def read(cell: str) -> Moment | None:
        found = both.fullmatch(cell)
        if found is None:
            return None
        parts = found.groupdict()
        ends = [
            _day(_side(parts, mine, other), months)
            for mine, other in (("a", "b"), ("b", "a"))
        ]
        if ends[0] is None or ends[1] is None or ends[1] < ends[0]:
            return None
        return Moment(ends[1], first=ends[0])

    return read


def _renamed(pattern: re.Pattern[str], side: str) -> str:
    return pattern.pattern.replace("(?P<", f"(?P<{side}_")


def _side(
    parts: dict[str, str | None], mine: str, other: str
) -> dict[str, str | None]:
    """Return one end of a span; what it does not say, the other does."""
    merged: dict[str, str | None] = {}
    for side in (other, mine):
        for name, value in parts.items():
            if name.startswith(f"{side}_") and value is not None:
                merged[name[2:]] = value
    return merged


def _moment(
    parts: dict[str, str | None], months: dict[str, int]
) -> Moment | None:
    day, first = _day(parts, months), None
    dated = any(parts.get(name) for name in ("year", "short"))
    if day is None and dated:
        return None
    if day is not None and not parts.get("day"):
        first, day = day, _last_of_month(day)
    clock = any(parts.get(name) for name in ("hour", "half"))
    at = _time(parts) if clock else None
    if clock and at is None:
        return None
    zone = " ".join(
        part for part in (parts.get("offset"), parts.get("zone")) if part
    )
    return Moment(day, first=first, at=at, zone=zone or None)


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(
        day=1
    ) - timedelta(days=1)


def _day(parts: dict[str, str | None], months: dict[str, int]) -> date | None:
    year = parts.get("year")
    short = parts.get("short")
    if year is None and short is None:
        return None
    number = int(year) if year else CENTURY + int(short or 0)
    if short and int(short) >= PIVOT:
        number -= 100
    name = parts.get("name")
    month = (
        months.get(name.casefold(), 0) if name else int(parts["month"] or 0)
    )
    if not FIRST_YEAR <= number <= LAST_YEAR:
        return None
    try:
        return date(number, month, int(parts.get("day") or 1))
    except ValueError:
        return None


def _time(parts: dict[str, str | None]) -> time | None:
    hour = int(parts.get("hour") or parts.get("half") or 0)
    noon = parts.get("noon")
    if noon and hour <= NOON:
        hour = hour % NOON + NOON * (noon[0] in "Pp")
    fraction = (parts.get("fraction") or "")[:6].ljust(6, "0")
    try:
        return time(
            hour,
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            int(fraction),
        )
    except ValueError:
        return None


def first_fit(cell: str, formats: Iterable[DateFormat]) -> Moment | None:
    """Return what a cell says in the first format that it is written in."""
    for one in formats:
        moment = one.read(cell)
        if moment is not None:
            return moment
    return None
