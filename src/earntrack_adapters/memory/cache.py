"""A cache in the process: bounded, the least used goes first."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

from attrs import define, field

from earntrack_core.ports.cache import CacheStats


class Kept(NamedTuple):
    """A value, until when it is good, and the room that it takes."""

    value: bytes
    until: float
    size: int


MEBIBYTE: Final = 1024 * 1024
OVERHEAD: Final = 200
"""About what the entry itself takes, in bytes."""
NOTHING: Final = timedelta(0)


@define
class MemoryCache:
    """Keeps bytes in the process; threads may share it.

    Generations are drawn from one counter for all keys, so no number ever
    comes back, even if generations are forgotten to bound the memory.
    """

    most_bytes: int = 64 * MEBIBYTE
    most_generations: int = 100_000
    seconds: Callable[[], float] = monotonic
    _kept: OrderedDict[str, Kept] = field(factory=OrderedDict, init=False)
    _size: int = field(default=0, init=False)
    _generations: dict[str, int] = field(factory=dict, init=False)
    _latest: int = field(default=0, init=False)
    _unknown: int = field(default=0, init=False)
    _hits: int = field(default=0, init=False)
    _misses: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def get(self, key: str) -> bytes | None:
        """Return what is kept, unless its time is over."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.until <= self.seconds():
                self._forget(key)
                kept = None
            if kept is None:
                self._misses += 1
                return None
            self._hits += 1
            self._kept.move_to_end(key)
            return kept.value

    def put(self, key: str, value: bytes, keep: timedelta) -> None:
        """Keep *value*, if there is room for it at all."""
        size = len(key) + len(value) + OVERHEAD
        with self._lock:
            self._forget(key)
            if keep <= NOTHING or size > self.most_bytes:
                return
            until = self.seconds() + keep.total_seconds()
            self._kept[key] = Kept(value, until, size)
            self._size += size
            while self._size > self.most_bytes:
                self._forget(next(iter(self._kept)))

    def drop(self, key: str) -> None:
        """Forget a key."""
        with self._lock:
            self._forget(key)

    def bump(self, key: str) -> int:
        """Give a key a new generation."""
        with self._lock:
            self._latest += 1
            if len(self._generations) >= self.most_generations:
                self._generations.clear()
                self._unknown = self._latest
                self._latest += 1
            self._generations[key] = self._latest
            return self._latest

    def generation(self, key: str) -> int:
        """Return the present generation."""
        with self._lock:
            return self._generations.get(key, self._unknown)

    def stats(self) -> CacheStats:
        """Return how often it knew, and how often not."""
        with self._lock:
            return CacheStats(hits=self._hits, misses=self._misses)

    def close(self) -> None:
        """Forget all values."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _forget(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= kept.size
