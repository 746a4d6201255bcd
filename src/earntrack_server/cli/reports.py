"""Import reports on the command line: JSON for scripts, tables for people.

The keys of the JSON are a promise; they are documented and never change
their meaning.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from earntrack_core.kernel.money import round_amount
from earntrack_core.statements.model import (
    Balance,
    Problem,
    Question,
    StatementKind,
)
from earntrack_core.statements.report import ImportReport
from earntrack_core.statements.totals import amount_text


LISTED: Final = 20
"""Problems that people are shown one by one."""


def contract(report: ImportReport) -> dict[str, Any]:
    """Return a report as the documented JSON object."""
    facts, counts = report.facts, report.counts
    return {
        "file": report.file_name,
        "format_id": facts.format_id,
        "platform": facts.platform,
        "kind": facts.kind.value,
        "encoding": facts.encoding,
        "delimiter": facts.delimiter,
        "header_line": facts.header_line,
        "date_format": facts.date_format,
        "timezone": facts.zone,
        "data_rows": counts.data_rows,
        **_rows(report),
        "row_kinds": dict(report.row_kinds),
        "skipped": [
            {"line": one.line, "reason": one.reason} for one in report.skipped
        ],
        "errors": [_problem(one) for one in report.errors],
        "totals": dict(report.totals),
        "months": dict(report.months),
        "imported": counts.imported,
        "duplicates": counts.duplicates,
        "updated": counts.updated,
        "warnings": [_problem(one) for one in report.warnings],
        "questions": [_question(one) for one in report.questions],
        "checks": [
            {
                "name": one.name,
                "expected": one.expected,
                "found": one.found,
                "holds": one.holds,
            }
            for one in report.checks
        ],
        **_balances(facts.balances),
        "batch": None if report.batch_id is None else str(report.batch_id),
        "repeats": None if report.repeats is None else str(report.repeats),
    }


def _rows(report: ImportReport) -> dict[str, Any]:
    if report.facts.kind is StatementKind.BANK:
        return {"transactions": report.rows}
    if report.facts.kind is StatementKind.TIME:
        return {"entries": report.rows}
    return {} if report.hours is None else {"hours": report.hours}


def _balances(balances: tuple[Balance, ...]) -> dict[str, Any]:
    written = [
        {
            "tag": one.name,
            "currency": one.currency,
            "amount": amount_text(one.amount),
            "date": None if one.on is None else one.on.isoformat(),
        }
        for one in balances
    ]
    closing = [one for one in balances if one.closing]
    if not written:
        return {}
    if not closing:
        return {"balances": written}
    last = closing[-1]
    text = f"{amount_text(last.amount)} {last.currency or ''}".strip()
    return {"balances": written, "closing_balance": text}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "value": problem.value,
        "hint": problem.hint,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "text": question.text,
        "choices": list(question.choices),
        "evidence": list(question.evidence),
    }


def shown(report: ImportReport) -> RenderableType:
    """Return a report for people."""
    return Group(*_parts(report))


def _parts(report: ImportReport) -> Iterator[RenderableType]:
    facts = report.facts
    yield Text.assemble(
        (report.file_name, "bold"),
        f"  {facts.format_id}, {facts.encoding or 'text'}",
    )
    yield _counts(report)
    if report.totals and facts.kind is not StatementKind.TIME:
        yield _totals(report.totals)
    for one in report.questions:
        yield Text(f"? {one.text}", style="yellow")
        if one.choices:
            yield Text("  " + " or ".join(one.choices))
    for name, problems, style in (
        ("error", report.errors, "red"),
        ("warning", report.warnings, "yellow"),
    ):
        yield from _problems(name, problems, style)


def _counts(report: ImportReport) -> Text:
    counts = report.counts
    parts = [
        f"{counts.data_rows} records",
        f"{counts.imported} new",
        f"{counts.duplicates} known",
        f"{counts.updated} corrected",
        f"{counts.skipped} left out",
        f"{counts.errors} unreadable",
    ]
    text = "  " + " · ".join(parts)
    if report.repeats is not None:
        text += f"\n  This very file was imported before ({report.repeats})."
    return Text(text)


def _totals(totals: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=True, header_style="dim")
    for currency, sums in totals.items():
        if not table.columns:
            table.add_column("")
            for name in sums:
                table.add_column(name.replace("_", " "), justify="right")
        table.add_row(
            currency, *(_cell(value, currency) for value in sums.values())
        )
    return table


def _cell(value: object, currency: str) -> str:
    if isinstance(value, int):
        return str(value)
    amount = Decimal(str(value))
    if currency != "?":
        amount = round_amount(amount, currency)
    return f"{amount:,}"


def _problems(
    name: str, problems: tuple[Problem, ...], style: str
) -> Iterator[Text]:
    for one in problems[:LISTED]:
        place = "" if one.line is None else f" line {one.line}"
        column = "" if one.column is None else f", {one.column}"
        value = f" {one.value!r}" if one.value else ""
        yield Text.assemble(
            (f"{name}{place}{column}", style), f" {one.code}{value}"
        )
        if one.hint:
            yield Text(f"    {one.hint}", style="dim")
    rest = len(problems) - LISTED
    if rest > 0:
        yield Text(f"    and {rest} more", style="dim")
