"""Every storage keeps the same promises."""

import pytest

from earntrack_adapters.memory.clock import system_clock
from earntrack_adapters.memory.storage import MemoryStorage
from earntrack_adapters.sql.storage import SqlStorage
from earntrack_core.testing.storage_contract import StorageContract
from earntrack_core.wire.converter import make_wire
from earntrack_core.wire.features import FORMS


WIRE = make_wire(FORMS)


def sql_storage(url, told):
    return SqlStorage.open(url, encode=WIRE.dumps, publish=told.extend)


def migrated(database):
    storage = sql_storage(database.owner_url, [])
    storage.prepare()
    storage.close()


@pytest.fixture(name="told")
def _told():
    return []


@pytest.fixture(name="schema", scope="module")
def _schema(postgres):
    database = postgres.database("contract", migrated)
    yield database
    postgres.drop(database)


class TestMemoryStorage(StorageContract):
    @pytest.fixture(name="storage")
    def _storage(self, told):
        return MemoryStorage(system_clock, WIRE.dumps, told.extend)


class TestSqlite(StorageContract):
    @pytest.fixture(name="storage")
    def _storage(self, tmp_path, told):
        storage = sql_storage(f"sqlite:///{tmp_path / 'earn.db'}", told)
        storage.prepare()
        yield storage
        storage.close()


class TestPostgres(StorageContract):
    @pytest.fixture(name="storage")
    def _storage(self, schema, told):
        storage = sql_storage(schema.owner_url, told)
        yield storage
        storage.close()


class TestPostgresAsApplication(StorageContract):
    @pytest.fixture(name="storage")
    def _storage(self, schema, told):
        """The role that owns no table, as it runs in production."""
        storage = sql_storage(schema.app_url, told)
        yield storage
        storage.close()
