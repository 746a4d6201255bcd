"""Reads a table: facts and questions first, then its records."""

from collections.abc import Iterator
from contextlib import closing

from earntrack_adapters.statements.asking import (
    currency_question,
    mark_question,
    order_question,
    period_question,
)
from earntrack_adapters.statements.checking import (
    running_balance,
    running_totals,
)
from earntrack_adapters.statements.opening import Opening, formats_of
from earntrack_adapters.statements.order import decide
from earntrack_adapters.statements.planning import Decided, plan_of
from earntrack_adapters.statements.sources import exported_on
from earntrack_adapters.statements.stream import Stream
from earntrack_core.statements.model import Facts, Item, Reading


def read(opening: Opening) -> Reading:
    """Return what a file says, or what must be asked first."""
    findings = opening.survey()
    spec, answers = opening.spec, opening.answers
    order = decide(findings.order, answers.date_order, spec.date.order)
    mark = opening.decimal or findings.numbers.mark(
        answers.number_form, spec.numbers.decimal
    )
    currency, why = opening.currency(findings)
    period = opening.period()
    questions = (
        *order_question(findings, order),
        *mark_question(findings, mark),
        *currency_question(opening, findings, currency),
        *period_question(opening, period),
    )
    decided = Decided(order or "", mark or ".", currency, period)
    facts = _facts(opening, decided, why)
    if any(question.blocks_reading for question in questions):
        return Reading(facts=facts, questions=questions)
    return Reading(
        facts=facts, questions=questions, items=_items(opening, decided)
    )


def _items(opening: Opening, decided: Decided) -> Iterator[Item]:
    plan, balance = plan_of(opening, decided), opening.spec.balance
    column = None if balance is None else balance.column
    stream = Stream(
        plan,
        running_totals(plan.parts),
        running_balance(column, opening.cells),
    )
    header = list(opening.header.cells) if opening.headed else None
    with closing(opening.rows()) as found:
        yield from stream.items(found, header)


def _facts(opening: Opening, decided: Decided, why: str) -> Facts:
    spec, header = opening.spec, opening.header
    used = [
        one.text
        for one in formats_of(spec)
        if one.order in {decided.order, ""}
    ]
    evidence = (
        f"{opening.encoding.codec}: {opening.encoding.evidence}",
        *((why,) if why else ()),
    )
    return Facts(
        format_id=spec.id,
        platform=spec.platform,
        kind=spec.kind,
        family=spec.family or spec.id,
        report=spec.report,
        encoding=opening.encoding.codec,
        delimiter=header.delimiter,
        header_line=header.line if opening.headed else None,
        date_format="; ".join(used) or None,
        zone=opening.zone(),
        currency=decided.currency,
        account=opening.answers.account,
        period=decided.period,
        exported_on=exported_on(spec, opening.name, header.preamble),
        evidence=evidence,
    )
