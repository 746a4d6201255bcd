"""How a report is made of what was found, and kept."""

from typing import Any

from earntrack_core.statements.importing import Import
from earntrack_core.statements.model import Problem
from earntrack_core.statements.report import ImportReport


def report_of(name: str, work: Import) -> ImportReport:
    """Return the report of an import, or of a preview."""
    found = work.findings
    return ImportReport(
        file_name=name,
        facts=work.reading.facts,
        counts=found.counted(),
        row_kinds=dict(sorted(found.tally.kinds.items())),
        rows=found.tally.rows,
        totals=found.tally.totals(),
        months=found.tally.months(),
        hours=found.tally.hours(),
        skipped=tuple(found.skipped),
        errors=tuple(found.errors),
        warnings=tuple(found.warnings),
        checks=tuple(found.checks),
        questions=work.reading.questions,
    )


def stored_report(report: ImportReport) -> dict[str, Any]:
    """Return what of a report is kept with its batch, as JSON."""
    return {
        "rowKinds": dict(report.row_kinds),
        "totals": dict(report.totals),
        "months": dict(report.months),
        "skipped": [
            {"line": one.line, "reason": one.reason} for one in report.skipped
        ],
        "errors": [problem_as_json(one) for one in report.errors],
        "warnings": [problem_as_json(one) for one in report.warnings],
        "checks": [
            {"name": one.name, "expected": one.expected, "found": one.found}
            for one in report.checks
        ],
    }


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON."""
    return {
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "value": problem.value,
        "hint": problem.hint,
    }
