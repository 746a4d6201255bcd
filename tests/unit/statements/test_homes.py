"""Where statements are booked."""

import pytest
from attrs import evolve

from earntrack_core.kernel.errors import (
    NotFoundError,
    PlanLimitError,
    WrongStateError,
)
from earntrack_core.testing.makers import a_platform, an_actor
from tests.unit.statements.slips import Desk, slips


SALE = "a earning 2026-01-05 gross=1"


@pytest.fixture(name="desk")
def _desk():
    return Desk()


def added(desk, name, **fields):
    platform = a_platform(desk.actor, name, **fields)
    with desk.storage.begin(desk.actor) as unit:
        unit.platforms.add(platform)
    return platform


class TestHome:
    def test_is_made_as_it_is_known(self, desk):
        """The first statement of a platform makes the platform."""
        desk.book(slips(SALE))

        [home] = desk.platforms()
        assert (home.key, home.name) == ("shop", "The Shop")
        assert home.category == "shops"

    def test_is_made_of_its_key(self, desk):
        """A platform that nobody knows is called after its key."""
        desk.book(slips(SALE, platform="dog_walks"))

        assert desk.platforms()[0].name == "Dog Walks"

    def test_is_found_by_its_key(self, desk):
        """Further statements go to the same place, whatever its name."""
        own = added(desk, "My little shop", key="shop")

        desk.book(slips(SALE))

        assert desk.platforms() == [own]
        assert desk.earnings()[0].platform_id == own.id

    def test_is_found_by_its_name(self, desk):
        """One of that name that has no key is taken for it."""
        own = added(desk, "The Shop")

        desk.book(slips(SALE))

        [home] = desk.platforms()
        assert (home.id, home.key, home.version) == (own.id, "shop", 2)

    def test_name_is_taken(self, desk):
        """One of that name with another key is another one."""
        added(desk, "The Shop", key="other")
        added(desk, "The Shop 2")

        desk.book(slips(SALE))

        [home] = [one.name for one in desk.platforms() if one.key == "shop"]
        assert home == "The Shop 3"

    def test_is_chosen(self, desk):
        """The user may say where it belongs."""
        own = added(desk, "Elsewhere")

        desk.book(slips(SALE), platform_id=own.id)

        assert desk.earnings()[0].platform_id == own.id
        assert desk.platforms() == [own]

    def test_is_of_somebody_else(self, desk):
        """What is not there cannot be chosen; nothing is stored."""
        stranger = a_platform(an_actor())

        with pytest.raises(NotFoundError):
            desk.book(slips(SALE), platform_id=stranger.id)

        assert desk.lines() == []
        assert desk.files.names() == []


class TestPlan:
    def test_fourth_platform_of_three(self):
        """A plan's limit stops an import before anything is stored."""
        desk = Desk(actor=an_actor(plan="free"))
        for name in ("a", "b", "c"):
            desk.book(slips(SALE, platform=name))
        before = desk.portrait()

        with pytest.raises(PlanLimitError):
            desk.book(slips(SALE, platform="d"))

        assert desk.portrait() == before
        assert len(desk.platforms()) == 3
        assert desk.files.names() == []
        assert len(desk.service.batches(desk.actor).items) == 3

    def test_undone_import_frees_its_place(self):
        """A platform that only an undone import needed counts no more."""
        desk = Desk(actor=an_actor(plan="free"))
        reports = [
            desk.book(slips(SALE, platform=name)) for name in ("a", "b", "c")
        ]
        desk.undo(reports[0])

        desk.book(slips(SALE, platform="d"))

        assert {one.key for one in desk.platforms()} == {"b", "c", "d"}


class TestLeaving:
    def test_in_any_order(self, desk):
        """A platform goes with the last import that needs it."""
        first, second = desk.book(slips(SALE)), desk.book(slips(SALE, "skip"))
        desk.undo(first)
        assert len(desk.platforms()) == 1

        desk.undo(second)

        assert desk.platforms() == []

    def test_platform_of_the_user_stays(self, desk):
        """What the user made is the user's to remove."""
        own = added(desk, "Mine", key="shop")
        report = desk.book(slips(SALE))

        batch = desk.undo(report)

        assert desk.platforms() == [own]
        assert batch.platform_id == own.id

    def test_platform_that_the_user_changed_stays(self, desk):
        """What the user cares about is not taken away."""
        report = desk.book(slips(SALE))
        [home] = desk.platforms()
        with desk.storage.begin(desk.actor) as unit:
            unit.platforms.replace(evolve(home, colour="#000000"))

        desk.undo(report)

        assert len(desk.platforms()) == 1

    def test_twice(self, desk):
        """What is undone cannot be undone again."""
        report = desk.book(slips(SALE))
        desk.undo(report)

        with pytest.raises(WrongStateError):
            desk.undo(report)

    def test_what_never_was(self, desk):
        """Nor what was never imported."""
        report = Desk().book(slips(SALE))

        with pytest.raises(NotFoundError):
            desk.undo(report)
