"""How people sign in, stay signed in, and sign out."""

from datetime import datetime
from typing import Final

from attrs import frozen

from earntrack_core.identity import rules
from earntrack_core.identity.events import SignedIn
from earntrack_core.identity.homes import home_of, seat_of
from earntrack_core.identity.mail import NEW_SIGN_IN, Letter
from earntrack_core.identity.means import Means
from earntrack_core.identity.model import (
    BrowserPass,
    Client,
    Credentials,
    Session,
    SessionId,
    SessionInfo,
    SessionKind,
    TokenPair,
    User,
)
from earntrack_core.identity.opening import (
    Opened,
    begin,
    pass_of,
    revoke,
)
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.proving import prove
from earntrack_core.identity.rules import digest
from earntrack_core.identity.tickets import notice
from earntrack_core.identity.tokens import (
    RefreshToken,
    read_refresh_token,
    refresh_token,
)
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    NotFoundError,
    StaleError,
    UnauthenticatedError,
)
from earntrack_core.ports.auth import ACCESS, Claims


NOT_VALID: Final = "The refresh token is not valid, or no longer."


@frozen
class SessionService:
    """How people sign in, stay signed in, and sign out."""

    means: Means

    def sign_in(self, said: Credentials, client: Client) -> TokenPair:
        """Begin a session of an API client.

        Raises:
            UnauthenticatedError: The address or the password is wrong.
            LockedOutError: One of them was wrong too often.
            ForbiddenError: The address has not been confirmed.
        """
        opened = self._sign_in(said, client, SessionKind.API)
        return self._pair(opened.session, opened.secret)

    def sign_in_browser(
        self, said: Credentials, client: Client
    ) -> BrowserPass:
        """Begin a session of a browser.

        Raises:
            UnauthenticatedError: The address or the password is wrong.
            LockedOutError: One of them was wrong too often.
            ForbiddenError: The address has not been confirmed.
        """
        return pass_of(self._sign_in(said, client, SessionKind.BROWSER))

    def open_api(self, actor: Actor, client: Client) -> TokenPair:
        """Begin a session for somebody whom the host vouches for."""
        opened = self._vouched(actor, client, SessionKind.API)
        return self._pair(opened.session, opened.secret)

    def open_browser(self, actor: Actor, client: Client) -> BrowserPass:
        """Begin a browser session for somebody the host vouches for."""
        return pass_of(self._vouched(actor, client, SessionKind.BROWSER))

    def refresh(self, text: str) -> TokenPair:
        """Exchange a refresh token for new tokens; each is good once.

        A token that comes back has been stolen, from the client or by it:
        its session ends. Only for a moment after its use it gives what it
        gave then, since two tabs may have asked at once.

        Raises:
            UnauthenticatedError: It is not valid, or no longer.
        """
        token = read_refresh_token(text)
        if token is None:
            raise UnauthenticatedError(NOT_VALID)
        try:
            with self.means.directory.open() as unit:
                session, seat = self._rotate(unit, token)
        except StaleError as error:
            raise UnauthenticatedError(NOT_VALID) from error
        if session.revoked_at is not None:
            self.means.end(seat, [session.id])
            raise UnauthenticatedError(NOT_VALID)
        return self._pair(session, token.secret)

    def sign_out(self, actor: Actor, key: SessionId) -> None:
        """End one session of the actor.

        Raises:
            NotFoundError: There is none of theirs with that id.
        """
        now = self.means.now()
        with self.means.directory.open() as unit:
            session = unit.session(key)
            if session is None or session.user_id != actor.user_id:
                raise NotFoundError("session", key)
            if not session.is_live(now):
                raise NotFoundError("session", key)
            revoke(unit, session, now)
        self.means.end(actor, [key])

    def sign_out_all(self, actor: Actor, keep: SessionId | None = None) -> int:
        """End all sessions of the actor but *keep*; return how many."""
        with self.means.directory.open() as unit:
            ended = unit.revoke_all(actor.user_id, self.means.now(), keep)
        self.means.end(actor, ended)
        return len(ended)

    def find(
        self, actor: Actor, current: SessionId | None = None
    ) -> tuple[SessionInfo, ...]:
        """Return the live sessions of the actor, the newest first."""
        now = self.means.now()
        with self.means.directory.view() as unit:
            return tuple(
                rules.session_info(session, current)
                for session in unit.sessions(actor.user_id)
                if session.is_live(now)
            )

    def _sign_in(
        self, said: Credentials, client: Client, kind: SessionKind
    ) -> Opened:
        proof = prove(self.means, said, client)
        now = self.means.now()
        with self.means.directory.open() as unit:
            user = proof.settle(unit, now)
            actor = home_of(unit, user)
            opened = begin(unit, actor, client, kind, now)
        if opened.surprising:
            self.means.post.send(_warning(user, opened.session))
        return self._told(actor, opened)

    def _vouched(
        self, actor: Actor, client: Client, kind: SessionKind
    ) -> Opened:
        now = self.means.now()
        with self.means.directory.open() as unit:
            opened = begin(unit, actor, client, kind, now)
        return self._told(actor, opened)

    def _told(self, actor: Actor, opened: Opened) -> Opened:
        self.means.end(actor, opened.ended)
        self.means.tell(
            [
                SignedIn(
                    workspace_id=actor.workspace_id,
                    user_id=actor.user_id,
                    session_id=opened.session.id,
                )
            ]
        )
        return opened

    def _rotate(
        self, unit: DirectoryUnit, token: RefreshToken
    ) -> tuple[Session, Actor]:
        """Return the session of a token as it is from now on."""
        now = self.means.now()
        key = digest(token.secret)
        unit.lock(key)
        session = unit.session_by_digest(key)
        if session is None or not _is_valid(token, session, now):
            raise UnauthenticatedError(NOT_VALID)
        seat = seat_of(unit, session)
        if seat is None:
            raise UnauthenticatedError(NOT_VALID)
        if token.generation == session.generation:
            session = rules.rotated(session, now)
            unit.replace_session(session)
        elif not rules.in_grace(session, token.generation, now):
            session = revoke(unit, session, now)
        return session, seat

    def _pair(self, session: Session, secret: str) -> TokenPair:
        now = self.means.now().replace(microsecond=0)
        claims = Claims(
            user_id=session.user_id,
            workspace_id=session.workspace_id,
            session_id=session.id,
            issued_at=now,
            expires_at=now + ACCESS,
        )
        return TokenPair(
            session_id=session.id,
            access_token=self.means.signer.sign(claims),
            refresh_token=refresh_token(session, secret),
            expires_at=claims.expires_at,
            refresh_expires_at=session.expires_at,
        )


def _is_valid(token: RefreshToken, session: Session, now: datetime) -> bool:
    return (
        session.kind is SessionKind.API
        and session.is_live(now)
        and token.is_of(session)
    )


def _warning(user: User, session: Session) -> Letter:
    return notice(
        NEW_SIGN_IN,
        user,
        at=f"{session.created_at:%Y-%m-%d %H:%M} UTC",
        device=session.user_agent,
        address=session.address,
    )
