"""The relay port: the bell between processes.

A message says that something happened; it may be lost, so whoever listens
reads what happened from numbered events in the storage.
"""

from collections.abc import Callable
from typing import Final, Protocol


Listener = Callable[[str, str], None]
"""Called with a channel and a message, in a thread of the relay's choice."""

MISSED: Final = ""
"""The message that says that others may have been lost: read again."""


class Relay(Protocol):
    """Tells all processes, this one included."""

    def publish(self, channel: str, message: str) -> None:
        """Tell whoever listens; a fault is silence, never an error."""
        ...

    def listen(
        self, channel_prefix: str, callback: Listener
    ) -> Callable[[], None]:
        """Call *callback* for every message of these channels; return a stop.

        After a break, and when other processes can be heard for the first
        time, it is called with *channel_prefix* and `MISSED`.
        """
        ...

    def close(self) -> None:
        """Fall silent, and let go of connections."""
        ...
