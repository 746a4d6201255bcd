"""People in SQL: outside of all workspaces."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from attrs import asdict, define
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    bindparam,
    delete,
    or_,
)

from earntrack_adapters.sql import simple
from earntrack_adapters.sql.commands import Engine
from earntrack_adapters.sql.directory_sessions import SqlSessions
from earntrack_adapters.sql.directory_tables import attempts as tried
from earntrack_adapters.sql.directory_tables import (
    sessions,
    tickets,
)
from earntrack_adapters.sql.directory_users import SqlUsers
from earntrack_adapters.sql.restoring import restorer
from earntrack_adapters.sql.work import Work
from earntrack_core.identity.model import Attempts, Purpose, Ticket
from earntrack_core.identity.rules import FORGIVEN
from earntrack_core.kernel.ids import UserId


TICKET: Final = restorer(Ticket, tickets.columns.keys())
ATTEMPTS: Final = restorer(Attempts, tried.columns.keys())


@define(eq=False, slots=False)
class SqlDirectoryUnit(SqlUsers, SqlSessions):
    """A transaction on people rather than on a workspace."""

    work: Work

    def lock(self, name: str) -> None:
        """Wait until no other unit of the directory holds this lock."""
        self.work.lock(name)

    def add_ticket(self, ticket: Ticket) -> None:
        """Store a new ticket."""
        self.work.write(simple.insert(self.work, tickets), asdict(ticket))

    def take_ticket(self, digest: str, purpose: Purpose) -> Ticket | None:
        """Remove and return a ticket for a purpose, expired or not."""
        found = simple.rows(
            self.work, tickets, hold=True, digest=digest, purpose=purpose
        )
        if not found:
            return None
        simple.delete(self.work, tickets, digest=digest)
        *fields, _ = found[0]
        return TICKET((*fields, purpose))

    def drop_tickets(self, user: UserId, purpose: Purpose) -> None:
        """Forget all tickets of a user for a purpose."""
        simple.delete(self.work, tickets, user_id=user, purpose=purpose)

    def attempts(self, key: str) -> Attempts | None:
        """Return what was tried in vain."""
        found = simple.row(self.work, tried, key=key)
        return None if found is None else ATTEMPTS(found)

    def put_attempts(self, attempts: Attempts) -> None:
        """Store what was tried in vain."""
        simple.put(self.work, tried, asdict(attempts))

    def drop_attempts(self, key: str) -> None:
        """Forget what was tried in vain; it may be nothing."""
        simple.delete(self.work, tried, key=key)

    def purge(self, now: datetime) -> int:
        """Forget what is over, and return how many things that were."""
        moment: BindParameter[datetime] = bindparam("now")
        ended = or_(
            sessions.c.revoked_at.is_not(None), sessions.c.expires_at <= moment
        )
        return (
            self._drop(sessions, ended, now)
            + self._drop(tickets, tickets.c.expires_at <= moment, now)
            + self._drop(tried, tried.c.last_at <= moment, now - FORGIVEN)
        )

    def _drop(
        self, table: Table, over: ColumnElement[bool], now: datetime
    ) -> int:
        statement = self.work.statement(
            ("purge", table.name), lambda _: delete(table).where(over)
        )
        return self.work.changed(statement, {"now": now})


@define(eq=False)
class SqlDirectory:
    """Opens units on people."""

    engine: Engine

    @contextmanager
    def open(self) -> Iterator[SqlDirectoryUnit]:
        """Open a unit that writes: all of it is stored, or nothing."""
        work = Work(self.engine, None)
        try:
            yield SqlDirectoryUnit(work)
            work.commit()
        except BaseException:
            work.rollback()
            raise

    @contextmanager
    def view(self) -> Iterator[SqlDirectoryUnit]:
        """Open a unit that only reads; it never waits."""
        work = Work(self.engine, None, reading=True)
        try:
            yield SqlDirectoryUnit(work)
        finally:
            work.rollback()
