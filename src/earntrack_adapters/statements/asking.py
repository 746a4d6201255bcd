"""What only the user can know about a table, because it does not tell."""

from collections.abc import Iterator
from typing import Final

from earntrack_adapters.statements.findings import Findings
from earntrack_adapters.statements.opening import Opening
from earntrack_adapters.statements.sources import Span
from earntrack_core.statements.model import Question


ORDERS: Final = {
    "dmy": "day, month, year",
    "mdy": "month, day, year",
    "ymd": "year, month, day",
}


def currency_question(
    opening: Opening, findings: Findings, currency: str | None
) -> Iterator[Question]:
    """Ask for the currency, if nothing tells it."""
    source, cells = opening.spec.currency, opening.cells
    if source is None or not source.ask or currency is not None:
        return
    stated = bool(cells.there(source.column))
    beside = bool(cells.there(source.symbol)) and findings.bare is None
    if not stated and not beside and findings.records:
        yield Question(
            key="currency",
            text="In which currency are the amounts? The file does not say.",
            evidence=() if findings.bare is None else (findings.bare,),
        )


def order_question(
    findings: Findings, order: str | None
) -> Iterator[Question]:
    """Ask which comes first, day or month, if the dates fit both."""
    if order is None:
        best = findings.order.best()
        yield Question(
            key="date_order",
            text="In which order are the dates written? All of them can be"
            " read in more than one.",
            choices=best,
            evidence=tuple(f"{one}: {ORDERS[one]}" for one in best),
        )


def mark_question(findings: Findings, mark: str | None) -> Iterator[Question]:
    """Ask for the decimal mark, if the amounts fit both."""
    if mark is None:
        doubtful = findings.numbers.doubtful
        yield Question(
            key="number_form",
            text="Which is the decimal mark? The amounts can be read with"
            " either.",
            choices=(".", ","),
            evidence=(doubtful,) if doubtful else (),
        )


def period_question(
    opening: Opening, period: Span | None
) -> Iterator[Question]:
    """Ask for the period, if the rows have no days; it can wait."""
    if opening.spec.period.ask and period is None:
        yield Question(
            key="period",
            text="Which days does the file cover? It does not say.",
            blocks_reading=False,
        )
