"""A cache in Redis, which may be away, frozen, emptied or set back.

Redis holds nothing that matters, and a fault is a miss. What remains is the
danger of a *stale hit*: this process said that something changed, Redis was
away and never heard of it, and is back with the old values. Therefore:

- A `bump` or `drop` that Redis did not confirm is a *debt*. As long as this
  process owes one, it reads and writes no value in Redis; the first call that
  finds Redis answering pays all debts, which also tells the other processes.
- Until then the generation of a bumped key is a number that nobody else ever
  uses, and so is every generation that cannot be asked for.
- Generations are not counted, they are instants in microseconds, or one more
  than the last: a Redis that lost a generation gets a higher one, never one
  that lived before. If Redis answers with a lower one than this process has
  seen, it was set back, and the generation is bumped.
- If the debts become too many to keep, this process does without Redis until
  every value that is there now has expired; none is kept for more than
  `LONGEST`.

The other processes can serve an old value while this one cannot reach Redis
and they can; they do so at most until the value expires. Redis should evict
keys that expire first (`volatile-lru`): generations do not.
"""

from datetime import timedelta
from functools import partial
from threading import Lock
from time import monotonic
from typing import Final, cast

from attrs import define, field
from redis import Redis

from earntrack_adapters.redis.debts import Debt, Debts
from earntrack_adapters.redis.link import RedisLink
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import EPOCH
from earntrack_core.ports.cache import CacheStats
from earntrack_core.ports.clock import Clock


LONGEST: Final = timedelta(hours=1)
MILLISECOND: Final = timedelta(milliseconds=1)
MICROSECOND: Final = timedelta(microseconds=1)
MOST_SEEN: Final = 10_000
AT_ONCE: Final = 500
BUMP: Final = """
local old = tonumber(redis.call('GET', KEYS[1])) or 0
local new = math.max(old + 1, tonumber(ARGV[1]))
redis.call('SET', KEYS[1], string.format('%.0f', new))
return new
"""


@define
class RedisCache:
    """Keeps bytes in Redis, for at most `LONGEST`; threads may share it."""

    link: RedisLink
    now: Clock
    debts: Debts = field(
        factory=lambda: Debts(LONGEST + timedelta(minutes=1), monotonic)
    )
    _seen: dict[str, int] = field(factory=dict, init=False)
    _latest: int = field(default=0, init=False)
    _hits: int = field(default=0, init=False)
    _misses: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _paying: Lock = field(factory=Lock, init=False)

    def get(self, key: str) -> bytes | None:
        """Return what is kept, if Redis can be asked and trusted."""
        value = None
        try:
            self._settle()
            name = self._value(key)
            value = cast("bytes | None", self.link.call(lambda r: r.get(name)))
        except UnavailableError:
            pass  # a fault is a miss
        with self._lock:
            self._hits += value is not None
            self._misses += value is None
        return value

    def put(self, key: str, value: bytes, keep: timedelta) -> None:
        """Keep *value*, if Redis can be reached."""
        name, span = self._value(key), min(keep, LONGEST)
        if span < MILLISECOND:
            self.drop(key)
            return
        try:
            self._settle()
            self.link.call(lambda r: r.set(name, value, px=span))
        except UnavailableError:
            return  # what is not kept is a miss

    def drop(self, key: str) -> None:
        """Forget a key, now or before the next value is read."""
        name = self._value(key)
        try:
            self.link.call(lambda r: r.unlink(name))
        except UnavailableError:
            self.debts.owe(Debt("drop", key), self._unheard())

    def bump(self, key: str) -> int:
        """Give a key a new generation, here at once."""
        number = self._unheard()
        try:
            number = self._bump(key, number)
        except UnavailableError:
            self.debts.owe(Debt("bump", key), number)
        return self._remember(key, number)

    def generation(self, key: str) -> int:
        """Return the present generation, or a number that is nobody's."""
        try:
            self._settle()
            name = self._generation(key)
            number = int(
                cast("bytes", self.link.call(lambda r: r.get(name)) or b"0")
            )
            if number < self._seen.get(key, 0):
                number = self._bump(key, self._unheard())
        except UnavailableError:
            return self.debts.number(Debt("bump", key)) or self._unheard()
        return self._remember(key, number)

    def stats(self) -> CacheStats:
        """Return how often it knew, and how often not."""
        with self._lock:
            return CacheStats(hits=self._hits, misses=self._misses)

    def close(self) -> None:
        """Let go of connections."""
        self.link.close()

    def _value(self, key: str) -> str:
        return self.link.key("value", key)

    def _generation(self, key: str) -> str:
        return self.link.key("generation", key)

    def _bump(self, key: str, number: int) -> int:
        name = self._generation(key)
        return int(
            cast(
                "int", self.link.call(lambda r: r.eval(BUMP, 1, name, number))
            )
        )

    def _settle(self) -> None:
        """Pay what this process owes.

        Raises:
            UnavailableError: It owes something still.
        """
        if not self.debts:
            return
        if self._paying.acquire(blocking=False):
            try:
                some = self.debts.some(AT_ONCE)
                self.link.call(partial(self._pay, some))
                self.debts.paid(some)
            finally:
                self._paying.release()
        if self.debts:
            raise UnavailableError("Redis server", "it is not up to date")

    def _pay(self, some: dict[Debt, int], redis: Redis) -> None:
        with redis.pipeline(transaction=False) as pipeline:
            for debt, number in some.items():
                if debt.kind == "drop":
                    pipeline.unlink(self._value(debt.key))
                else:
                    name = self._generation(debt.key)
                    pipeline.eval(BUMP, 1, name, number)
            pipeline.execute()

    def _unheard(self) -> int:
        """Return a number higher than all that were told here before."""
        with self._lock:
            at = (self.now() - EPOCH) // MICROSECOND
            self._latest = max(self._latest + 1, at)
            return self._latest

    def _remember(self, key: str, number: int) -> int:
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        self._seen[key] = max(number, self._seen.get(key, 0))
        return number
