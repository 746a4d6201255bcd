"""People in SQL: what the directory promises to identity."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve
from sql_makers import NOW, a_key

from earntrack_core.identity.model import (
    Attempts,
    Membership,
    Purpose,
    Session,
    SessionKind,
    Ticket,
    User,
    Workspace,
)
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import (
    DuplicateError,
    NotFoundError,
    StaleError,
    UnavailableError,
)


HOUR = timedelta(hours=1)


def a_user(**fields):
    """Return a user with an address of their own."""
    key = a_key()
    return User(
        **{
            "id": key,
            "email": f"{key.hex}@example.org",
            "name": "Ada",
            "password_hash": "hash",
            "created_at": NOW,
            "updated_at": NOW,
        }
        | fields
    )


def a_workspace():
    """Return a workspace."""
    return Workspace(
        id=a_key(),
        name="Ada's",
        currency="EUR",
        zone="Europe/Berlin",
        first_weekday=6,
        created_at=NOW,
        updated_at=NOW,
    )


def a_ticket(user, **fields):
    """Return a ticket of a user's."""
    return Ticket(
        **{
            "digest": a_key().hex,
            "purpose": Purpose.RESET,
            "user_id": user.id,
            "email": "new@example.org",
            "created_at": NOW,
            "expires_at": NOW + HOUR,
        }
        | fields
    )


@pytest.fixture(name="directory")
def _directory(storage):
    """The directory of a storage."""
    return storage.directory


@pytest.fixture(name="user")
def _user(directory):
    """A user who is stored."""
    user = a_user()
    with directory.open() as unit:
        unit.add_user(user)
    return user


@pytest.fixture(name="workspace")
def _workspace(directory):
    """A workspace that is stored."""
    workspace = a_workspace()
    with directory.open() as unit:
        unit.add_workspace(workspace)
    return workspace


@pytest.fixture(name="a_session")
def _a_session(user, workspace):
    """Makes sessions of the user."""

    def make(**fields):
        return Session(
            **{
                "id": a_key(),
                "user_id": user.id,
                "workspace_id": workspace.id,
                "kind": SessionKind.BROWSER,
                "digest": a_key().hex,
                "seal": "seal",
                "created_at": NOW,
                "last_used_at": NOW,
                "expires_at": NOW + HOUR,
            }
            | fields
        )

    return make


class TestUsers:
    def test_come_back_whole(self, directory):
        """Found by id and by address."""
        user = a_user(
            password_hash=None,
            locale="de",
            email_verified_at=NOW,
            active=False,
        )
        with directory.open() as unit:
            unit.add_user(user)

        with directory.view() as unit:
            assert unit.user(user.id) == user
            assert unit.user_by_email(user.email) == user
            assert unit.user_by_email("nobody@example.org") is None

    def test_have_addresses_of_their_own(self, directory, user):
        """New or changed, no address is taken twice; that is told at once."""
        other = a_user()
        with directory.open() as unit:
            unit.add_user(other)
            with pytest.raises(DuplicateError) as caught:
                unit.add_user(a_user(email=user.email))
            with pytest.raises(DuplicateError):
                unit.replace_user(evolve(other, email=user.email))

        error = caught.value
        told = (error.kind, error.field, error.value)
        assert told == ("user", "email", user.email)
        with directory.view() as unit:
            assert unit.user(other.id) == other

    def test_count_their_versions(self, directory, user, workspace):
        """Who read an older version cannot write."""
        with directory.open() as unit:
            newer = unit.replace_user(evolve(user, name="Lovelace"))
            assert unit.replace_workspace(workspace).version == 2
            with pytest.raises(StaleError):
                unit.replace_user(user)
            with pytest.raises(StaleError):
                unit.replace_workspace(workspace)

        with directory.view() as unit:
            assert unit.user(user.id) == newer
            assert newer.version == 2

    def test_who_do_not_exist(self, directory):
        """Users and workspaces that are unknown are an error."""
        with directory.open() as unit:
            for attempt in (
                lambda: unit.user(a_key()),
                lambda: unit.workspace(a_key()),
                lambda: unit.replace_user(a_user()),
                lambda: unit.replace_workspace(a_workspace()),
            ):
                with pytest.raises(NotFoundError):
                    attempt()


class TestMemberships:
    def test_tell_who_works_where(self, directory, user, workspace):
        """From both sides, the oldest first."""
        other = a_user()
        second = a_workspace()
        seats = [
            Membership(
                user_id=person.id,
                workspace_id=place.id,
                role=role,
                created_at=NOW + age * HOUR,
            )
            for person, place, role, age in (
                (user, workspace, Role.OWNER, 2),
                (user, second, Role.VIEWER, 1),
                (other, workspace, Role.MEMBER, 1),
            )
        ]
        with directory.open() as unit:
            unit.add_user(other)
            unit.add_workspace(second)
            for seat in seats:
                unit.add_membership(seat)
            with pytest.raises(DuplicateError) as caught:
                unit.add_membership(seats[0])

        assert (caught.value.kind, caught.value.field) == (
            "membership",
            "user_id",
        )
        with directory.view() as unit:
            assert unit.memberships(user.id) == [seats[1], seats[0]]
            assert unit.members(workspace.id) == [seats[2], seats[0]]
            assert unit.membership(user.id, workspace.id) == seats[0]
            assert unit.membership(other.id, second.id) is None


