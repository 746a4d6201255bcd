"""Servers that all tests share; each starts when it is first asked for."""

import sys
from pathlib import Path

import pytest


sys.path.append(str(Path(__file__).parent))

import mail_service
import services


pytest.register_assert_rewrite("earntrack_core.testing")


@pytest.fixture(name="postgres", scope="session")
def _postgres():
    """A PostgreSQL server: `.database()`, `.drop()`, `.execute()`."""
    with services.postgres() as server:
        yield server


@pytest.fixture(name="database", scope="module")
def _database(postgres):
    """A fresh database: `.owner_url`, `.app_url`, `.admin_url`."""
    database = postgres.database()
    yield database
    postgres.drop(database)


@pytest.fixture(name="postgres_url", scope="module")
def _postgres_url(database):
    """The URL of a fresh database for its owner, who is no superuser."""
    return database.owner_url


@pytest.fixture(name="postgres_app_url", scope="module")
def _postgres_app_url(database):
    """The URL of the same for the application, who owns no table."""
    return database.app_url


@pytest.fixture(name="redis_url", scope="session")
def _redis_url():
    """The URL of a Redis server that stays up."""
    given = services.setting("EARNTRACK_TEST_REDIS_URL")
    if given:
        yield given
        return
    with services.redis_server() as server:
        yield server.url


@pytest.fixture(name="redis_server")
def _redis_server():
    """A Redis server of this test alone: to freeze, kill and restart."""
    with services.redis_server() as server:
        yield server


@pytest.fixture(name="smtp_server", scope="session")
def _smtp_server():
    """An SMTP server: `.url`, `.mailbox.messages`, `.mailbox.clear()`."""
    with mail_service.smtp_server() as server:
        yield server
