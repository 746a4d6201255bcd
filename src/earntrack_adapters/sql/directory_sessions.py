"""Sessions in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import asdict, define
from sqlalchemy import Select, Update, bindparam, select, update

from earntrack_adapters.sql import simple
from earntrack_adapters.sql.blame import NEW
from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.directory_tables import sessions
from earntrack_adapters.sql.restoring import restorer
from earntrack_adapters.sql.work import Work
from earntrack_core.identity.model import Session, SessionId, SessionKind
from earntrack_core.kernel.errors import StaleError
from earntrack_core.kernel.ids import UserId


RESTORE: Final = restorer(Session, sessions.columns.keys())
KINDS: Final = {kind.value: kind for kind in SessionKind}


def session_of(row: Row) -> Session:
    """Put a session together again."""
    *fields, kind = row
    return RESTORE((*fields, KINDS[kind]))


@define(eq=False, slots=False)
class SqlSessions:
    """Who is signed in, and where."""

    work: Work

    def session(self, key: SessionId) -> Session | None:
        """Return a session, live or not."""
        found = simple.row(self.work, sessions, id=key)
        return None if found is None else session_of(found)

    def session_by_digest(self, digest: str) -> Session | None:
        """Return the session whose secret has that digest, live or not."""
        found = simple.row(self.work, sessions, digest=digest)
        return None if found is None else session_of(found)

    def sessions(self, user: UserId) -> Sequence[Session]:
        """Return all sessions of a user, the newest first."""
        found = simple.rows(self.work, sessions, ("-id",), user_id=user)
        return [session_of(one) for one in found]

    def add_session(self, session: Session) -> None:
        """Store a new session."""
        self.work.write(simple.insert(self.work, sessions), asdict(session))

    def replace_session(self, session: Session) -> None:
        """Store a changed session, unless it has been revoked by now."""
        statement = self.work.statement(
            "replace_session", lambda _: _replacing()
        )
        given = {NEW + name: one for name, one in asdict(session).items()}
        given["key"] = session.id
        if not self.work.changed(statement, given):
            raise StaleError("session", session.id)

    def revoke_all(
        self, user: UserId, now: datetime, keep: SessionId | None = None
    ) -> Sequence[SessionId]:
        """End all sessions of a user but *keep*; return those that ended."""
        living = self.work.statement("living", lambda _: _living())
        found = self.work.fetch(living, {"user": user})
        ended = [row[0] for row in found if row[0] != keep]
        revoking = self.work.statement("revoking", lambda _: _revoking())
        self.work.write(revoking, *({"key": key, "now": now} for key in ended))
        return ended


def _replacing() -> Update:
    values = {
        column.name: bindparam(NEW + column.name, type_=column.type)
        for column in sessions.columns
        if column.name != "id"
    }
    return (
        update(sessions)
        .where(sessions.c.id == bindparam("key"))
        .where(sessions.c.revoked_at.is_(None))
        .values(values)
    )


def _living() -> Select[tuple[SessionId]]:
    return (
        select(sessions.c.id)
        .where(sessions.c.user_id == bindparam("user"))
        .where(sessions.c.revoked_at.is_(None))
        .order_by(sessions.c.id.desc())
        .with_for_update()
    )


def _revoking() -> Update:
    return (
        update(sessions)
        .where(sessions.c.id == bindparam("key"))
        .values(revoked_at=bindparam("now"))
    )
