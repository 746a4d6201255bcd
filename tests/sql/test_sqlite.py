"""What is special about SQLite."""

import sqlite3
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sql_makers import a_platform, an_earning, store

from earntrack_core.earnings.filters import ALL
from earntrack_core.kernel.errors import DuplicateError, UnavailableError
from earntrack_core.platforms.model import PlatformFilter


EVERY = PlatformFilter()


def together(count, work):
    """Run something in many threads that start at once."""
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


class TestFile:
    def test_is_for_its_owner_alone(self, on_sqlite, tmp_path):
        """Nobody else on the machine may read what somebody earns."""
        mode = (tmp_path / "earn.db").stat().st_mode

        assert stat.S_IMODE(mode) == 0o600

    def test_in_a_folder_that_is_not_there(self, open_storage, tmp_path):
        """The error says which file cannot be made."""
        with pytest.raises(UnavailableError, match="nowhere"):
            open_storage(f"sqlite:///{tmp_path}/nowhere/earn.db")

    def test_that_is_something_else(self, open_storage, tmp_path):
        """A file of another kind is left alone."""
        path = tmp_path / "letter.txt"
        path.write_text("Dear diary, " * 500)

        with pytest.raises(UnavailableError, match="not a SQLite database"):
            open_storage(f"sqlite:///{path}")
        assert path.read_text().startswith("Dear diary")

    def test_without_tables(self, open_storage, sqlite_url, ada):
        """Who forgot to prepare it is told what to do."""
        storage = open_storage(sqlite_url)

        with (
            storage.view(ada) as unit,
            pytest.raises(UnavailableError, match="earntrack migrate"),
        ):
            unit.earnings.count(ALL)

    def test_is_in_wal_mode(self, on_sqlite, tmp_path):
        """So that readers and writers do not wait for each other."""
        with sqlite3.connect(tmp_path / "earn.db") as connection:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        connection.close()

        assert mode == "wal"

    def test_that_others_write_to_for_too_long(self, on_sqlite, ada, tmp_path):
        """Another program that does not let go is an error, in time."""
        with alone(on_sqlite) as connection:
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA busy_timeout = 10")
        other = sqlite3.connect(tmp_path / "earn.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(UnavailableError, match="another program"):
            store(on_sqlite, ada, platforms=[a_platform(ada)])
        other.execute("ROLLBACK")
        other.close()
        store(on_sqlite, ada, platforms=[a_platform(ada)])


class TestMemory:
    def test_is_private(self, open_storage, ada):
        """Two databases in memory have nothing in common."""
        one, two = open_storage("sqlite://"), open_storage("sqlite://")
        one.prepare()
        two.prepare()
        store(one, ada, platforms=[a_platform(ada)])

        with two.view(ada) as unit:
            assert unit.platforms.count(EVERY) == 0

    def test_is_shared_by_threads(self, open_storage, ada):
        """All threads see and write the same."""
        storage = open_storage("sqlite://")
        storage.prepare()

        def add(number):
            store(storage, ada, platforms=[a_platform(ada, f"P{number}")])
            with storage.view(ada) as unit:
                return unit.platforms.count(EVERY)

        counts = together(8, add)

        assert max(counts) == 8


class TestThreads:
    def test_read_then_write_one_after_the_other(self, on_sqlite, ada):
        """What a unit read is still so when it writes."""

        def add(number):
            with on_sqlite.begin(ada) as unit:
                seen = unit.platforms.count(EVERY)
                unit.platforms.add(a_platform(ada, f"P{number}"))
            return seen

        seen = together(8, add)

        assert sorted(seen) == list(range(8))

    def test_do_not_wait_to_read(self, on_sqlite, ada):
        """A unit that reads goes on while another one writes."""
        platform = a_platform(ada)
        with on_sqlite.begin(ada) as unit:
            unit.platforms.add(platform)
            unit.platforms.count(EVERY)
            with ThreadPoolExecutor(1) as pool:
                seen = pool.submit(count_platforms, on_sqlite, ada).result()

        assert seen == 0
        assert count_platforms(on_sqlite, ada) == 1

    def test_see_one_moment_in_a_unit_that_reads(self, on_sqlite, ada):
        """What is written meanwhile is not seen."""
        with on_sqlite.view(ada) as unit:
            before = unit.platforms.count(EVERY)
            store(on_sqlite, ada, platforms=[a_platform(ada)])
            after = unit.platforms.count(EVERY)

        assert (before, after) == (0, 0)

    def test_that_would_wait_for_themselves_are_told(self, on_sqlite, ada):
        """A unit inside of a unit that writes is a mistake, not a wait."""
        with on_sqlite.begin(ada) as unit:
            unit.platforms.count(EVERY)
            with pytest.raises(RuntimeError, match="open already"):
                store(on_sqlite, ada, platforms=[a_platform(ada)])

    def test_share_commits_but_not_errors(self, on_sqlite, ada):
        """Units that wait are stored together, each with its own answer."""
        platform = a_platform(ada)
        store(on_sqlite, ada, platforms=[platform])
        twin = an_earning(ada, platform.id)
        store(on_sqlite, ada, twin)
        fresh = [an_earning(ada, platform.id) for _ in range(5)]
        statements = []

        with ThreadPoolExecutor(10) as pool, alone(on_sqlite) as connection:
            connection.set_trace_callback(statements.append)
            stored = [pool.submit(store, on_sqlite, ada, x) for x in fresh]
            failed = [
                pool.submit(store, on_sqlite, ada, twin) for _ in range(5)
            ]
            while len(on_sqlite.engine.combiner.waiting) < 9:
                time.sleep(0.001)

        for one in stored:
            one.result()
        for one in failed:
            with pytest.raises(DuplicateError):
                one.result()
        assert statements.count("COMMIT") == 2
        with on_sqlite.view(ada) as unit:
            assert unit.earnings.count(ALL) == 6
            assert unit.log.bounds() == (1, 6)


@contextmanager
def alone(storage):
    """Keep all units that write waiting; lend their connection."""
    connection = storage.engine.begin()
    try:
        yield connection
    finally:
        storage.engine.rollback()
        storage.engine.turn.release()


def count_platforms(storage, actor):
    """Return how many platforms there are."""
    with storage.view(actor) as unit:
        return unit.platforms.count(EVERY)
