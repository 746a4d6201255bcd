"""The API against a bare handler: requests and CPU time per request.

Both serve in one process each, from the same kind of database; they are
asked in turn, several rounds, and the medians are compared.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from statistics import median


SECONDS = 4.0
ROUNDS = 3
CONNECTIONS = 32
TICK = os.sysconf("SC_CLK_TCK")
PASSWORD = "a long enough password"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _cpu(pid):
    stat = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2]
    fields = stat.split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _memory(pid):
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _ask(port, method, path, body=None, token=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data, method=method
    )
    request.add_header("Content-Type", "application/json")
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def _wait(port, process):
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            _ask(port, "GET", "/healthz")
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


@contextmanager
def _process(*command, environment=None):
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=os.environ | (environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def bare(kind, url):
    """Serve with the bare handler."""
    port = _free_port()
    with _process("benchmarks.bare", kind, url, str(port)) as process:
        _wait(port, process)
        yield port, process.pid, "bare-token", str(0)


@contextmanager
def earntrack(url, folder):
    """Serve with EarnTrack."""
    port = _free_port()
    environment = {
        "EARNTRACK_DATA_DIR": folder,
        "EARNTRACK_DATABASE": url,
        "EARNTRACK_PORT": str(port),
        "EARNTRACK_RATE_USER": "100000000/h",
        "EARNTRACK_RATE_ADDRESS": "100000000/h",
        "EARNTRACK_LOG_LEVEL": "warning",
    }
    with _process(
        "earntrack_server", "serve", environment=environment
    ) as process:
        _wait(port, process)
        token, platform = _signed_in(port)
        yield port, process.pid, token, platform


def _signed_in(port):
    user = {"email": "bench@example.org", "password": PASSWORD, "name": "B"}
    _ask(port, "POST", "/api/v1/auth/register", user)
    credentials = {"email": user["email"], "password": PASSWORD}
    token = _ask(port, "POST", "/api/v1/auth/login", credentials)[
        "accessToken"
    ]
    platform = _ask(
        port, "POST", "/api/v1/platforms", {"name": "Upwork"}, token
    )
    return token, platform["id"]


def _plan(server, method, *, keyed):
    port, _, token, platform = server
    plan = {
        "host": "127.0.0.1",
        "port": port,
        "method": method,
        "path": "/api/v1/earnings",
        "headers": {"Authorization": f"Bearer {token}"},
        "seconds": SECONDS,
        "connections": CONNECTIONS,
        "salt": os.urandom(4).hex(),
        "keyed": keyed,
    }
    if method == "POST":
        plan["body"] = json.dumps(
            {
                "platformId": platform,
                "date": "2026-01-15",
                "amount": 500,
                "fee": 50,
                "hours": 8,
                "notes": "Client project",
            }
        )
    return plan


def _measured(server, method, *, keyed=False):
    before = _cpu(server[1])
    plan = _plan(server, method, keyed=keyed)
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", json.dumps(plan)],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    result = json.loads(said)
    good = sum(
        count
        for status, count in result["answers"].items()
        if status.startswith("2")
    )
    bad = sum(result["answers"].values()) - good
    if bad:
        raise SystemExit(f"{bad} requests failed: {result['answers']}")
    cpu = _cpu(server[1]) - before
    return good / result["seconds"], cpu / good * 1e6


def compare(kind, url, bare_url):
    """Return how EarnTrack compares to the bare handler."""
    figures = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        bare(kind, bare_url) as lean,
        earntrack(url, folder) as ours,
    ):
        idle = _memory(ours[1])
        for name, method in (("create", "POST"), ("list", "GET")):
            rounds = [
                (
                    _measured(lean, method),
                    _measured(ours, method, keyed=method == "POST"),
                )
                for _ in range(ROUNDS)
            ]
            figures[name] = _summed(rounds)
    figures["idle_megabytes"] = round(idle, 1)
    return figures


def _summed(rounds):
    bare_rate = median(one[0][0] for one in rounds)
    our_rate = median(one[1][0] for one in rounds)
    return {
        "bare_per_second": round(bare_rate),
        "earntrack_per_second": round(our_rate),
        "ratio": round(our_rate / bare_rate, 2),
        "bare_cpu_us": round(median(one[0][1] for one in rounds)),
        "earntrack_cpu_us": round(median(one[1][1] for one in rounds)),
    }
