"""Events are numbered without a gap, and told once they are stored."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sql_makers import a_key, a_platform, an_earning, created, listed, store

from earntrack_adapters.sql import outbox
from earntrack_core.kernel.errors import NotFoundError


class TestNumbers:
    def test_begin_with_one_in_each_workspace(self, storage, ada, bob, upwork):
        """Workspaces do not share their numbers."""
        for actor in (ada, bob):
            platform = a_platform(actor, "Etsy")
            with storage.begin(actor) as unit:
                unit.platforms.add(platform)
                unit.emit(listed(platform))

        for actor in (ada, bob):
            with storage.view(actor) as unit:
                assert unit.log.bounds() == (1, 1)

    def test_have_no_gaps_under_many_threads(self, storage, ada, upwork, told):
        """Units that fail, and units at the same time, leave none."""
        start = threading.Barrier(16)

        def work(number):
            start.wait()
            for turn in range(10):
                fails = (number + turn) % 5 == 0
                platform_id = a_key() if fails else upwork.id
                earning = an_earning(ada, platform_id)
                with storage.begin(ada) as unit:
                    if turn % 2:
                        unit.lock("takes another way")
                    unit.earnings.add(earning)
                    unit.emit(created(earning))

        def survive(number):
            try:
                work(number)
            except NotFoundError:
                return 1
            return 0

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(survive, range(16)))

        with storage.view(ada) as unit:
            events = unit.log.since(0)
        count = len(told)
        assert count > 16
        assert [one.number for one in events] == list(range(1, count + 1))
        assert storage.check() == []

    def test_of_a_unit_keep_its_order(self, storage, ada, upwork):
        """What happened first has the lower number."""
        earning = an_earning(ada, upwork.id)
        with storage.begin(ada) as unit:
            unit.emit(listed(upwork))
            unit.earnings.add(earning)
            unit.emit(created(earning))

        with storage.view(ada) as unit:
            topics = [one.topic for one in unit.log.since(0)]
        assert topics == ["platform:created", "earning:created"]

    def test_go_on_after(self, storage, ada, upwork):
        """A client that missed some asks for those after the last it saw."""
        store(storage, ada, *(an_earning(ada, upwork.id) for _ in range(5)))

        with storage.view(ada) as unit:
            found = unit.log.since(2, limit=2)
        assert [one.number for one in found] == [3, 4]


class TestTelling:
    def test_comes_after_storing(self, open_storage, storage, ada, upwork):
        """Who is told of an earning finds it stored."""
        seen = []
        earning = an_earning(ada, upwork.id)

        def look(events):
            with storage.view(ada) as unit:
                seen.extend(unit.earnings.get(e.earning.id) for e in events)

        storage.publish = look
        store(storage, ada, earning)

        assert seen == [earning]

    def test_lets_handlers_write(self, storage, ada, upwork):
        """A handler may open a unit of its own."""
        earning, another = (an_earning(ada, upwork.id) for _ in range(2))

        def react(_):
            storage.publish = lambda _: None
            store(storage, ada, another)

        storage.publish = react
        store(storage, ada, earning)

        with storage.view(ada) as unit:
            assert unit.earnings.get(another.id) == another


class TestTrimming:
    def test_keeps_the_latest(self, storage, ada, upwork, monkeypatch):
        """Beyond a number of events the oldest are dropped, now and then."""
        monkeypatch.setattr(outbox, "KEPT", 10)
        monkeypatch.setattr(outbox, "EVERY", 20)

        for _ in range(45):
            store(storage, ada, an_earning(ada, upwork.id))

        with storage.view(ada) as unit:
            assert unit.log.bounds() == (31, 45)
        assert storage.check() == []

    @pytest.mark.parametrize(
        ("last", "count", "due"),
        [
            (10_000, 1, False),
            (10_499, 1, False),
            (10_500, 1, True),
            (10_501, 1, False),
            (10_501, 2, True),
        ],
    )
    def test_is_due_when_a_mark_is_passed(self, last, count, due):
        """Rarely, and never before there are enough."""
        assert outbox.is_time_to_trim(last, count) is due
