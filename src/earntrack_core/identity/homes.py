"""Where users work."""

from earntrack_core.identity.model import (
    Membership,
    Session,
    User,
    Workspace,
)
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.rules import actor_of, join
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import NotFoundError


def settle(
    unit: DirectoryUnit, user: User, workspace: Workspace, role: Role
) -> Actor:
    """Store a new user and the workspace that is theirs."""
    unit.add_user(user)
    unit.add_workspace(workspace)
    unit.add_membership(join(user, workspace, role, user.created_at))
    return actor_of(user, workspace, role)


def home_of(unit: DirectoryUnit, user: User) -> Actor:
    """Return a user at work where they have worked longest.

    Raises:
        NotFoundError: They work nowhere.
    """
    for membership in unit.memberships(user.id):
        return seated(unit, user, membership)
    raise NotFoundError("membership", user.id)


def seat_of(unit: DirectoryUnit, session: Session) -> Actor | None:
    """Return who works in a session, if they still may."""
    user = unit.user(session.user_id)
    membership = unit.membership(session.user_id, session.workspace_id)
    if not user.active or membership is None:
        return None
    return seated(unit, user, membership)


def seated(unit: DirectoryUnit, user: User, membership: Membership) -> Actor:
    """Return a user at work as a membership says."""
    workspace = unit.workspace(membership.workspace_id)
    return actor_of(user, workspace, membership.role)
