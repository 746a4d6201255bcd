"""All benchmarks, one after the other: `python -m benchmarks [NAME ...]`.

Prints what it measures and stores it as JSON in `benchmarks/results`.
"""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import api, books
from benchmarks.statement_file import bare, cpu, engine, statement


RESULTS = Path(__file__).parent / "results"
TIMES = 5
START = (
    "import resource, time; t = time.perf_counter(); import earntrack_core;"
    " print(time.perf_counter() - t,"
    " resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def reading():
    """Reading a statement, against a loop written for just that file."""
    data = statement()
    ours = min(cpu(engine, data) for _ in range(TIMES))
    least = min(cpu(bare, data) for _ in range(TIMES))
    return {"ratio": round(ours / least, 2), "seconds": round(ours, 2)}


def start():
    """Importing the core: milliseconds and megabytes."""
    runs = []
    for _ in range(TIMES):
        out = subprocess.run(
            [sys.executable, "-c", START],
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()
        runs.append((float(out[0]) * 1000, int(out[1]) / 1024))
    milliseconds, megabytes = min(runs)
    return {
        "milliseconds": round(milliseconds),
        "megabytes": round(megabytes, 1),
    }


def sqlite():
    """The API on SQLite, against a bare handler."""
    with tempfile.TemporaryDirectory() as folder:
        return api.compare(
            "sqlite", f"sqlite:///{folder}/ours.db", f"{folder}/bare.db"
        )


def postgres():
    """The API on PostgreSQL, against a bare handler."""
    from tests.services import postgres as served

    with ExitStack() as stack:
        server = stack.enter_context(served())
        ours, lean = (
            server.database(kind, lambda _: None) for kind in ("ours", "lean")
        )
        address = lean.owner_url.replace("+psycopg", "")
        return api.compare("postgres", ours.owner_url, address)


BENCHMARKS = {
    "reading": reading,
    "importing": books.imported,
    "dashboards": books.dashboards,
    "start": start,
    "sqlite": sqlite,
    "postgres": postgres,
}


def main(names):
    """Run the benchmarks that are named, or all of them."""
    RESULTS.mkdir(exist_ok=True)
    results = {}
    for name in names or BENCHMARKS:
        print(f"{name}: {BENCHMARKS[name].__doc__}", flush=True)
        results[name] = BENCHMARKS[name]()
        print(json.dumps(results[name], indent=2), flush=True)
    path = RESULTS / f"{time.strftime('%Y-%m-%dT%H%M%S')}.json"
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    print(f"stored in {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
