"""Row-level security: PostgreSQL's own wall between workspaces.

Each transaction says which workspace it is for (`postgres.ENTER`); rows of
others do not exist for it then, and without a word none do. The owner of the
tables is kept out too; a superuser is not, so the server need not run as one.
"""

from alembic import op


POLICY = "own_workspace"
MINE = (
    "workspace_id ="
    " NULLIF(current_setting('earntrack.workspace', true), '')::uuid"
)


def wall(*tables: str) -> None:
    """Put walls around the rows of tables, where there can be any."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {POLICY} ON {table}"
            f" USING ({MINE}) WITH CHECK ({MINE})"
        )
