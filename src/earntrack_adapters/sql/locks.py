"""A lock that is fair: whoever waits longest is next."""

from collections import deque
from threading import Lock, get_ident
from typing import Any

from attrs import Factory, define


@define(eq=False)
class FairLock:
    """Lets one thread in at a time, in the order of their asking.

    A plain lock lets anybody pass who asks at the right moment, so under
    load one may wait for ever.
    """

    _guard: Any = Factory(Lock)
    _holder: int | None = None
    _waiting: deque[Any] = Factory(deque)

    def acquire(self, patience: float) -> bool:
        """Wait for the lock; say whether it is held now.

        Raises:
            RuntimeError: This very thread holds it, and would wait for ever.
        """
        me = get_ident()
        with self._guard:
            if self._holder is None:
                self._holder = me
                return True
            if self._holder == me:
                raise RuntimeError(
                    "this thread has a unit that writes open already"
                )
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        return self._wait(turn, me, patience)

    def release(self) -> None:
        """Let the next one in."""
        with self._guard:
            if self._waiting:
                self._holder = 0
                self._waiting.popleft().release()
            else:
                self._holder = None

    def _wait(self, turn: Any, me: int, patience: float) -> bool:
        came = turn.acquire(timeout=patience)
        with self._guard:
            if not came and turn in self._waiting:
                self._waiting.remove(turn)
                return False
            self._holder = me
            return True
