"""The transactions and balances of an OFX file, out of its markup.

OFX 1 leaves out the end tags of fields, careless banks leave out others;
so a field ends where the next tag begins, and an aggregate where another
of its name does.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import Factory, define, field, frozen

from earntrack_adapters.statements.banking import plain
from earntrack_adapters.statements.ofx_markup import Piece


@frozen(kw_only=True)
class Entry:
    """One aggregate: a transaction, or a balance, with its statement."""

    name: str
    line: int
    fields: dict[str, str]
    currency: str = ""
    account: str = ""
    complete: bool = True


TRANSACTION: Final = "STMTTRN"
PENDING: Final = "STMTTRNP"
INVESTMENT: Final = "INVTRAN"
PERIOD: Final = "BANKTRANLIST"
LEDGER: Final = "LEDGERBAL"
AVAILABLE: Final = "AVAILBAL"
SIGN_ON: Final = "SONRS"
YIELDED: Final = frozenset(
    {TRANSACTION, PENDING, INVESTMENT, PERIOD, LEDGER, AVAILABLE, SIGN_ON}
)
ACCOUNTS: Final = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"})
STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
INNER: Final = frozenset(
    {
        "BANKACCTTO",
        "CCACCTTO",
        "PAYEE",
        "EXTDPAYEE",
        "CURRENCY",
        "ORIGCURRENCY",
    }
)
AGGREGATES: Final = YIELDED | ACCOUNTS | STATEMENTS | INNER | {"OFX"}
FIELDS: Final = 64
ACCOUNT: Final = 64
"""Characters of an account number that are kept."""


@define
class _Open:
    name: str
    line: int
    fields: dict[str, str] = Factory(dict)


@define
class Assembler:
    """Where we are in the file, and what was said so far."""

    bound: int
    seen: bool = False
    _path: list[_Open] = field(factory=list, init=False)
    _leaf: str = field(default="", init=False)
    _currency: str = field(default="", init=False)
    _account: str = field(default="", init=False)

    def entries(self, pieces: Iterable[Piece]) -> Iterator[Entry]:
        """Yield every aggregate of interest when it ends."""
        for name, closes, data, line in pieces:
            filled = bool(data) and not data.isspace()
            if not name:
                if filled and self._leaf:
                    self._store(self._leaf, data)
            elif closes:
                yield from self._closed(name)
            elif name not in AGGREGATES or (name in INNER and filled):
                self._leaf = name
                if filled:
                    self._store(name, data)
            else:
                yield from self._opened(name, line)
        yield from self._cut_off(0, complete=False)

    def _opened(self, name: str, line: int) -> Iterator[Entry]:
        yield from self._closed(name)
        if name in STATEMENTS:
            yield from self._cut_off(1, complete=True)
            self._currency = self._account = ""
        self.seen = self.seen or name == "OFX"
        self._path.append(_Open(name, line))

    def _closed(self, name: str) -> Iterator[Entry]:
        self._leaf = ""
        if name in AGGREGATES:
            names = [one.name for one in self._path]
            if name in names:
                yield from self._cut_off(names.index(name), complete=True)

    def _cut_off(self, depth: int, *, complete: bool) -> Iterator[Entry]:
        while len(self._path) > depth:
            one = self._path.pop()
            if one.name in YIELDED:
                yield Entry(
                    name=one.name,
                    line=one.line,
                    fields=one.fields,
                    currency=self._currency,
                    account=self._account,
                    complete=complete,
                )

    def _store(self, leaf: str, text: str) -> None:
        if not self._path:
            return
        holder, key = self._path[-1], leaf
        if leaf == "CURDEF":
            self._currency = text.strip()
        elif leaf == "ACCTID" and holder.name in ACCOUNTS:
            self._account = plain(text)[:ACCOUNT]
        if holder.name in INNER and len(self._path) > 1:
            holder, key = self._path[-2], f"{holder.name}.{leaf}"
        held = holder.fields.get(key, "")
        if held or len(holder.fields) < FIELDS:
            holder.fields[key] = (held + text)[: self.bound]
