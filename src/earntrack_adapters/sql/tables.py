"""What all tables have in common, and the walls between workspaces.

Things of a workspace are known by workspace and id together, and refer to
each other so, too: the database itself refuses a reference into another
workspace.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from earntrack_adapters.sql.columns import Instant, Key


NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMES)


def table_of(
    kind: str, name: str, *items: SchemaItem, clustered: bool = False
) -> Table:
    """Return a table of things of a *kind*, as errors call them.

    A *clustered* table is its own primary key where that is possible, which
    suits small rows.
    """
    return Table(
        name,
        metadata,
        *items,
        info={"kind": kind, "walled": False},
        sqlite_with_rowid=not clustered,
    )


def workspace_table(
    kind: str, name: str, *items: SchemaItem, clustered: bool = False
) -> Table:
    """Return a table whose rows belong to a workspace each."""
    workspace = Column("workspace_id", Key, nullable=False)
    table = table_of(kind, name, workspace, *items, clustered=clustered)
    table.info["walled"] = True
    return table


def entity_columns() -> Iterator[SchemaItem]:
    """Yield the columns of every entity, but for its workspace."""
    yield Column("id", Key, nullable=False)
    yield Column("created_at", Instant, nullable=False)
    yield Column("updated_at", Instant, nullable=False)
    yield Column("version", Integer, nullable=False)
    yield PrimaryKeyConstraint("workspace_id", "id")


def refers(column: str, table: str) -> ForeignKeyConstraint:
    """Return the rule that a column names a thing of the same workspace."""
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{table}.workspace_id", f"{table}.id"],
    )


def unique(*columns: str, field: str | None = None) -> UniqueConstraint:
    """Return the rule that no two rows of a workspace are alike.

    Errors name *field*, by default the last of the columns.
    """
    info = {"field": field or columns[-1]}
    return UniqueConstraint("workspace_id", *columns, info=info)


def never_negative(column: str) -> CheckConstraint:
    """Return the rule that a number is not below zero."""
    return CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative")


def indexed(*columns: str, **options: Any) -> Index:
    """Return an index within each workspace."""
    return Index(None, "workspace_id", *columns, **options)


def kind_of(table: Table) -> str:
    """Return what a row of *table* is called in errors."""
    return str(table.info["kind"])


def workspace_tables() -> list[Table]:
    """Return the tables whose rows belong to a workspace each."""
    return [one for one in metadata.sorted_tables if one.info["walled"]]


def column_names(rule: Constraint) -> tuple[str, ...]:
    """Return the names of the columns that a rule is about."""
    columns = getattr(rule, "columns", ())
    return tuple(column.name for column in columns)
