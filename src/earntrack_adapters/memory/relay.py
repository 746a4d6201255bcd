"""A relay within the process."""

import logging
from collections.abc import Callable
from threading import Lock

from attrs import define, field

from earntrack_core.ports.relay import Listener


log = logging.getLogger(__name__)


@define
class MemoryRelay:
    """Calls the listeners in the thread of who publishes."""

    _listeners: dict[object, tuple[str, Listener]] = field(
        factory=dict, init=False
    )
    _lock: Lock = field(factory=Lock, init=False)

    def publish(self, channel: str, message: str) -> None:
        """Tell whoever listens; a failing one never stops the others."""
        with self._lock:
            listeners = tuple(self._listeners.values())
        for prefix, callback in listeners:
            if channel.startswith(prefix):
                _tell(callback, channel, message)

    def listen(
        self, channel_prefix: str, callback: Listener
    ) -> Callable[[], None]:
        """Call *callback* for every message of these channels."""
        ticket = object()
        with self._lock:
            self._listeners[ticket] = (channel_prefix, callback)

        def stop() -> None:
            with self._lock:
                self._listeners.pop(ticket, None)

        return stop

    def close(self) -> None:
        """Fall silent."""
        with self._lock:
            self._listeners.clear()


def _tell(callback: Listener, channel: str, message: str) -> None:
    try:
        callback(channel, message)
    except Exception:
        # A listener may be anybody's code; the next one must still hear.
        log.exception("%s failed on channel %s", callback, channel)
