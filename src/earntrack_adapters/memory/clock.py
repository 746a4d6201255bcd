"""Clocks: the machine's, and one that stands still until it is moved."""

from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import define


MIDNIGHT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def system_clock() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- this is the clock


@define
class FrozenClock:
    """A clock that only moves when it is told to."""

    at: datetime = MIDNIGHT

    def __call__(self) -> datetime:
        """Return the instant at which it stands."""
        return self.at

    def seconds(self) -> float:
        """Return the same as seconds, for those who only measure spans."""
        return self.at.timestamp()

    def move(self, span: timedelta) -> None:
        """Move forward, or backward if *span* is negative."""
        self.at += span
