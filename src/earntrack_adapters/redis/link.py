"""The link to Redis: every call is short, or does not happen.

A call waits at most a quarter of a second in all: for a connection, then
for the answer; it is never repeated. After a call that Redis did not answer,
no other is tried until the link has cooled down, so a frozen server costs
one wait per thread and cool-down.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Final, Self, TypeVar

from attrs import define, field
from redis import ConnectionPool, Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import TimeoutError as SlowError
from redis.retry import Retry

from earntrack_core.kernel.errors import InvalidError, UnavailableError


log = logging.getLogger(__name__)

T = TypeVar("T")

BOUND: Final = timedelta(milliseconds=250)
COOL_DOWN: Final = timedelta(seconds=2)


@define
class RedisLink:
    """Calls a Redis server within bounds; threads may share it."""

    client: Redis
    namespace: str = "earntrack"
    """What all keys and channels of this installation begin with."""
    cool_down: timedelta = COOL_DOWN
    seconds: Callable[[], float] = monotonic
    _closed_until: float = field(default=0.0, init=False)
    _away: bool = field(default=False, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        namespace: str = "earntrack",
        bound: timedelta = BOUND,
    ) -> Self:
        """Return a link to a URL like `redis://host:6379/0`; ask nothing.

        Raises:
            InvalidError: That is not the URL of a Redis server.
        """
        share = bound.total_seconds() / 5
        try:
            client = Redis.from_url(
                url,
                socket_connect_timeout=2 * share,
                socket_timeout=3 * share,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
                driver_info=None,
            )
        except ValueError as error:
            raise InvalidError("url", "is not a redis:// URL") from error
        return cls(client, namespace)

    def key(self, kind: str, *parts: object) -> str:
        """Return the name of something of a kind."""
        return ":".join((self.namespace, kind, *map(str, parts)))

    @property
    def pool(self) -> ConnectionPool:
        """The connections, for those who hold one for long."""
        return self.client.connection_pool

    def call(self, ask: Callable[[Redis], T]) -> T:
        """Return what Redis answers.

        Raises:
            UnavailableError: It did not answer in time, lately or now, or
                it refused.
        """
        self._admit()
        try:
            answer = ask(self.client)
        except (LostError, SlowError, OSError) as error:
            self._open()
            raise UnavailableError("Redis server", "no answer") from error
        except RedisError as error:
            self._close()
            raise UnavailableError("Redis server", "it refuses") from error
        self._close()
        return answer

    def close(self) -> None:
        """Let go of idle connections; a later call makes new ones."""
        with suppress(RedisError, OSError):
            self.pool.disconnect(inuse_connections=False)

    def _admit(self) -> None:
        """Let a call pass, unless Redis was away a moment ago.

        After the cool-down one call tries; the others still do without.
        """
        if not self._away:
            return
        with self._lock:
            now = self.seconds()
            if now < self._closed_until:
                raise UnavailableError("Redis server", "no answer lately")
            self._closed_until = now + self.cool_down.total_seconds()

    def _open(self) -> None:
        with self._lock:
            until = self.seconds() + self.cool_down.total_seconds()
            self._closed_until = until
            if not self._away:
                self._away = True
                log.warning("Redis does not answer; going on without it")

    def _close(self) -> None:
        if not self._away:
            return
        with self._lock:
            self._away = False
            log.info("Redis answers again")
