"""How sessions begin and end in a unit."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen

from earntrack_core.identity.model import (
    BrowserPass,
    Client,
    Session,
    SessionId,
    SessionKind,
)
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.rules import digest, lifetime
from earntrack_core.identity.tokens import new_seal, new_secret
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import StaleError
from earntrack_core.kernel.ids import uuid7


MOST: Final = 100
"""How many live sessions a user has; the oldest gives way to a new one."""


@frozen(kw_only=True)
class Opened:
    """A session that has begun, and those that gave way to it."""

    session: Session
    secret: str = field(repr=False)
    ended: Sequence[SessionId]
    surprising: bool
    """Whether the user had sessions, but none with such a device."""


def begin(
    unit: DirectoryUnit,
    actor: Actor,
    client: Client,
    kind: SessionKind,
    now: datetime,
) -> Opened:
    """Begin a session, always with secrets of its own."""
    secret = new_secret()
    session = Session(
        id=SessionId(uuid7(now)),
        user_id=actor.user_id,
        workspace_id=actor.workspace_id,
        kind=kind,
        digest=digest(secret),
        seal=new_seal(),
        created_at=now,
        last_used_at=now,
        expires_at=lifetime(kind, now, now),
        user_agent=client.user_agent,
        address=client.address,
    )
    others = unit.sessions(actor.user_id)
    ended = _make_room(unit, others, now)
    unit.add_session(session)
    agents = {other.user_agent for other in others}
    return Opened(
        session=session,
        secret=secret,
        ended=ended,
        surprising=bool(others) and session.user_agent not in agents,
    )


def revoke(unit: DirectoryUnit, session: Session, now: datetime) -> Session:
    """End a session; somebody else may have done it a moment before."""
    ended = evolve(session, revoked_at=now)
    unit.lock(session.digest)
    with suppress(StaleError):
        unit.replace_session(ended)
    return ended


def pass_of(opened: Opened) -> BrowserPass:
    """Return what the browser of a new session gets."""
    return BrowserPass(
        session_id=opened.session.id,
        cookie=opened.secret,
        expires_at=opened.session.expires_at,
    )


def _make_room(
    unit: DirectoryUnit, sessions: Sequence[Session], now: datetime
) -> Sequence[SessionId]:
    live = [one for one in sessions if one.is_live(now)]
    for session in live[MOST - 1 :]:
        revoke(unit, session, now)
    return [session.id for session in live[MOST - 1 :]]
