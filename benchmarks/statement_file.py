"""A large statement, and what it costs to read it against a bare loop.

`python benchmarks/statement_file.py [ROWS]` prints the CPU time of both, their
ratio, and the memory that reading takes, as JSON.
"""

import csv
import io
import json
import sys
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from earntrack_adapters.statements.spec_loading import load_spec
from earntrack_adapters.statements.tabular import TabularFormat
from earntrack_core.statements.model import Answers, FileHead, Record


ROWS = 100_000
TIMES = 7
HEADER = (
    "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,"
    "net,reporting_category,source_id,description,customer_facing_amount,"
    "customer_facing_currency"
)
SPEC = """
contract = 1
id = "bench.balance"
platform = "bench"
label = "Balance"
verified = "docs"
[match]
require = [
    "balance_transaction_id", "created_utc", "available_on_utc", "currency",
    "gross", "fee", "net", "reporting_category", "description",
]
optional = ["source_id"]
[date]
column = "created_utc"
formats = ["YYYY-MM-DD HH:mm:ss"]
evidence = ["available_on_utc"]
[zone]
constant = "UTC"
[currency]
column = "currency"
[identity]
external_id = "{balance_transaction_id}"
group_id = "{source_id}"
[row]
type = "reporting_category"
description = "{description}"
[[check]]
name = "net"
sum = ["gross", "-fee"]
equals = ["net"]
[[rule]]
when = { reporting_category = "charge" }
kind = "earning"
gross = ["gross"]
fee = ["-fee"]
[[rule]]
when = { reporting_category = "refund" }
kind = "refund"
refund = ["gross"]
fee = ["-fee"]
[[rule]]
when = { reporting_category = "payout" }
kind = "payout"
payout = ["gross"]
fee = ["-fee"]
[[otherwise]]
kind = "unknown"
adjustment = ["gross"]
fee = ["-fee"]
"""
KINDS = ("charge", "charge", "charge", "charge", "refund", "payout")


def lines(rows):
    """Yield a statement of so many rows."""
    yield HEADER
    at = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(rows):
        at += timedelta(seconds=311 + number % 97)
        kind = KINDS[number % len(KINDS)]
        cents = (number * 7919) % 500_000 + 100
        gross = Decimal(cents if kind == "charge" else -cents) / 100
        fee = Decimal(cents * 29 // 1000 + 30) / 100
        if kind != "charge":
            fee = Decimal("0.00")
        yield (
            f"txn_{number:012d},{at:%Y-%m-%d %H:%M:%S},{at:%Y-%m-%d} 00:00:00,"
            f"usd,{gross:.2f},{fee:.2f},{gross - fee:.2f},{kind},"
            f"ch_{number:010d},Invoice {number},{gross:.2f},usd"
        )


def statement(rows=ROWS):
    """Return a statement of so many rows as bytes."""
    return ("\n".join(lines(rows)) + "\n").encode()


def bare(data):
    """Read a statement as one would by hand, for just this file."""
    days = {}
    found = []
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    )
    at = {name: index for index, name in enumerate(next(reader))}
    created, gross, fee = at["created_utc"], at["gross"], at["fee"]
    net, kind = at["net"], at["reporting_category"]
    for row in reader:
        cell = row[created]
        day = days.get(cell[:10])
        if day is None:
            day = days[cell[:10]] = datetime.fromisoformat(cell[:10]).date()
        earned, cost = Decimal(row[gross]), Decimal(row[fee])
        if earned - cost != Decimal(row[net]):
            continue
        found.append(hash((day, earned, cost, row[kind], row[0])))
    return len(found)


def engine(data):
    """Read a statement with EarnTrack; return how many records it had."""
    format_ = TabularFormat(load_spec(SPEC))
    head = FileHead(name="bench.csv", size=len(data), head=data[:65_536])
    reading = format_.read(io.BytesIO(data), head, Answers())
    return sum(isinstance(item, Record) for item in reading.items)


def cpu(work, data):
    """Return the CPU time that reading takes once."""
    start = time.process_time()
    work(data)
    return time.process_time() - start


def memory(data):
    """Return how much memory reading takes at most, in megabytes."""
    tracemalloc.start()
    engine(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1_000_000


def measure(rows=ROWS):
    """Return what reading costs, as ratios of the bare loop."""
    data = statement(rows)
    times = [(cpu(bare, data), cpu(engine, data)) for _ in range(TIMES)]
    hand, ours = map(min, zip(*times, strict=True))
    return {
        "rows": rows,
        "megabytes": round(len(data) / 1_000_000, 2),
        "bare_seconds": round(hand, 3),
        "engine_seconds": round(ours, 3),
        "ratio": round(ours / hand, 2),
        "peak_megabytes": round(memory(data), 1),
    }


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--write":
        Path(sys.argv[2]).write_bytes(statement())
    else:
        rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
        print(json.dumps(measure(rows)))
