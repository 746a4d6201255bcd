"""What :86: tells about a transaction, in three dialects.

German banks write `805?00TEXT?20PURPOSE?32NAME`, Dutch and others
`/NAME/.../REMI/...`, the rest free text in lines of 65 characters.
"""

import re
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from earntrack_adapters.statements.banking import plain


@frozen(kw_only=True)
class Details:
    """Who, what for, and the reference of the payer."""

    description: str = ""
    counterparty: str = ""
    reference: str = ""


CODED: Final = re.compile(r"\s?[0-9]{3}([^0-9A-Za-z\s])(?=[0-9]{2})")
SEPA: Final = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)\+"
)
SLASHED: Final = re.compile(
    r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|PREF|MARF|CSID|ISDT|ORDP|BENM|ID"
    r"|ADDR|RTRN|SVCL|ULTD|ULTC|ULTB|PURP|CNTP|INIT|SVWZ)/"
)
LINE: Final = 65
PIECE: Final = 27
NAME_AT: Final = 2
"""Where /CNTP/account/bank/name/ has the name."""

PURPOSES: Final = (*range(20, 30), *range(60, 64))
NONE: Final = frozenset({"NOTPROVIDED", "NONREF"})


def details(lines: Sequence[str]) -> Details:
    """Read the lines of a :86:."""
    whole = "".join(lines)
    coded = CODED.match(whole)
    if coded is not None:
        return _coded(whole, coded[1])
    parts = _split(SLASHED, whole)
    if "NAME" in parts or "REMI" in parts or "CNTP" in parts:
        return _slashed(parts)
    return Details(description=plain(_wrapped(lines, LINE)))


def _split(keys: re.Pattern[str], text: str) -> dict[str, str]:
    pieces = keys.split(text)
    parts = {"": pieces[0]}
    for key, value in zip(pieces[1::2], pieces[2::2], strict=True):
        parts.setdefault(key, value)
    return parts


def _wrapped(pieces: Sequence[str], width: int) -> str:
    """Join pieces; a full one goes on in the next without a blank."""
    return "".join(
        piece if len(piece) >= width else f"{piece} " for piece in pieces
    )


def _coded(text: str, separator: str) -> Details:
    parts = _split(re.compile(re.escape(separator) + r"([0-9]{2})"), text)
    pieces = [parts.get(f"{number}", "") for number in PURPOSES]
    purpose = _wrapped([piece for piece in pieces if piece], PIECE)
    sepa = _split(SEPA, purpose)
    said = sepa.get("SVWZ") or sepa[""] or parts.get("00", "")
    return Details(
        description=plain(said),
        counterparty=plain(parts.get("32", "") + parts.get("33", "")),
        reference=_reference(sepa.get("EREF", "")),
    )


def _slashed(parts: dict[str, str]) -> Details:
    said = parts.get("REMI") or parts[""] or parts.get("TRTP", "")
    name = parts.get("NAME", "")
    other = parts.get("CNTP", "").split("/")
    if not name and len(other) > NAME_AT:
        name = other[NAME_AT]
    return Details(
        description=plain(said.removeprefix("USTD//").rstrip("/")),
        counterparty=plain(name.rstrip("/")),
        reference=_reference(parts.get("EREF", "")),
    )


def _reference(text: str) -> str:
    reference = plain(text.rstrip("/"))
    return "" if reference in NONE else reference
