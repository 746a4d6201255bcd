"""The entries and balances of a CAMT.053 document, out of its leaves."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, field, frozen

from earntrack_adapters.statements.safe_xml import Leaf


Fields = dict[str, str]
"""Texts by their path; the currency of an amount by its path and `@`."""


@frozen
class Entry:
    """A booked entry, with its details."""

    line: int
    statement: Fields
    fields: Fields
    details: tuple[Fields, ...] = ()


@frozen
class Balance:
    """A balance of the statement."""

    line: int
    statement: Fields
    fields: Fields


@frozen
class End:
    """The end of a statement, with what it says about itself."""

    statement: Fields


Part = Entry | Balance | End

STATEMENT: Final = "BkToCstmrStmt/Stmt"
BALANCE: Final = f"{STATEMENT}/Bal"
ENTRY: Final = f"{STATEMENT}/Ntry"
DETAIL: Final = f"{ENTRY}/NtryDtls/TxDtls"
REMITTANCE: Final = "RmtInf/Ustrd"
OF_STATEMENT: Final = frozenset(
    {
        "Id",
        "Acct/Id/IBAN",
        "Acct/Id/Othr/Id",
        "Acct/Ccy",
        "CreDtTm",
        "FrToDt/FrDtTm",
        "FrToDt/ToDtTm",
        "TxsSummry/TtlNtries/NbOfNtries",
        "TxsSummry/TtlCdtNtries/Sum",
        "TxsSummry/TtlDbtNtries/Sum",
    }
)
OF_BALANCE: Final = frozenset(
    {
        "Tp/CdOrPrtry/Cd",
        "Tp/CdOrPrtry/Prtry",
        "Amt",
        "CdtDbtInd",
        "Dt/Dt",
        "Dt/DtTm",
    }
)
OF_ENTRY: Final = frozenset(
    {
        "NtryRef",
        "Amt",
        "CdtDbtInd",
        "RvslInd",
        "Sts",
        "Sts/Cd",
        "BookgDt/Dt",
        "BookgDt/DtTm",
        "ValDt/Dt",
        "ValDt/DtTm",
        "AcctSvcrRef",
        "AddtlNtryInf",
    }
)
OF_DETAIL: Final = frozenset(
    {
        "Refs/EndToEndId",
        "Amt",
        "RltdPties/Dbtr/Nm",
        "RltdPties/Cdtr/Nm",
        "RltdPties/UltmtDbtr/Nm",
        "RltdPties/UltmtCdtr/Nm",
        REMITTANCE,
        "RmtInf/Strd/CdtrRefInf/Ref",
        "RmtInf/Strd/AddtlRmtInf",
        "AddtlTxInf",
    }
)
REPEATED: Final = 10_000
"""Characters of a text that may come in several pieces."""

DETAILS: Final = 100
"""Payments of one entry that are told; a batch can have thousands."""


ROUTES: Final = {
    f"{place}/{name}": (place, name)
    for place, names in (
        (STATEMENT, OF_STATEMENT),
        (BALANCE, OF_BALANCE),
        (ENTRY, OF_ENTRY),
        (DETAIL, OF_DETAIL),
    )
    for name in names
}
"""Where a text belongs, and its name there, by its path."""

WANTED: Final = frozenset({STATEMENT, BALANCE, ENTRY, DETAIL, *ROUTES})


def _keep(fields: Fields, name: str, leaf: Leaf) -> None:
    text = leaf.text.strip()
    if not text:
        return
    if name not in fields:
        fields[name] = text
        if "Ccy" in leaf.attributes:
            fields[f"{name}@"] = leaf.attributes["Ccy"]
    elif name == REMITTANCE:
        fields[name] = f"{fields[name]} {text}"[:REPEATED]


@define
class Assembler:
    """What was said so far about the statement at hand."""

    seen: bool = False
    _said: defaultdict[str, Fields] = field(
        factory=lambda: defaultdict(dict), init=False
    )
    _details: list[Fields] = field(factory=list, init=False)

    def parts(self, leaves: Iterable[Leaf]) -> Iterator[Part]:
        """Yield entries, balances and ends of statements, as they end."""
        for leaf in leaves:
            if leaf.path in ROUTES:
                place, name = ROUTES[leaf.path]
                _keep(self._said[place], name, leaf)
            elif leaf.path == DETAIL:
                self._detail_ended()
            else:
                yield self._ended(leaf)

    def _detail_ended(self) -> None:
        detail = self._said.pop(DETAIL, {})
        if len(self._details) < DETAILS:
            self._details.append(detail)

    def _ended(self, leaf: Leaf) -> Part:
        said = self._said.pop(leaf.path, {})
        if leaf.path == STATEMENT:
            self.seen = True
            return End(said)
        statement = self._said[STATEMENT]
        if leaf.path == BALANCE:
            return Balance(leaf.line, statement, said)
        details, self._details = tuple(self._details), []
        return Entry(leaf.line, statement, said, details)
