"""Who acts, on whose behalf, and what they may do."""

from enum import StrEnum
from typing import Final

from attrs import frozen

from earntrack_core.kernel.errors import ForbiddenError
from earntrack_core.kernel.ids import UserId, WorkspaceId


class Role(StrEnum):
    """What a member may do in a workspace; each includes the ones before."""

    VIEWER = "viewer"
    MEMBER = "member"
    OWNER = "owner"
    ADMIN = "admin"
    """Runs the whole installation."""


ORDER: Final = tuple(Role)


@frozen(kw_only=True)
class Actor:
    """A user at work in a workspace, with the defaults of both."""

    user_id: UserId
    workspace_id: WorkspaceId
    role: Role = Role.OWNER
    plan: str = "free"
    zone: str = "UTC"
    locale: str = "en"
    currency: str = "USD"

    def may(self, role: Role) -> bool:
        """Say whether the actor has at least this role."""
        return ORDER.index(self.role) >= ORDER.index(role)

    def must(self, role: Role) -> None:
        """Insist on a role.

        Raises:
            ForbiddenError: The actor has a lesser one.
        """
        if not self.may(role):
            raise ForbiddenError(
                f"This needs the role {role}; yours is {self.role}."
            )
