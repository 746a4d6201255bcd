"""What an entry of a CAMT.053 document says: day, amount, who, what for."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from earntrack_adapters.statements.banking import (
    UnreadableError,
    calendar_day,
    currency_code,
    exact,
    identity,
    joined,
    plain,
    utc,
)
from earntrack_adapters.statements.camt_entries import Entry, Fields
from earntrack_core.statements.model import Balance, RowKind, StatementRow


DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(.{0,32})")
BOOKED: Final = ("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
SIGNS: Final = {"CRDT": 1, "DBIT": -1}
TRUE: Final = frozenset({"true", "1"})
NO_REFERENCE: Final = frozenset({"NOTPROVIDED", "NONREF"})
CLOSING: Final = "CLBD"
ACCOUNT: Final = 64
"""Characters of an account number that are kept."""


def day_of(text: str) -> date | None:
    """Return the day as printed; None if there is none."""
    match = DAY.fullmatch(text)
    if match is None:
        return None
    return calendar_day(int(match[1]), int(match[2]), int(match[3]))


def instant(text: str) -> datetime | None:
    """Return the instant; None unless time and zone are printed."""
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def signed(fields: Fields) -> Decimal:
    """Return an amount with the sign of its credit or debit.

    Raises:
        UnreadableError: There is no such amount.
    """
    text, word = fields.get("Amt", ""), fields.get("CdtDbtInd", "")
    if not text or not word:
        column = "CdtDbtInd" if text else "Amt"
        hint = "An entry has an amount, and CRDT or DBIT."
        raise UnreadableError("missing", column, "", hint)
    amount = exact(text, "Amt")
    if word not in SIGNS or amount < 0:
        column, value = ("Amt", text) if amount < 0 else ("CdtDbtInd", word)
        hint = "The amount has no sign; CRDT is in, DBIT is out."
        raise UnreadableError("bad_amount", column, value, hint)
    return amount * SIGNS[word]


def currency_of(statement: Fields, fields: Fields) -> str | None:
    """Return the currency of an amount; None if there is none at all.

    Raises:
        UnreadableError: There is no such currency.
    """
    code = fields.get("Amt@") or statement.get("Acct/Ccy")
    return currency_code(code, "Amt") if code else None


def account_of(statement: Fields) -> str:
    """Return the number of the account, without blanks."""
    number = statement.get("Acct/Id/IBAN") or statement.get("Acct/Id/Othr/Id")
    return plain(number or "").replace(" ", "")[:ACCOUNT]


def balance_of(statement: Fields, fields: Fields) -> Balance:
    """Return what the account held.

    Raises:
        UnreadableError: The amount cannot be read.
    """
    name = fields.get("Tp/CdOrPrtry/Cd") or fields.get("Tp/CdOrPrtry/Prtry")
    return Balance(
        name=plain(name or ""),
        amount=signed(fields),
        currency=currency_of(statement, fields),
        on=day_of(fields.get("Dt/Dt") or fields.get("Dt/DtTm") or ""),
        closing=name == CLOSING,
    )


def status_of(entry: Entry) -> str:
    """Return whether an entry is booked, pending, only information."""
    fields = entry.fields
    return fields.get("Sts") or fields.get("Sts/Cd") or "BOOK"


def transaction(entry: Entry, currency: str | None) -> StatementRow:
    """Return the one row that an entry is, however many payments it has.

    Raises:
        UnreadableError: It has no day, no amount or an unknown currency.
    """
    amount = signed(entry.fields)
    on = booked_on(entry)
    own = currency_of(entry.statement, entry.fields) or currency
    reference = plain(entry.fields.get("AcctSvcrRef", ""))
    name, said = _counterparty(entry), _description(entry)
    key = (reference,) if reference else (name, said)
    return StatementRow(
        kind=RowKind.TRANSACTION,
        line=entry.line,
        currency=own,
        amount=amount,
        identity=identity(account_of(entry.statement), own, on, amount, *key),
        local_date=on,
        occurred_at=instant(entry.fields.get("BookgDt/DtTm", "")),
        external_id=reference or None,
        group_id=_end_to_end(entry),
        counterparty=name,
        description=said,
    )


def booked_on(entry: Entry) -> date:
    """Return the day of booking, else of value.

    Raises:
        UnreadableError: There is neither.
    """
    texts = [entry.fields.get(name, "") for name in BOOKED]
    for text in texts:
        on = day_of(text)
        if on is not None:
            return on
    text = next(filter(None, texts), "")
    raise UnreadableError(
        "bad_date" if text else "missing",
        "BookgDt",
        text,
        "A date looks like 2026-01-31.",
    )


def _counterparty(entry: Entry) -> str:
    """Return who paid or was paid; in a reversal the roles stay."""
    reversal = entry.fields.get("RvslInd", "").lower() in TRUE
    credit = entry.fields.get("CdtDbtInd") == "CRDT"
    role = "Dbtr" if credit != reversal else "Cdtr"
    names = [
        detail.get(f"RltdPties/{role}/Nm")
        or detail.get(f"RltdPties/Ultmt{role}/Nm")
        or ""
        for detail in entry.details
    ]
    return joined(*names)


def _description(entry: Entry) -> str:
    texts = [_remittance(detail) for detail in entry.details]
    if len(texts) > 1:
        amounts = [detail.get("Amt", "") for detail in entry.details]
        pairs = zip(amounts, texts, strict=True)
        texts = [f"{amount} {text}" for amount, text in pairs]
    return joined(*texts) or plain(entry.fields.get("AddtlNtryInf", ""))


def _remittance(detail: Fields) -> str:
    said = joined(
        detail.get("RmtInf/Ustrd", ""),
        detail.get("RmtInf/Strd/CdtrRefInf/Ref", ""),
        detail.get("RmtInf/Strd/AddtlRmtInf", ""),
    )
    return said or plain(detail.get("AddtlTxInf", ""))


def _end_to_end(entry: Entry) -> str | None:
    if len(entry.details) != 1:
        return None
    reference = plain(entry.details[0].get("Refs/EndToEndId", ""))
    return None if reference in {"", *NO_REFERENCE} else reference
