"""A rate limiter for all processes, in Redis.

A window is cut into parts, and the hits of each part are counted in one
hash. A part counts as a whole until its last moment has left the window: so
the limit is never exceeded, and a hit weighs for at most a part longer than
the window. The time is Redis's own.
"""

from datetime import timedelta
from typing import Final, cast

from attrs import frozen

from earntrack_adapters.redis.link import RedisLink
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.limits import Allowance, RateLimiter


PARTS: Final = 12
MILLISECOND: Final = timedelta(milliseconds=1)
HIT: Final = """
local limit, part = tonumber(ARGV[1]), tonumber(ARGV[2])
local parts = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local slot = math.floor(now / part)
local used, oldest = 0, slot
local counts = redis.call('HGETALL', KEYS[1])
for i = 1, #counts, 2 do
    local one = tonumber(counts[i])
    if one < slot - parts then
        redis.call('HDEL', KEYS[1], counts[i])
    else
        used = used + counts[i + 1]
        oldest = math.min(oldest, one)
    end
end
local allowed = 0
if used < limit then
    allowed = 1
    redis.call('HINCRBY', KEYS[1], string.format('%.0f', slot), 1)
    redis.call('PEXPIRE', KEYS[1], (parts + 1) * part)
end
return {allowed, used + allowed, (oldest + 1 + parts) * part - now}
"""


@frozen
class RedisLimiter:
    """Counts hits in Redis, or in the process while Redis is away."""

    link: RedisLink
    fallback: RateLimiter
    now: Clock

    def hit(self, key: str, limit: int, window: timedelta) -> Allowance:
        """Count a hit, unless the window is full."""
        name = self.link.key("limit", window // MILLISECOND, key)
        part = max(1, -(-window // MILLISECOND // PARTS))
        try:
            answer = self.link.call(
                lambda r: r.eval(HIT, 1, name, limit, part, PARTS)
            )
        except UnavailableError:
            return self.fallback.hit(key, limit, window)
        allowed, used, left = cast("list[int]", answer)
        return Allowance(
            allowed=bool(allowed),
            remaining=max(0, limit - used),
            resets_at=self.now() + left * MILLISECOND,
        )

    def close(self) -> None:
        """Let go of connections."""
        self.link.close()
        self.fallback.close()
