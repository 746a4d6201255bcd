"""What a transaction of an OFX file says: day, amount, who, what for."""

import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from earntrack_adapters.statements.bank_numbers import amount_of
from earntrack_adapters.statements.banking import (
    UnreadableError,
    calendar_day,
    currency_code,
    identity,
    plain,
    utc,
)
from earntrack_adapters.statements.ofx_entries import LEDGER, Entry
from earntrack_adapters.statements.ofx_ids import plausible
from earntrack_core.statements.model import Balance, RowKind, StatementRow


MOMENT: Final = re.compile(
    r"(?P<year>[0-9]{4})[-/.]?(?P<month>[0-9]{2})[-/.]?(?P<day>[0-9]{2})"
    r"(?:[T ]?(?P<time>[0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?)"
    r"(?P<fraction>[.,][0-9]{1,9})?)?"
    r"\s*(?:\[(?P<offset>[+-]?[0-9]{1,2}(?:\.[0-9]{1,2})?)"
    r"(?::[^\]]{0,32})?\])?.{0,16}"
)
DATES: Final = ("DTPOSTED", "DTUSER", "DTAVAIL")
NAMES: Final = ("NAME", "PAYEE.NAME", "EXTDPAYEE.NAME", "PAYEE")
WIDEST: Final = timedelta(hours=15)
"""Between UTC and any clock of the world, at most."""

LONGEST: Final = 64
"""Characters of a date, with the name of its zone."""


def said(entry: Entry, *names: str) -> str:
    """Return the first of the fields that is not blank."""
    for name in names:
        text = entry.fields.get(name, "").strip()
        if text:
            return text
    return ""


class Moment(NamedTuple):
    """A date of OFX, as far as it is one."""

    day: date | None = None
    """The day as printed."""
    instant: datetime | None = None
    """In UTC, if time and offset are printed."""
    form: str = ""
    """How it is written, in the words of the standard."""


def moment_of(text: str) -> Moment:
    """Read a date of OFX."""
    return _moment(text.strip()[:LONGEST])


@lru_cache(maxsize=1024)
def _moment(text: str) -> Moment:
    match = MOMENT.fullmatch(text)
    if match is None:
        return Moment()
    year, month, day = map(int, match.group("year", "month", "day"))
    on = calendar_day(year, month, day)
    return Moment(
        on, None if on is None else _instant(on, match), _form(match)
    )


def _instant(on: date, match: re.Match[str]) -> datetime | None:
    if not match["time"] or not match["offset"]:
        return None
    offset = timedelta(minutes=int(Decimal(match["offset"]) * 60))
    if abs(offset) > WIDEST:
        return None
    clock = match["time"].replace(":", "").ljust(6, "0")
    try:
        at = time.fromisoformat(f"{clock[:2]}:{clock[2:4]}:{clock[4:]}")
    except ValueError:
        return None
    return utc(datetime.combine(on, at, timezone(offset)))


def _form(match: re.Match[str]) -> str:
    clock = "HHMMSS" if match["time"] else ""
    fraction = ".XXX" if match["fraction"] else ""
    offset = "[offset:TZ]" if match["offset"] else ""
    return f"YYYYMMDD{clock}{fraction}{offset}"


def posted_on(entry: Entry) -> date:
    """Return the day of a transaction.

    Raises:
        UnreadableError: It has none.
    """
    for name in DATES:
        on = moment_of(entry.fields.get(name, "")).day
        if on is not None:
            return on
    text = said(entry, *DATES)
    raise UnreadableError(
        "bad_date" if text else "missing",
        "DTPOSTED",
        text,
        "A date looks like 20260131.",
    )


def amount(entry: Entry, name: str, mark: str) -> Decimal:
    """Return an amount of a transaction or a balance.

    Raises:
        UnreadableError: It has none.
    """
    text = said(entry, name)
    if not text:
        raise UnreadableError(
            "missing", name, "", "There is no amount in this record."
        )
    return amount_of(text, mark, name)


def balance(entry: Entry, currency: str | None, mark: str) -> Balance:
    """Return what an account held.

    Raises:
        UnreadableError: The amount cannot be read.
    """
    return Balance(
        name=entry.name,
        amount=amount(entry, "BALAMT", mark),
        currency=currency,
        on=moment_of(said(entry, "DTASOF")).day,
        closing=entry.name == LEDGER,
    )


def transaction(
    entry: Entry, currency: str | None, mark: str, *, ambiguous: bool
) -> StatementRow:
    """Return the row that a transaction is.

    Raises:
        UnreadableError: It has no day or no amount.
    """
    if not entry.complete:
        raise UnreadableError(
            "malformed",
            entry.name,
            "",
            "The file ends within this record; export it again.",
        )
    on = posted_on(entry)
    moved = amount(entry, "TRNAMT", mark)
    own = said(entry, "CURRENCY.CURSYM", "CURRENCY")
    if own:
        currency = currency_code(own, "CURSYM")
    fitid = plain(said(entry, "FITID"))
    exact = plausible(fitid) and not ambiguous
    name, memo = plain(said(entry, *NAMES)), plain(said(entry, "MEMO"))
    key: tuple[str | date | Decimal | None, ...] = (fitid,)
    if not exact:
        key = (currency, on, moved, name or memo)
    return StatementRow(
        kind=RowKind.TRANSACTION,
        line=entry.line,
        currency=currency,
        amount=moved,
        identity=identity(entry.account, *key),
        exact=exact,
        local_date=on,
        occurred_at=moment_of(said(entry, *DATES)).instant,
        external_id=fitid or None,
        group_id=plain(said(entry, "CORRECTFITID")) or None,
        counterparty=name,
        description=memo or _kind_of(entry),
    )


def _kind_of(entry: Entry) -> str:
    number = said(entry, "CHECKNUM").strip("0")
    return plain(f"{said(entry, 'TRNTYPE')} {number}")
