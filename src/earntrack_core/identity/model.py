"""Identity: users, workspaces, memberships, sessions and tickets."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from attrs import field, frozen

from earntrack_core.identity.checks import (
    address_of,
    agent_of,
    known_language,
    known_plan,
    mailable,
    plain_email,
    weekday,
)
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.entity import in_utc
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.kernel.patch import UNSET, UnsetType
from earntrack_core.kernel.periods import known_zone
from earntrack_core.kernel.texts import text_of, trimmed


SessionId = NewType("SessionId", UUID)


def known_currency(_: object, __: object, value: str) -> None:
    """Refuse what is not a currency of ISO 4217."""
    currency_info(value)


@frozen(kw_only=True)
class User:
    """A person who can sign in."""

    id: UserId
    email: str = field(converter=plain_email, validator=mailable)
    """In lower case and composed form; no two users share one."""
    name: str = field(converter=trimmed, validator=text_of(0, 100))
    password_hash: str | None = field(repr=False)
    """None for who cannot sign in with a password: the local user."""
    locale: str = field(default="en", validator=known_language)
    email_verified_at: datetime | None = field(default=None, validator=in_utc)
    active: bool = True
    created_at: datetime = field(validator=in_utc)
    updated_at: datetime = field(validator=in_utc)
    version: int = 1


@frozen(kw_only=True)
class Workspace:
    """Where the books of one person or team are kept: the tenant."""

    id: WorkspaceId
    name: str = field(converter=trimmed, validator=text_of(1, 100))
    plan: str = field(default="free", validator=known_plan)
    """The key of one of `PLANS`."""
    currency: str = field(default="USD", validator=known_currency)
    zone: str = field(default="UTC", validator=known_zone)
    first_weekday: int = field(default=0, validator=weekday)
    """0 is Monday, 6 is Sunday."""
    created_at: datetime = field(validator=in_utc)
    updated_at: datetime = field(validator=in_utc)
    version: int = 1


@frozen(kw_only=True)
class Membership:
    """That a user works in a workspace, and what they may do there."""

    user_id: UserId
    workspace_id: WorkspaceId
    role: Role
    created_at: datetime = field(validator=in_utc)


class SessionKind(StrEnum):
    """How the client shows who it is."""

    API = "api"
    """With short access tokens, renewed with rotating refresh tokens."""
    BROWSER = "browser"
    """With a cookie."""


@frozen(kw_only=True)
class Session:
    """One sign-in of a user on one device, until it ends.

    A session is a family of refresh tokens: all share a lasting secret, of
    which only the digest is stored; the rest of each is made from `seal`,
    which never leaves the server, and its `generation`. So every token that
    was ever given out is recognised, and none can be made from another.
    """

    id: SessionId
    user_id: UserId
    workspace_id: WorkspaceId
    kind: SessionKind
    digest: str = field(repr=False)
    """Of the lasting secret of the tokens, or of the cookie; unique."""
    seal: str = field(repr=False)
    """A random key in hexadecimal digits."""
    generation: int = 0
    """Which refresh token is the present one; the first is 0."""
    rotated_at: datetime | None = field(default=None, validator=in_utc)
    """When the present generation took over from the one before."""
    created_at: datetime = field(validator=in_utc)
    last_used_at: datetime = field(validator=in_utc)
    expires_at: datetime = field(validator=in_utc)
    revoked_at: datetime | None = field(default=None, validator=in_utc)
    user_agent: str = field(default="", converter=agent_of)
    address: str = field(default="", converter=address_of)

    def is_live(self, now: datetime) -> bool:
        """Say whether it has neither been ended nor outlived itself."""
        return self.revoked_at is None and now < self.expires_at


class Purpose(StrEnum):
    """What a ticket lets its holder do, once."""

    VERIFY = "verify"
    RESET = "reset"
    EMAIL_CHANGE = "email_change"


@frozen(kw_only=True)
class Ticket:
    """Leave to do one thing once, given to who can read a mailbox."""

    digest: str = field(repr=False)
    """Of the token that was mailed; unique."""
    purpose: Purpose
    user_id: UserId
    email: str
    """The address that it was mailed to."""
    created_at: datetime = field(validator=in_utc)
    expires_at: datetime = field(validator=in_utc)


@frozen(kw_only=True)
class Attempts:
    """How often something was tried in vain, and when last."""

    key: str
    """A digest; it does not show whose attempts they are."""
    failures: int
    last_at: datetime = field(validator=in_utc)


@frozen(kw_only=True)
class Client:
    """What the caller's device tells of itself, as far as it is known."""

    address: str = field(default="", converter=address_of)
    user_agent: str = field(default="", converter=agent_of)


@frozen(kw_only=True)
class NewUser:
    """What somebody says to register."""

    email: str = field(converter=plain_email, validator=mailable)
    password: str = field(repr=False)
    name: str = field(default="", converter=trimmed, validator=text_of(0, 100))
    locale: str = field(default="en", validator=known_language)
    currency: str = field(default="USD", validator=known_currency)
    zone: str = field(default="UTC", validator=known_zone)


@frozen(kw_only=True)
class Credentials:
    """What somebody says to sign in."""

    email: str
    password: str = field(repr=False)


@frozen(kw_only=True)
class NewPassword:
    """What a user says to change their password."""

    old_password: str = field(repr=False)
    new_password: str = field(repr=False)


@frozen(kw_only=True)
class NewEmail:
    """What a user says to change their address."""

    email: str = field(converter=plain_email, validator=mailable)
    password: str = field(repr=False)


@frozen(kw_only=True)
class ProfilePatch:
    """What a user changes about themselves."""

    name: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET


@frozen(kw_only=True)
class WorkspacePatch:
    """What an owner changes about a workspace."""

    name: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    first_weekday: int | UnsetType = UNSET


@frozen(kw_only=True)
class Profile:
    """What users see of themselves."""

    id: UserId
    email: str
    email_verified: bool
    name: str
    locale: str
    workspace_id: WorkspaceId
    role: Role
    plan: str
    created_at: datetime
    updated_at: datetime
    version: int


@frozen(kw_only=True)
class Member:
    """What members of a workspace see of each other."""

    user_id: UserId
    name: str
    email: str
    role: Role
    since: datetime


@frozen(kw_only=True)
class SessionInfo:
    """What users see of their sessions."""

    id: SessionId
    kind: SessionKind
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str
    address: str
    current: bool
    """Whether it is the one that asks."""


@frozen(kw_only=True)
class TokenPair:
    """What an API client gets to show who it is."""

    session_id: SessionId
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    """When the access token does; the refresh token lives longer."""
    refresh_expires_at: datetime


@frozen(kw_only=True)
class BrowserPass:
    """What a browser gets to show who it is."""

    session_id: SessionId
    cookie: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class Authenticated:
    """Somebody we know, and through which session."""

    actor: Actor
    session_id: SessionId
    kind: SessionKind
    expires_at: datetime
    """Until when this may be believed at most."""
