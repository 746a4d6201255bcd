"""Earnings as rows, and their filters as conditions."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, func, not_

from earntrack_adapters.sql.compiled import Row
from earntrack_adapters.sql.conditions import Asked, Conditions, among, asked
from earntrack_adapters.sql.earning_tables import earnings
from earntrack_adapters.sql.functions import Contains, microseconds
from earntrack_adapters.sql.repository import Values, entity_values
from earntrack_adapters.sql.restoring import (
    amounts_of,
    code_of,
    coins_of,
    restorer,
)
from earntrack_core.earnings.filters import EarningFilter
from earntrack_core.earnings.model import (
    LEGS,
    Earning,
    EarningKind,
    searchable,
)
from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.money import EXACT


COLUMNS: Final = tuple(earnings.columns.keys())
FIRST_LEG: Final = COLUMNS.index(LEGS[0])
AFTER_LEGS: Final = FIRST_LEG + len(LEGS)
KIND: Final = COLUMNS.index("kind")
KINDS: Final = {kind.value: kind for kind in EarningKind}
RESTORE: Final = restorer(
    Earning, [name for name in COLUMNS if name not in {"currency", "search"}]
)
MOST_COINS: Final = 2**62
"""No stored amount is larger, so it may stand for all that are."""

CONDITIONS: Final[Conditions] = {
    "since": lambda value: earnings.c.earned_on >= value,
    "until": lambda value: earnings.c.earned_on <= value,
    "platform_id": lambda values: among(earnings.c.platform_id, values),
    "kind": lambda values: among(earnings.c.kind, values),
    "category": lambda value: earnings.c.category == value,
    "currency": lambda value: earnings.c.currency == value,
    "least": lambda value: earnings.c.gross >= value,
    "most": lambda value: earnings.c.gross <= value,
    "text": lambda value: Contains(earnings.c.search, value),
    "has_hours": lambda value: _has_hours() if value else not_(_has_hours()),
    "batch_id": lambda value: earnings.c.batch_id == value,
    "payout_id": lambda value: earnings.c.payout_id == value,
    "ids": lambda values: among(earnings.c.id, values),
}


def _has_hours() -> ColumnElement[bool]:
    worked: ColumnElement[bool] = (
        func.coalesce(microseconds(earnings.c.worked), 0) > 0
    )
    return worked


def to_values(earning: Earning) -> Values:
    """Spread an earning over the columns."""
    values = entity_values(earning)
    for leg in LEGS:
        values[leg] = coins_of(getattr(earning, leg))
    values |= {
        "platform_id": earning.platform_id,
        "earned_on": earning.earned_on,
        "kind": earning.kind,
        "currency": code_of(earning.gross),
        "count": earning.count,
        "worked": earning.worked,
        "category": earning.category,
        "notes": earning.notes,
        "external_id": earning.external_id,
        "occurred_at": earning.occurred_at,
        "zone": earning.zone,
        "payout_id": earning.payout_id,
        "batch_id": earning.batch_id,
        "search": searchable(earning),
    }
    return values


def from_row(row: Row) -> Earning:
    """Put an earning together again."""
    code = row[FIRST_LEG - 1]
    return RESTORE(
        (
            *row[:KIND],
            KINDS[row[KIND]],
            *amounts_of(row[FIRST_LEG:AFTER_LEGS], code),
            *row[AFTER_LEGS:-1],
        )
    )


def as_values(row: Row) -> Values:
    """Return a row by the names of its columns."""
    return dict(zip(COLUMNS, row, strict=True))


def ask(where: EarningFilter) -> Asked:
    """Return what a filter asks for, with amounts in coins."""
    what = asked(where)
    if where.text is not None:
        what.given["text"] = where.text.casefold()
    if where.currency is not None:
        for name, rounding in ("least", ROUND_CEILING), ("most", ROUND_FLOOR):
            bound = getattr(where, name)
            if bound is not None:
                what.given[name] = _coins(bound, where.currency, rounding)
    return what


def _coins(bound: Decimal, code: str, rounding: str) -> int:
    exact = bound.scaleb(currency_info(code).digits, EXACT)
    if exact.copy_abs() >= MOST_COINS:
        return MOST_COINS if exact > 0 else -MOST_COINS
    return int(exact.to_integral_value(rounding))


def order_of(name: str) -> ColumnElement[Any]:
    """Return what an order sorts by, named without its direction."""
    columns = earnings.c
    net = columns.gross + columns.tip - columns.fee - columns.tax_withheld
    orders: dict[str, ColumnElement[Any]] = {
        "date": columns.earned_on,
        "created": columns.id,
        "amount": columns.gross,
        "net": net - columns.refund + columns.adjustment,
    }
    return orders[name]
