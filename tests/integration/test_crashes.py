"""Imports that are killed: nothing lost, nothing twice, and they go on."""

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from time import monotonic

import pytest

from earntrack_core import EarnTrack


KILLS = 50
ROWS = 5_000
EARLY, LATE = 0.2, 1.0
"""When imports are killed, in parts of what an undisturbed one takes."""
TRACED = "COVERAGE_PROCESS"
"""What would slow them down so much that none comes far."""

HEADER = (
    "id,Type,Source,Amount,Fee,Destination Platform Fee,"
    "Destination Platform Fee Currency,Net,Currency,Created (UTC),"
    "Available On (UTC),Description,Customer Facing Amount,"
    "Customer Facing Currency,Transfer,Transfer Date (UTC),Transfer Group"
)


def statement(path, rows=ROWS):
    """Write a statement, and return what it adds up to."""
    net = Decimal(0)
    lines = [HEADER]
    for number in range(rows):
        amount = Decimal(1000 + number % 9000) / 100
        fee = Decimal(30 + number % 70) / 100
        net += amount - fee
        day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
        lines.append(
            f"txn_{number:06},charge,ch_{number:06},{amount},{fee},,,"
            f"{amount - fee},usd,{day} 10:00,{day} 10:00,Sale,,,,,"
        )
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return net


def environment(folder):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(TRACED)
    }
    return kept | {
        "EARNTRACK_DATA_DIR": str(folder),
        "EARNTRACK_LOG_LEVEL": "warning",
    }


def importing(path, url, folder):
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "earntrack_server", "import", path),
            *("--database", url, "--json"),
        ],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(process, timeout=None):
    """Return the report of an import that came to its end."""
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, err.decode()
    return json.loads(out)


def killed_until_done(path, url, folder, moments):
    """Kill imports at random moments until one ends; count the kills."""
    kills = 0
    while True:
        process = importing(path, url, folder)
        try:
            return kills, ended(process, next(moments))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1


def moments_of(undisturbed):
    """Yield after how many seconds to kill."""
    dice = random.Random(4)
    while True:
        yield undisturbed * dice.uniform(EARLY, LATE)


def book(url):
    """Return how many earnings there are, their net, and what is wrong."""
    with closing(EarnTrack.open(url)) as et:
        me = et.local()
        (totals,) = et.earnings.overview(me).totals
        wrong = list(et.parts.storage.check())
        return totals.count, totals.net.amount, wrong


@pytest.fixture(name="url", params=["sqlite", "postgres"])
def _url(request, tmp_path):
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path}/book.db"


def test_nothing_is_lost_or_doubled(tmp_path, url):
    """However often an import is killed, it ends with the whole file."""
    net, _ = _undisturbed(tmp_path, url, 0)
    more, seconds = _undisturbed(tmp_path, url, 1)
    net += more
    moments = moments_of(seconds)
    kills, rounds = 0, 2
    while kills < KILLS:
        path = tmp_path / f"statement-{rounds}.csv"
        net += _other(path, rounds)
        more, report = killed_until_done(path, url, tmp_path, moments)
        kills += more
        rounds += 1

        assert report["data_rows"] == ROWS
        # killed after its last word was stored, it is found to be done
        counted = "duplicates" if report["repeats"] else "imported"
        assert report[counted] == ROWS

    assert book(url) == (rounds * ROWS, net, [])


def _undisturbed(folder, url, number):
    """Import a statement; return its net, and how many seconds it took."""
    path = folder / f"statement-{number}.csv"
    net = _other(path, number)
    began = monotonic()
    ended(importing(path, url, folder))
    return net, monotonic() - began


def _other(path, number):
    """Write a statement with ids of its own."""
    net = statement(path)
    text = path.read_text("utf-8").replace("txn_", f"txn_{number}_")
    path.write_text(text, "utf-8")
    return net
