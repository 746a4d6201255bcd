"""Worker threads: where use cases run while the event loop listens."""

import asyncio
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

import structlog
from attrs import define, field, frozen

from earntrack_server.http.problems import BusyError


T = TypeVar("T")

log = structlog.get_logger(__name__)


@frozen(eq=False)
class Work:
    """Something to do, in the context of who asks, and where to tell."""

    context: Context
    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    future: "asyncio.Future[Any]"
    loop: AbstractEventLoop


Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


@define(eq=False)
class Outcomes:
    """Hands what threads have done back to an event loop.

    What is done while the loop is still on its way to look needs no wake-up
    of its own.
    """

    _done: deque[Outcome] = field(factory=deque, init=False)
    _called: bool = field(default=False, init=False)

    def put(self, loop: AbstractEventLoop, outcome: Outcome) -> None:
        """Hand over an outcome; to be called on a thread."""
        self._done.append(outcome)
        if not self._called:
            self._called = True
            with suppress(RuntimeError):  # nobody waits on a closed loop
                loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._called = False
        while self._done:
            _settle(*self._done.popleft())


def _settle(
    future: "asyncio.Future[Any]", result: Any, error: BaseException | None
) -> None:
    if future.done():
        if error is not None:
            log.warning("failed_unheard", exc_info=error)
    elif error is None:
        future.set_result(result)
    elif isinstance(error, StopIteration):  # a future cannot carry it
        future.set_exception(RuntimeError("a use case ran out of items"))
    else:
        future.set_exception(error)


@define(eq=False)
class Workers:
    """A bounded number of threads, with a bounded queue in front of them.

    There are as many threads as database connections, so that all waiting
    happens in this queue. All askers are on one event loop.
    """

    threads: int
    queue: int
    """How many may wait; whoever comes then is sent away."""
    _busy: int = field(default=0, init=False)
    _closed: bool = field(default=False, init=False)
    _lock: Lock = field(factory=Lock, init=False)
    _work: "SimpleQueue[Work | None]" = field(factory=SimpleQueue, init=False)
    _outcomes: Outcomes = field(factory=Outcomes, init=False)
    _running: list[Thread] = field(factory=list, init=False)

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
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._enter(Work(copy_context(), work, arguments, future, loop))
        return await future

    def close(self) -> None:
        """Finish what has begun, forget what waits."""
        with self._lock:
            self._closed = True
            for _ in self._running:
                self._work.put(None)  # tells a thread to go home
        for thread in self._running:
            thread.join()

    def _enter(self, work: Work) -> None:
        with self._lock:
            if self._closed:
                raise _closing()
            if self._busy >= self.threads + self.queue:
                raise BusyError("server", "too many requests are waiting")
            self._busy += 1
            if len(self._running) < min(self._busy, self.threads):
                self._start()
            self._work.put(work)

    def _start(self) -> None:
        name = f"worker-{len(self._running) + 1}"
        thread = Thread(target=self._serve, name=name, daemon=True)
        self._running.append(thread)
        thread.start()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            if not work.future.cancelled():
                outcome = self._do(work)
                self._outcomes.put(work.loop, (work.future, *outcome))
            with self._lock:
                self._busy -= 1

    def _do(self, work: Work) -> tuple[Any, BaseException | None]:
        if self._closed:
            return None, _closing()
        try:
            return work.context.run(work.call, *work.arguments), None
        except BaseException as error:  # noqa: BLE001 -- it belongs to who asks
            return None, error


def _closing() -> BusyError:
    return BusyError("server", "it is shutting down")
