"""The limits port: how often somebody may do something."""

from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Allowance:
    """Whether a hit counts as allowed, and what is left after it."""

    allowed: bool
    remaining: int
    resets_at: datetime
    """When the oldest of the counted hits no longer counts."""


class RateLimiter(Protocol):
    """Counts hits in sliding windows.

    Never more than `limit` hits are allowed within any span of `window`. A
    refused hit does not count. A limiter never fails: without its server it
    counts in the process.
    """

    def hit(self, key: str, limit: int, window: timedelta) -> Allowance:
        """Count a hit of *key*, unless there were *limit* in the *window*."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
