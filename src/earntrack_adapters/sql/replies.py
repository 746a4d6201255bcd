"""Answers to requests that must take effect only once."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
)

from earntrack_adapters.sql import simple
from earntrack_adapters.sql.columns import Instant
from earntrack_adapters.sql.restoring import restorer
from earntrack_adapters.sql.tables import indexed, workspace_table
from earntrack_adapters.sql.work import Work
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.ports.storage import Reply


replies = workspace_table(
    "reply",
    "replies",
    Column("key", String(255), nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("workspace_id", "key"),
    indexed("at"),
)

RESTORE: Final = restorer(Reply, ("key", "digest", "status", "body"))


def remember(
    work: Work, mine: WorkspaceId, reply: Reply, now: datetime
) -> None:
    """Store the answer to a request with the unit."""
    work.write(
        simple.insert(work, replies),
        {
            "workspace_id": mine,
            "key": reply.key,
            "digest": reply.digest,
            "status": reply.status,
            "body": reply.body,
            "at": now,
        },
    )


def recall(work: Work, mine: WorkspaceId, key: str) -> Reply | None:
    """Return the stored answer to a request."""
    found = simple.row(work, replies, workspace_id=mine, key=key)
    return None if found is None else RESTORE(found[1:-1])
