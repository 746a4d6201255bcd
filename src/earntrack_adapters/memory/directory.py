"""People in the process: for demos, notebooks and tests.

A unit that writes works on a copy of everything, which takes the place of
the original when the unit ends well; units that read keep what they began
with.
"""

from collections.abc import (
    Callable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter
from threading import Lock
from types import MappingProxyType
from typing import Any, TypeVar, cast

from attrs import define, evolve, field, fields, frozen

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
from earntrack_core.identity.rules import FORGIVEN
from earntrack_core.kernel.errors import (
    DuplicateError,
    NotFoundError,
    StaleError,
)
from earntrack_core.kernel.ids import UserId, WorkspaceId


K = TypeVar("K")
T = TypeVar("T")
Seat = tuple[UserId, WorkspaceId]


@frozen(kw_only=True)
class Registers:
    """All that is known of people."""

    users: MutableMapping[UserId, User] = field(factory=dict)
    workspaces: MutableMapping[WorkspaceId, Workspace] = field(factory=dict)
    memberships: MutableMapping[Seat, Membership] = field(factory=dict)
    sessions: MutableMapping[SessionId, Session] = field(factory=dict)
    tickets: MutableMapping[str, Ticket] = field(factory=dict)
    attempts: MutableMapping[str, Attempts] = field(factory=dict)

    def copy(self) -> "Registers":
        """Return registers that can be changed on their own."""
        return Registers(**{name: dict(one) for name, one in self._each()})

    def sealed(self) -> "Registers":
        """Return the same registers, which refuse to be changed."""
        return Registers(
            **{
                name: cast("Any", MappingProxyType(one))
                for name, one in self._each()
            }
        )

    def _each(self) -> Iterator[tuple[str, Mapping[Any, Any]]]:
        for at in fields(Registers):
            yield at.name, getattr(self, at.name)


@frozen
class MemoryDirectoryUnit:
    """A transaction on registers."""

    registers: Registers

    def lock(self, name: str) -> None:
        """Do nothing: units that write come one after the other."""

    def user(self, key: UserId) -> User:
        """Return a user."""
        return _get(self.registers.users, "user", key)

    def user_by_email(self, email: str) -> User | None:
        """Return the user with that address."""
        for user in self.registers.users.values():
            if user.email == email:
                return user
        return None

    def add_user(self, user: User) -> None:
        """Store a new user."""
        self._must_be_free(user)
        self.registers.users[user.id] = user

    def replace_user(self, user: User) -> User:
        """Store a changed user."""
        _must_be_current("user", user, self.user(user.id))
        self._must_be_free(user)
        newer = evolve(user, version=user.version + 1)
        self.registers.users[user.id] = newer
        return newer

    def workspace(self, key: WorkspaceId) -> Workspace:
        """Return a workspace."""
        return _get(self.registers.workspaces, "workspace", key)

    def add_workspace(self, workspace: Workspace) -> None:
        """Store a new workspace."""
        self.registers.workspaces[workspace.id] = workspace

    def replace_workspace(self, workspace: Workspace) -> Workspace:
        """Store a changed workspace."""
        present = self.workspace(workspace.id)
        _must_be_current("workspace", workspace, present)
        newer = evolve(workspace, version=workspace.version + 1)
        self.registers.workspaces[workspace.id] = newer
        return newer

    def add_membership(self, membership: Membership) -> None:
        """Let a user work in a workspace."""
        seat = membership.user_id, membership.workspace_id
        if seat in self.registers.memberships:
            raise DuplicateError("membership", "user_id", membership.user_id)
        self.registers.memberships[seat] = membership

    def membership(
        self, user: UserId, workspace: WorkspaceId
    ) -> Membership | None:
        """Return what a user may do in a workspace."""
        return self.registers.memberships.get((user, workspace))

    def memberships(self, user: UserId) -> Sequence[Membership]:
        """Return where a user works."""
        found = [
            one
            for one in self.registers.memberships.values()
            if one.user_id == user
        ]
        return sorted(found, key=attrgetter("created_at", "workspace_id"))

    def members(self, workspace: WorkspaceId) -> Sequence[Membership]:
        """Return who works in a workspace."""
        found = [
            one
            for one in self.registers.memberships.values()
            if one.workspace_id == workspace
        ]
        return sorted(found, key=attrgetter("created_at", "user_id"))

    def session(self, key: SessionId) -> Session | None:
        """Return a session."""
        return self.registers.sessions.get(key)

    def session_by_digest(self, digest: str) -> Session | None:
        """Return the session whose secret has that digest."""
        for session in self.registers.sessions.values():
            if session.digest == digest:
                return session
        return None

    def sessions(self, user: UserId) -> Sequence[Session]:
        """Return all sessions of a user."""
        found = [
            one
            for one in self.registers.sessions.values()
            if one.user_id == user
        ]
        return sorted(found, key=attrgetter("id"), reverse=True)

    def add_session(self, session: Session) -> None:
        """Store a new session."""
        self.registers.sessions[session.id] = session

    def replace_session(self, session: Session) -> None:
        """Store a changed session, unless it has been revoked."""
        present = self.session(session.id)
        if present is None or present.revoked_at is not None:
            raise StaleError("session", session.id)
        self.registers.sessions[session.id] = session

    def revoke_all(
        self, user: UserId, now: datetime, keep: SessionId | None = None
    ) -> Sequence[SessionId]:
        """End all sessions of a user but one."""
        ended = [
            one
            for one in self.sessions(user)
            if one.revoked_at is None and one.id != keep
        ]
        for session in ended:
            self.replace_session(evolve(session, revoked_at=now))
        return [session.id for session in ended]

    def add_ticket(self, ticket: Ticket) -> None:
        """Store a new ticket."""
        self.registers.tickets[ticket.digest] = ticket

    def take_ticket(self, digest: str, purpose: Purpose) -> Ticket | None:
        """Remove and return a ticket."""
        ticket = self.registers.tickets.get(digest)
        if ticket is None or ticket.purpose is not purpose:
            return None
        return self.registers.tickets.pop(digest)

    def drop_tickets(self, user: UserId, purpose: Purpose) -> None:
        """Forget all tickets of a user for a purpose."""
        for ticket in tuple(self.registers.tickets.values()):
            if ticket.user_id == user and ticket.purpose is purpose:
                del self.registers.tickets[ticket.digest]

    def attempts(self, key: str) -> Attempts | None:
        """Return what was tried in vain."""
        return self.registers.attempts.get(key)

    def put_attempts(self, attempts: Attempts) -> None:
        """Store what was tried in vain."""
        self.registers.attempts[attempts.key] = attempts

    def drop_attempts(self, key: str) -> None:
        """Forget what was tried in vain."""
        self.registers.attempts.pop(key, None)

    def purge(self, now: datetime) -> int:
        """Forget what is over."""
        registers = self.registers
        return sum(
            (
                _drop(registers.sessions, lambda one: not one.is_live(now)),
                _drop(registers.tickets, lambda one: one.expires_at <= now),
                _drop(
                    registers.attempts,
                    lambda one: one.last_at + FORGIVEN <= now,
                ),
            )
        )

    def _must_be_free(self, user: User) -> None:
        present = self.user_by_email(user.email)
        if present is not None and present.id != user.id:
            raise DuplicateError("user", "email", user.email)


def _get(register: Mapping[K, T], kind: str, key: K) -> T:
    found = register.get(key)
    if found is None:
        raise NotFoundError(kind, key)
    return found


def _must_be_current(
    kind: str, new: User | Workspace, present: User | Workspace
) -> None:
    if new.version != present.version:
        raise StaleError(kind, new.id)


def _drop(register: MutableMapping[K, T], is_over: Callable[[T], bool]) -> int:
    over = [key for key, one in register.items() if is_over(one)]
    for key in over:
        del register[key]
    return len(over)


@define(eq=False)
class MemoryDirectory:
    """Keeps people in the process; threads may share it."""

    _registers: Registers = field(factory=Registers, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    @contextmanager
    def open(self) -> Iterator[MemoryDirectoryUnit]:
        """Open a unit that writes; it waits for the one before."""
        with self._lock:
            registers = self._registers.copy()
            yield MemoryDirectoryUnit(registers)
            self._registers = registers

    @contextmanager
    def view(self) -> Iterator[MemoryDirectoryUnit]:
        """Open a unit that only reads."""
        yield MemoryDirectoryUnit(self._registers.sealed())
