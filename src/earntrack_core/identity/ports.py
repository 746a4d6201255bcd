"""What identity needs from the outside."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from earntrack_core.identity.model import (
    Attempts,
    Membership,
    Purpose,
    Session,
    SessionId,
    Ticket,
    User,
    Workspace,
)
from earntrack_core.kernel.ids import UserId, WorkspaceId


class Users(Protocol):
    """The people of an installation, and where they work."""

    def user(self, key: UserId) -> User:
        """Return a user or raise `NotFoundError`."""
        ...

    def user_by_email(self, email: str) -> User | None:
        """Return the user with that address, given in its kept form."""
        ...

    def add_user(self, user: User) -> None:
        """Store a new user.

        Raises:
            DuplicateError: (kind `user`, field `email`, at once) the address
                is taken.
        """
        ...

    def replace_user(self, user: User) -> User:
        """Store a changed user with the version counted up.

        Raises:
            StaleError: Its version is no longer the stored one.
            DuplicateError: The new address is taken.
            NotFoundError: There is none.
        """
        ...

    def workspace(self, key: WorkspaceId) -> Workspace:
        """Return a workspace or raise `NotFoundError`."""
        ...

    def add_workspace(self, workspace: Workspace) -> None:
        """Store a new workspace."""
        ...

    def replace_workspace(self, workspace: Workspace) -> Workspace:
        """Store a changed workspace with the version counted up.

        Raises:
            StaleError: Its version is no longer the stored one.
            NotFoundError: There is none.
        """
        ...

    def add_membership(self, membership: Membership) -> None:
        """Let a user work in a workspace.

        Raises:
            DuplicateError: (kind `membership`, field `user_id`) they do.
        """
        ...

    def membership(
        self, user: UserId, workspace: WorkspaceId
    ) -> Membership | None:
        """Return what a user may do in a workspace, if anything."""
        ...

    def memberships(self, user: UserId) -> Sequence[Membership]:
        """Return where a user works, the oldest membership first."""
        ...

    def members(self, workspace: WorkspaceId) -> Sequence[Membership]:
        """Return who works in a workspace, the oldest membership first."""
        ...


class Sessions(Protocol):
    """Who is signed in, and where."""

    def session(self, key: SessionId) -> Session | None:
        """Return a session, live or not."""
        ...

    def session_by_digest(self, digest: str) -> Session | None:
        """Return the session whose secret has that digest, live or not."""
        ...

    def sessions(self, user: UserId) -> Sequence[Session]:
        """Return all sessions of a user, the newest (by id) first."""
        ...

    def add_session(self, session: Session) -> None:
        """Store a new session."""
        ...

    def replace_session(self, session: Session) -> None:
        """Store a changed session, unless it has been revoked by now.

        What was revoked stays so: the stored `revoked_at` is compared at
        the moment of writing. Whoever changes a session holds the lock of
        its digest.

        Raises:
            StaleError: It has been revoked, or there is none.
        """
        ...

    def revoke_all(
        self, user: UserId, now: datetime, keep: SessionId | None = None
    ) -> Sequence[SessionId]:
        """End all sessions of a user but *keep*; return those that ended.

        Sessions that were revoked before stay as they are.
        """
        ...


class Tickets(Protocol):
    """Tickets, and what was tried in vain."""

    def add_ticket(self, ticket: Ticket) -> None:
        """Store a new ticket."""
        ...

    def take_ticket(self, digest: str, purpose: Purpose) -> Ticket | None:
        """Remove and return a ticket for a purpose, expired or not.

        Of several units that take the same one, only one gets it.
        """
        ...

    def drop_tickets(self, user: UserId, purpose: Purpose) -> None:
        """Forget all tickets of a user for a purpose."""
        ...

    def attempts(self, key: str) -> Attempts | None:
        """Return what was tried in vain; hold the lock to change it."""
        ...

    def put_attempts(self, attempts: Attempts) -> None:
        """Store what was tried in vain, whether or not there was any."""
        ...

    def drop_attempts(self, key: str) -> None:
        """Forget what was tried in vain; it may be nothing."""
        ...


class DirectoryUnit(Users, Sessions, Tickets, Protocol):
    """A transaction on people rather than on a workspace."""

    def lock(self, name: str) -> None:
        """Wait until no other unit of the directory holds this lock.

        It is held until the unit ends. Reads after it see what the unit
        that held it before has stored.
        """
        ...

    def purge(self, now: datetime) -> int:
        """Forget what is over, and return how many things that were.

        Those are sessions that were revoked or have expired, tickets that
        have expired, and attempts of which the last is a day ago.
        """
        ...


class Directory(Protocol):
    """Opens units on people; only identity may."""

    def open(self) -> AbstractContextManager[DirectoryUnit]:
        """Open a unit that writes: all of it is stored, or nothing."""
        ...

    def view(self) -> AbstractContextManager[DirectoryUnit]:
        """Open a unit that only reads; it never waits."""
        ...
