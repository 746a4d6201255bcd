"""Statements of the demo, as the platforms would export them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import frozen

from earntrack_core.kernel.money import money, rounded, share
from earntrack_server.demo.works import ETSY, GUMROAD


DOLLARS: Final = "USD"
NOTHING: Final = "--"
FIRST_ORDER: Final = 3_400_000_000

ETSY_HEAD: Final = (
    "Date",
    "Type",
    "Title",
    "Info",
    "Currency",
    "Amount",
    "Fees & Taxes",
    "Net",
    "Tax Details",
)
GUMROAD_HEAD: Final = (
    "Purchase ID",
    "Item Name",
    "Buyer Name",
    "Purchase Date",
    "Purchase Time (UTC timezone)",
    "Taxes ($)",
    "Sale Price ($)",
    "Fees ($)",
    "Net Total ($)",
    "Refunded?",
)


@frozen
class Paper:
    """A file that was downloaded from a platform."""

    name: str
    content: bytes


def _paper(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Paper:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return Paper(name, text.getvalue().encode())


def etsy_month(first: date, until: date, dice: Random) -> Paper:
    """Return Etsy's statement of a month: sales, fees, and a deposit."""
    sales = [
        (day, ETSY.gross(day, dice)) for day in ETSY.days(first, until, dice)
    ]
    rows = [row for sale in sales for row in _etsy_sale(*sale, dice)]
    rows += list(_etsy_deposit(sales))
    name = f"etsy_statement_{first:%Y}_{first:%m}.csv"
    return _paper(name, ETSY_HEAD, reversed(rows))


def _etsy_sale(
    day: date, gross: Decimal, dice: Random
) -> Iterator[tuple[str, ...]]:
    order = f"Order #{FIRST_ORDER + dice.randint(0, 399_999_999)}"
    fee = ETSY.fee(gross)
    half = share(money(fee, DOLLARS), Decimal(2)).amount
    sold = dice.choice(ETSY.notes)
    yield _etsy(day, "Sale", f"Payment for {order}", "", gross)
    yield _etsy(day, "Fee", f"Transaction fee: {sold}", order, half - fee)
    yield _etsy(day, "Fee", "Processing fee", order, -half)


def _etsy(
    day: date, kind: str, title: str, info: str, amount: Decimal
) -> tuple[str, ...]:
    text = f"-${-amount}" if amount < 0 else f"${amount}"
    both = (text, NOTHING) if amount > 0 else (NOTHING, text)
    return (_long(day), kind, title, info, DOLLARS, *both, text, NOTHING)


def _etsy_deposit(
    sales: Sequence[tuple[date, Decimal]],
) -> Iterator[tuple[str, ...]]:
    """Yield what Etsy sends to the bank with the last sale of the month."""
    left = sum((gross - ETSY.fee(gross) for _, gross in sales), Decimal())
    if sales:
        title = f"${left} sent to your bank account"
        yield (
            _long(sales[-1][0]),
            "Deposit",
            title,
            "",
            DOLLARS,
            *(NOTHING,) * 4,
        )


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def gumroad_sales(first: date, until: date, dice: Random) -> Paper:
    """Return Gumroad's list of sales; one of its lines is damaged."""
    rows = [
        _gumroad_sale(day, GUMROAD.gross(day, dice), dice)
        for day in GUMROAD.days(first, until, dice)
    ]
    damaged = len(rows) // 2
    rows[damaged] = (*rows[damaged][:6], "see note", *rows[damaged][7:])
    return _paper(f"sales_{until:%Y-%m-%d}.csv", GUMROAD_HEAD, rows)


def _gumroad_sale(
    day: date, gross: Decimal, dice: Random
) -> tuple[object, ...]:
    fee = GUMROAD.fee(gross)
    key = f"{dice.getrandbits(64):016x}=="
    at = f"{day} {dice.randint(7, 22):02}:{dice.randint(0, 59):02}:00 +0000"
    sold = dice.choice(GUMROAD.notes)
    net = rounded(money(gross - fee, DOLLARS)).amount
    return (key, sold, "", day, at, "0.0", gross, fee, net, "0")
