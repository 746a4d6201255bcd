"""Who is to blame when a database refuses: its rules in the core's words."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from attrs import frozen
from sqlalchemy import (
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from earntrack_adapters.sql.commands import Given
from earntrack_adapters.sql.tables import column_names, kind_of, metadata
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    EarnTrackError,
    NotFoundError,
)


NEW = "new_"
"""What parameters with the new values of a change are called after."""


@frozen
class Uniqueness:
    """The rule that a field, or several together, are unique."""

    kind: str
    field: str
    columns: tuple[str, ...]

    def broken(self, given: Given) -> EarnTrackError:
        """Return the error that says so."""
        values = tuple(value_of(name, given) for name in self.columns)
        value = values[0] if len(values) == 1 else values
        return DuplicateError(self.kind, self.field, value)


@frozen
class Reference:
    """The rule that a column names another thing."""

    kind: str
    table: str
    column: str

    def broken(self, given: Given) -> EarnTrackError:
        """Return the error that says so."""
        key = value_of(self.column, given)
        if key is None:
            return in_use()
        return NotFoundError(self.kind, key)


Rule = Uniqueness | Reference


def in_use() -> ConflictError:
    """Return the error for removing what others refer to."""
    return ConflictError("It cannot be removed: other things refer to it.")


def off_the_rails() -> ConflictError:
    """Return the error for sums that can only come from a broken book."""
    return ConflictError(
        "The stored totals contradict this change;"
        " `earntrack check --repair` rebuilds them."
    )


def value_of(column: str, given: Given) -> Any:
    """Return the value that a column was to get, if any."""
    return given.get(NEW + column, given.get(column))


@cache
def rules_by_name() -> dict[str, Rule]:
    """Return the rules of all tables by the name of their constraint."""
    return {str(name): rule for name, _, _, rule in _rules()}


@cache
def rules_by_columns() -> dict[tuple[str, tuple[str, ...]], Rule]:
    """Return the rules of uniqueness by table and columns."""
    return {
        (table, columns): rule
        for _, table, columns, rule in _rules()
        if isinstance(rule, Uniqueness)
    }


@cache
def references_of(table: str) -> tuple[Reference, ...]:
    """Return what the rows of a table refer to."""
    return tuple(
        rule
        for _, name, _, rule in _rules()
        if name == table and isinstance(rule, Reference)
    )


def _rules() -> Iterator[tuple[Any, str, tuple[str, ...], Rule]]:
    for table in metadata.sorted_tables:
        for constraint in table.constraints:
            columns = column_names(constraint)
            if isinstance(constraint, ForeignKeyConstraint):
                target = constraint.referred_table
                rule: Rule = Reference(
                    kind_of(target), target.name, columns[-1]
                )
            elif isinstance(
                constraint, UniqueConstraint | PrimaryKeyConstraint
            ):
                field = constraint.info.get("field", columns[-1])
                own = tuple(one for one in columns if one != "workspace_id")
                names = own or (field,)
                rule = Uniqueness(kind_of(table), field, names)
            else:
                continue
            yield constraint.name, table.name, columns, rule
