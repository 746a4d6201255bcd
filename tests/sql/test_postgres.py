"""What is special about PostgreSQL."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from attrs import define, field
from sql_makers import a_key, a_platform, an_earning, store
from sqlalchemy import make_url

from earntrack_adapters.sql.postgres_running import lock_number
from earntrack_core.earnings.filters import ALL
from earntrack_core.kernel.errors import DuplicateError, UnavailableError
from earntrack_core.platforms.model import PlatformFilter
from earntrack_core.ports.storage import Reply


EVERY = PlatformFilter()


def plain(url):
    """Return a URL as psycopg reads it."""
    return str(url).replace("postgresql+psycopg", "postgresql")


@define
class Line:
    """A proxy between us and the server that counts round trips.

    A round trip begins when we speak after the server did.
    """

    target: str
    trips: int = 0
    _listener: socket.socket = field(factory=socket.socket)
    _server_spoke: bool = True

    def __enter__(self):
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = self._connect()
            for one, other, ours in (
                (client, server, True),
                (server, client, False),
            ):
                threading.Thread(
                    target=self._copy, args=(one, other, ours), daemon=True
                ).start()

    def _connect(self):
        url = make_url(self.target)
        folder = url.query.get("host")
        if folder:
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{folder}/.s.PGSQL.{url.port or 5432}")
            return server
        return socket.create_connection((url.host, url.port or 5432))

    def _copy(self, one, other, ours):
        with one, other:
            while data := one.recv(65536):
                if ours and self._server_spoke:
                    self.trips += 1
                self._server_spoke = not ours
                other.sendall(data)


@pytest.fixture(name="line")
def _line(schema):
    """The way to the server, which counts."""
    with Line(schema.app_url) as line:
        yield line


@pytest.fixture(name="over_line")
def _over_line(open_storage, schema, line):
    """A storage whose round trips are counted; its statements are known."""
    url = make_url(schema.app_url)
    query = {k: v for k, v in url.query.items() if k != "host"}
    address = url.set(host="127.0.0.1", port=line.port, query=query)
    return open_storage(address.render_as_string(hide_password=False))


def trips(line, work):
    """Return how many round trips a piece of work takes, once practised."""
    work()
    before = line.trips
    work()
    return line.trips - before


class TestRoundTrips:
    def test_of_a_unit_that_writes(self, over_line, line, ada):
        """An earning with totals, event and reply is stored in one."""
        platform = a_platform(ada)
        store(over_line, ada, platforms=[platform])

        def post():
            reply = Reply(key=a_key().hex, digest="d", status=201, body=b"{}")
            store(
                over_line,
                ada,
                an_earning(ada, platform.id),
                replies=[reply],
            )

        assert trips(line, post) == 1

    def test_of_a_unit_that_reads_first(self, over_line, line, ada):
        """One for the question, one for all that is stored."""
        platform = a_platform(ada)
        store(over_line, ada, platforms=[platform])

        def post():
            with over_line.begin(ada) as unit:
                found = unit.platforms.get(platform.id)
                unit.earnings.add(an_earning(ada, found.id))

        assert trips(line, post) == 2

    def test_of_a_list(self, over_line, line, ada):
        """Entering the workspace and asking go together."""

        def find():
            with over_line.view(ada) as unit:
                unit.earnings.find(ALL)

        assert trips(line, find) == 1

    def test_of_nothing(self, over_line, line, ada):
        """A unit that does nothing does not even connect."""

        def nothing():
            with over_line.begin(ada), over_line.view(ada):
                pass

        assert trips(line, nothing) == 0


class TestLoss:
    def test_of_a_connection_at_rest_is_not_noticed(
        self, on_postgres, postgres, schema, ada
    ):
        """The next unit simply opens another one."""
        store(on_postgres, ada, platforms=[a_platform(ada)])

        end_all(postgres, schema)
        time.sleep(0.05)

        with on_postgres.view(ada) as unit:
            assert unit.platforms.count(EVERY) == 1

    def test_in_a_unit_is_an_error_and_then_over(
        self, on_postgres, postgres, schema, ada
    ):
        """What was not stored is gone, and the next unit works."""

        def cut():
            with on_postgres.begin(ada) as unit:
                unit.lock("x")
                unit.platforms.add(a_platform(ada))
                end_all(postgres, schema)

        with pytest.raises(UnavailableError):
            cut()
        with on_postgres.view(ada) as unit:
            assert unit.platforms.count(EVERY) == 0
        store(on_postgres, ada, platforms=[a_platform(ada)])

    def test_of_the_server_is_told_at_once(self, open_storage, ada):
        """Nobody waits for a server that is not there."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            storage = open_storage(f"postgresql://a:b@127.0.0.1:{port}/c")

            with pytest.raises(UnavailableError, match="refused"):
                storage.ping()

    def test_of_all_connections_to_others(self, open_storage, schema, ada):
        """Who finds none free waits, but not for ever."""
        storage = open_storage(f"{schema.app_url}&connections=1")
        storage.engine.pool.patience = 0.05

        with storage.begin(ada) as unit:
            unit.lock("x")
            with pytest.raises(UnavailableError, match="connections are busy"):
                storage.ping()
        storage.ping()

    def test_by_time(self, on_postgres, schema, ada):
        """A statement that takes too long is given up by the server."""
        on_postgres.engine.longest = 1
        with psycopg.connect(plain(schema.owner_url)) as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(%s)",
                [lock_number(f"{ada.workspace_id}:x")],
            )
            with (
                on_postgres.begin(ada) as unit,
                pytest.raises(UnavailableError, match="took too long"),
            ):
                unit.lock("x")


