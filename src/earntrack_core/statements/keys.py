"""What makes a line itself: so that nothing is ever booked twice.

A row with an id of its platform is that id, and a sum is the period that it
sums up. Any other row is what it says, and how often the file said so
before: of two equal rows the second is another one, and the book holds as
many as the file that shows most of them.
"""

from collections import Counter
from hashlib import blake2b
from typing import Any, Final

from attrs import Factory, define, field

from earntrack_core.statements.model import Facts, StatementRow


SIZE: Final = 16
SEPARATOR: Final = "\x1f"


def hashed(*parts: str) -> str:
    """Return 32 hex digits that stand for *parts*."""
    return blake2b(_bytes(*parts), digest_size=SIZE).hexdigest()


def _bytes(*parts: str) -> bytes:
    return SEPARATOR.join(parts).encode("utf-8", "surrogatepass")


@define
class Keys:
    """Gives the rows of one file their keys, in the order of the file."""

    facts: Facts
    _base: Any = field(init=False)
    _equal: Counter[str] = field(default=Factory(Counter), init=False)

    def __attrs_post_init__(self) -> None:
        facts = self.facts
        family = facts.family or facts.format_id
        prefix = _bytes(facts.platform, facts.account, family, "")
        self._base = blake2b(prefix, digest_size=SIZE)

    def of(self, rows: tuple[StatementRow, ...]) -> list[str]:
        """Return the keys of the rows of one record."""
        return [self._key(row, index) for index, row in enumerate(rows)]

    def _key(self, row: StatementRow, index: int) -> str:
        own = row.exact or row.summary
        how = "id" if row.exact else "period" if row.summary else "content"
        digest = self._base.copy()
        digest.update(_bytes(how, row.identity, str(index)))
        key: str = digest.hexdigest()
        if own:
            return key
        self._equal[key] += 1
        times = self._equal[key]
        return key if times == 1 else hashed(key, str(times))
