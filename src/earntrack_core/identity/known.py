"""Whom we know already: what authentication found out a moment ago."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import define, field, frozen

from earntrack_core.identity.model import Authenticated, SessionId
from earntrack_core.ports.relay import Relay


KEEP: Final = timedelta(seconds=10)
"""How long a process that the bell does not reach may be behind."""
MOST: Final = 20_000
REVOKED: Final = "revoked:"
"""Channel of the sessions that ended; the message is the session's id."""
CHANGED: Final = "identity:"
"""Channel of other changes to users and workspaces."""


@frozen
class Remembered:
    """Somebody we know, until when, and in which era we learned it."""

    who: Authenticated
    until: datetime
    era: object


@define(eq=False)
class Known:
    """Remembers for a moment who holds which token.

    Whatever ends or changes begins a new era, here and, through the relay,
    in all processes; what was learned in an older one is not believed.
    Threads may share it: every step is one that Python does in one go.
    """

    relay: Relay
    keep: timedelta = KEEP
    most: int = MOST
    _remembered: dict[str, Remembered] = field(factory=dict, init=False)
    _era: object = field(factory=object, init=False)
    _on_revoked: list[Callable[[SessionId], None]] = field(
        factory=list, init=False
    )
    _on_changed: list[Callable[[], None]] = field(factory=list, init=False)
    _stops: list[Callable[[], None]] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self._stops.append(self.relay.listen(REVOKED, self._hear_revoked))
        self._stops.append(self.relay.listen(CHANGED, self._hear_changed))

    def recall(
        self, key: str, now: datetime, find: Callable[[], Authenticated]
    ) -> Authenticated:
        """Return who holds the token with that digest, or find it out."""
        era = self._era
        found = self._remembered.get(key)
        if found is not None and found.era is era and now < found.until:
            return found.who
        who = find()
        if len(self._remembered) >= self.most:
            self._remembered.clear()
        until = min(who.expires_at, now + self.keep)
        self._remembered[key] = Remembered(who, until, era)
        return who

    def revoke(self, sessions: Iterable[SessionId]) -> None:
        """Forget sessions that ended, and tell everybody."""
        for session in sessions:
            self._end(session)
            self.relay.publish(f"{REVOKED}{session}", str(session))

    def change(self, key: UUID) -> None:
        """Forget what we knew of a user or workspace that has changed."""
        self._doubt()
        self.relay.publish(f"{CHANGED}{key}", str(key))

    def on_revoked(self, callback: Callable[[SessionId], None]) -> None:
        """Call *callback* for every session that ends in any process.

        It may be told of one more than once.
        """
        self._on_revoked.append(callback)

    def on_changed(self, callback: Callable[[], None]) -> None:
        """Call *callback* when anything else was found to be outdated."""
        self._on_changed.append(callback)

    def close(self) -> None:
        """Stop listening."""
        while self._stops:
            self._stops.pop()()

    def _begin_era(self) -> None:
        self._era = object()
        self._remembered.clear()

    def _end(self, session: SessionId) -> None:
        self._begin_era()
        for callback in tuple(self._on_revoked):
            callback(session)

    def _doubt(self) -> None:
        self._begin_era()
        for callback in tuple(self._on_changed):
            callback()

    def _hear_revoked(self, _: str, message: str) -> None:
        if message:
            self._end(SessionId(UUID(message)))
        else:
            self._doubt()

    def _hear_changed(self, _: str, __: str) -> None:
        self._doubt()
