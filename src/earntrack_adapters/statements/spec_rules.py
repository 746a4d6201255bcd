"""What a spec must fulfil beyond its shape: every name must be known."""

import codecs
from collections.abc import Iterator
from typing import Final

from earntrack_adapters.statements.dates import FormatError, compiled
from earntrack_adapters.statements.kinds import NATURAL
from earntrack_adapters.statements.names import nearest
from earntrack_adapters.statements.spec import CONTRACT, Amounts, Rule, Spec
from earntrack_adapters.statements.spec_names import (
    captures_of,
    columns_of,
    conditions_of,
    filled_in,
    references,
    rules_of,
)
from earntrack_adapters.statements.table import DELIMITERS
from earntrack_adapters.statements.templates import touching
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


def problems_of(spec: Spec) -> Iterator[str]:
    """Yield what is wrong with a spec, with its place."""
    yield from _words(spec)
    yield from _formats(spec)
    yield from _sources(spec)
    yield from _templates(spec)
    known = columns_of(spec)
    texts = captures_of(spec.capture)
    for path, name in references(spec):
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
    for path, name in filled_in(spec):
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
    for path, condition in conditions_of(spec):
        for column, sign in condition.sign.items():
            if sign not in SIGNS:
                yield (
                    f"{path}: sign of {column!r} must be one of"
                    f" {', '.join(SIGNS)}"
                )
    try:
        codecs.lookup(spec.match.encoding)
    except LookupError:
        yield f"match.encoding: there is no encoding {spec.match.encoding!r}"
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
    for path, rule in rules_of(spec):
        yield from _outcome(path, rule)


def _outcome(path: str, rule: Rule) -> Iterator[str]:
    legs = rule.leg or (rule,)
    kinds = [leg.kind or rule.kind for leg in legs]
    if rule.skip is not None or rule.merge:
        if any(kinds) or any(map(_has_money, legs)):
            yield f"{path}: skip stands alone, and so does merge"
        return
    if None in kinds:
        yield f"{path}: says neither kind nor skip nor merge"
    for leg, kind in zip(legs, kinds, strict=True):
        if kind is None or kind is RowKind.TIME:
            continue
        natural = NATURAL[kind]
        if not _has_money(leg):
            yield f"{path}: has no amount"
        elif leg.amount and natural != "amount" and getattr(leg, natural):
            yield f"{path}: amount and {natural} are the same"


def _has_money(leg: Amounts) -> bool:
    return any(getattr(leg, name) for name in ("amount", *LEGS))


def _templates(spec: Spec) -> Iterator[str]:
    texts = {
        "capture": tuple(
            template for one in spec.capture for template in one.templates
        ),
        "zone.preamble": spec.zone.preamble,
        "currency.preamble": spec.currency.preamble if spec.currency else (),
        "period.file_name": spec.period.file_name,
        "export.file_name": spec.export.file_name,
        "export.preamble": spec.export.preamble,
    }
    for path, templates in texts.items():
        for template in templates:
            if touching(template):
                yield (
                    f"{path}: {template!r} has two holes without text"
                    " between them"
                )
