"""Lines that say something new are booked anew; the user's words stay.

What the user changed about an earning or a payout since it was booked is
kept: a field is only replaced if it still says what the line said before.
What the user removed is not booked again.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

from attrs import evolve, frozen

from earntrack_core.earnings.model import (
    LEGS,
    Earning,
    EarningId,
    PayoutId,
)
from earntrack_core.earnings.payouts import Payout
from earntrack_core.statements.booking import (
    Book,
    earning_of,
    earns,
    payout_of,
    pays,
)
from earntrack_core.statements.line import Line
from earntrack_core.statements.ports import StatementsUnit


T = TypeVar("T", Earning, Payout)

EARNING: Final = (
    ("platform_id",),
    ("earned_on",),
    ("kind",),
    LEGS,
    ("count",),
    ("worked",),
    ("notes",),
    ("external_id",),
    ("occurred_at",),
)
PAYOUT: Final = (
    ("platform_id",),
    ("paid_on",),
    ("amount",),
    ("external_id",),
    ("notes",),
)
"""Fields that lines tell, together where they only make sense together."""


@frozen
class Rewritten:
    """A line as it is stored, and what it is to be replaced by."""

    before: Line
    after: Line


def successor(line: Line, old: Line) -> Rewritten:
    """Put a line in the place of one with the same key."""
    return Rewritten(
        old,
        evolve(line, id=old.id, shadow=old.shadow, arrival_of=old.arrival_of),
    )


def rebook(
    unit: StatementsUnit, changes: Iterable[Rewritten], book: Book
) -> None:
    """Store changed lines, and book them anew.

    Raises:
        InvalidError: An amount or a day is out of all bounds.
    """
    pointed = [_pointed(one) for one in changes]
    _rebook_payouts(unit, pointed, book)
    _rebook_earnings(unit, pointed, book)
    unit.lines.replace_all([one.after for one in pointed])


def unbook(unit: StatementsUnit, lines: Sequence[Line]) -> None:
    """Take back what lines are booked as."""
    unit.earnings.remove_all(
        [line.earning_id for line in lines if line.earning_id is not None]
    )
    unit.payouts.remove_all(
        [line.payout_id for line in lines if line.payout_id is not None]
    )


def _pointed(one: Rewritten) -> Rewritten:
    """Let a line point to what it is booked as from now on."""
    before, after = one.before, one.after
    earning_id = before.earning_id or EarningId(after.id)
    payout_id = before.payout_id or PayoutId(after.id)
    return Rewritten(
        before,
        evolve(
            after,
            earning_id=earning_id if earns(after) else None,
            payout_id=payout_id if pays(after) else None,
        ),
    )


def _rebook_earnings(
    unit: StatementsUnit, changes: Sequence[Rewritten], book: Book
) -> None:
    keys = [one.before.earning_id for one in changes if one.before.earning_id]
    stored = {one.id: one for one in unit.earnings.get_all(keys)}
    added: list[Earning] = []
    changed: list[Earning] = []
    gone: list[EarningId] = []
    for one in changes:
        key = one.before.earning_id
        new = earning_of(one.after, book)
        if key is None:
            added += [] if new is None else [new]
        elif new is None:
            gone.append(key)
        elif key in stored:
            said = earning_of(one.before, book)
            changed += _merged(new, said, stored[key], EARNING)
    unit.earnings.remove_all(gone)
    unit.earnings.replace_all(changed)
    unit.earnings.add_all(added)


def _rebook_payouts(
    unit: StatementsUnit, changes: Sequence[Rewritten], book: Book
) -> None:
    keys = [one.before.payout_id for one in changes if one.before.payout_id]
    stored = {one.id: one for one in unit.payouts.get_all(keys)}
    for one in changes:
        key = one.before.payout_id
        new = payout_of(one.after, book)
        if key is None:
            unit.payouts.add_all([] if new is None else [new])
        elif new is None:
            unit.payouts.remove_all([key])
        elif key in stored:
            said = payout_of(one.before, book)
            for changed in _merged(new, said, stored[key], PAYOUT):
                unit.payouts.replace(changed)


def _merged(
    new: T, said: T | None, stored: T, groups: Sequence[Sequence[str]]
) -> list[T]:
    """Return what is stored with what is new; nothing if nothing is."""
    changes: dict[str, Any] = {"batch_id": new.batch_id}
    for group in groups:
        if _values(stored, group) == _values(said, group):
            changes |= {name: getattr(new, name) for name in group}
    if _values(stored, changes) == tuple(changes.values()):
        return []
    return [evolve(stored, **changes, updated_at=new.updated_at)]


def _values(thing: T | None, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(thing, name, None) for name in names)
