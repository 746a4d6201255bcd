"""Keeping the daily totals true while earnings come, change and go."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from attrs import Factory, define
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Update,
    and_,
    bindparam,
    delete,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from earntrack_adapters.sql.columns import write_span
from earntrack_adapters.sql.earning_tables import SUMS, daily_totals
from earntrack_adapters.sql.repository import Values
from earntrack_adapters.sql.work import Work
from earntrack_core.earnings.model import LEGS
from earntrack_core.kernel.ids import WorkspaceId


Place = tuple[date, Any, str]
"""Day, platform and currency."""

Sums = dict[Place, list[int]]

ADDED: Final[tuple[str, ...]] = ("entries", *SUMS)
KEYS: Final[tuple[str, ...]] = (
    "workspace_id",
    "day",
    "platform_id",
    "currency",
)
AT: Final = "at_"
MORE: Final = "more_"
NONE: Final = timedelta()


@define(eq=False)
class Ledger:
    """What some changes of earnings do to the daily totals."""

    _added: Sums = Factory(dict)
    _taken: Sums = Factory(dict)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count earnings that are new, given as rows of their table."""
        for row in rows:
            _merge(self._added, _place(row), _amounts(row))

    def take(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count earnings that are gone."""
        for row in rows:
            less = [-amount for amount in _amounts(row)]
            _merge(self._taken, _place(row), less)

    def write(self, work: Work, workspace: WorkspaceId) -> None:
        """Bring the daily totals up to date.

        In the order of their keys: so two units that change the same ones
        do not wait for each other.
        """
        for place in self._added.keys() & self._taken.keys():
            _merge(self._taken, place, self._added.pop(place))
        work.write(
            work.statement("daily_add", _adding),
            *(_given(workspace, *one) for one in _sorted(self._added)),
        )
        if self._taken:
            self._write_taken(work, workspace)

    def _write_taken(self, work: Work, workspace: WorkspaceId) -> None:
        taken = [_change(workspace, *one) for one in _sorted(self._taken)]
        emptied = [one for one in taken if one[f"{MORE}entries"] < 0]
        work.write(work.statement("daily_take", lambda _: _taking()), *taken)
        work.write(
            work.statement("daily_drop", lambda _: _dropping()), *emptied
        )


def _place(row: Mapping[str, Any]) -> Place:
    return row["earned_on"], row["platform_id"], row["currency"]


def _amounts(row: Mapping[str, Any]) -> list[int]:
    amounts = [1, row["count"], *[row[leg] for leg in LEGS]]
    worked = row["worked"]
    amounts.append(0 if worked is None else write_span(worked))
    return amounts


def _merge(sums: Sums, place: Place, amounts: list[int]) -> None:
    present = sums.setdefault(place, amounts)
    if present is not amounts:
        present[:] = [a + b for a, b in zip(present, amounts, strict=True)]


def _sorted(sums: Sums) -> Iterable[tuple[Place, list[int]]]:
    return sorted(sums.items()) if len(sums) > 1 else sums.items()


def _given(
    workspace: WorkspaceId, place: Place, amounts: Sequence[int]
) -> Values:
    given: Values = dict(zip(KEYS, (workspace, *place), strict=True))
    given.update(zip(ADDED, amounts, strict=True))
    return given


def _change(
    workspace: WorkspaceId, place: Place, amounts: Sequence[int]
) -> Values:
    given = {
        AT + name: value
        for name, value in zip(KEYS, (workspace, *place), strict=True)
    }
    given.update(zip([MORE + name for name in ADDED], amounts, strict=True))
    return given


def _adding(dialect: str) -> ClauseElement:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(daily_totals)
    return statement.on_conflict_do_update(
        index_elements=KEYS,
        set_={
            name: daily_totals.c[name] + statement.excluded[name]
            for name in ADDED
        },
    )


def _here() -> ColumnElement[bool]:
    return and_(
        *(daily_totals.c[name] == bindparam(AT + name) for name in KEYS)
    )


def _taking() -> Update:
    changes = {
        name: daily_totals.c[name] + bindparam(MORE + name, type_=BigInteger())
        for name in ADDED
    }
    return update(daily_totals).where(_here()).values(changes)


def _dropping() -> Delete:
    return delete(daily_totals).where(_here(), daily_totals.c.entries == 0)
