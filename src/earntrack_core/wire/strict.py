"""Strict readers: a value is of the very type its place asks for, or not."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from earntrack_core.kernel.money import EXACT
from earntrack_core.wire.names import UnreadableError


BITS: Final = 63
DIGITS: Final = 40
"""More than any amount, rate or quantity has; keeps arithmetic quick."""

ID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE | re.ASCII,
)
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII
)

HOUR: Final = 3600
MOST_HOURS: Final = 1_000_000
HOUR_DECIMALS: Final = 4
MICROSECOND: Final = timedelta(microseconds=1)
PART: Final = HOUR * 10**6 // 10**HOUR_DECIMALS
"""Microseconds in the last decimal of an hour."""


def read_text(value: Any, kind: type) -> Any:
    """Read a string that can be stored and sent."""
    if type(value) is not str:
        raise UnreadableError("must be text")
    if "\0" in value:
        raise UnreadableError("must not have control characters")
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise UnreadableError("must be valid Unicode")
    return value if kind is str else read_enum(value, kind)


def read_int(value: Any, kind: Any) -> Any:
    """Read an integer of at most 64 bits."""
    if type(value) is not int:
        raise UnreadableError("must be a whole number")
    if value.bit_length() > BITS:
        raise UnreadableError("must have at most 64 bits")
    return value if kind is int else read_enum(value, kind)


def read_bool(value: Any, _: type) -> bool:
    """Read true or false."""
    if type(value) is not bool:
        raise UnreadableError("must be true or false")
    return value


def read_none(value: Any, _: type) -> None:
    """Read null."""
    if value is not None:
        raise UnreadableError("must be null")


def read_decimal(value: Any, _: Any = Decimal) -> Decimal:
    """Read a number that is safe to calculate with."""
    kind = type(value)
    exact = Decimal(value) if kind is int else value
    if kind not in {int, Decimal} or not exact.is_finite():
        raise UnreadableError("must be a number")
    _, digits, exponent = exact.as_tuple()
    if max(len(digits), abs(int(exponent))) > DIGITS:
        raise UnreadableError(f"must have at most {DIGITS} digits")
    return Decimal(0) if exact.is_zero() else exact


def read_enum(value: Any, kind: type[Enum]) -> Any:
    """Read one of the values of an enumeration."""
    for member in kind:
        if member.value == value and type(value) in {str, int}:
            return member
    known = ", ".join(str(member.value) for member in kind)
    raise UnreadableError(f"must be one of: {known}")


def read_literal(value: Any, allowed: tuple[Any, ...]) -> Any:
    """Read one of some values."""
    for one in allowed:
        if type(one) is type(value) and one == value:
            return one
        if isinstance(one, Enum) and one.value == value:
            return one
    known = ", ".join(
        str(one.value if isinstance(one, Enum) else one) for one in allowed
    )
    raise UnreadableError(f"must be one of: {known}")


def read_id(value: Any, _: type) -> UUID:
    """Read a UUID in its usual form."""
    if type(value) is not str or ID.fullmatch(value) is None:
        raise UnreadableError("must be a UUID")
    return UUID(value)


def read_date(value: Any, _: type) -> date:
    """Read a day: 2026-01-31."""
    if type(value) is str and DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise UnreadableError("is not a day of the calendar") from error
    raise UnreadableError("must be a date like 2026-01-31")


def read_instant(value: Any, _: type) -> datetime:
    """Read an instant with a zone; hand it out in UTC."""
    if type(value) is str and INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise UnreadableError("is not an instant in time") from error
    raise UnreadableError("must be a time like 2026-01-31T12:00:00Z")


def read_hours(value: Any, _: type) -> timedelta:
    """Read hours with at most four decimals, to the nearest second.

    Four decimals are a third of a second, so whole seconds survive.
    """
    hours = read_decimal(value)
    if abs(hours) > MOST_HOURS:
        raise UnreadableError(f"must be at most {MOST_HOURS:,} hours")
    if hours != hours.quantize(
        Decimal(1).scaleb(-HOUR_DECIMALS), ROUND_HALF_UP, EXACT
    ):
        raise UnreadableError(f"must have at most {HOUR_DECIMALS} decimals")
    seconds = EXACT.multiply(hours, Decimal(HOUR))
    return timedelta(
        seconds=int(seconds.quantize(Decimal(1), ROUND_HALF_UP, EXACT))
    )


@lru_cache(maxsize=4096)
def write_hours(span: timedelta) -> Decimal | int:
    """Return a duration in hours, with at most four decimals."""
    micro = span // MICROSECOND
    sign = -1 if micro < 0 else 1
    parts = (abs(micro) * 2 + PART) // (2 * PART)
    whole, rest = divmod(parts, 10**HOUR_DECIMALS)
    if not rest:
        return sign * whole
    decimals = f"{rest:0{HOUR_DECIMALS}d}".rstrip("0")
    return Decimal(f"{'-' if sign < 0 else ''}{whole}.{decimals}")


READERS: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    str: read_text,
    int: read_int,
    bool: read_bool,
    type(None): read_none,
    Decimal: read_decimal,
    UUID: read_id,
    date: read_date,
    datetime: read_instant,
    timedelta: read_hours,
}
