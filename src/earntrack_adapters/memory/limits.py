"""A rate limiter in the process.

A window is cut into parts, and the hits of each part are counted. A part
counts as a whole until its last moment has left the window: so the limit is
never exceeded, and a hit weighs for at most a part longer than the window.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Final

from attrs import define, field

from earntrack_adapters.memory.clock import system_clock
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.limits import Allowance


PARTS: Final = 12
Counts = dict[int, int]


@define
class MemoryLimiter:
    """Counts hits in the process; the least used keys are forgotten."""

    now: Clock = system_clock
    seconds: Callable[[], float] = monotonic
    most_keys: int = 50_000
    _counts: OrderedDict[tuple[str, float], Counts] = field(
        factory=OrderedDict, init=False
    )
    _lock: Lock = field(factory=Lock, init=False)

    def hit(self, key: str, limit: int, window: timedelta) -> Allowance:
        """Count a hit, unless the window is full."""
        part = window.total_seconds() / PARTS
        seconds = self.seconds()
        slot = int(seconds // part)
        with self._lock:
            counts = self._recent((key, part), slot)
            used = sum(counts.values())
            allowed = used < limit
            if allowed:
                counts[slot] = counts.get(slot, 0) + 1
            oldest = min(counts, default=slot)
        left = (oldest + 1 + PARTS) * part - seconds
        return Allowance(
            allowed=allowed,
            remaining=max(0, limit - used - allowed),
            resets_at=self.now() + timedelta(seconds=left),
        )

    def close(self) -> None:
        """Forget all hits."""
        with self._lock:
            self._counts.clear()

    def _recent(self, key: tuple[str, float], slot: int) -> Counts:
        """Return the counts that still weigh; the longest unused key goes."""
        counts = self._counts.setdefault(key, {})
        self._counts.move_to_end(key)
        for old in [one for one in counts if one < slot - PARTS]:
            del counts[old]
        if len(self._counts) > self.most_keys:
            self._counts.popitem(last=False)
        return counts
