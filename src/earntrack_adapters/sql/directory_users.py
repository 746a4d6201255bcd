"""Users, workspaces and memberships in SQL."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from attrs import asdict, define, evolve
from sqlalchemy import Table

from earntrack_adapters.sql import simple
from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.directory_tables import (
    memberships,
    users,
    workspaces,
)
from earntrack_adapters.sql.restoring import restorer
from earntrack_adapters.sql.tables import kind_of
from earntrack_adapters.sql.work import Work
from earntrack_core.identity.model import Membership, User, Workspace
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import NotFoundError, StaleError
from earntrack_core.kernel.ids import UserId, WorkspaceId


V = TypeVar("V", User, Workspace)

USER: Final = restorer(User, users.columns.keys())
WORKSPACE: Final = restorer(Workspace, workspaces.columns.keys())
MEMBERSHIP: Final = restorer(Membership, memberships.columns.keys())
ROLES: Final = {role.value: role for role in Role}


def member_of(row: Row) -> Membership:
    """Put a membership together again."""
    user_id, workspace_id, role, created_at = row
    return MEMBERSHIP((user_id, workspace_id, ROLES[role], created_at))


@define(eq=False, slots=False)
class SqlUsers:
    """The people of an installation, and where they work."""

    work: Work

    def user(self, key: UserId) -> User:
        """Return a user or raise `NotFoundError`."""
        return self._get(users, USER, key)

    def user_by_email(self, email: str) -> User | None:
        """Return the user with that address."""
        found = simple.row(self.work, users, email=email)
        return None if found is None else USER(found)

    def add_user(self, user: User) -> None:
        """Store a new user, or raise `DuplicateError` at once."""
        statement = simple.insert(self.work, users)
        self.work.changed(statement, asdict(user))

    def replace_user(self, user: User) -> User:
        """Store a changed user with the version counted up."""
        return self._replace(users, USER, user)

    def workspace(self, key: WorkspaceId) -> Workspace:
        """Return a workspace or raise `NotFoundError`."""
        return self._get(workspaces, WORKSPACE, key)

    def add_workspace(self, workspace: Workspace) -> None:
        """Store a new workspace."""
        statement = simple.insert(self.work, workspaces)
        self.work.write(statement, asdict(workspace))

    def replace_workspace(self, workspace: Workspace) -> Workspace:
        """Store a changed workspace with the version counted up."""
        return self._replace(workspaces, WORKSPACE, workspace)

    def add_membership(self, membership: Membership) -> None:
        """Let a user work in a workspace, or raise `DuplicateError`."""
        statement = simple.insert(self.work, memberships)
        self.work.changed(statement, asdict(membership))

    def membership(
        self, user: UserId, workspace: WorkspaceId
    ) -> Membership | None:
        """Return what a user may do in a workspace, if anything."""
        found = simple.row(
            self.work, memberships, user_id=user, workspace_id=workspace
        )
        return None if found is None else member_of(found)

    def memberships(self, user: UserId) -> Sequence[Membership]:
        """Return where a user works, the oldest membership first."""
        order = ("created_at", "workspace_id")
        found = simple.rows(self.work, memberships, order, user_id=user)
        return [member_of(one) for one in found]

    def members(self, workspace: WorkspaceId) -> Sequence[Membership]:
        """Return who works in a workspace, the oldest membership first."""
        order = ("created_at", "user_id")
        found = simple.rows(
            self.work, memberships, order, workspace_id=workspace
        )
        return [member_of(one) for one in found]

    def _get(
        self, table: Table, restore: Callable[[Row], V], key: object
    ) -> V:
        found = simple.row(self.work, table, id=key)
        if found is None:
            raise NotFoundError(kind_of(table), key)
        return restore(found)

    def _replace(
        self, table: Table, restore: Callable[[Row], V], thing: V
    ) -> V:
        newer = evolve(thing, version=thing.version + 1)
        values: dict[str, Any] = asdict(newer)
        del values["id"]
        if not simple.update(
            self.work, table, values, id=thing.id, version=thing.version
        ):
            self._get(table, restore, thing.id)
            raise StaleError(kind_of(table), thing.id)
        return newer
