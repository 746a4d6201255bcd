"""Zones as files name them, and the instants that they give."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.periods import instant, zone_info


OFFSET: Final = re.compile(
    r"(?:GMT|UTC)?([+\-\u2212])(\d{1,2}):?(\d{2})?", re.IGNORECASE
)
OFFSETS: Final[Mapping[str, str]] = {
    "utc": "+00:00",
    "gmt": "+00:00",
    "z": "+00:00",
    "hst": "-10:00",
    "akst": "-09:00",
    "akdt": "-08:00",
    "pst": "-08:00",
    "pdt": "-07:00",
    "mst": "-07:00",
    "mdt": "-06:00",
    "cst": "-06:00",
    "cdt": "-05:00",
    "est": "-05:00",
    "edt": "-04:00",
    "wet": "+00:00",
    "west": "+01:00",
    "bst": "+01:00",
    "cet": "+01:00",
    "cest": "+02:00",
    "mez": "+01:00",
    "mesz": "+02:00",
    "eet": "+02:00",
    "eest": "+03:00",
    "jst": "+09:00",
    "aest": "+10:00",
    "aedt": "+11:00",
    "nzst": "+12:00",
    "nzdt": "+13:00",
    "hawaii": "Pacific/Honolulu",
    "alaska": "America/Anchorage",
    "pacific time (us & canada)": "America/Los_Angeles",
    "mountain time (us & canada)": "America/Denver",
    "arizona": "America/Phoenix",
    "central time (us & canada)": "America/Chicago",
    "eastern time (us & canada)": "America/New_York",
    "indiana (east)": "America/Indiana/Indianapolis",
    "atlantic time (canada)": "America/Halifax",
}
"""What the usual words mean; zones of other languages are the specs' task."""

LATEST: Final = 14
Instant = Callable[[date, time], datetime]


def _fixed(found: re.Match[str]) -> Instant | None:
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > LATEST or minutes >= 60:  # noqa: PLR2004 -- minutes of an hour
        return None
    shift = timedelta(hours=hours, minutes=minutes)
    zone = timezone(shift if found[1] == "+" else -shift)
    if not shift:
        return _in_utc
    return lambda day, at: datetime.combine(day, at, zone).astimezone(UTC)


def _in_utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, UTC)


def instant_in(word: str, names: Mapping[str, str]) -> Instant | None:
    """Return what turns times of the zone that *word* names into instants.

    None if the word is not known. *names* are what a platform's own words
    mean, in small letters.
    """
    key = " ".join(word.split()).casefold()
    meant = names.get(key) or OFFSETS.get(key) or word.strip()
    found = OFFSET.fullmatch(meant)
    if found is not None:
        return _fixed(found)
    if " " in meant:
        first, _, rest = meant.partition(" ")
        return instant_in(first, names) or instant_in(rest, names)
    try:
        zone_info(meant)
    except InvalidError:
        return None
    return lambda day, at: instant(day, at, meant)
