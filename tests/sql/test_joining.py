"""Units inside the transaction of a host."""

import pytest
from sql_makers import (
    a_key,
    a_platform,
    an_earning,
    created,
    encoded,
    listed,
    store,
)
from sqlalchemy import create_engine, text

from earntrack_adapters.sql.storage import SqlStorage
from earntrack_core.earnings.filters import ALL
from earntrack_core.kernel.errors import (
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from earntrack_core.platforms.model import PlatformFilter


EVERY = PlatformFilter()


@pytest.fixture(name="host")
def _host(request, storage):
    """A host's engine, on the database of the storage."""
    engine = storage.alchemy()
    if engine.dialect.name == "sqlite":
        url = request.getfixturevalue("sqlite_url")
        engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS hosts_own"))
        connection.execute(text("CREATE TABLE hosts_own (n integer)"))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE hosts_own"))
    engine.dispose()


@pytest.fixture(name="on_postgres")
def _on_postgres(open_storage, schema):
    """As the owner: the host makes tables of its own."""
    return open_storage(schema.owner_url)


def joined(connection):
    """Return a storage in the host's transaction."""
    return SqlStorage.joining(connection, encode=encoded)


def put(connection):
    """Let the host store something of its own."""
    connection.execute(text("INSERT INTO hosts_own VALUES (1)"))


def kept(engine):
    """Return how much of its own the host has stored."""
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM hosts_own"))


def platforms_of(storage, actor):
    """Return how many platforms there are."""
    with storage.view(actor) as unit:
        return unit.platforms.count(EVERY)


class TestJoining:
    def test_stores_when_the_host_does(self, storage, host, ada):
        """Both are there after the host's commit, and not before."""
        with host.begin() as connection:
            inside = joined(connection)
            put(connection)
            store(inside, ada, platforms=[a_platform(ada)])
            seen = platforms_of(storage, ada)

        assert (seen, platforms_of(storage, ada), kept(host)) == (0, 1, 1)

    def test_begins_the_host_s_transaction(self, storage, host, ada):
        """Also where the host itself did nothing yet."""
        with host.connect() as connection:
            store(joined(connection), ada, platforms=[a_platform(ada)])
            connection.commit()

        assert platforms_of(storage, ada) == 1

    def test_goes_with_the_host(self, storage, host, ada):
        """What the host takes back, is taken back here, too."""
        with host.connect() as connection:
            inside = joined(connection)
            put(connection)
            store(inside, ada, platforms=[a_platform(ada)])
            connection.rollback()

        assert (platforms_of(storage, ada), kept(host)) == (0, 0)

    def test_takes_back_only_its_own(self, storage, host, ada, upwork):
        """An error in a unit leaves what the host did as it is."""
        with host.begin() as connection:
            inside = joined(connection)
            put(connection)
            with pytest.raises(NotFoundError):
                store(inside, ada, an_earning(ada, a_key()))
            store(inside, ada, an_earning(ada, upwork.id))
            put(connection)

        assert kept(host) == 2
        with storage.view(ada) as unit:
            assert unit.earnings.count(ALL) == 1

    def test_reads_what_the_host_will_store(self, host, ada):
        """Units see each other, before anything is committed."""
        with host.connect() as connection:
            inside = joined(connection)
            store(inside, ada, platforms=[a_platform(ada)])
            with inside.begin(ada) as unit:
                count = unit.platforms.count(EVERY)
            connection.rollback()

        assert count == 1

    def test_tells_events_when_the_host_says_so(
        self, storage, host, ada, upwork
    ):
        """Nobody is told of what may still be taken back."""
        told = []
        earning = an_earning(ada, upwork.id)
        with host.begin() as connection:
            inside = joined(connection)
            store(inside, ada, earning)
        inside.publish_to(told.extend)
        inside.publish_to(told.extend)

        assert told == [created(earning)]
        with storage.view(ada) as unit:
            assert unit.log.bounds() == (1, 1)

    def test_locks_within_the_host(self, host, ada):
        """Locks are held until the host's transaction ends."""
        with host.begin() as connection, joined(connection).begin(ada) as unit:
            unit.lock("x")
            platform = a_platform(ada)
            unit.platforms.add(platform)
            unit.emit(listed(platform))

    def test_leaves_the_connection_to_the_host(self, host, ada):
        """Closing the storage does not close it."""
        with host.connect() as connection:
            inside = joined(connection)
            inside.ping()
            inside.close()

            assert connection.scalar(text("SELECT 1")) == 1

    def test_insists_on_tables(self, host, tmp_path):
        """The host's database must have been prepared."""
        empty = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        with host.connect() as connection:
            joined(connection).prepare()

        with (
            empty.connect() as connection,
            pytest.raises(UnavailableError, match="migrate"),
        ):
            joined(connection).prepare()
        empty.dispose()

    @pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
    def test_needs_foreign_keys(self, host):
        """Without them SQLite would let anybody refer to anything."""
        with host.begin() as connection:
            put(connection)
            with pytest.raises(InvalidError, match="foreign_keys"):
                joined(connection)

    def test_needs_a_driver_that_we_know(self):
        """Connections of other drivers are refused."""
        with pytest.raises(InvalidError, match="sqlite3 or psycopg"):
            joined(Stranger())


class Stranger:
    """A connection of a driver that we do not know."""

    @property
    def connection(self):
        """Return itself, as SQLAlchemy's connections do theirs."""
        return self

    @property
    def driver_connection(self):
        """Return itself."""
        return self
