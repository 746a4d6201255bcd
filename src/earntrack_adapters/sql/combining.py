"""Sharing commits: one thread stores what all that wait have asked for.

A commit costs the same for one unit as for twenty. The first thread that
wants to store something does so at once; those that come meanwhile queue up,
and one of them stores for all of them in the next transaction. Nobody waits
for company, and each unit gets its own answer.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from attrs import Factory, define, field

from earntrack_adapters.sql.commands import Command, Result
from earntrack_core.kernel.ids import WorkspaceId


def _taken() -> Any:
    lock = Lock()
    lock.acquire()
    return lock


@define(eq=False)
class Batch:
    """A unit that waits to be stored, and then its results or its error."""

    workspace: WorkspaceId | None
    commands: Sequence[Command]
    last: Sequence[Command]
    results: list[Result] = Factory(list)
    error: BaseException | None = None
    done: bool = False
    turn: Any = field(factory=_taken)


@define(eq=False)
class Combiner:
    """Gathers batches of many threads, and stores them together."""

    store: Callable[[Sequence[Batch]], None]
    """Sets the results or the error of each."""
    most: int = 32
    _guard: Any = Factory(Lock)
    waiting: deque[Batch] = Factory(deque)
    _busy: bool = False

    def submit(self, batch: Batch) -> list[Result]:
        """Store a batch, perhaps with others, and return its results."""
        with self._guard:
            self.waiting.append(batch)
            leads = not self._busy
            self._busy = True
        if not leads:
            batch.turn.acquire()
        if not batch.done:
            self._lead()
        if batch.error is not None:
            raise batch.error
        return batch.results

    def _lead(self) -> None:
        with self._guard:
            count = min(len(self.waiting), self.most)
            batches = [self.waiting.popleft() for _ in range(count)]
        try:
            self.store(batches)
        except BaseException as error:
            for batch in batches:
                batch.error = batch.error or error
            raise
        finally:
            self._hand_over(batches)

    def _hand_over(self, batches: Sequence[Batch]) -> None:
        with self._guard:
            following = self.waiting[0] if self.waiting else None
            self._busy = following is not None
        for batch in batches:
            batch.done = True
            batch.turn.release()
        if following is not None:
            following.turn.release()
