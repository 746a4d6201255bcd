"""Errors of the databases arrive as errors of the core."""

import pytest
from attrs import evolve
from sql_makers import a_key, a_platform, an_earning, store

from earntrack_core.earnings.filters import ALL
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from earntrack_core.ports.storage import Reply


@pytest.fixture(name="etsy")
def _etsy(storage, ada):
    """A second platform of Ada's."""
    platform = a_platform(ada, "Etsy")
    store(storage, ada, platforms=[platform])
    return platform


class TestDuplicates:
    def test_name_the_field_and_the_value(self, storage, ada, upwork):
        """A second platform of one name is refused, and the name told."""
        twin = a_platform(ada)

        with pytest.raises(DuplicateError) as caught:
            store(storage, ada, platforms=[twin])

        error = caught.value
        told = (error.kind, error.field, error.value)
        assert told == ("platform", "name", "Upwork")

    def test_in_a_change_are_told_at_once(self, storage, ada, upwork, etsy):
        """A platform cannot take the name of another one."""
        with (
            storage.begin(ada) as unit,
            pytest.raises(DuplicateError, match="name Upwork"),
        ):
            unit.platforms.replace(evolve(etsy, name="Upwork"))

    def test_among_many_name_the_one(self, storage, ada, upwork):
        """Of many new earnings, the one that exists already is named."""
        known, one, two = (an_earning(ada, upwork.id) for _ in range(3))
        store(storage, ada, known)

        with pytest.raises(DuplicateError) as caught:
            store(storage, ada, one, known, two)
        assert caught.value.value == known.id

    def test_leave_nothing_of_the_unit(self, storage, ada, upwork, told):
        """With one duplicate, nothing of the unit is stored or told."""
        known, other = (an_earning(ada, upwork.id) for _ in range(2))
        store(storage, ada, known)

        with pytest.raises(DuplicateError):
            store(storage, ada, other, known)
        with storage.view(ada) as unit:
            assert unit.earnings.find(ALL) == [known]
            assert unit.earnings.totals(ALL)[0].count == 1
            assert unit.log.bounds() == (1, 1)
        assert [event.earning for event in told] == [known]

    def test_of_replies_take_the_unit_along(self, storage, ada, upwork):
        """A request that was answered before takes no effect again."""
        reply = Reply(key="k", digest="d", status=201, body=b"{}")
        earning = an_earning(ada, upwork.id)
        store(storage, ada, replies=[reply])

        with pytest.raises(DuplicateError) as caught:
            store(storage, ada, earning, replies=[reply])
        assert (caught.value.kind, caught.value.value) == ("reply", "k")
        with storage.view(ada) as unit:
            assert unit.recall("k") == reply
            assert unit.earnings.count(ALL) == 0


class TestReferences:
    def test_to_nothing_are_not_found(self, storage, ada, upwork):
        """An earning on a platform that there is not names the platform."""
        nowhere = a_key()

        with pytest.raises(NotFoundError) as caught:
            store(storage, ada, an_earning(ada, nowhere))
        assert (caught.value.kind, caught.value.key) == ("platform", nowhere)

    def test_among_many_name_the_one(self, storage, ada, upwork):
        """Of many new earnings, the one that refers to nothing is found."""
        nowhere = a_key()
        good, bad = an_earning(ada, upwork.id), an_earning(ada, nowhere)

        with pytest.raises(NotFoundError) as caught:
            store(storage, ada, good, bad)
        assert caught.value.key == nowhere

    def test_into_another_workspace_are_not_found(
        self, storage, ada, bob, upwork
    ):
        """What is not yours does not exist, not even for the database."""
        with pytest.raises(NotFoundError) as caught:
            store(storage, bob, an_earning(bob, upwork.id))
        assert caught.value.key == upwork.id

    def test_keep_what_they_refer_to(self, storage, ada, upwork):
        """A platform with earnings cannot be removed."""
        store(storage, ada, an_earning(ada, upwork.id))

        with storage.begin(ada) as unit, pytest.raises(ConflictError):
            unit.platforms.remove(upwork.id)
        with storage.view(ada) as unit:
            assert unit.platforms.get(upwork.id) == upwork


class TestUnits:
    def test_go_on_after_an_error_that_was_told_at_once(
        self, storage, ada, upwork, etsy
    ):
        """A refused change is taken back alone; what was done before stays."""
        earning = an_earning(ada, upwork.id)

        with storage.begin(ada) as unit:
            unit.earnings.add(earning)
            with pytest.raises(DuplicateError):
                unit.platforms.replace(evolve(etsy, name="Upwork"))
            unit.platforms.replace(evolve(etsy, name="Fiverr"))

        with storage.view(ada) as unit:
            assert unit.platforms.get(etsy.id).name == "Fiverr"
            assert unit.earnings.find(ALL) == [earning]

    def test_are_over_after_an_error_that_came_late(
        self, storage, ada, upwork
    ):
        """Who swallows what a queued change brings cannot store the rest."""

        def swallow():
            with storage.begin(ada) as unit:
                unit.earnings.add(an_earning(ada, a_key()))
                with pytest.raises(NotFoundError):
                    unit.earnings.count(ALL)
                unit.earnings.add(an_earning(ada, upwork.id))

        with pytest.raises(NotFoundError):
            swallow()
        with storage.view(ada) as unit:
            assert unit.earnings.count(ALL) == 0

    def test_are_taken_back_by_any_error(self, storage, ada, upwork):
        """What was already sent to the database goes with the rest."""

        def fail():
            with storage.begin(ada) as unit:
                unit.earnings.add(an_earning(ada, upwork.id))
                assert unit.earnings.count(ALL) == 1
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        with storage.view(ada) as unit:
            assert unit.earnings.count(ALL) == 0

    def test_that_only_read_refuse_to_write(self, storage, ada, upwork):
        """A mistake in the program shows at once, on every database."""
        earning = an_earning(ada, upwork.id)

        with (
            storage.view(ada) as unit,
            pytest.raises(RuntimeError, match="only reads"),
        ):
            unit.earnings.add(earning)


class TestVersions:
    def test_that_are_old_are_stale(self, storage, ada, upwork):
        """Who changes what somebody else changed meanwhile is told so."""
        with storage.begin(ada) as unit:
            unit.platforms.replace(evolve(upwork, category="work"))

        with storage.begin(ada) as unit, pytest.raises(StaleError):
            unit.platforms.replace(evolve(upwork, category="play"))

    def test_of_earnings_are_checked_before_writing(
        self, storage, ada, upwork
    ):
        """A stale earning among many leaves all as they were."""
        one, two = (an_earning(ada, upwork.id) for _ in range(2))
        store(storage, ada, one, two)
        with storage.begin(ada) as unit:
            newer = unit.earnings.replace(evolve(two, notes="changed"))

        with storage.begin(ada) as unit, pytest.raises(StaleError):
            unit.earnings.replace_all([evolve(one, notes="x"), two])
        with storage.view(ada) as unit:
            assert set(unit.earnings.find(ALL)) == {one, newer}


class TestTexts:
    def test_with_half_characters_are_invalid(self, storage, ada, upwork):
        """Half of a surrogate pair is no text; that is the caller's fault."""
        reply = Reply(key="\ud800", digest="d", status=200, body=b"")

        with pytest.raises(InvalidError):
            store(storage, ada, replies=[reply])

    def test_that_do_not_fit_are_invalid(self, on_postgres, ada):
        """What the database has no room for is the caller's fault, too."""
        reply = Reply(key="k" * 256, digest="d", status=200, body=b"")

        with pytest.raises(InvalidError):
            store(on_postgres, ada, replies=[reply])