class TestSessions:
    def test_come_back_whole(self, directory, user, a_session):
        """Found by id, by digest and by user, the newest first."""
        full = a_session(
            kind=SessionKind.API,
            generation=3,
            rotated_at=NOW,
            revoked_at=NOW,
            user_agent="x",
            address="::1",
        )
        bare = a_session()
        with directory.open() as unit:
            unit.add_session(full)
            unit.add_session(bare)

        with directory.view() as unit:
            assert unit.session(full.id) == full
            assert unit.session_by_digest(bare.digest) == bare
            assert unit.sessions(user.id) == [bare, full]
            assert unit.session(a_key()) is None
            assert unit.session_by_digest("nothing") is None

    def test_that_were_revoked_stay_so(self, directory, a_session):
        """No late writer brings one back."""
        session = a_session()
        ended = evolve(session, revoked_at=NOW)
        with directory.open() as unit:
            unit.add_session(session)
            unit.replace_session(ended)
            for late in (session, ended, a_session()):
                with pytest.raises(StaleError):
                    unit.replace_session(late)
            assert unit.session(session.id) == ended

    def test_are_revoked_all_at_once_and_once(
        self, directory, user, a_session
    ):
        """But for the one to keep; those that ended keep their moment."""
        before = a_session(revoked_at=NOW - HOUR)
        one, two, kept = (a_session() for _ in range(3))
        with directory.open() as unit:
            for session in (before, one, two, kept):
                unit.add_session(session)
            ended = unit.revoke_all(user.id, NOW, keep=kept.id)
            assert unit.revoke_all(user.id, NOW + HOUR, keep=kept.id) == []

        assert ended == [two.id, one.id]
        with directory.view() as unit:
            moments = {
                session.id: session.revoked_at
                for session in unit.sessions(user.id)
            }
        assert moments == {
            before.id: NOW - HOUR,
            one.id: NOW,
            two.id: NOW,
            kept.id: None,
        }


class TestTickets:
    def test_are_taken_once(self, directory, user):
        """For their purpose only."""
        ticket = a_ticket(user)
        with directory.open() as unit:
            unit.add_ticket(ticket)

        with directory.open() as unit:
            wrong = unit.take_ticket(ticket.digest, Purpose.VERIFY)
            first = unit.take_ticket(ticket.digest, Purpose.RESET)
            second = unit.take_ticket(ticket.digest, Purpose.RESET)

        assert (wrong, first, second) == (None, ticket, None)

    def test_are_taken_by_one_of_many(self, directory, user):
        """Of several units at the same time, one gets it."""
        ticket = a_ticket(user)
        with directory.open() as unit:
            unit.add_ticket(ticket)

        def take(_):
            with directory.open() as unit:
                return unit.take_ticket(ticket.digest, Purpose.RESET)

        with ThreadPoolExecutor(6) as pool:
            taken = list(pool.map(take, range(6)))

        assert sorted(one is None for one in taken) == [False, *[True] * 5]

    def test_are_dropped_by_purpose(self, directory, user):
        """Those for another purpose stay."""
        reset = a_ticket(user)
        verify = a_ticket(user, purpose=Purpose.VERIFY)
        with directory.open() as unit:
            unit.add_ticket(reset)
            unit.add_ticket(verify)
            unit.drop_tickets(user.id, Purpose.RESET)

            assert unit.take_ticket(reset.digest, Purpose.RESET) is None
            assert unit.take_ticket(verify.digest, Purpose.VERIFY) == verify


class TestAttempts:
    def test_are_counted_under_a_lock(self, directory):
        """Counting from many threads loses nothing."""
        key = a_key().hex

        def count(_):
            with directory.open() as unit:
                unit.lock(key)
                present = unit.attempts(key)
                failures = 1 if present is None else present.failures + 1
                unit.put_attempts(
                    Attempts(key=key, failures=failures, last_at=NOW)
                )

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(count, range(60)))

        with directory.open() as unit:
            assert unit.attempts(key).failures == 60
            unit.drop_attempts(key)
            unit.drop_attempts(key)
            assert unit.attempts(key) is None


class TestPurge:
    def test_forgets_what_is_over(self, directory, user, a_session):
        """And nothing else."""
        with directory.open() as unit:
            unit.purge(NOW)
        live, revoked = a_session(), a_session(revoked_at=NOW)
        expired = a_session(expires_at=NOW)
        good, bad = a_ticket(user), a_ticket(user, expires_at=NOW)
        fresh = Attempts(key=a_key().hex, failures=1, last_at=NOW)
        stale = Attempts(
            key=a_key().hex, failures=1, last_at=NOW - timedelta(days=1)
        )
        with directory.open() as unit:
            for session in (live, revoked, expired):
                unit.add_session(session)
            for ticket in (good, bad):
                unit.add_ticket(ticket)
            for attempts in (fresh, stale):
                unit.put_attempts(attempts)

        with directory.open() as unit:
            assert unit.purge(NOW) == 4
            assert unit.purge(NOW) == 0
            assert unit.sessions(user.id) == [live]
            assert unit.take_ticket(good.digest, good.purpose) == good
            assert unit.attempts(fresh.key) == fresh
            assert unit.attempts(stale.key) is None


class TestUnits:
    def test_store_all_or_nothing(self, directory):
        """An error takes back everything that the unit did."""
        user = a_user()

        def fail():
            with directory.open() as unit:
                unit.add_user(user)
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        with directory.view() as unit:
            assert unit.user_by_email(user.email) is None

    def test_that_read_do_not_write(self, directory):
        """A unit that reads cannot change anything."""
        with (
            directory.view() as unit,
            pytest.raises(RuntimeError, match="only reads"),
        ):
            unit.add_user(a_user())

    def test_without_tables(self, open_storage, sqlite_url):
        """Who forgot to prepare the database is told what to do."""
        directory = open_storage(sqlite_url).directory

        with (
            directory.view() as unit,
            pytest.raises(UnavailableError, match="earntrack migrate"),
        ):
            unit.user(a_key())
