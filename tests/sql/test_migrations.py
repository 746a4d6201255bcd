"""The history of the schema leads to the tables that the code knows."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sql_makers import an_earning, encoded, store
from sqlalchemy import inspect, text

from earntrack_adapters.sql.migrating import HEAD, configured, version_of
from earntrack_adapters.sql.storage import SqlStorage
from earntrack_core.earnings.filters import ALL
from earntrack_core.kernel.errors import UnavailableError


@pytest.fixture(name="url", params=["sqlite", "postgres"])
def _url(request, sqlite_url):
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    postgres = request.getfixturevalue("postgres")
    database = postgres.database()
    yield database.owner_url
    postgres.drop(database)


@pytest.fixture(name="empty")
def _empty(open_storage, url):
    """A storage without tables."""
    return open_storage(url)


@contextmanager
def alembic(storage):
    """Lend what Alembic's commands need, and a connection."""
    engine = storage.alchemy()
    with engine.connect() as connection, configured(connection) as config:
        yield config, connection
        connection.commit()
    engine.dispose()


class TestPrepare:
    def test_makes_what_the_code_knows(self, empty):
        """Alembic finds no difference between history and tables."""
        empty.prepare()

        with alembic(empty) as (config, _):
            command.check(config)

    def test_ends_at_the_head(self, empty):
        """The constant that spares us Alembic is that of the history."""
        empty.prepare()

        with alembic(empty) as (config, connection):
            heads = ScriptDirectory.from_config(config).get_heads()
            assert heads == [HEAD]
            assert version_of(connection) == HEAD

    def test_again_changes_nothing(self, empty, ada):
        """A database that is up to date stays as it is."""
        empty.prepare()
        store(empty, ada)

        empty.prepare()

        with empty.view(ada) as unit:
            assert unit.earnings.count(ALL) == 0

    def test_by_many_at_once(self, url):
        """Processes that start together do not get in each other's way."""

        def prepare(_):
            storage = SqlStorage.open(url, encode=encoded)
            storage.prepare()
            storage.close()

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(prepare, range(6)))

        storage = SqlStorage.open(url, encode=encoded)
        assert storage.check() == []
        storage.close()

    def test_refuses_a_newer_schema(self, empty):
        """An old program leaves the tables of a newer one alone."""
        empty.prepare()
        with alembic(empty) as (_, connection):
            connection.execute(
                text("UPDATE alembic_version SET version_num = '9999'")
            )

        with pytest.raises(UnavailableError, match="newer EarnTrack"):
            empty.prepare()

    def test_down_and_up_again(self, empty):
        """Every step can be taken back."""
        empty.prepare()

        with alembic(empty) as (config, connection):
            command.downgrade(config, "base")
            left = set(inspect(connection).get_table_names())
        empty.prepare()

        assert left == {"alembic_version"}
        with alembic(empty) as (config, _):
            command.check(config)


class TestRoles:
    def test_that_may_not_change_tables_are_told(self, open_storage, postgres):
        """The application's role cannot migrate; that is a clear sentence."""
        database = postgres.database()
        storage = open_storage(database.app_url)

        with pytest.raises(UnavailableError, match="permission denied"):
            storage.prepare()
        storage.close()
        postgres.drop(database)

    def test_that_need_not_change_anything_may_prepare(self, on_postgres):
        """With everything in place, no right is needed."""
        on_postgres.prepare()


def test_sqlite_keeps_rows_that_refer_to_changed_tables(on_sqlite, ada):
    """A step that rebuilds a table takes no other rows along."""
    from sql_makers import a_platform  # noqa: PLC0415 -- only here

    platform = a_platform(ada)
    store(on_sqlite, ada, platforms=[platform])
    store(on_sqlite, ada, an_earning(ada, platform.id))

    with on_sqlite.view(ada) as unit:
        assert unit.earnings.count(ALL) == 1
