"""How a request is known to be somebody's."""

from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from earntrack_core.identity import rules
from earntrack_core.identity.homes import seat_of
from earntrack_core.identity.means import Means
from earntrack_core.identity.model import (
    Authenticated,
    Session,
    SessionId,
    SessionKind,
)
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.rules import digest
from earntrack_core.kernel.errors import StaleError, UnauthenticatedError


ENDED: Final = "The session has ended; sign in again."


@frozen
class Authentication:
    """Finds out whose tokens and cookies are; remembers it for a moment."""

    means: Means

    def recognise(self, secret: str) -> Authenticated:
        """Return who holds an access token or a cookie.

        Raises:
            UnauthenticatedError: It is not valid, or the session has ended.
        """
        if "." in secret:
            return self.by_token(secret)
        return self.by_cookie(secret)

    def by_token(self, token: str) -> Authenticated:
        """Return who holds an access token.

        Raises:
            UnauthenticatedError: It is not valid, or the session has ended.
        """
        key = digest(token)
        return self.means.known.recall(
            key, self.means.now(), lambda: self._read_token(token)
        )

    def by_cookie(self, cookie: str) -> Authenticated:
        """Return whose browser has a cookie; it lengthens the session.

        Raises:
            UnauthenticatedError: It is not valid, or the session has ended.
        """
        key = digest(cookie)
        return self.means.known.recall(
            key, self.means.now(), lambda: self._read_cookie(key)
        )

    def _read_token(self, token: str) -> Authenticated:
        claims = self.means.signer.read(token)
        now = self.means.now()
        with self.means.directory.view() as unit:
            session = unit.session(SessionId(claims.session_id))
            who = _who(unit, session, SessionKind.API, now)
        until = min(claims.expires_at, who.expires_at)
        return evolve(who, expires_at=until)

    def _read_cookie(self, key: str) -> Authenticated:
        now = self.means.now()
        with self.means.directory.view() as unit:
            session = unit.session_by_digest(key)
            who = _who(unit, session, SessionKind.BROWSER, now)
        if session is not None and not rules.is_fresh(session, now):
            who = evolve(who, expires_at=self._touch(key, now))
        return who

    def _touch(self, key: str, now: datetime) -> datetime:
        """Note that a session is used; return until when it lasts."""
        try:
            with self.means.directory.open() as unit:
                unit.lock(key)
                session = unit.session_by_digest(key)
                session = rules.used(_live(session, now), now)
                unit.replace_session(session)
        except StaleError as error:
            raise UnauthenticatedError(ENDED) from error
        return session.expires_at


def _who(
    unit: DirectoryUnit,
    session: Session | None,
    kind: SessionKind,
    now: datetime,
) -> Authenticated:
    live = _live(session, now)
    seat = seat_of(unit, live)
    if live.kind is not kind or seat is None:
        raise UnauthenticatedError(ENDED)
    return Authenticated(
        actor=seat,
        session_id=live.id,
        kind=kind,
        expires_at=live.expires_at,
    )


def _live(session: Session | None, now: datetime) -> Session:
    if session is None or not session.is_live(now):
        raise UnauthenticatedError(ENDED)
    return session
