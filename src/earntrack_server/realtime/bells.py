"""Bells: how processes wake each other, over the relay port."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.ports.relay import MISSED, Listener, Relay
from earntrack_server.realtime.hub import Hub


EVENTS: Final = "events:"
PRESENCE: Final = "presence:"
RUNG: Final = "!"


def ring(relay: Relay, workspace: WorkspaceId) -> None:
    """Tell all processes that events were stored in a workspace."""
    relay.publish(f"{EVENTS}{workspace}", RUNG)


def announce(relay: Relay, workspace: WorkspaceId) -> None:
    """Tell all processes that somebody came to a workspace, or left."""
    relay.publish(f"{PRESENCE}{workspace}", RUNG)


def listen(relay: Relay, hub: Hub) -> Callable[[], None]:
    """Let the bells of all processes wake a hub; return what stops that."""

    def heard(prefix: str, wake: Callable[[WorkspaceId], None]) -> Listener:
        def callback(channel: str, message: str) -> None:
            if message == MISSED:
                hub.ring_all()
            else:
                wake(WorkspaceId(UUID(channel.removeprefix(prefix))))

        return callback

    stops = (
        relay.listen(EVENTS, heard(EVENTS, hub.ring)),
        relay.listen(PRESENCE, heard(PRESENCE, hub.greet)),
    )

    def stop() -> None:
        for one in stops:
            one()

    return stop
