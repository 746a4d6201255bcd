"""Every name that a spec uses, and where."""

from collections.abc import Iterable, Iterator

from earntrack_adapters.statements.spec import (
    Amounts,
    Capture,
    Condition,
    Names,
    Rule,
    Spec,
    Sum,
)
from earntrack_adapters.statements.templates import names_in
from earntrack_core.statements.model import LEGS


def columns_of(spec: Spec) -> list[str]:
    """Return the names under which a spec knows its columns."""
    return [
        names[0]
        for names in (*spec.match.require, *spec.match.optional)
        if names
    ]


def captures_of(captures: Iterable[Capture]) -> set[str]:
    """Return the names of all texts that are captured."""
    return {
        name
        for capture in captures
        for template in capture.templates
        for name in names_in(template)
    }


def rules_of(spec: Spec) -> Iterator[tuple[str, Rule]]:
    """Yield every rule, and where."""
    for at, rule in enumerate(spec.rule, 1):
        yield f"rule {at}", rule
    for at, rule in enumerate(spec.otherwise, 1):
        yield f"otherwise {at}", rule


def conditions_of(spec: Spec) -> Iterator[tuple[str, Condition]]:
    """Yield every condition, and where."""
    yield from rules_of(spec)
    for at, check in enumerate(spec.check, 1):
        yield f"check {at}", check
    for at, total in enumerate(spec.total, 1):
        for term in (*total.expected, *total.found):
            yield f"total {at}", term


def references(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield every column that is named, and where."""
    for path, names in _lists(spec):
        for name in names:
            yield path, name
    for path, condition in conditions_of(spec):
        for words in (condition.when, condition.unless, condition.sign):
            yield from ((path, name) for name in words)
        listed = (
            *condition.filled,
            *condition.empty,
            *condition.same,
            *condition.differ,
        )
        yield from ((path, name) for name in listed)
    for path, rule in rules_of(spec):
        yield from ((path, name) for name in rule.merge)
        for at, leg in enumerate((rule, *rule.leg)):
            where = f"{path} leg {at}" if at else path
            yield from ((where, name) for name in _money(leg))
            if leg.original is not None:
                yield where, leg.original.amount
                yield where, leg.original.currency
    yield from _sums(spec)


def _money(amounts: Amounts) -> Iterator[str]:
    if amounts.currency is not None:
        yield amounts.currency
    for leg in ("amount", *LEGS):
        yield from plain_names(getattr(amounts, leg))


def plain_names(terms: Sum) -> Iterator[str]:
    """Yield the columns of a sum without their signs."""
    for names in terms:
        for name in names:
            yield name.removeprefix("-")


def _sums(spec: Spec) -> Iterator[tuple[str, str]]:
    for at, check in enumerate(spec.check, 1):
        for terms in (check.sum, check.equals):
            yield from ((f"check {at}", one) for one in plain_names(terms))
        if check.column is not None:
            yield f"check {at}", check.column
    for at, total in enumerate(spec.total, 1):
        for term in (*total.expected, *total.found):
            yield from ((f"total {at}", one) for one in plain_names(term.sum))


def _lists(spec: Spec) -> Iterator[tuple[str, Names]]:
    dates, hours = spec.date, spec.hours
    yield "date.column", dates.column
    yield "date.evidence", dates.evidence
    yield "date.time", _one(dates.time)
    yield "zone.column", _one(spec.zone.column)
    yield "zone.heading", _one(spec.zone.heading)
    yield "period", (*_one(spec.period.start), *_one(spec.period.end))
    yield "identity.columns", spec.identity.columns
    yield "row", (*_one(spec.row.type), *_one(spec.row.count))
    yield "capture", tuple(one.column for one in spec.capture)
    yield "status.column", _one(spec.status.column)
    if spec.currency is not None:
        money = spec.currency
        yield "currency", (*money.column, *money.heading, *money.symbol)
        yield "currency.first", _one(money.first)
    if spec.balance is not None:
        yield "balance.column", (spec.balance.column,)
    if spec.billable is not None:
        yield "billable.column", (spec.billable.column,)
    if hours is not None:
        named = (hours.column, hours.start, hours.end)
        yield "hours", tuple(one for one in named if one is not None)
    if spec.original is not None:
        yield "original", (spec.original.amount, spec.original.currency)


def _one(name: str | None) -> Names:
    return () if name is None else (name,)


def filled_in(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield every name in the braces of a text that is filled in."""
    texts: dict[str, str | None] = {
        "identity.external_id": spec.identity.external_id,
        "identity.group_id": spec.identity.group_id,
        "identity.order_ref": spec.identity.order_ref,
        "row.description": spec.row.description,
        "row.counterparty": spec.row.counterparty,
    }
    for path, rule in rules_of(spec):
        texts[f"{path}.skip"] = rule.skip
        for leg in (rule, *rule.leg):
            texts[f"{path}.description"] = leg.description
    for path, text in texts.items():
        if text is not None:
            yield from ((path, name) for name in names_in(text))
