"""Imported lines as rows, and their filters as conditions."""

from decimal import Decimal
from typing import Any, Final

from attrs import evolve

from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.conditions import Asked, Conditions, among, asked
from earntrack_adapters.sql.line_tables import lines
from earntrack_adapters.sql.restoring import restorer
from earntrack_core.kernel.ids import WorkspaceId
from earntrack_core.statements.line import (
    Line,
    LineFilter,
    Shadow,
    credit,
    pays_out,
)
from earntrack_core.statements.model import RowKind, RowStatus


COLUMNS: Final = tuple(lines.columns.keys())
DERIVED: Final = ("pays_out", "credit")
OWN: Final = tuple(
    name for name in COLUMNS if name not in {"workspace_id", *DERIVED}
)
SIMPLE: Final = OWN[:-4]
"""All but `kind`, `status`, `shadow` and `amounts`, which come last."""

RESTORE: Final = restorer(Line, OWN)
KINDS: Final = {one.value: one for one in RowKind}
STATUSES: Final = {one.value: one for one in RowStatus}
SHADOWS: Final = {one.value: one for one in Shadow}

CONDITIONS: Final[Conditions] = {
    "batch_id": lambda value: lines.c.batch_id == value,
    "platform_id": lambda value: lines.c.platform_id == value,
    "report": lambda value: lines.c.report == value,
    "order_refs": lambda values: among(lines.c.order_ref, values),
    "currency": lambda value: lines.c.currency == value,
    "summary": lines.c.summary.is_,
    "shadow": lambda value: lines.c.shadow == value,
    "since": lambda value: lines.c.local_date >= value,
    "until": lambda value: lines.c.local_date <= value,
    "ids": lambda values: among(lines.c.id, values),
    "platform_keys": lambda values: among(lines.c.platform_key, values),
    "pays_out": lines.c.pays_out.is_,
    "credit": lambda values: among(lines.c.credit, values),
    "earns": lambda value: (
        lines.c.earnings > 0 if value else lines.c.earnings <= 0
    ),
}


def canonical(amount: Decimal) -> str:
    """Return the one way in which an amount is written, to be compared."""
    return format(amount.normalize(), "f")


def to_values(line: Line, workspace_id: WorkspaceId) -> dict[str, Any]:
    """Spread a line over the columns."""
    values = {name: getattr(line, name) for name in SIMPLE}
    came = credit(line)
    amounts = {
        leg: format(amount, "f") for leg, amount in line.amounts.items()
    }
    return values | {
        "workspace_id": workspace_id,
        "kind": line.kind,
        "status": line.status,
        "shadow": line.shadow,
        "amounts": amounts,
        "pays_out": pays_out(line),
        "credit": None if came is None else canonical(came),
    }


def from_row(row: Row) -> Line:
    """Put a line together again."""
    _, *simple, kind, status, shadow, amounts, _, _ = row
    exact = {leg: Decimal(amount) for leg, amount in amounts.items()}
    return RESTORE(
        (*simple, KINDS[kind], STATUSES[status], SHADOWS[shadow], exact)
    )


def ask(where: LineFilter) -> Asked:
    """Return what a filter asks for."""
    said = tuple(canonical(amount) for amount in where.credit)
    return asked(evolve(where, credit=said))  # type: ignore[arg-type]  # -- as the column has them
