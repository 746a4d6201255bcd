"""Units of work that several use cases share."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from attrs import define, field

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import WrongStateError
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.ports.storage import UnitOfWork, Units


U = TypeVar("U", bound=UnitOfWork)


@define(eq=False)
class Held(Generic[U]):
    """A unit that is open, and whether something inside it failed."""

    workspace_id: WorkspaceId
    unit: U
    live: bool = True
    failed: bool = False


@define(eq=False)
class JoinedUnits(Generic[U]):
    """Opens units; inside an open one of the workspace, joins that.

    What is joined is stored when the outermost unit is left, or not at all:
    if something that was to write failed inside, nothing is stored, even if
    whoever is outside caught the failure.
    """

    units: Units[U]
    _open: ContextVar[Held[U] | None] = field(
        factory=lambda: ContextVar("unit", default=None), init=False
    )

    @contextmanager
    def begin(self, actor: Actor, /) -> Iterator[U]:
        """Open a unit that writes, or join the one that is open.

        Raises:
            WrongStateError: Something inside failed; nothing is stored.
        """
        held = self._held(actor)
        if held is None:
            with self._opened(actor) as unit:
                yield unit
            return
        try:
            yield held.unit
        except BaseException:
            held.failed = True
            raise

    @contextmanager
    def view(self, actor: Actor, /) -> Iterator[U]:
        """Open a unit that only reads, or join the one that is open."""
        held = self._held(actor)
        if held is not None:
            yield held.unit
            return
        with self.units.view(actor) as unit:
            yield unit

    @contextmanager
    def _opened(self, actor: Actor) -> Iterator[U]:
        with self.units.begin(actor) as unit:
            held = Held(actor.workspace_id, unit)
            token = self._open.set(held)
            try:
                yield unit
            finally:
                held.live = False
                self._open.reset(token)
            if held.failed:
                raise WrongStateError(
                    "Something inside failed, so nothing is stored."
                )

    def _held(self, actor: Actor) -> Held[U] | None:
        held = self._open.get()
        if held is None or not held.live:
            return None
        return held if held.workspace_id == actor.workspace_id else None
