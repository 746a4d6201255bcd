"""What a spec must fulfil beyond its shape: every name must be known."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from earntrack_adapters.statements.dates import FormatError, compiled
from earntrack_adapters.statements.names import is_pattern, nearest
from earntrack_adapters.statements.spec import (
    CONTRACT,
    Amounts,
    Capture,
    Condition,
    Names,
    Rule,
    Spec,
    Sum,
)
from earntrack_adapters.statements.templates import names_in
from earntrack_core.kernel.currencies import TABLE
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.periods import zone_info
from earntrack_core.statements.model import LEGS, RowKind, StatementKind


VERIFIED: Final = ("real-sample", "header-seen", "docs", "unverified")
REPORTS: Final = ("ledger", "orders")
ORDERS: Final = ("dmy", "mdy", "ymd")
SIGNS: Final = ("+", "-", "0", "!0")
FORMS: Final = ("decimal", "clock")
MARKS: Final = (".", ",")
DELIMITERS: Final = (",", ";", "\t", "|")


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


def problems_of(spec: Spec) -> Iterator[str]:
    """Yield what is wrong with a spec, with its place."""
    yield from _words(spec)
    yield from _formats(spec)
    yield from _sources(spec)
    known = columns_of(spec)
    texts = captures_of(spec.capture)
    for path, name in _references(spec):
        if name.startswith("{"):
            if name[1:-1] not in texts:
                hint = nearest(name[1:-1], texts)
                yield f"{path}: nothing captures {name}{hint}"
        elif name not in known:
            hint = nearest(name, known)
            yield (
                f"{path}: column {name!r} is not in this format's"
                f" columns{hint}"
            )
    for path, name in _filled_in(spec):
        if name not in known and name not in texts:
            hint = nearest(name, (*known, *texts))
            yield f"{path}: {{{name}}} is no column and no capture{hint}"


def _words(spec: Spec) -> Iterator[str]:
    if spec.contract != CONTRACT:
        yield f"contract: must be {CONTRACT}"
    choices = (
        ("verified", spec.verified, VERIFIED),
        ("report", spec.report, REPORTS),
        ("date.order", spec.date.order or ORDERS[0], ORDERS),
        ("numbers.decimal", spec.numbers.decimal or MARKS[0], MARKS),
        ("match.delimiter", spec.match.delimiter or ",", DELIMITERS),
        ("hours.form", spec.hours.form if spec.hours else FORMS[0], FORMS),
    )
    for path, word, words in choices:
        if word not in words:
            yield f"{path}: {word!r} must be one of {', '.join(words)}"
    for path, condition in _conditions(spec):
        for column, sign in condition.sign.items():
            if sign not in SIGNS:
                yield (
                    f"{path}: sign of {column!r} must be one of"
                    f" {', '.join(SIGNS)}"
                )
    yield from _known(spec)


def _known(spec: Spec) -> Iterator[str]:
    money = spec.currency
    codes = [] if money is None else [*money.symbols.values()]
    if money is not None and money.constant is not None:
        codes.append(money.constant)
    for code in codes:
        if code not in TABLE:
            yield f"currency: {code!r} is no currency of ISO 4217"
    zones = [*spec.zone.names.values()]
    for zone in (*zones, *filter(None, (spec.zone.constant,))):
        if zone[:1] not in {"+", "-"} and not _is_zone(zone):
            yield f"zone: {zone!r} is no IANA zone and no offset like +01:00"


def _is_zone(name: str) -> bool:
    try:
        zone_info(name)
    except InvalidError:
        return False
    return True


def _formats(spec: Spec) -> Iterator[str]:
    dates = spec.date
    for path, formats in (
        ("date.formats", dates.formats),
        ("date.time_formats", dates.time_formats),
    ):
        for one in formats:
            try:
                compiled(one, dates.language)
            except FormatError as error:
                yield f"{path}: {one!r} {error}"
    if dates.column and not dates.formats:
        yield "date.formats: is missing"
    if dates.time and not dates.time_formats:
        yield "date.time_formats: is missing"


def _sources(spec: Spec) -> Iterator[str]:
    dated = spec.period.file_name or spec.period.start or spec.period.ask
    if not spec.date.column and not dated:
        yield "date.column: is missing, and there is no [period] either"
    if spec.kind is StatementKind.TIME:
        if spec.hours is None:
            yield "hours: is missing in a format of time entries"
        return
    if spec.currency is None:
        yield "currency: is missing"
    if not spec.rule:
        yield "rule: there is none"
    for path, rule in _rules(spec):
        yield from _outcome(path, rule)


def _outcome(path: str, rule: Rule) -> Iterator[str]:
    given = sum(
        1
        for one in (rule.kind, rule.skip, rule.leg and rule.leg[0].kind)
        if one is not None and one != ()
    )
    if not given and not rule.merge:
        yield f"{path}: says neither kind nor skip nor merge"
    if rule.kind in {None, RowKind.TIME} or rule.leg:
        return
    if not any(getattr(rule, leg) for leg in ("amount", *LEGS)):
        yield f"{path}: has no amount"


def _rules(spec: Spec) -> Iterator[tuple[str, Rule]]:
    for at, rule in enumerate(spec.rule, 1):
        yield f"rule {at}", rule
    for at, rule in enumerate(spec.otherwise, 1):
        yield f"otherwise {at}", rule


def _conditions(spec: Spec) -> Iterator[tuple[str, Condition]]:
    yield from _rules(spec)
    for at, check in enumerate(spec.check, 1):
        yield f"check {at}", check
    for at, total in enumerate(spec.total, 1):
        for term in (*total.expected, *total.found):
            yield f"total {at}", term


def _references(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield every column that is named, and where."""
    for path, names in _lists(spec):
        for name in names:
            yield path, name
    for path, condition in _conditions(spec):
        for words in (condition.when, condition.unless, condition.sign):
            yield from ((path, name) for name in words)
        listed = (
            *condition.filled,
            *condition.empty,
            *condition.same,
            *condition.differ,
        )
        yield from ((path, name) for name in listed)
    for path, rule in _rules(spec):
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


def _filled_in(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield every name in the braces of a text that is filled in."""
    texts: dict[str, str | None] = {
        "identity.external_id": spec.identity.external_id,
        "identity.group_id": spec.identity.group_id,
        "identity.order_ref": spec.identity.order_ref,
        "row.description": spec.row.description,
        "row.counterparty": spec.row.counterparty,
    }
    for path, rule in _rules(spec):
        texts[f"{path}.skip"] = rule.skip
        for leg in (rule, *rule.leg):
            texts[f"{path}.description"] = leg.description
    for path, text in texts.items():
        if text is not None:
            yield from ((path, name) for name in names_in(text))


def heading_patterns(spec: Spec) -> Mapping[str, bool]:
    """Return for each column whether it stands for several headings."""
    return {name: is_pattern(name) for name in columns_of(spec)}


FIELDS: Final = tuple(field.name for field in attrs.fields(Spec))
"""Keys of a spec, in the order of its documentation."""
