"""What every storage promises about units: all of it, or nothing."""
# ruff: noqa: PT012, S101 -- a contract is made of tests, on whole units

import json
from contextlib import suppress
from threading import Event as Flag
from threading import Thread

import pytest

from earntrack_core.hookspecs import Storage
from earntrack_core.joining import JoinedUnits
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    NotFoundError,
)
from earntrack_core.kernel.events import Event
from earntrack_core.platforms.events import platform_changed
from earntrack_core.platforms.model import Platform, PlatformFilter
from earntrack_core.testing.makers import (
    a_platform,
    a_reply,
    an_actor,
    an_earning,
)


ANY = PlatformFilter()


class StopError(Exception):
    """What goes wrong in a host."""


def listed(storage: Storage, actor: Actor, *names: str) -> list[Platform]:
    """Store platforms in one unit, with an event each."""
    platforms = [a_platform(actor, name) for name in names]
    with storage.begin(actor) as unit:
        for platform in platforms:
            unit.platforms.add(platform)
            unit.emit(platform_changed("created", platform))
    return platforms


def count(storage: Storage, actor: Actor) -> int:
    """Return how many platforms an actor has."""
    with storage.view(actor) as unit:
        return unit.platforms.count(ANY)


def numbers(storage: Storage, actor: Actor) -> list[int]:
    """Return the numbers of an actor's events."""
    with storage.view(actor) as unit:
        return [event.number for event in unit.log.since(0)]


