"""Reports: what became of a file, as people read it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from attrs import frozen
from moneyed import Money

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.currencies import TABLE
from earntrack_core.kernel.money import rounded
from earntrack_core.statements.batch import Batch, BatchState, Counts
from earntrack_core.statements.model import Question
from earntrack_core.statements.report import ImportReport
from earntrack_core.statements.reporting import stored_report
from earntrack_server.web.formats import Formats
from earntrack_server.web.speech import Speech
from earntrack_server.web.visits import Visit


LISTED: Final = 200
"""Problems that are shown one by one."""

COLUMNS: Final = (
    "date",
    "description",
    "amount",
    "debit",
    "credit",
    "currency_column",
)
"""What somebody is asked about the columns of an unknown table."""


@frozen(kw_only=True)
class Trouble:
    """Something wrong in a file, where it is, and a way out."""

    line: int | None
    column: str
    value: str
    hint: str


@frozen(kw_only=True)
class Sum:
    """What something adds up to in one currency, or in hours."""

    label: str
    text: str
    is_result: bool = False


@frozen(kw_only=True)
class Check:
    """A sum that the file states itself, and what its rows add up to."""

    name: str
    expected: str
    found: str


@frozen(kw_only=True)
class Report:
    """What became of a file."""

    file_name: str
    label: str
    """Of the format."""
    kind: str
    counts: Counts
    sums: Mapping[str, tuple[Sum, ...]]
    """By currency; hours stand under an empty one."""
    months: Mapping[date, str]
    errors: tuple[Trouble, ...]
    warnings: tuple[Trouble, ...]
    skipped: Mapping[str, int]
    """How many records were left out, by the reason."""
    wrong: tuple[Check, ...]
    """Checks that do not hold."""
    evidence: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    batch_id: BatchId | None = None
    repeats: BatchId | None = None
    state: BatchState | None = None
    """None if nothing was booked."""
    at: datetime | None = None


def labels(visit: Visit) -> dict[str, str]:
    """Return the names of formats by their ids, the platform's name first."""
    platforms = visit.et.parts.platforms
    found = {}
    for one in visit.et.parts.formats:
        known = platforms.get(one.platform)
        name = one.platform.capitalize() if known is None else known.name
        found[one.format_id] = f"{name}: {one.label}"
    return found


def of_batch(batch: Batch, names: Mapping[str, str], speech: Speech) -> Report:
    """Return the report that is kept with an import."""
    return Report(
        file_name=batch.file_name,
        label=names.get(batch.format_id, batch.format_id),
        kind=batch.kind,
        counts=batch.counts,
        batch_id=batch.id,
        state=batch.state,
        at=batch.created_at,
        **_told(batch.report, batch.kind, speech),
    )


def of_report(
    report: ImportReport, names: Mapping[str, str], speech: Speech
) -> Report:
    """Return a report that was just made."""
    facts = report.facts
    return Report(
        file_name=report.file_name,
        label=names.get(facts.format_id, facts.format_id),
        kind=facts.kind,
        counts=report.counts,
        evidence=facts.evidence,
        questions=report.questions,
        batch_id=report.batch_id,
        repeats=report.repeats,
        state=None if report.batch_id is None else BatchState.DONE,
        **_told(stored_report(report), facts.kind, speech),
    )


def _told(
    tree: Mapping[str, Any], kind: str, speech: Speech
) -> dict[str, Any]:
    """Return what a stored report tells; one that is not ready, nothing."""
    return {
        "sums": dict(_sums(tree.get("totals", {}), kind, speech)),
        "months": dict(_months(tree.get("months", {}), kind, speech)),
        "errors": _troubles(tree.get("errors", ())),
        "warnings": _troubles(tree.get("warnings", ())),
        "skipped": Counter(
            str(one["reason"]) for one in tree.get("skipped", ())
        ),
        "wrong": tuple(
            Check(**one)
            for one in tree.get("checks", ())
            if one["expected"] != one["found"]
        ),
    }


def _troubles(trees: Sequence[Mapping[str, Any]]) -> tuple[Trouble, ...]:
    return tuple(
        Trouble(
            line=one["line"],
            column=one["column"] or "",
            value=one["value"],
            hint=one["hint"],
        )
        for one in trees[:LISTED]
    )


def _legs(kind: str, speech: Speech) -> Mapping[str, str]:
    """Return what sums are called; those of a kind of file, in order."""
    say = speech.say
    if kind == "bank_transactions":
        return {
            "credit_sum": say("Money in"),
            "debit_sum": say("Money out"),
            "sum": say("Change"),
        }
    return {
        "gross": say("Gross"),
        "tips": say("Tips"),
        "fees": say("Fees"),
        "refunds": say("Refunds"),
        "tax_withheld": say("Tax withheld"),
        "adjustments": say("Adjustments"),
        "net": say("Net"),
        "payouts": say("Paid out"),
    }


RESULTS: Final = frozenset({"net", "sum"})


def _sums(
    totals: Mapping[str, Any], kind: str, speech: Speech
) -> Iterator[tuple[str, tuple[Sum, ...]]]:
    if kind == "time_entries":
        if totals:
            yield "", _time(totals, speech)
        return
    legs = _legs(kind, speech)
    for currency, sums in totals.items():
        yield (
            currency,
            tuple(
                Sum(
                    label=label,
                    text=amount_text(sums[leg], currency, speech.formats),
                    is_result=leg in RESULTS,
                )
                for leg, label in legs.items()
                if leg in RESULTS or Decimal(sums[leg])
            ),
        )


def _time(totals: Mapping[str, Any], speech: Speech) -> tuple[Sum, ...]:
    hours = Decimal(totals["seconds"]) / 3600
    number = speech.formats.number(hours.quantize(Decimal("0.01")))
    amounts = tuple(
        Sum(
            label=speech.say("Billed"),
            text=amount_text(amount, currency, speech.formats),
        )
        for currency, amount in totals["amount"].items()
    )
    return (
        Sum(label=speech.say("Hours"), text=number, is_result=True),
        *amounts,
    )


def _months(
    months: Mapping[str, Any], kind: str, speech: Speech
) -> Iterator[tuple[date, str]]:
    """Yield what each month comes to, all currencies in one line."""
    for month, totals in months.items():
        sums = _sums(totals, kind, speech)
        results = [
            one.text for _, legs in sums for one in legs if one.is_result
        ]
        yield date.fromisoformat(f"{month}-01"), " · ".join(results)


def amount_text(text: str, currency: str, formats: Formats) -> str:
    """Return an amount of a report as people write it."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return text
    if currency not in TABLE:
        return formats.number(amount)
    return formats.money(rounded(Money(amount, TABLE[currency].currency)))


def proposed(question: Question) -> dict[str, Any]:
    """Return the mapping that a question about columns proposes."""
    try:
        tree = json.loads(question.evidence[0]) if question.evidence else {}
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) else {}
