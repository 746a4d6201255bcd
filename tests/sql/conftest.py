"""Storages on SQLite and PostgreSQL, and a workspace with a platform."""

import sys
from pathlib import Path

import pytest


sys.path.insert(0, str(Path(__file__).parent))

from sql_makers import a_platform, an_actor, encoded

from earntrack_adapters.sql.storage import SqlStorage


def migrated(database):
    """Make the tables in a new database."""
    storage = SqlStorage.open(database.owner_url, encode=encoded)
    storage.prepare()
    storage.close()


@pytest.fixture(name="schema", scope="module")
def _schema(postgres):
    """A PostgreSQL database with our tables, for the tests of a module."""
    database = postgres.database("earntrack", migrated)
    yield database
    postgres.drop(database)


@pytest.fixture(name="sqlite_url")
def _sqlite_url(tmp_path):
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'earn.db'}"


@pytest.fixture(name="told")
def _told():
    """The events that were told."""
    return []


@pytest.fixture(name="open_storage")
def _open_storage(told):
    """Opens storages that the end of the test closes."""
    opened = []

    def open_storage(url, **options):
        storage = SqlStorage.open(
            url, encode=encoded, publish=told.extend, **options
        )
        opened.append(storage)
        return storage

    yield open_storage
    for storage in opened:
        storage.close()


@pytest.fixture(name="on_sqlite")
def _on_sqlite(open_storage, sqlite_url):
    """A storage on a SQLite file."""
    storage = open_storage(sqlite_url)
    storage.prepare()
    return storage


@pytest.fixture(name="on_postgres")
def _on_postgres(open_storage, schema):
    """A storage on PostgreSQL, as the application sees it."""
    return open_storage(schema.app_url)


@pytest.fixture(name="storage", params=["sqlite", "postgres"])
def _storage(request):
    """A storage on each of the databases."""
    return request.getfixturevalue(f"on_{request.param}")


@pytest.fixture(name="ada")
def _ada():
    """An actor in a new workspace."""
    return an_actor()


@pytest.fixture(name="bob")
def _bob():
    """An actor in another new workspace."""
    return an_actor()


@pytest.fixture(name="upwork")
def _upwork(storage, ada):
    """A platform of Ada's."""
    platform = a_platform(ada)
    with storage.begin(ada) as unit:
        unit.platforms.add(platform)
    return platform
