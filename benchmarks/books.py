"""Imports into SQLite against reading alone; dashboards at any size."""

import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import earntrack_adapters.builtin
from benchmarks.statement_file import SPEC, cpu, engine, statement
from earntrack_adapters.statements.spec_loading import load_spec
from earntrack_adapters.statements.tabular import TabularFormat
from earntrack_core import EarnTrack, NewPlatform, Order, Period, hookimpl
from earntrack_core.kernel.money import zero
from earntrack_core.testing.makers import an_earning


ROWS = 100_000
SIZES = (1_000, 1_000_000)
PAGE = 20_000
TIMES = 30


class Bench:
    """The format of the statement that is imported."""

    @hookimpl
    def statement_formats(self):
        return [TabularFormat(load_spec(SPEC))]


def opened(url):
    plugins = [earntrack_adapters.builtin, Bench()]
    return EarnTrack.open(url, plugins=plugins, discover=False)


def imported(rows=ROWS):
    """Return the CPU time of reading, and of reading and booking."""
    data = statement(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.csv"
        path.write_bytes(data)
        with (
            opened(f"sqlite:///{folder}/book.db") as et,
            path.open("rb") as file,
        ):
            me = et.local()
            order = Order(name="bench.csv", format_id="bench.balance")
            read = min(cpu(engine, data) for _ in range(3))
            began = time.process_time()
            report = et.statements.book(me, file, order)
            booked = time.process_time() - began
    if report.counts.imported != rows:
        raise SystemExit(f"{report.counts}")
    return {
        "reading_seconds": round(read, 2),
        "import_seconds": round(booked, 2),
        "ratio": round(booked / read, 2),
    }


def dashboards():
    """Return the time of a summary with few and with many earnings."""
    times = [_summary(size) for size in SIZES]
    return {
        "rows": SIZES,
        "milliseconds": [round(one * 1000, 2) for one in times],
        "ratio": round(times[1] / times[0], 2),
    }


def _summary(size):
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(f"sqlite:///{folder}/book.db") as et,
    ):
        me = et.local()
        platform = et.platforms.create(me, NewPlatform(name="Upwork"))
        first = date(2026, 1, 1)
        fields = {"fee": zero("EUR")}
        for start in range(0, size, PAGE):
            with et.together(me) as unit:
                unit.earnings.add_all(
                    [
                        an_earning(
                            me,
                            platform,
                            earned_on=first + timedelta(days=n % 365),
                            **fields,
                        )
                        for n in range(start, min(size, start + PAGE))
                    ]
                )
        year = Period(first, first + timedelta(days=365))
        found = []
        for _ in range(TIMES):
            began = time.perf_counter()
            et.earnings.summary(me, year)
            found.append(time.perf_counter() - began)
    return median(found)
