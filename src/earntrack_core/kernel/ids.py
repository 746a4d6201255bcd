"""Identities: time-ordered UUIDs, one type per kind of thing."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NewType
from uuid import UUID, SafeUUID


UserId = NewType("UserId", UUID)
WorkspaceId = NewType("WorkspaceId", UUID)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
LOW: Final = (1 << 62) - 1


STEPS: Final = 256
"""So many random steps are drawn at once."""

_set = object.__setattr__
"""UUIDs refuse to be changed; those that it is used on are not made yet."""


def uuid7(now: datetime) -> UUID:
    """Return a version 7 UUID (RFC 9562): sortable by time, else random.

    By the microsecond: the next twelve bits tell the part of a millisecond
    (method 3 of section 6.2).
    """
    return _uuid7(_since_epoch(now), _part(now) << 62 | secrets.randbits(62))


def uuid7s(now: datetime) -> Iterator[UUID]:
    """Yield version 7 UUIDs of one instant that sort as they were drawn.

    Each is a random step above the one before; half of the space is left
    free above the first, which is more than can ever be drawn.
    """
    milliseconds = _since_epoch(now)
    tail = _part(now) << 62 | secrets.randbits(61)
    while True:
        for step in memoryview(secrets.token_bytes(4 * STEPS)).cast("I"):
            yield _uuid7(milliseconds, tail)
            tail += 1 + step


def _since_epoch(now: datetime) -> int:
    return (now - EPOCH) // MILLISECOND


def _part(now: datetime) -> int:
    """Return the part of a millisecond that is gone, in 4096 parts."""
    return (now.microsecond % 1_000 << 12) // 1_000


def _uuid7(milliseconds: int, tail: int) -> UUID:
    high, low = tail >> 62, tail & LOW
    return uuid_of(
        milliseconds << 80 | 0x7 << 76 | high << 64 | 0x2 << 62 | low
    )


def uuid_of(number: int) -> UUID:
    """Return the UUID of a number of 128 bits, which is not checked."""
    made = object.__new__(UUID)
    _set(made, "int", number)
    _set(made, "is_safe", SafeUUID.unknown)
    return made
