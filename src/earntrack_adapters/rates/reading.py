"""How rates are read from text: exactly, and nothing that is not one."""

import re
from decimal import Decimal
from typing import Final

from earntrack_core.kernel.errors import InvalidError


RATE: Final = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")


def digits_of(text: str) -> tuple[int, int]:
    """Return a positive number as an integer and a power of ten.

    Raises:
        InvalidError: It is none, or too long.
    """
    found = RATE.fullmatch(text)
    if found is None:
        raise InvalidError("rate", f"{text[:30]!r} is not a rate")
    whole, fraction = found[1], found[2] or ""
    number = int(whole + fraction)
    if not number:
        raise InvalidError("rate", "must not be zero")
    return number, -len(fraction)


def rate_of(text: str) -> Decimal:
    """Return a positive number.

    Raises:
        InvalidError: It is none, or too long.
    """
    number, power = digits_of(text)
    return Decimal(number).scaleb(power)
