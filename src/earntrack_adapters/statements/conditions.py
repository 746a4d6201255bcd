"""Which records a rule means: compiled to tests of prepared records."""

from collections.abc import Callable, Iterable
from typing import Final

from attrs import frozen

from earntrack_adapters.statements.cells import Cells, Row
from earntrack_adapters.statements.names import fits, key_of
from earntrack_adapters.statements.numbers import AmountError, Parse
from earntrack_adapters.statements.spec import Condition


Test = Callable[[Row], bool]
SIGNS: Final = {
    "+": frozenset({1}),
    "-": frozenset({-1}),
    "0": frozenset({0}),
    "!0": frozenset({1, -1}),
}


def always(_: Row) -> bool:
    """Say yes to every record."""
    return True


def test_of(
    condition: Condition, cells: Cells, parse: Parse, empty: frozenset[str]
) -> Test:
    """Return a test whether a record fulfils a condition."""
    tests = [*_words(condition, cells), *_states(condition, cells, empty)]
    for name, sign in condition.sign.items():
        tests.append(_sign(cells.at(name), SIGNS[sign], parse))
    if not tests:
        return always
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def places_of_words(condition: Condition, cells: Cells) -> set[int]:
    """Return the places of all cells that a condition reads as words."""
    names = (
        *condition.when,
        *condition.unless,
        *condition.filled,
        *condition.empty,
        *condition.same,
        *condition.differ,
    )
    return {cells.at(name) for name in names}


def _words(condition: Condition, cells: Cells) -> Iterable[Test]:
    for name, words in condition.when.items():
        yield _word(cells.at(name), fits(words), wanted=True)
    for name, words in condition.unless.items():
        yield _word(cells.at(name), fits(words), wanted=False)


def _word(at: int, fitting: Callable[[str], bool], *, wanted: bool) -> Test:
    return lambda row: fitting(row[at]) is wanted


def _states(
    condition: Condition, cells: Cells, empty: frozenset[str]
) -> Iterable[Test]:
    if condition.filled:
        filled = [cells.at(name) for name in condition.filled]
        yield lambda row: all(_said(row[at], empty) for at in filled)
    if condition.empty:
        unsaid = [cells.at(name) for name in condition.empty]
        yield lambda row: not any(_said(row[at], empty) for at in unsaid)
    for names, wanted in ((condition.same, True), (condition.differ, False)):
        if names:
            yield _equal([cells.at(name) for name in names], wanted=wanted)


def _said(cell: str, empty: frozenset[str]) -> bool:
    plain = cell.strip()
    return bool(plain) and plain not in empty


def _equal(places: list[int], *, wanted: bool) -> Test:
    return lambda row: (len({key_of(row[at]) for at in places}) == 1) is wanted


@frozen
class SignOf:
    """Tells the sign of an amount: 1, 0 or -1; None if it is no amount."""

    at: int
    parse: Parse

    def __call__(self, row: Row) -> int | None:
        """Return the sign of the amount of a record."""
        try:
            value = self.parse(row[self.at])
        except AmountError:
            return None
        return 0 if not value else (1 if value > 0 else -1)


def _sign(at: int, wanted: frozenset[int], parse: Parse) -> Test:
    sign = SignOf(at, parse)
    return lambda row: sign(row) in wanted
