"""The cache port: what may be forgotten at any time."""

from datetime import timedelta
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class CacheStats:
    """How often a cache was asked in vain, and how often not."""

    hits: int
    misses: int


class Cache(Protocol):
    """Keeps bytes for a while; a fault is a miss, never an error."""

    def get(self, key: str) -> bytes | None:
        """Return what was put, unless it was dropped, outdated or lost."""
        ...

    def put(self, key: str, value: bytes, keep: timedelta) -> None:
        """Keep *value*, for at most *keep*."""
        ...

    def drop(self, key: str) -> None:
        """Forget a key."""
        ...

    def bump(self, key: str) -> int:
        """Give a key a new, higher generation and return it.

        Keys that contain an old generation die: no number comes back.
        """
        ...

    def generation(self, key: str) -> int:
        """Return the present generation; 0 if it was never bumped."""
        ...

    def stats(self) -> CacheStats:
        """Return the counters of this process."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
