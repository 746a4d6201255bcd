"""A relay between processes, over Redis publish and subscribe.

The listeners of this process are told directly, whether Redis is there or
not; Redis carries a message to the others. One thread hears them all. It
asks for a sign of life when it is quiet, connects again after a break, and
then tells the listeners that they may have missed something.
"""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import chain, repeat
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import Any, Final

from attrs import define, field
from redis.client import PubSub
from redis.exceptions import ConnectionError as LostError

from earntrack_adapters.redis.link import RedisLink
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.ports.relay import MISSED, Listener, Relay


log = logging.getLogger(__name__)

TURN: Final = timedelta(milliseconds=250)
"""How long the thread listens before it looks up."""
QUIET: Final = timedelta(seconds=2)
"""After how much silence it asks for a sign of life."""
PAUSES: Final = (0.1, 0.5, 1.0, 2.0)
"""How many seconds it waits before it connects again; the last for ever."""
SPECIAL: Final = re.compile(r"([\\*?\[\]])")


@define
class RedisRelay:
    """Tells the listeners of all processes."""

    link: RedisLink
    own: Relay
    """Tells the listeners of this process."""
    quiet: timedelta = QUIET
    """After twice as much silence the connection counts as broken."""
    _name: str = field(factory=lambda: secrets.token_hex(8), init=False)
    _listeners: dict[object, tuple[str, Listener]] = field(
        factory=dict, init=False
    )
    _lock: Lock = field(factory=Lock, init=False)
    _closed: Event = field(factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)

    def publish(self, channel: str, message: str) -> None:
        """Tell this process, then the others."""
        self.own.publish(channel, message)
        name = self.link.key("relay", channel)
        try:
            self.link.call(lambda r: r.publish(name, self._name + message))
        except UnavailableError:
            return  # the bell is lost; what happened is in the storage

    def listen(
        self, channel_prefix: str, callback: Listener
    ) -> Callable[[], None]:
        """Call *callback* for every message of these channels."""
        hush = self.own.listen(channel_prefix, callback)
        ticket = object()
        with self._lock:
            self._listeners[ticket] = (channel_prefix, callback)
            if self._thread is None and not self._closed.is_set():
                self._thread = Thread(
                    target=self._run, name="earntrack-relay", daemon=True
                )
                self._thread.start()

        def stop() -> None:
            hush()
            with self._lock:
                self._listeners.pop(ticket, None)

        return stop

    def close(self) -> None:
        """Fall silent, and end the thread."""
        self._closed.set()
        self.own.close()
        with self._lock:
            self._listeners.clear()
            thread, self._thread = self._thread, None
        if thread is not None and thread is not current_thread():
            thread.join()
        self.link.close()

    def _run(self) -> None:
        """Hear the others until the relay is closed."""
        pauses = _pauses()
        while not self._closed.is_set():
            try:
                with closing(PubSub(self.link.pool)) as channels:
                    channels.psubscribe(self._pattern())
                    for message in self._heard(channels):
                        if message["type"] == "psubscribe":
                            pauses = _pauses()
                        self._take(message)
            except Exception as error:  # noqa: BLE001 -- see below
                # The thread must outlive whatever becomes of a connection:
                # redis-py raises a ValueError if another thread closes it.
                log.info("The relay has lost Redis: %r", error)
            self._closed.wait(next(pauses))

    def _pattern(self) -> str:
        return SPECIAL.sub(r"\\\1", self.link.key("relay", "")) + "*"

    def _heard(self, channels: PubSub) -> Iterator[dict[str, Any]]:
        """Yield what Redis says until the relay is closed.

        Raises:
            LostError: The connection is broken, or silent for too long.
        """
        last, patience = monotonic(), self.quiet.total_seconds()
        while not self._closed.is_set():
            message = channels.get_message(timeout=TURN.total_seconds())
            quiet = monotonic() - last
            if message is not None:
                last = monotonic()
                yield message
            elif quiet > 2 * patience:
                raise LostError("no sign of life")
            elif quiet > patience:
                channels.ping()

    def _take(self, message: dict[str, Any]) -> None:
        """Pass on what another process said, or that it was not heard."""
        if message["type"] == "psubscribe":
            with self._lock:
                listeners = tuple(self._listeners.values())
            for prefix, callback in listeners:
                _tell_missed(callback, prefix)
        elif message["type"] == "pmessage":
            text = message["data"].decode(errors="replace")
            channel = message["channel"].decode(errors="replace")
            name, rest = text[: len(self._name)], text[len(self._name) :]
            if name != self._name:
                start = len(self.link.key("relay", ""))
                self.own.publish(channel[start:], rest)


def _pauses() -> Iterator[float]:
    return chain(PAUSES, repeat(PAUSES[-1]))


def _tell_missed(callback: Listener, prefix: str) -> None:
    try:
        callback(prefix, MISSED)
    except Exception:
        # A listener may be anybody's code; the next one must still hear.
        log.exception("%s failed on channel %s", callback, prefix)
