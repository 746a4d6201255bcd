"""Running the examples as their readers do: as programs of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import services


EXAMPLES = Path(__file__).parents[2] / "examples"
PORT = "8000"
"""Where the examples listen; here it is another one, which is free."""

PATIENCE = 60


def environment(home, *paths):
    """Return an environment with nobody's settings, and *paths* to import."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": ":".join(map(str, paths)),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(home),
        "EARNTRACK_DATA_DIR": str(home / "data"),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
    }


def ran(home, *command, paths=()):
    """Run a program to its end, and return what it printed."""
    done = subprocess.run(
        command,
        cwd=home,
        env=environment(home, *paths),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextlib.contextmanager
def served(home, name):
    """Run an example that serves; yield its address."""
    port = str(services.free_port())
    text = (EXAMPLES / name).read_text("utf-8")
    script = home / name
    script.write_text(text.replace(PORT, port), "utf-8")
    log = home / "log.txt"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, script],
            cwd=home,
            env=environment(home),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield listening(f"http://127.0.0.1:{port}", server, log)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)


def listening(address, server, log):
    """Wait until a server answers anything, and return its address."""
    for _ in range(PATIENCE * 10):
        with contextlib.suppress(URLError):
            ask(address)
            return address
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def ask(address, body=None, **headers):
    """Return the status and the text of an answer."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    request = Request(address, body, named)
    try:
        with urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except URLError as error:
        if hasattr(error, "code"):
            with contextlib.closing(error):
                return error.code, error.read().decode()
        raise


def form(path):
    """Return a file as the body of a form, and the headers that say so."""
    edge = "----earntrack"
    head = (
        f"--{edge}\r\nContent-Disposition: form-data;"
        f' name="file"; filename="{path.name}"\r\n\r\n'
    )
    body = head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    return body, {"Content_Type": f"multipart/form-data; boundary={edge}"}
