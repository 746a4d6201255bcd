"""Small specs and tables for tests, with only what matters in each."""

from io import BytesIO

from earntrack_adapters.statements.spec_loading import load_spec
from earntrack_adapters.statements.tabular import TabularFormat
from earntrack_core.statements.model import (
    Answers,
    FileHead,
    Limits,
    Problem,
    Record,
    Skipped,
)


TOP = """
contract = 1
id = "example.payments"
platform = "example"
label = "Payments"
verified = "unverified"
"""

SPEC = """
[match]
require = ["Date", "Type", "Amount"]
optional = ["Fee", "Net", "Currency", "Id", "Note", "Balance"]
[date]
column = "Date"
formats = ["YYYY-MM-DD"]
[currency]
column = "Currency"
constant = "EUR"
[identity]
external_id = "{Id}"
[row]
type = "Type"
description = "{Note}"
[[rule]]
when = { Type = "Sale" }
kind = "earning"
gross = ["Amount"]
fee = ["-Fee"]
"""


def spec_of(text=SPEC, *more):
    """Return a spec; *more* is added at its end."""
    return load_spec("\n".join((TOP, text, *more)))


def without(*keys):
    """Return the usual spec without some of its tables."""
    kept, skipping = [], False
    for line in SPEC.splitlines():
        if line.startswith("["):
            skipping = line.strip("[]") in keys
        if not skipping:
            kept.append(line)
    return "\n".join((*kept, ""))


def head_of(data, name="file.csv"):
    """Return the beginning of a file."""
    return FileHead(name=name, size=len(data), head=data[:65_536])


def opened(data, spec=None, name="file.csv", limits=None, **answers):
    """Return the reading of a table."""
    encoded = data.encode() if isinstance(data, str) else data
    format_ = TabularFormat(
        spec_of() if spec is None else spec, limits or Limits()
    )
    return format_.read(
        BytesIO(encoded), head_of(encoded, name), Answers(**answers)
    )


def items_of(data, spec=None, **more):
    """Return all that a table says."""
    return list(opened(data, spec, **more).items)


def rows_of(items):
    """Return the rows of all records."""
    return [
        row for one in items if isinstance(one, Record) for row in one.rows
    ]


def read(data, spec=None, **more):
    """Return the rows of a table."""
    return rows_of(items_of(data, spec, **more))


def problems(items):
    """Return line, column and code of what is wrong, warnings too."""
    found = [one for one in items if isinstance(one, Problem)]
    for one in items:
        if isinstance(one, Record):
            found += one.warnings
    return [(one.line, one.column, one.code) for one in found]


def skipped(items):
    """Return line and reason of what was left out."""
    return [
        (one.line, one.reason) for one in items if isinstance(one, Skipped)
    ]
