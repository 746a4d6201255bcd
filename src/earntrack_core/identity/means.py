"""What all use cases of identity work with."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from attrs import frozen

from earntrack_core.identity.checks import is_mailable, plain_email
from earntrack_core.identity.events import SessionEnded
from earntrack_core.identity.known import Known
from earntrack_core.identity.mail import Post
from earntrack_core.identity.model import SessionId, User
from earntrack_core.identity.ports import Directory, DirectoryUnit
from earntrack_core.identity.rules import digest
from earntrack_core.identity.tokens import new_secret
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.events import Event
from earntrack_core.ports.auth import PasswordHasher, TokenSigner
from earntrack_core.ports.clock import Clock


Tell = Callable[[Iterable[Event]], None]
"""Tells facts to whoever wants to know: the publishing side of a bus."""


@frozen(kw_only=True)
class Policy:
    """How an installation receives people."""

    registration: bool = True
    """Whether anybody may register."""
    verify_first: bool = True
    """Whether only who has shown that they read their mail may sign in."""
    plan: str = "free"
    """The plan of workspaces that come with a registration."""


@frozen(kw_only=True, slots=False)
class Means:
    """What all use cases of identity work with."""

    directory: Directory
    now: Clock
    hasher: PasswordHasher
    signer: TokenSigner
    post: Post
    known: Known
    tell: Tell
    policy: Policy = Policy()

    @cached_property
    def decoy(self) -> str:
        """A hash of no password, to be as slow for who does not exist."""
        return self.hasher.hash(new_secret())

    def verify(self, password: str, user: User | None) -> bool:
        """Say whether it is the password of a user who may sign in.

        It takes the same time if there is no such user.
        """
        hashed = self.decoy
        if user is not None and user.password_hash is not None:
            hashed = user.password_hash
        right = self.hasher.verify(password, hashed)
        return right and user is not None and user.active

    def end(self, actor: Actor, sessions: Sequence[SessionId]) -> None:
        """Tell everybody of sessions that ended."""
        self.known.revoke(sessions)
        self.tell(
            SessionEnded(
                workspace_id=actor.workspace_id,
                user_id=actor.user_id,
                session_id=session,
            )
            for session in sessions
        )


def lock_email(unit: DirectoryUnit, email: str) -> None:
    """Wait until nobody else gives an address to a user."""
    unit.lock(digest(f"email {email}"))


def find_user(unit: DirectoryUnit, typed: str) -> User | None:
    """Return the active user with an address as somebody typed it."""
    email = plain_email(typed)
    if not is_mailable(email):
        return None
    user = unit.user_by_email(email)
    return user if user is not None and user.active else None
