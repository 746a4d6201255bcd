"""Read bank files as a host does, and sum up what they say."""

import io
from collections import Counter, defaultdict
from decimal import Decimal

from earntrack_adapters.statements.bank_formats import bank_formats
from earntrack_core.statements.model import (
    Answers,
    FileHead,
    Problem,
    Record,
    Severity,
    Skipped,
)


def format_called(format_id):
    """Return one of the bank formats."""
    formats = {one.format_id: one for one in bank_formats()}
    return formats[format_id]


def head_of(data, name="statement"):
    """Return the beginning of a file."""
    return FileHead(name=name, size=len(data), head=data[:65_536])


def winner(data, name="statement"):
    """Return the format that claims a file most, and its claim."""
    head = head_of(data, name)
    claims = [(one, one.sniff(head)) for one in bank_formats()]
    return max(
        ((one, claim) for one, claim in claims if claim is not None),
        key=lambda pair: pair[1].confidence,
        default=(None, None),
    )


def reading_of(format_, data, **answers):
    """Open a file."""
    source = io.BytesIO(data)
    return format_.read(source, head_of(data), Answers(**answers))


def items_of(format_, data, **answers):
    """Return all that a file says; it must not ask anything."""
    reading = reading_of(format_, data, **answers)
    assert reading.questions == ()
    return list(reading.items)


def rows_of(items):
    """Return the rows of all records."""
    return [
        row for one in items if isinstance(one, Record) for row in one.rows
    ]


def errors_of(items):
    """Return the problems that stand for a record."""
    return [
        one
        for one in items
        if isinstance(one, Problem) and one.severity is Severity.ERROR
    ]


def skipped_of(items):
    """Return the records left out on purpose."""
    return [one for one in items if isinstance(one, Skipped)]


def records_in(items):
    """Count the data records."""
    return (
        sum(isinstance(one, Record) for one in items)
        + len(skipped_of(items))
        + len(errors_of(items))
    )


def totals_of(rows):
    """Sum up rows per currency, as the expected results do."""
    sums = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        side = "credit" if row.amount >= 0 else "debit"
        total = sums[row.currency or "?"]
        total[f"{side}s"] += 1
        total[f"{side}_sum"] += row.amount
        total["sum"] += row.amount
    names = ("credits", "credit_sum", "debits", "debit_sum", "sum")
    return {
        currency: {name: total[name] for name in names}
        for currency, total in sums.items()
    }


def months_of(rows):
    """Sum up rows per month and currency."""
    months = defaultdict(list)
    for row in rows:
        months[f"{row.local_date:%Y-%m}"].append(row)
    return {month: totals_of(rows) for month, rows in months.items()}


def decimals(totals):
    """Return expected totals with numbers instead of texts."""
    return {
        currency: {name: Decimal(value) for name, value in total.items()}
        for currency, total in totals.items()
    }


def ids_of(rows):
    """Count the ids of rows, as the expected results do."""
    ids = Counter(row.external_id for row in rows)
    blank = ids.pop(None, 0)
    return {
        "rows_with_id": sum(ids.values()),
        "unique": len(ids),
        "blank": blank,
    }
