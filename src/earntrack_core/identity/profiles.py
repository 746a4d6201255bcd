"""What users see and change of themselves and their workspace."""

from attrs import evolve, frozen

from earntrack_core.identity.events import UserUpdated, WorkspaceUpdated
from earntrack_core.identity.means import Means
from earntrack_core.identity.model import (
    Member,
    Profile,
    ProfilePatch,
    Workspace,
    WorkspacePatch,
)
from earntrack_core.identity.rules import profile_of
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.patch import changes


@frozen
class ProfileService:
    """What users see and change of themselves and their workspace."""

    means: Means

    def me(self, actor: Actor) -> Profile:
        """Return what the actor sees of themselves."""
        with self.means.directory.view() as unit:
            return profile_of(unit.user(actor.user_id), actor)

    def update_me(
        self, actor: Actor, patch: ProfilePatch, *, version: int | None = None
    ) -> Profile:
        """Change the actor's name or language.

        Raises:
            InvalidError: A field breaks a rule.
            StaleError: The user has another version by now.
        """
        with self.means.directory.open() as unit:
            old = unit.user(actor.user_id)
            new = evolve(
                old,
                **changes(patch),
                updated_at=self.means.now(),
                version=old.version if version is None else version,
            )
            user = unit.replace_user(new)
        self.means.known.change(user.id)
        self.means.tell([UserUpdated.by(actor)])
        return profile_of(user, actor)

    def workspace(self, actor: Actor) -> Workspace:
        """Return the actor's workspace."""
        with self.means.directory.view() as unit:
            return unit.workspace(actor.workspace_id)

    def update_workspace(
        self,
        actor: Actor,
        patch: WorkspacePatch,
        *,
        version: int | None = None,
    ) -> Workspace:
        """Change the actor's workspace, which they must own.

        Raises:
            ForbiddenError: They do not.
            InvalidError: A field breaks a rule.
            StaleError: The workspace has another version by now.
        """
        actor.must(Role.OWNER)
        with self.means.directory.open() as unit:
            old = unit.workspace(actor.workspace_id)
            new = evolve(
                old,
                **changes(patch),
                updated_at=self.means.now(),
                version=old.version if version is None else version,
            )
            workspace = unit.replace_workspace(new)
        self.means.known.change(workspace.id)
        self.means.tell(
            [WorkspaceUpdated(workspace_id=workspace.id, workspace=workspace)]
        )
        return workspace

    def members(self, actor: Actor) -> tuple[Member, ...]:
        """Return who works in the actor's workspace, the oldest first."""
        with self.means.directory.view() as unit:
            return tuple(
                Member(
                    user_id=user.id,
                    name=user.name,
                    email=user.email,
                    role=membership.role,
                    since=membership.created_at,
                )
                for membership in unit.members(actor.workspace_id)
                for user in [unit.user(membership.user_id)]
            )
