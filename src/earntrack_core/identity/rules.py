"""How people come, prove who they are, and go. No clock, no storage."""

from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from attrs import evolve, frozen

from earntrack_core.identity.model import (
    Attempts,
    Membership,
    NewUser,
    Profile,
    Purpose,
    Session,
    SessionId,
    SessionInfo,
    SessionKind,
    Ticket,
    User,
    Workspace,
)
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.ids import UserId, WorkspaceId, uuid7


REFRESH: Final = timedelta(days=7)
"""How long an API session lasts after its last refresh."""
BROWSER: Final = timedelta(days=30)
"""How long a browser session lasts at most."""
IDLE: Final = timedelta(days=7)
"""How long a browser session lasts after its last use."""
GRACE: Final = timedelta(seconds=20)
"""How long a refresh token is good after the next one was made."""
TOUCH: Final = timedelta(hours=1)
"""How exactly it is noted when a browser session was last used."""
FORGIVEN: Final = timedelta(days=1)
"""After this long, attempts no longer count."""
TICKETS: Final = {
    Purpose.VERIFY: timedelta(hours=24),
    Purpose.RESET: timedelta(hours=1),
    Purpose.EMAIL_CHANGE: timedelta(hours=24),
}
"""How long tickets are good."""


@frozen(kw_only=True)
class Patience:
    """How many attempts are free, and how the wait after them grows."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures."""
        over = failures - self.free
        if over < 0:
            return timedelta(0)
        if over >= (self.longest // self.first).bit_length():
            return self.longest
        return self.first * (1 << over)


ACCOUNT: Final = Patience(
    free=5, first=timedelta(seconds=1), longest=timedelta(minutes=15)
)
"""With signing in to one account from one network address."""
ADDRESS: Final = Patience(
    free=20, first=timedelta(seconds=1), longest=timedelta(minutes=15)
)
"""With signing in to any accounts from one address, which many may share."""
MAILS: Final = Patience(
    free=3, first=timedelta(minutes=1), longest=timedelta(hours=6)
)
"""With asking for mails to one mailbox."""


def locked_until(
    attempts: Attempts | None, patience: Patience, now: datetime
) -> datetime | None:
    """Return until when nothing may be tried; None if it may be now."""
    if attempts is None or attempts.last_at + FORGIVEN <= now:
        return None
    until = attempts.last_at + patience.wait(attempts.failures)
    return until if until > now else None


def one_more(attempts: Attempts | None, key: str, now: datetime) -> Attempts:
    """Return the attempts with one more that failed."""
    if attempts is None or attempts.last_at + FORGIVEN <= now:
        return Attempts(key=key, failures=1, last_at=now)
    return evolve(attempts, failures=attempts.failures + 1, last_at=now)


def network_of(address: str) -> str:
    """Return what stands for one customer of the net: IPv4, or IPv6 /64."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((int(ip), 64), strict=False))
    return str(ip)


def digest(text: str) -> str:
    """Return the fingerprint under which a secret is kept."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def enrol(new: NewUser, hashed: str | None, now: datetime) -> User:
    """Turn what somebody said, and the hash of their password, into a user."""
    return User(
        id=UserId(uuid7(now)),
        email=new.email,
        name=new.name,
        password_hash=hashed,
        locale=new.locale,
        created_at=now,
        updated_at=now,
    )


def furnish(user: User, new: NewUser, now: datetime) -> Workspace:
    """Return the personal workspace of a new user."""
    return Workspace(
        id=WorkspaceId(uuid7(now)),
        name=user.name or user.email.partition("@")[0],
        currency=new.currency,
        zone=new.zone,
        created_at=now,
        updated_at=now,
    )


def join(
    user: User, workspace: Workspace, role: Role, now: datetime
) -> Membership:
    """Let a user work in a workspace."""
    return Membership(
        user_id=user.id,
        workspace_id=workspace.id,
        role=role,
        created_at=now,
    )


def actor_of(user: User, workspace: Workspace, role: Role) -> Actor:
    """Return a user at work in a workspace."""
    return Actor(
        user_id=user.id,
        workspace_id=workspace.id,
        role=role,
        plan=workspace.plan,
        zone=workspace.zone,
        locale=user.locale,
        currency=workspace.currency,
    )


def ticket(
    purpose: Purpose, user: User, email: str, token: str, now: datetime
) -> Ticket:
    """Return the ticket that a token stands for, mailed to *email*."""
    return Ticket(
        digest=digest(token),
        purpose=purpose,
        user_id=user.id,
        email=email,
        created_at=now,
        expires_at=now + TICKETS[purpose],
    )


def lifetime(kind: SessionKind, created: datetime, now: datetime) -> datetime:
    """Return until when a session lasts that is used now."""
    if kind is SessionKind.API:
        return now + REFRESH
    return min(created + BROWSER, now + IDLE)


def used(session: Session, now: datetime) -> Session:
    """Note that a session was used, which lengthens it."""
    return evolve(
        session,
        last_used_at=now,
        expires_at=lifetime(session.kind, session.created_at, now),
    )


def rotated(session: Session, now: datetime) -> Session:
    """Let the next refresh token of a session take over."""
    return evolve(
        used(session, now),
        generation=session.generation + 1,
        rotated_at=now,
    )


def in_grace(session: Session, generation: int, now: datetime) -> bool:
    """Say whether a token was the present one until a moment ago."""
    return (
        generation == session.generation - 1
        and session.rotated_at is not None
        and now - session.rotated_at <= GRACE
    )


def is_fresh(session: Session, now: datetime) -> bool:
    """Say whether the last use is noted exactly enough."""
    return now - session.last_used_at < TOUCH


def profile_of(user: User, actor: Actor) -> Profile:
    """Return what users see of themselves."""
    return Profile(
        id=user.id,
        email=user.email,
        email_verified=user.email_verified_at is not None,
        name=user.name,
        locale=user.locale,
        workspace_id=actor.workspace_id,
        role=actor.role,
        plan=actor.plan,
        created_at=user.created_at,
        updated_at=user.updated_at,
        version=user.version,
    )


def session_info(session: Session, current: SessionId | None) -> SessionInfo:
    """Return what users see of their sessions."""
    return SessionInfo(
        id=session.id,
        kind=session.kind,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        user_agent=session.user_agent,
        address=session.address,
        current=session.id == current,
    )
