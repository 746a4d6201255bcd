"""Facts: what happened, told after it is safely stored."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from attrs import Factory, define, frozen

from earntrack_core.kernel.ids import WorkspaceId


log = logging.getLogger(__name__)


@frozen(kw_only=True)
class Event:
    """Something that happened in a workspace; `topic` is its wire name."""

    topic: ClassVar[str]

    workspace_id: WorkspaceId


V = TypeVar("V", bound=Event)
Handlers = defaultdict[type[Event], list[Callable[[Event], None]]]


@define
class EventBus:
    """Tells each event to everybody who asked for its kind."""

    _handlers: Handlers = Factory(lambda: defaultdict(list))

    def on(self, kind: type[V], handler: Callable[[V], None]) -> None:
        """Call *handler* for every *kind* of event, and its subclasses."""
        self._handlers[kind].append(handler)  # type: ignore[arg-type]  # -- the key says which kind the handler takes

    def publish(self, events: Iterable[Event]) -> None:
        """Tell *events*; a failing handler never stops the others."""
        for event in events:
            for kind in type(event).__mro__:
                for handler in tuple(self._handlers.get(kind, ())):
                    self._tell(handler, event)

    def _tell(self, handler: Callable[[Event], None], event: Event) -> None:
        try:
            handler(event)
        except Exception:  # the fact is stored; nobody may undo it by failing
            log.exception("%s failed on %s", handler, type(event).__name__)
