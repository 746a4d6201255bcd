"""The statements of an MT940 file: movements with details, and balances."""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, frozen

from earntrack_adapters.statements.banking import plain
from earntrack_adapters.statements.mt940_fields import END, Field, balance
from earntrack_core.statements.model import Balance


@frozen
class Entry:
    """A :61: with its :86:, in the account and currency of its message."""

    entry: Field
    details: tuple[str, ...]
    account: str
    currency: str | None


@frozen
class Held:
    """A balance of an account."""

    account: str
    balance: Balance


@frozen
class Odd:
    """A balance that cannot be read."""

    field: Field


@frozen
class Mark:
    """Another field that says something about the file."""

    tag: str
    text: str


Part = Entry | Held | Odd | Mark

ACCOUNT: Final = 64
"""Characters of an account number that are kept."""

BALANCES: Final = frozenset({"60F", "60M", "62F", "62M", "64", "65"})
OPENINGS: Final = frozenset({"60F", "60M"})


@define
class Messages:
    """Where we are in a message, and what it said so far."""

    account: str = ""
    currency: str | None = None
    _entry: Field | None = None
    _details: tuple[str, ...] = ()

    def parts(self, fields: Iterable[Field]) -> Iterator[Part]:
        """Yield what the messages say, in their order."""
        for field in fields:
            if field.tag == "86":
                self._explain(field)
                continue
            yield from self._finished()
            if field.tag == "61":
                self._entry = field
            else:
                yield self._other(field)
        yield from self._finished()

    def _explain(self, field: Field) -> None:
        if self._entry is not None:
            self._details = (*self._details, *field.lines)

    def _finished(self) -> Iterator[Part]:
        if self._entry is not None:
            yield Entry(
                self._entry, self._details, self.account, self.currency
            )
        self._entry, self._details = None, ()

    def _other(self, field: Field) -> Part:
        if field.tag in {END, "20"}:
            self.account, self.currency = "", None
        elif field.tag in {"25", "25P"}:
            self.account = plain(field.first)[:ACCOUNT]
        elif field.tag in BALANCES:
            held = balance(field)
            if held is None:
                return Odd(field)
            if field.tag in OPENINGS:
                self.currency = held.currency
            return Held(self.account, held)
        return Mark(field.tag, field.first)
