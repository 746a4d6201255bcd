"""From the rows of a statement to the lines that are kept of them."""

from collections.abc import Callable
from datetime import timedelta
from operator import itemgetter
from typing import Any, Final

from attrs import field, frozen

from earntrack_core.earnings.model import (
    NOTES,
    BatchId,
    EarningId,
    PayoutId,
)
from earntrack_core.kernel.ids import uuid7s
from earntrack_core.kernel.making import maker
from earntrack_core.kernel.texts import printable
from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.booking import Book
from earntrack_core.statements.line import Line, LineId, Shadow
from earntrack_core.statements.model import (
    LEGS,
    NET_LEGS,
    Facts,
    StatementRow,
)


AMOUNTS: Final = (*LEGS, "amount")
NAME: Final = 200
REFERENCE: Final = 200
SECOND: Final = timedelta(seconds=1)

COPIED: Final = (
    "line",
    "kind",
    "status",
    "summary",
    "local_date",
    "occurred_at",
    "currency",
    "earnings",
    "original_amount",
    "original_currency",
)
"""What a line says as its row does."""

WRITTEN: Final = (
    "id",
    "key",
    "earning_id",
    "payout_id",
    "amounts",
    "seconds",
    "period_start",
    "external_id",
    "group_id",
    "order_ref",
    "counterparty",
    "description",
)
GIVEN: Final = (
    "batch_id",
    "platform_key",
    "platform_id",
    "report",
    "exported_on",
    "shadow",
    "arrival_of",
)
"""What all lines of a file have in common."""

Write = Callable[[StatementRow, str], Line]

_amounts: Final = itemgetter(*AMOUNTS)
_copied: Final = itemgetter(*COPIED)
_made: Final = maker(Line, (*WRITTEN, *COPIED, *GIVEN))


@frozen(kw_only=True)
class Origin:
    """Where lines come from, and for whom they are booked."""

    book: Book
    batch_id: BatchId
    facts: Facts
    platform_id: PlatformId | None = field(default=None)


def line_writer(origin: Origin) -> Write:
    """Return what makes the lines of a file, each by its row and key."""
    ids, home = uuid7s(origin.book.now), origin.platform_id
    given = _given(origin)

    def write(row: StatementRow, key: str) -> Line:
        said = vars(row)
        amounts = {
            leg: amount
            for leg, amount in zip(AMOUNTS, _amounts(said), strict=True)
            if amount is not None
        }
        worked, own = row.worked, next(ids)
        booked = home is not None and row.local_date is not None
        earns = worked is not None or not amounts.keys().isdisjoint(NET_LEGS)
        return _made(
            (
                LineId(own),
                key,
                EarningId(own) if booked and earns else None,
                PayoutId(own) if booked and amounts.get("payout") else None,
                amounts,
                None if worked is None else worked // SECOND,
                row.period[0] if row.period else None,
                _reference(row.external_id),
                _reference(row.group_id),
                _reference(row.order_ref),
                printable(row.counterparty, NAME),
                printable(row.description, NOTES),
                *_copied(said),
                *given,
            )
        )

    return write


def _given(origin: Origin) -> tuple[Any, ...]:
    facts = origin.facts
    return (
        origin.batch_id,
        facts.platform,
        origin.platform_id,
        facts.report,
        facts.exported_on,
        Shadow.NONE,
        None,
    )


def _reference(text: str | None) -> str | None:
    return printable(text, REFERENCE) or None if text else None