class UnitsContract:
    """What every storage promises about units and their events."""

    def test_failed_unit_leaves_no_trace(
        self, storage: Storage, told: list[Event]
    ) -> None:
        """An exception takes back the changes and silences the events."""
        actor = an_actor()
        [platform] = listed(storage, actor, "Upwork")
        told.clear()

        def fail() -> None:
            with storage.begin(actor) as unit:
                unit.platforms.remove(platform.id)
                other = a_platform(actor, "Etsy")
                unit.platforms.add(other)
                unit.earnings.add(an_earning(actor, other))
                unit.remember(a_reply())
                unit.emit(platform_changed("created", other))
                raise StopError

        with pytest.raises(StopError):
            fail()

        assert told == []
        assert numbers(storage, actor) == [1]
        with storage.view(actor) as unit:
            assert list(unit.platforms.find(ANY)) == [platform]
            assert unit.earnings.span() is None
            assert unit.recall("key") is None

    def test_unit_refused_at_its_end_leaves_no_trace(
        self, storage: Storage, told: list[Event]
    ) -> None:
        """What is refused late, at the commit, takes everything back too."""
        actor = an_actor()
        nowhere = a_platform(actor)

        with pytest.raises(NotFoundError), storage.begin(actor) as unit:
            unit.emit(platform_changed("created", nowhere))
            unit.platforms.add(a_platform(actor, "Etsy"))
            unit.earnings.add(an_earning(actor, nowhere))

        assert told == []
        assert count(storage, actor) == 0
        assert numbers(storage, actor) == []

    def test_events_are_numbered_without_gap(self, storage: Storage) -> None:
        """Numbers count from one; no failure takes one away."""
        actor = an_actor()
        listed(storage, actor, "One", "Two")
        with pytest.raises(StopError), storage.begin(actor) as unit:
            unit.emit(platform_changed("created", a_platform(actor)))
            raise StopError
        listed(storage, actor, "Three")

        assert numbers(storage, actor) == [1, 2, 3]

    def test_events_are_kept_as_they_are_told(
        self, storage: Storage, told: list[Event]
    ) -> None:
        """Who comes later reads what the others were told."""
        actor = an_actor()
        [platform] = listed(storage, actor, "Upwork")

        with storage.view(actor) as unit:
            [event] = unit.log.since(0)
        assert event.topic == "platform:created"
        assert json.loads(event.data)["platform"]["name"] == "Upwork"
        assert event.at.utcoffset() is not None
        assert told[-1] == platform_changed("created", platform)

    def test_events_after_a_number(self, storage: Storage) -> None:
        """A listener goes on after the last number that it saw."""
        actor = an_actor()
        listed(storage, actor, "One", "Two", "Three")

        with storage.view(actor) as unit:
            found = unit.log.since(1, limit=1)
            assert [event.number for event in found] == [2]
            assert list(unit.log.since(3)) == []
            assert unit.log.bounds() == (1, 3)

    def test_events_are_told_after_the_commit(
        self, storage: Storage, told: list[Event]
    ) -> None:
        """Nobody hears of what may still be taken back."""
        actor = an_actor()
        platform = a_platform(actor)

        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            event = platform_changed("created", platform)
            unit.emit(event)
            assert list(unit.events) == [event]
            assert event not in told

        assert told[-1:] == [event]

    def test_answer_is_recalled(self, storage: Storage) -> None:
        """What was answered once can be answered again, byte for byte."""
        actor = an_actor()
        reply = a_reply("a" * 64, status=204, body=bytes(range(256)))
        with storage.begin(actor) as unit:
            unit.remember(reply)

        with storage.view(actor) as unit:
            assert unit.recall("a" * 64) == reply
            assert unit.recall("b") is None

    def test_answer_twice(self, storage: Storage) -> None:
        """A key that was used takes back the unit that uses it again."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            unit.remember(a_reply())

        with (
            pytest.raises(DuplicateError) as refused,
            storage.begin(actor) as unit,
        ):
            unit.platforms.add(a_platform(actor))
            unit.remember(a_reply(digest="other"))

        assert refused.value.kind == "reply"
        assert count(storage, actor) == 0

    def test_view_is_for_reading(self, storage: Storage) -> None:
        """A unit that only reads stores nothing."""
        actor = an_actor()

        with pytest.raises(RuntimeError), storage.view(actor) as unit:
            unit.platforms.add(a_platform(actor))

        assert count(storage, actor) == 0

    def test_lock_is_held_to_the_end(self, storage: Storage) -> None:
        """Who waits for a lock sees what its holder stored."""
        actor = an_actor()
        waiting, seen = Flag(), []

        def second() -> None:
            waiting.set()
            with storage.begin(actor) as unit:
                unit.lock("imports")
                seen.append(unit.platforms.count(ANY))

        thread = Thread(target=second)
        with storage.begin(actor) as unit:
            unit.lock("imports")
            thread.start()
            waiting.wait()
            unit.platforms.add(a_platform(actor))
        thread.join()

        assert seen == [1]

    def test_lock_counts_right_under_many_threads(
        self, storage: Storage
    ) -> None:
        """What is counted under a lock and then stored is never too many."""
        actor = an_actor()
        most = 3

        def one(number: int) -> None:
            with storage.begin(actor) as unit:
                unit.lock("platforms")
                if unit.platforms.count(ANY) < most:
                    unit.platforms.add(a_platform(actor, f"No {number}"))

        threads = [Thread(target=one, args=(at,)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert count(storage, actor) == most

    def test_joined_units_are_one(
        self, storage: Storage, told: list[Event]
    ) -> None:
        """What is done together is stored and told together."""
        actor = an_actor()
        units = JoinedUnits(storage)

        def both() -> None:
            with units.begin(actor):
                with units.begin(actor) as unit:
                    platform = a_platform(actor)
                    unit.platforms.add(platform)
                    unit.emit(platform_changed("created", platform))
                with units.view(actor) as unit:
                    assert unit.platforms.count(ANY) == 1
                raise StopError

        with pytest.raises(StopError):
            both()

        assert told == []
        assert count(storage, actor) == 0

    def test_joined_unit_that_failed(self, storage: Storage) -> None:
        """Who swallows a failure inside does not store one half of it."""
        actor = an_actor()
        units = JoinedUnits(storage)

        def inner() -> None:
            with units.begin(actor) as unit:
                unit.platforms.add(a_platform(actor))
                raise StopError

        def outer() -> None:
            with units.begin(actor), suppress(StopError):
                inner()

        with pytest.raises(ConflictError):
            outer()

        assert count(storage, actor) == 0

    def test_works_after_many_failures(self, storage: Storage) -> None:
        """No failure leaves a connection or a lock behind."""
        actor = an_actor()
        for _ in range(20):
            with suppress(StopError), storage.begin(actor) as unit:
                unit.lock("imports")
                raise StopError

        assert listed(storage, actor, "Upwork")

    def test_upkeep_of_a_sound_book(self, storage: Storage) -> None:
        """It answers, and nothing contradicts itself."""
        actor = an_actor()
        [platform] = listed(storage, actor, "Upwork")
        with storage.begin(actor) as unit:
            unit.earnings.add(an_earning(actor, platform))

        storage.prepare()
        storage.ping()

        mine = str(actor.workspace_id)
        assert [one for one in storage.check() if mine in one] == []
