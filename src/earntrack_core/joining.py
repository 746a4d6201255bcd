"""Units of work that several use cases share."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from attrs import define, field

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.ports.storage import UnitOfWork, Units


U = TypeVar("U", bound=UnitOfWork)


@define(eq=False)
class JoinedUnits(Generic[U]):
    """Opens units; inside an open one of the workspace, joins that.

    What is joined is stored when the outermost unit is left, or not at all.
    """

    units: Units[U]
    _open: ContextVar[tuple[WorkspaceId, U] | None] = field(
        factory=lambda: ContextVar("unit", default=None), init=False
    )

    @contextmanager
    def begin(self, actor: Actor, /) -> Iterator[U]:
        """Open a unit that writes, or join the one that is open."""
        joined = self._joined(actor)
        if joined is not None:
            yield joined
            return
        with self.units.begin(actor) as unit:
            token = self._open.set((actor.workspace_id, unit))
            try:
                yield unit
            finally:
                self._open.reset(token)

    @contextmanager
    def view(self, actor: Actor, /) -> Iterator[U]:
        """Open a unit that only reads, or join the one that is open."""
        joined = self._joined(actor)
        if joined is not None:
            yield joined
            return
        with self.units.view(actor) as unit:
            yield unit

    def _joined(self, actor: Actor) -> U | None:
        held = self._open.get()
        if held is None or held[0] != actor.workspace_id:
            return None
        return held[1]
