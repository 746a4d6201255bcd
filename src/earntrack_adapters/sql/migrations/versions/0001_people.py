"""People, events and answers to requests."""

import sqlalchemy as sa
from alembic import op

from earntrack_adapters.sql.columns import Instant, Key
from earntrack_adapters.sql.walls import wall


revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _users()
    _workspaces()
    _memberships()
    _sessions()
    _tickets()
    _attempts()
    _event_numbers()
    _events()
    _replies()
    wall("events", "replies")


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "replies",
        "events",
        "event_numbers",
        "attempts",
        "tickets",
        "sessions",
        "memberships",
        "workspaces",
        "users",
    ):
        op.drop_table(name)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", Key, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("email_verified_at", Instant),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("plan", sa.String(40), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("first_weekday", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
    )


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("user_id", Key, nullable=False),
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint(
            "user_id", "workspace_id", name="pk_memberships"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_memberships_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_memberships_workspace_id",
        ),
    )
    op.create_index(
        "ix_memberships_workspace_id", "memberships", ["workspace_id"]
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", Key, nullable=False),
        sa.Column("user_id", Key, nullable=False),
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("rotated_at", Instant),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("last_used_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_sessions_workspace_id",
        ),
        sa.UniqueConstraint("digest", name="uq_sessions_digest"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("user_id", Key, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_tickets"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_tickets_user_id"
        ),
    )
    op.create_index("ix_tickets_user_id", "tickets", ["user_id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_attempts"),
    )


def _event_numbers() -> None:
    op.create_table(
        "event_numbers",
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_event_numbers"),
        sqlite_with_rowid=False,
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "number", name="pk_events"),
        sqlite_with_rowid=False,
    )


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("workspace_id", Key, nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_replies"),
    )
    op.create_index(
        "ix_replies_workspace_id_at", "replies", ["workspace_id", "at"]
    )