def end_all(postgres, database):
    """End all connections to a database, as a restart does."""
    name = make_url(database.app_url).database
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}'"
    )


class TestLocks:
    def test_let_one_in_at_a_time(self, on_postgres, ada):
        """With a lock, what a unit read is still so when it writes."""
        start = threading.Barrier(6)

        def add(number):
            start.wait()
            with on_postgres.begin(ada) as unit:
                unit.lock("platforms")
                seen = unit.platforms.count(EVERY)
                unit.platforms.add(a_platform(ada, f"P{number}"))
            return seen

        with ThreadPoolExecutor(6) as pool:
            seen = list(pool.map(add, range(6)))

        assert sorted(seen) == list(range(6))

    def test_are_each_workspace_s_own(self, on_postgres, ada, bob):
        """Locks of one name in two workspaces have nothing in common."""
        with on_postgres.begin(ada) as unit, on_postgres.begin(bob) as other:
            unit.lock("x")
            other.lock("x")


class TestSharedCommits:
    def test_give_each_unit_its_own_answer(self, on_postgres, ada, bob):
        """Units that wait are stored together, but for those that fail."""
        platforms = {one: a_platform(one) for one in (ada, bob)}
        for actor, platform in platforms.items():
            store(on_postgres, actor, platforms=[platform])
        twin = an_earning(ada, platforms[ada].id)
        store(on_postgres, ada, twin)
        engine = on_postgres.engine
        links = [engine.pool.take() for _ in range(engine.size)]

        with ThreadPoolExecutor(8) as pool:
            stored = [
                pool.submit(
                    store,
                    on_postgres,
                    actor,
                    an_earning(actor, platforms[actor].id),
                )
                for actor in (ada, bob, ada, bob, ada, bob)
            ]
            failed = [
                pool.submit(store, on_postgres, ada, twin) for _ in range(2)
            ]
            while len(engine.combiner.waiting) < 7:
                time.sleep(0.001)
            for link in links:
                engine.pool.give(link)

        for one in stored:
            one.result()
        for one in failed:
            with pytest.raises(DuplicateError):
                one.result()
        for actor, count in ((ada, 4), (bob, 3)):
            with on_postgres.view(actor) as unit:
                assert unit.earnings.count(ALL) == count
                assert unit.log.bounds() == (1, count)


class TestPreparedStatements:
    def test_that_no_longer_fit_are_prepared_anew(
        self, on_postgres, schema, ada
    ):
        """After the schema was changed, connections are opened anew."""

        def count():
            with on_postgres.view(ada) as unit:
                return unit.platforms.find(EVERY)

        count()
        with psycopg.connect(plain(schema.owner_url)) as owner:
            owner.execute("ALTER TABLE platforms ADD COLUMN more text")
            owner.commit()
            owner.execute("ALTER TABLE platforms DROP COLUMN more")

        assert count() == []

    def test_are_bounded(self, on_postgres, ada):
        """Past a number of shapes, statements are sent with their text."""
        with on_postgres.engine.pool.link() as link:
            link.naming = False

        with on_postgres.view(ada) as unit:
            assert unit.platforms.find(EVERY) == []


class TestUrls:
    def test_of_any_spelling(self, open_storage, schema):
        """`postgres://` and URLs without a driver mean the same."""
        for scheme in ("postgresql", "postgres"):
            url = schema.app_url.replace("postgresql+psycopg", scheme)
            open_storage(url).ping()
