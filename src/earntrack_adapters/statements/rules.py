"""Rules compiled for one file: from a prepared record to its rows."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from attrs import define, field, frozen

from earntrack_adapters.statements.building import (
    Build,
    Events,
    Parts,
    builder,
)
from earntrack_adapters.statements.cells import (
    Amount,
    Row,
    Text,
    amount_error,
    places_of,
    sum_reader,
    text_reader,
)
from earntrack_adapters.statements.conditions import (
    SignOf,
    Test,
    places_of_words,
    test_of,
)
from earntrack_adapters.statements.kinds import NATURAL
from earntrack_adapters.statements.names import key_of
from earntrack_adapters.statements.numbers import AmountError, Parse
from earntrack_adapters.statements.spec import Amounts, Leg, Rule
from earntrack_core.statements.model import LEGS, RowKind


REMEMBERED: Final = 4_096
Sums = tuple[tuple[str, Amount], ...]
Money = dict[str, Decimal | None]


@frozen
class CompiledLeg:
    """One row of a record, ready to be read."""

    kind: RowKind
    money: Callable[[Row], Money]
    places: tuple[int, ...]
    """Where its money is, to find the cell that is wrong."""
    build: Build


@frozen
class CompiledRule:
    """A rule, ready to be applied."""

    test: Test
    legs: tuple[CompiledLeg, ...]
    skip: Text | None
    merge: tuple[int, ...]
    skip_empty: str | None
    skip_zero: str | None
    known: bool
    """False if the rule is for words that are not known."""


def sums_of(amounts: Amounts, kind: RowKind, parts: Parts) -> Sums:
    """Return the parts of a row that have money, and what adds them up."""
    found: list[tuple[str, Amount]] = []
    for leg in ("amount", *LEGS):
        terms = getattr(amounts, leg)
        if terms:
            read = sum_reader(terms, parts.cells, parts.parse)
            name = NATURAL[kind] if leg == "amount" else leg
            if read is not None:
                found.append((name, read))
    return tuple(found)


def _leg(leg: Leg, kind: RowKind, parts: Parts, events: Events) -> CompiledLeg:
    names = dict.fromkeys(("amount", NATURAL[kind], *LEGS))
    terms = [getattr(leg, name) for name in names]
    places = tuple(at for one in terms for at in places_of(one, parts.cells))
    return CompiledLeg(
        kind=kind,
        money=money_reader(sums_of(leg, kind, parts), places, parts),
        places=places,
        build=builder(leg, kind, parts, events),
    )


def compile_rule(
    rule: Rule, parts: Parts, events: Events, *, known: bool
) -> CompiledRule:
    """Make a rule ready for the records of one file."""
    legs: tuple[CompiledLeg, ...] = ()
    if rule.skip is None and not rule.merge:
        usual = rule.kind or RowKind.UNKNOWN
        legs = tuple(
            _leg(leg, leg.kind or usual, parts, events)
            for leg in rule.leg or (rule,)
        )
    texts = parts.spec.row
    return CompiledRule(
        test=test_of(rule, parts.cells, parts.parse, parts.empty),
        legs=legs,
        skip=text_reader(rule.skip, parts.cells),
        merge=tuple(parts.cells.at(name) for name in rule.merge),
        skip_empty=rule.skip_empty or texts.skip_empty,
        skip_zero=rule.skip_zero or texts.skip_zero,
        known=known,
    )


def compile_rules(parts: Parts) -> tuple[CompiledRule, ...]:
    """Make all rules of a spec ready; time entries need none."""
    spec, count = parts.spec, parts.spec.row.count
    events = Events(None if count is None else parts.cells.at(count))
    rules = [(one, True) for one in spec.rule]
    rules += [(one, False) for one in spec.otherwise]
    if all(rule.skip is not None for rule in spec.rule):
        rules.append((Rule(kind=RowKind.TIME), True))
    return tuple(
        compile_rule(one, parts, events, known=known) for one, known in rules
    )


@define
class Decider:
    """Finds the rule of a record, and remembers what decided."""

    rules: tuple[CompiledRule, ...]
    key: Callable[[Row], Any]
    merges: bool
    known: dict[Any, CompiledRule | None] = field(factory=dict)

    def of(self, row: Row, previous: Row | None) -> CompiledRule | None:
        """Return the first rule that means the record."""
        if self.merges:
            return self.first(row, previous)
        key = self.key(row)
        if key in self.known:
            return self.known[key]
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[key] = rule = self.first(row, None)
        return rule

    def first(self, row: Row, previous: Row | None) -> CompiledRule | None:
        """Try the rules in their order."""
        for rule in self.rules:
            if rule.test(row) and (
                not rule.merge or _same(row, previous, rule.merge)
            ):
                return rule
        return None


def _same(row: Row, previous: Row | None, places: Sequence[int]) -> bool:
    return previous is not None and all(
        key_of(row[at]) == key_of(previous[at]) for at in places
    )


def decider(parts: Parts, rules: tuple[CompiledRule, ...]) -> Decider:
    """Return what finds the rules of records."""
    conditions = (*parts.spec.rule, *parts.spec.otherwise)
    words: set[int] = set()
    signs: set[int] = set()
    for one in conditions:
        words |= places_of_words(one, parts.cells)
        signs |= {parts.cells.at(name) for name in one.sign}
    merges = any(rule.merge for rule in rules)
    return Decider(rules, _key(words, signs, parts.parse), merges)


def _key(
    words: set[int], signs: set[int], parse: Parse
) -> Callable[[Row], Any]:
    """Return what tells apart the records that rules tell apart."""
    of_words: Callable[[Row], Any] = (
        itemgetter(*sorted(words)) if words else lambda _: ""
    )
    if not signs:
        return of_words
    signed = [SignOf(at, parse) for at in sorted(signs)]
    return lambda row: (of_words(row), *[sign(row) for sign in signed])


def money_reader(
    sums: Sums, places: tuple[int, ...], parts: Parts
) -> Callable[[Row], Money]:
    """Return what reads the money of a row.

    It raises `RecordError` for a cell that is no amount.
    """

    def read_all(row: Row) -> Money:
        try:
            return {name: read(row) for name, read in sums}
        except AmountError as error:
            raise amount_error(
                row, places, parts.cells, parts.parse
            ) from error

    return read_all
