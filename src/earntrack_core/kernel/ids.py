"""Identities: time-ordered UUIDs, one type per kind of thing."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NewType
from uuid import UUID


UserId = NewType("UserId", UUID)
WorkspaceId = NewType("WorkspaceId", UUID)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
LOW: Final = (1 << 62) - 1


STEPS: Final = 256
"""So many random steps are drawn at once."""


def uuid7(now: datetime) -> UUID:
    """Return a version 7 UUID (RFC 9562): sortable by time, else random."""
    return _uuid7(_since_epoch(now), secrets.randbits(74))


def uuid7s(now: datetime) -> Iterator[UUID]:
    """Yield version 7 UUIDs of one instant that sort as they were drawn.

    Each is a random step above the one before; half of the space is left
    free above the first, which is more than can ever be drawn.
    """
    milliseconds = _since_epoch(now)
    tail = secrets.randbits(73)
    while True:
        for step in memoryview(secrets.token_bytes(4 * STEPS)).cast("I"):
            yield _uuid7(milliseconds, tail)
            tail += 1 + step


def _since_epoch(now: datetime) -> int:
    return (now - EPOCH) // MILLISECOND


def _uuid7(milliseconds: int, tail: int) -> UUID:
    high, low = tail >> 62, tail & LOW
    return UUID(
        int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0x2 << 62 | low
    )
