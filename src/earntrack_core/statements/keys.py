"""What makes a line itself: so that nothing is ever booked twice.

A row with an id of its platform is that id. A row without one is what it
says, and how often the file said so before: of two equal rows the second is
another one, and the book holds as many as the file that shows most of them.
"""

from collections import Counter
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from attrs import Factory, define, field

from earntrack_core.kernel.money import EXACT
from earntrack_core.statements.line import Line
from earntrack_core.statements.model import LEGS, Facts, Record, StatementRow


SIZE: Final = 16
SEPARATOR: Final = "\x1f"
AMOUNTS: Final = (*LEGS, "amount")


def hashed(*parts: str) -> str:
    """Return 32 hex digits that stand for *parts*."""
    text = SEPARATOR.join(parts)
    return blake2b(text.encode(), digest_size=SIZE).hexdigest()


def amounts_of(row: StatementRow) -> dict[str, Decimal]:
    """Return the amounts that a row says, by leg."""
    return {
        leg: amount
        for leg in AMOUNTS
        if (amount := getattr(row, leg)) is not None
    }


def plain(amount: Decimal) -> str:
    """Write an amount so that equal ones look equal."""
    return format(amount.normalize(EXACT) if amount else Decimal(), "f")


def content_of(line: Line) -> str:
    """Return a digest of what a line says, whoever says it."""
    legs = sorted((leg, plain(one)) for leg, one in line.amounts.items())
    return hashed(
        line.kind,
        line.status,
        str(line.local_date),
        line.currency or "",
        str(legs),
        str(line.earnings),
        str(line.seconds),
        line.order_ref or "",
    )


@define
class Keys:
    """Gives the rows of one file their keys, in the order of the file."""

    facts: Facts
    _prefix: str = field(init=False)
    _equal: Counter[str] = field(default=Factory(Counter), init=False)
    _seen: set[str] = field(default=Factory(set), init=False)

    def __attrs_post_init__(self) -> None:
        facts = self.facts
        family = facts.family or facts.format_id
        self._prefix = SEPARATOR.join((facts.platform, facts.account, family))

    def of(self, record: Record) -> tuple[list[str], bool]:
        """Return the keys of a record's rows, and whether it is a repeat.

        It is if the file had all of its rows before, by their ids.
        """
        keys = [self._key(row, index) for index, row in enumerate(record.rows)]
        fresh = [key for key in keys if key not in self._seen]
        self._seen.update(
            key
            for key, row in zip(keys, record.rows, strict=True)
            if row.exact or row.summary
        )
        return keys, bool(keys) and not fresh

    def _key(self, row: StatementRow, index: int) -> str:
        how = "id" if row.exact else "content"
        key = hashed(self._prefix, how, row.identity, str(index))
        if row.exact or row.summary:
            return key
        self._equal[key] += 1
        return hashed(key, str(self._equal[key]))
