from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve

from earntrack_adapters.memory.clock import MIDNIGHT
from earntrack_adapters.memory.directory import MemoryDirectory
from earntrack_core.identity.model import Attempts
from earntrack_core.identity.rules import join
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import (
    DuplicateError,
    NotFoundError,
    StaleError,
)
from tests.unit.identity.test_model import a_session, a_user, a_workspace


@pytest.fixture(name="directory")
def _directory():
    return MemoryDirectory()


class TestOpen:
    def test_stores_all_or_nothing(self, directory):
        """An error takes back everything that the unit did."""

        def fail():
            with directory.open() as unit:
                unit.put_attempts(failed_once)
                unit.add_user(user)
                unit.add_user(evolve(user, id=a_user().id))

        user = a_user()
        failed_once = Attempts(key="k", failures=1, last_at=MIDNIGHT)

        with pytest.raises(DuplicateError):
            fail()

        with directory.view() as unit:
            assert unit.user_by_email("ada@example.org") is None
            assert unit.attempts("k") is None

    def test_one_after_the_other(self, directory):
        """Counting from many threads loses nothing."""

        def count(_):
            with directory.open() as unit:
                present = unit.attempts("k")
                failures = 1 if present is None else present.failures + 1
                unit.put_attempts(
                    Attempts(key="k", failures=failures, last_at=MIDNIGHT)
                )

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(count, range(100)))

        with directory.view() as unit:
            assert unit.attempts("k").failures == 100


class TestView:
    def test_sees_one_moment(self, directory):
        """What is written meanwhile is not seen."""
        user = a_user()

        with directory.view() as before:
            with directory.open() as unit:
                unit.add_user(user)

            assert before.user_by_email(user.email) is None

    def test_does_not_write(self, directory):
        """A unit that reads cannot change anything."""
        with pytest.raises(TypeError), directory.view() as unit:
            unit.add_user(a_user())


class TestUnit:
    def test_addresses_are_unique(self, directory):
        """No two users share an address, new or changed."""
        ada, bob = a_user(), a_user("bob@example.org")

        with directory.open() as unit:
            unit.add_user(ada)
            unit.add_user(bob)
            with pytest.raises(DuplicateError):
                unit.add_user(a_user())
            with pytest.raises(DuplicateError):
                unit.replace_user(evolve(bob, email=ada.email))

    def test_memberships_are_unique(self, directory):
        """A user works once in a workspace."""
        user, workspace = a_user(), a_workspace()
        membership = join(user, workspace, Role.OWNER, MIDNIGHT)

        with directory.open() as unit:
            unit.add_membership(membership)
            with pytest.raises(DuplicateError):
                unit.add_membership(membership)

    def test_versions_count(self, directory):
        """Who read an older version cannot write."""
        user, workspace = a_user(), a_workspace()

        with directory.open() as unit:
            unit.add_user(user)
            unit.add_workspace(workspace)
            assert unit.replace_user(user).version == 2
            assert unit.replace_workspace(workspace).version == 2
            with pytest.raises(StaleError):
                unit.replace_user(user)
            with pytest.raises(StaleError):
                unit.replace_workspace(workspace)

    def test_what_is_not_there(self, directory):
        """Users and workspaces that are unknown are an error."""
        with directory.view() as unit:
            with pytest.raises(NotFoundError):
                unit.user(a_user().id)
            with pytest.raises(NotFoundError):
                unit.workspace(a_workspace().id)

    def test_a_revoked_session_stays_revoked(self, directory):
        """No late writer brings it back."""
        session = a_session()
        ended = evolve(session, revoked_at=MIDNIGHT)

        with directory.open() as unit:
            unit.add_session(session)
            unit.replace_session(ended)
            for late in (session, ended, a_session()):
                with pytest.raises(StaleError):
                    unit.replace_session(late)
            assert unit.session(session.id) == ended

    def test_revokes_each_once(self, directory):
        """Sessions that were revoked before keep their moment."""
        session = a_session()
        later = MIDNIGHT + timedelta(hours=1)

        with directory.open() as unit:
            unit.add_session(session)
            assert unit.revoke_all(session.user_id, MIDNIGHT) == [session.id]
            assert unit.revoke_all(session.user_id, later) == []
            assert unit.session(session.id).revoked_at == MIDNIGHT
