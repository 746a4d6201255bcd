"""What happens to people and their workspaces.

None of these is stored: they are told once what they tell of is.
"""

from typing import ClassVar, Self

from attrs import frozen

from earntrack_core.identity.model import SessionId, Workspace
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import UserId


@frozen(kw_only=True)
class UserEvent(Event):
    """Something happened to a user; the workspace is where they work."""

    topic: ClassVar[str] = "user:changed"

    user_id: UserId

    @classmethod
    def by(cls, actor: Actor) -> Self:
        """Return the event of *actor*."""
        return cls(workspace_id=actor.workspace_id, user_id=actor.user_id)


@frozen(kw_only=True)
class UserRegistered(UserEvent):
    """Somebody new came, and got a workspace."""

    topic: ClassVar[str] = "user:registered"


@frozen(kw_only=True)
class UserUpdated(UserEvent):
    """A user's name, language or address changed."""

    topic: ClassVar[str] = "user:updated"


@frozen(kw_only=True)
class PasswordChanged(UserEvent):
    """A user has a new password."""

    topic: ClassVar[str] = "user:password_changed"


@frozen(kw_only=True)
class SessionEvent(Event):
    """Something happened to a session of a user."""

    topic: ClassVar[str] = "session:changed"

    user_id: UserId
    session_id: SessionId


@frozen(kw_only=True)
class SignedIn(SessionEvent):
    """A session began."""

    topic: ClassVar[str] = "session:started"


@frozen(kw_only=True)
class SessionEnded(SessionEvent):
    """A session was ended, by its user or because a token was stolen."""

    topic: ClassVar[str] = "session:ended"


@frozen(kw_only=True)
class WorkspaceUpdated(Event):
    """An owner changed a workspace."""

    topic: ClassVar[str] = "workspace:updated"

    workspace: Workspace
