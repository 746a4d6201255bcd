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
from earntrack_core.statements.totals import UNKNOWN, amount_text
from earntrack_server.cli.answering import OPTIONS


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
    yield Text(f"  {_counts(report)}")
    yield from _sums(report)
    for one in report.questions:
        yield from _asked(one)
    for name, problems, style in (
        ("error", report.errors, "red"),
        ("warning", report.warnings, "yellow"),
    ):
        yield from _problems(name, problems, style)
    yield Text(f"  {_verdict(report)}")


def _verdict(report: ImportReport) -> str:
    if report.batch_id is not None:
        return f"Take it back with: earntrack undo {report.batch_id}"
    if report.repeats is not None:
        return f"Imported before, as {report.repeats}; --force reads it again."
    return "Nothing was booked."


def _counts(report: ImportReport) -> str:
    counts = report.counts
    others = {
        "known": counts.duplicates,
        "corrected": counts.updated,
        "left out": counts.skipped,
        "unreadable": counts.errors,
    }
    parts = [f"{counts.data_rows:,} records", f"{counts.imported:,} new"]
    parts += [f"{count:,} {word}" for word, count in others.items() if count]
    return " · ".join(parts)


def _sums(report: ImportReport) -> Iterator[RenderableType]:
    if report.facts.kind is StatementKind.TIME:
        yield Text(f"  {_work(report.totals)}")
        return
    if report.totals:
        yield _totals(report.totals)
    if report.hours is not None:
        yield Text(f"  {report.hours} hours")


def _work(totals: Mapping[str, Any]) -> str:
    parts = [
        f"{totals['entries']:,} entries",
        f"{_clock(totals['seconds'])} hours",
        f"{_clock(totals['billable_seconds'])} billable",
    ]
    for currency, amount in totals["amount"].items():
        parts.append(f"{_cell(amount, currency)} {currency}")
    return " · ".join(parts)


def _clock(seconds: int | str) -> str:
    minutes = int(Decimal(seconds)) // 60
    return f"{minutes // 60}:{minutes % 60:02}"


def _totals(totals: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return sums with a column for each currency; nothing is left out."""
    table = Table(box=None, pad_edge=True, header_style="dim")
    table.add_column("")
    for currency in totals:
        table.add_column(currency, justify="right")
    for name in next(iter(totals.values())):
        cells = [_cell(sums[name], code) for code, sums in totals.items()]
        if any(Decimal(str(sums[name])) for sums in totals.values()):
            table.add_row(name.replace("_", " "), *cells)
    return table


def _cell(value: object, currency: str) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    amount = Decimal(str(value))
    if currency != UNKNOWN:
        amount = round_amount(amount, currency)
    return f"{amount:,}"


def _asked(question: Question) -> Iterator[Text]:
    yield Text(f"? {question.text}", style="yellow")
    if question.choices:
        yield Text("    " + " or ".join(question.choices))
    for one in question.evidence:
        yield Text(f"    {one}", style="dim")
    option = OPTIONS.get(question.key)
    if option is not None:
        yield Text(f"    Answer with {option}")


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
