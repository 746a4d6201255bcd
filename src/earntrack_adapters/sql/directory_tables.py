"""The tables of people: they belong to no workspace."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from earntrack_adapters.sql.columns import Instant, Key
from earntrack_adapters.sql.tables import table_of


users = table_of(
    "user",
    "users",
    Column("id", Key, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("name", String(100), nullable=False),
    Column("password_hash", Text),
    Column("locale", String(35), nullable=False),
    Column("email_verified_at", Instant),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("email"),
)

workspaces = table_of(
    "workspace",
    "workspaces",
    Column("id", Key, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("plan", String(40), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("first_weekday", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
)

memberships = table_of(
    "membership",
    "memberships",
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("workspace_id", Key, ForeignKey("workspaces.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("user_id", "workspace_id", info={"field": "user_id"}),
    Index(None, "workspace_id"),
)

sessions = table_of(
    "session",
    "sessions",
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("workspace_id", Key, ForeignKey("workspaces.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("seal", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("rotated_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    UniqueConstraint("digest"),
    Index(None, "user_id"),
)

tickets = table_of(
    "ticket",
    "tickets",
    Column("digest", Text, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("email", String(320), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("purpose", String(20), nullable=False),
    Index(None, "user_id"),
)

attempts = table_of(
    "attempts",
    "attempts",
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)
