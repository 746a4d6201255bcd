"""Worker threads: where use cases run while the event loop listens."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from typing import Any, TypeVar

from attrs import Factory, define, field

from earntrack_server.http.problems import BusyError


T = TypeVar("T")


@define(eq=False)
class Workers:
    """A bounded number of threads, with a bounded queue in front of them.

    There are as many threads as database connections, so that all waiting
    happens in this queue.
    """

    threads: int
    queue: int
    """How many may wait; whoever comes then is sent away."""
    _busy: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _pool: ThreadPoolExecutor = field(
        default=Factory(
            lambda self: ThreadPoolExecutor(self.threads, "worker"), True
        ),
        init=False,
    )

    @property
    def waiting(self) -> int:
        """How many wait for a thread."""
        return max(0, self._busy - self.threads)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do some work on a thread, in the context of who asks.

        If the asker is cancelled, work that waits is never begun; work that
        has begun comes to its end, so that it is done wholly or not at all.

        Raises:
            BusyError: Too many are waiting.
        """
        self._enter()
        try:
            future = self._pool.submit(copy_context().run, work, *arguments)
        except RuntimeError as error:
            self._leave(None)
            raise BusyError("server", "it is shutting down") from error
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish what has begun, forget what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _enter(self) -> None:
        with self._lock:
            if self._busy >= self.threads + self.queue:
                raise BusyError("server", "too many requests are waiting")
            self._busy += 1

    def _leave(self, _: "Future[Any] | None") -> None:
        with self._lock:
            self._busy -= 1
