from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from attrs import define

from earntrack_adapters.memory.directory import (
    MemoryDirectory,
    MemoryDirectoryUnit,
    Registers,
)
from earntrack_core.identity.events import UserRegistered
from earntrack_core.identity.model import NewUser
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import (
    DuplicateError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from tests.unit.identity.people import ADA, BOB, OTHER, PASSWORD, Town


@pytest.fixture(name="people")
def _people(town):
    return town.identity.people


class TestAdd:
    def test_needs_no_mail(self, town, people):
        """Whom the operator adds can sign in at once."""
        actor = people.add(NewUser(email=ADA, password=PASSWORD), plan="pro")

        assert actor.plan == "pro"
        assert town.sign_in()
        assert town.mailbox.messages == []
        assert town.facts[0] == UserRegistered.by(actor)

    def test_an_administrator(self, people):
        """Who runs the installation has a role of their own."""
        actor = people.add(
            NewUser(email=ADA, password=PASSWORD),
            plan="admin",
            role=Role.ADMIN,
        )

        assert actor.may(Role.ADMIN)

    def test_only_once(self, people):
        """The operator is told that there is one already."""
        people.add(NewUser(email=ADA, password=PASSWORD))

        with pytest.raises(DuplicateError) as caught:
            people.add(NewUser(email=ADA.upper(), password=OTHER))

        assert caught.value.field == "email"

    @pytest.mark.parametrize(
        "change", [{"password": "short"}, {"plan": "gold"}]
    )
    def test_has_bounds(self, town, people, change):
        """A bad value leaves nothing behind."""
        given = {"password": PASSWORD, "plan": "free"} | change

        with pytest.raises(InvalidError):
            people.add(
                NewUser(email=ADA, password=given["password"]),
                plan=given["plan"],
            )

        assert town.user() is None


class TestActorOf:
    def test_finds_by_address(self, town):
        """A host names its user by the address."""
        ada = town.settled()

        assert town.identity.actor(f" {ADA.upper()}") == ada

    @pytest.mark.parametrize("email", [BOB, "", "nonsense"])
    def test_nobody(self, town, email):
        """An address of nobody is an error that says so."""
        town.settled()

        with pytest.raises(NotFoundError):
            town.identity.actor(email)

    def test_not_who_was_shut_out(self, town):
        """An inactive user does not act."""
        town.settled()
        town.shut_out()

        with pytest.raises(NotFoundError):
            town.identity.actor(ADA)

    def test_not_who_works_nowhere(self, town):
        """A user without a workspace does not act."""
        town.settled()
        with town.directory.open() as unit:
            unit.registers.memberships.clear()

        with pytest.raises(NotFoundError):
            town.identity.actor(ADA)


class TestLocalActor:
    def test_is_made_once(self, town):
        """A program without sign-in has one user, with the full plan."""
        first = town.identity.local_actor(currency="EUR", zone="Europe/Oslo")
        second = town.identity.local_actor(currency="JPY")

        assert first == second
        assert (first.role, first.plan) == ("owner", "business")
        assert (first.currency, first.zone) == ("EUR", "Europe/Oslo")

    def test_is_made_once_at_once(self, town):
        """Programs that start together have the same user."""
        with ThreadPoolExecutor(8) as pool:
            actors = set(
                pool.map(lambda _: town.identity.local_actor(), range(30))
            )

        assert len(actors) == 1

    def test_loses_a_race(self):
        """Who finds another there when it is its turn takes that one."""
        town = Town(directory=BlindDirectory())
        first = town.identity.local_actor()
        town.directory.blind = True

        assert town.identity.local_actor() == first


@define(slots=False)
class BlindDirectory(MemoryDirectory):
    """A directory whose views are from before all began."""

    blind: bool = False

    @contextmanager
    def view(self):
        with super().view() as unit:
            yield MemoryDirectoryUnit(Registers()) if self.blind else unit


class TestPurge:
    def test_forgets_what_is_over(self, town, people):
        """Ended sessions, old tickets and old attempts take no room."""
        ada = town.settled()
        town.sign_in()
        town.sign_in_browser()
        town.accounts.request_reset(ADA)
        with pytest.raises(UnauthenticatedError):
            town.sign_in(OTHER)
        town.sessions.sign_out_all(ada)
        assert people.purge() == 2
        town.clock.move(timedelta(days=1))

        assert people.purge() == 4

        kept = town.sign_in()
        assert people.purge() == 0
        assert town.identity.authenticate(kept.access_token)
