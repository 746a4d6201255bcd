from datetime import timedelta

import pytest
from attrs import evolve

from earntrack_core.identity.events import UserUpdated, WorkspaceUpdated
from earntrack_core.identity.model import (
    Membership,
    ProfilePatch,
    WorkspacePatch,
)
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import (
    ForbiddenError,
    InvalidError,
    StaleError,
)
from tests.unit.identity.people import ADA, BOB


@pytest.fixture(name="ada")
def _ada(town):
    """A user who may sign in."""
    return town.settled(name="Ada")


@pytest.fixture(name="profiles")
def _profiles(town):
    return town.identity.profiles


class TestMe:
    def test_shows_no_secret(self, ada, profiles):
        """What users see of themselves has nothing of their password."""
        me = profiles.me(ada)

        assert (me.email, me.name, me.email_verified) == (ADA, "Ada", True)
        assert (me.role, me.plan) == ("owner", "free")
        assert "argon2" not in str(me)

    def test_is_changed(self, town, ada, profiles):
        """Name and language are the user's to choose."""
        me = profiles.update_me(
            ada, ProfilePatch(name=" Ada L. ", locale="de")
        )

        assert (me.name, me.locale, me.version) == ("Ada L.", "de", 2)
        assert profiles.me(ada) == me
        assert town.facts[-1] == UserUpdated.by(ada)

    def test_what_is_not_said_stays(self, ada, profiles):
        """A patch changes what it names."""
        me = profiles.update_me(ada, ProfilePatch(locale="fr"))

        assert me.name == "Ada"

    def test_counts_at_once(self, town, ada, profiles):
        """The next request speaks the new language, in all processes."""
        other = town.another()
        token = town.sign_in().access_token
        for identity in (town.identity, other):
            identity.authenticate(token)

        profiles.update_me(ada, ProfilePatch(locale="de"))

        for identity in (town.identity, other):
            assert identity.authenticate(token)[0].locale == "de"

    def test_has_bounds(self, ada, profiles):
        """A bad value changes nothing."""
        with pytest.raises(InvalidError):
            profiles.update_me(ada, ProfilePatch(name="x" * 101))

        assert profiles.me(ada).version == 1

    def test_if_still_the_same(self, ada, profiles):
        """Who read an older version is told, not overruled."""
        profiles.update_me(ada, ProfilePatch(name="A"), version=1)

        with pytest.raises(StaleError):
            profiles.update_me(ada, ProfilePatch(name="B"), version=1)
        assert profiles.update_me(ada, ProfilePatch(name="B"), version=2)


class TestWorkspace:
    def test_is_changed_by_its_owner(self, town, ada, profiles):
        """Currency, zone and week begin where the owner says."""
        patch = WorkspacePatch(
            name="Studio", currency="EUR", zone="Europe/Rome", first_weekday=6
        )

        workspace = profiles.update_workspace(ada, patch)

        assert profiles.workspace(ada) == workspace
        assert (workspace.currency, workspace.first_weekday) == ("EUR", 6)
        assert town.facts[-1] == WorkspaceUpdated(
            workspace_id=ada.workspace_id, workspace=workspace
        )

    def test_counts_at_once(self, town, ada, profiles):
        """The next request calculates with the new settings."""
        changed = []
        town.identity.on_changed(lambda: changed.append(1))
        token = town.sign_in().access_token
        town.identity.authenticate(token)

        profiles.update_workspace(ada, WorkspacePatch(currency="JPY"))

        assert town.identity.authenticate(token)[0].currency == "JPY"
        assert changed

    @pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
    def test_not_by_others(self, town, ada, profiles, role):
        """Only an owner changes what all calculate with."""
        bob = joined(town, ada, role)

        with pytest.raises(ForbiddenError):
            profiles.update_workspace(bob, WorkspacePatch(name="Mine"))

    def test_never_its_plan(self, ada, profiles):
        """Nobody gives themselves a better plan."""
        assert not hasattr(WorkspacePatch(), "plan")
        assert profiles.workspace(ada).plan == "free"

    def test_if_still_the_same(self, ada, profiles):
        """Who read an older version is told, not overruled."""
        profiles.update_workspace(ada, WorkspacePatch(name="A"), version=1)

        with pytest.raises(StaleError):
            profiles.update_workspace(ada, WorkspacePatch(name="B"), version=1)


class TestMembers:
    def test_see_each_other(self, town, ada, profiles):
        """All who work in a workspace are listed, the oldest first."""
        joined(town, ada, Role.MEMBER)

        members = profiles.members(ada)

        assert [(one.email, one.role) for one in members] == [
            (ADA, "owner"),
            (BOB, "member"),
        ]


def joined(town, ada, role):
    """Let Bob work in Ada's workspace."""
    town.clock.move(timedelta(seconds=1))
    bob = town.settled(BOB)
    with town.directory.open() as unit:
        unit.add_membership(
            Membership(
                user_id=bob.user_id,
                workspace_id=ada.workspace_id,
                role=role,
                created_at=town.clock(),
            )
        )
    return evolve(bob, workspace_id=ada.workspace_id, role=role)
