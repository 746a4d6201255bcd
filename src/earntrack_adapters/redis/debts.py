"""What a process has to tell Redis as soon as it answers again."""

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from threading import Lock
from typing import Final, Literal, NamedTuple

from attrs import define, field


class Debt(NamedTuple):
    """Something that Redis did not confirm."""

    kind: Literal["bump", "drop"]
    key: str


MOST: Final = 10_000


@define
class Debts:
    """The debts of a process, each with the number that makes it unique.

    If there are more than *most*, they are forgotten one and all, and stay
    owed for *forgive*, after which nothing can be wrong any more.
    """

    forgive: timedelta
    seconds: Callable[[], float]
    most: int = MOST
    _owed: dict[Debt, int] = field(factory=dict, init=False)
    _flooded_until: float = field(default=0.0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def __bool__(self) -> bool:
        return bool(self._owed) or self.seconds() < self._flooded_until

    def owe(self, debt: Debt, number: int) -> None:
        """Note a debt; it replaces the same one of before."""
        with self._lock:
            now = self.seconds()
            if len(self._owed) >= self.most or now < self._flooded_until:
                self._owed.clear()
                self._flooded_until = now + self.forgive.total_seconds()
            else:
                self._owed[debt] = number

    def number(self, debt: Debt) -> int | None:
        """Return the number of a debt, if it is owed."""
        return self._owed.get(debt)

    def some(self, most: int) -> dict[Debt, int]:
        """Return some debts to pay."""
        with self._lock:
            return dict(islice(self._owed.items(), most))

    def paid(self, some: dict[Debt, int]) -> None:
        """Cross out what was paid, but not what was owed anew since."""
        with self._lock:
            for debt, number in some.items():
                if self._owed.get(debt) == number:
                    del self._owed[debt]
