"""Which FITIDs of an OFX file name a transaction, and which do not.

A FITID should be unique for ever; some banks leave it empty, count from 1
in every file, or give one to several transactions.
"""

from collections.abc import Iterable
from typing import Final

from attrs import define, field

from earntrack_adapters.statements.ofx_entries import Entry


SHORTEST: Final = 5
PLACEHOLDERS: Final = frozenset({"NONREF", "NOTPROVIDED", "UNKNOWN", "FITID"})
TABLE: Final = 1 << 23
"""Bytes of the table of bits; of fixed size, however long the file is."""


def plausible(fitid: str) -> bool:
    """Say whether a FITID looks like more than a counter or a filler."""
    return (
        len(fitid) >= SHORTEST
        and len(set(fitid)) > 1
        and fitid.upper() not in PLACEHOLDERS
    )


def key_of(entry: Entry) -> tuple[str, str]:
    """Return what should name a transaction: its account and FITID."""
    return (entry.account, entry.fields.get("FITID", "").strip())


def _content(entry: Entry) -> int:
    names = ("DTPOSTED", "TRNAMT", "NAME", "MEMO")
    return hash(tuple(entry.fields.get(name, "").strip() for name in names))


@define
class Repeats:
    """Finds ids that come again, in memory that does not grow with them.

    A table of bits remembers which ids were seen; it can suspect an id
    wrongly, so suspects are compared in a second reading.
    """

    suspects: set[tuple[str, str]] = field(factory=set)
    _bits: bytearray = field(factory=lambda: bytearray(TABLE), init=False)

    def see(self, entry: Entry) -> None:
        """Note the id of a transaction."""
        key = key_of(entry)
        at, bit = divmod(hash(key) % (TABLE * 8), 8)
        if self._bits[at] >> bit & 1:
            self.suspects.add(key)
        self._bits[at] |= 1 << bit


def ambiguous_ids(
    suspects: set[tuple[str, str]], entries: Iterable[Entry]
) -> frozenset[tuple[str, str]]:
    """Return the suspects that stand for different transactions."""
    contents: dict[tuple[str, str], int] = {}
    found: set[tuple[str, str]] = set()
    for entry in entries:
        key = key_of(entry)
        if key in suspects:
            content = _content(entry)
            if contents.setdefault(key, content) != content:
                found.add(key)
    return frozenset(found)
