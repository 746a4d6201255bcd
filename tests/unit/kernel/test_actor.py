from uuid import UUID

import pytest

from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import ForbiddenError
from earntrack_core.kernel.ids import UserId, WorkspaceId


def an_actor(role):
    return Actor(
        user_id=UserId(UUID(int=1)),
        workspace_id=WorkspaceId(UUID(int=2)),
        role=role,
    )


class TestActor:
    @pytest.mark.parametrize(
        ("role", "includes"),
        [
            (Role.VIEWER, {Role.VIEWER}),
            (Role.MEMBER, {Role.VIEWER, Role.MEMBER}),
            (Role.OWNER, {Role.VIEWER, Role.MEMBER, Role.OWNER}),
            (Role.ADMIN, set(Role)),
        ],
    )
    def test_may_what_lesser_roles_may(self, role, includes):
        """Each role includes the ones before."""
        actor = an_actor(role)

        assert {one for one in Role if actor.may(one)} == includes

    def test_must_passes_silently(self):
        """Who has the role is let through."""
        an_actor(Role.OWNER).must(Role.MEMBER)

    def test_must_names_both_roles(self):
        """Who lacks it is told which one it takes."""
        with pytest.raises(
            ForbiddenError, match="needs the role owner; yours is member"
        ):
            an_actor(Role.MEMBER).must(Role.OWNER)
