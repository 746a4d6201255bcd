"""Which columns of a file hold money."""

from collections.abc import Iterator

from earntrack_adapters.statements.cells import Cells
from earntrack_adapters.statements.spec import Amounts, Spec, Sum
from earntrack_core.statements.model import LEGS


def _terms(amounts: Amounts) -> Iterator[Sum]:
    for leg in ("amount", *LEGS):
        yield getattr(amounts, leg)


def _of_rules(spec: Spec) -> Iterator[Sum]:
    for rule in (*spec.rule, *spec.otherwise):
        yield tuple((name,) for name in rule.sign)
        for leg in (rule, *rule.leg):
            yield from _terms(leg)
            if leg.original is not None:
                yield ((leg.original.amount,),)


def _of_checks(spec: Spec) -> Iterator[Sum]:
    for check in spec.check:
        yield check.sum
        yield check.equals
    for total in spec.total:
        yield from (term.sum for term in (*total.expected, *total.found))
    if spec.balance is not None:
        yield ((spec.balance.column,),)


def _sums(spec: Spec) -> Iterator[Sum]:
    yield from _of_rules(spec)
    yield from _of_checks(spec)
    if spec.original is not None:
        yield ((spec.original.amount,),)
    hours = spec.hours
    if hours is not None and hours.column and hours.form == "decimal":
        yield ((hours.column,),)


def money_columns(spec: Spec, cells: Cells) -> tuple[int, ...]:
    """Return the places of all cells that are read as amounts."""
    return tuple(
        sorted(
            {
                at
                for terms in _sums(spec)
                for names in terms
                for name in names
                for at in cells.all(name.removeprefix("-"))
            }
        )
    )
