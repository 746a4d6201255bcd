"""A real browser before a real server, for the tests of the pages.

It is the Chromium of the machine. Where there is none the tests are skipped,
unless `EARNTRACK_REQUIRE_BROWSER` is set.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest
from attrs import Factory, define


try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

REQUIRED = "EARNTRACK_REQUIRE_BROWSER"
EARNTRACK = (sys.executable, "-m", "earntrack_server")
NAMES = ("chromium", "chromium-browser", "google-chrome")
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
PATIENCE = 60


def missing(reason):
    """Skip the test, unless a browser must be there."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, and {reason}")
    pytest.skip(reason)


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(name="site", scope="session")
def _site(tmp_path_factory):
    """The address of a server that shows the demo."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    variables = {
        "EARNTRACK_RATE_AUTH": "100000/min",
        "EARNTRACK_RATE_ADDRESS": "100000/min",
        "EARNTRACK_LOG_LEVEL": "warning",
        "TMPDIR": str(tmp_path_factory.mktemp("server")),
    }
    process = subprocess.Popen(
        [*EARNTRACK, "serve", "--demo", "--port", str(port)],
        env=os.environ | variables,
    )
    answers(f"{origin}/readyz", process)
    yield origin
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0


def answers(url, process):
    """Wait until a server answers."""
    for _ in range(10 * PATIENCE):
        assert process.poll() is None, "the server has ended"
        try:
            with urlopen(url, timeout=PATIENCE):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(name="chromium", scope="module")
def _chromium():
    """The browser."""
    if sync_playwright is None:
        missing("playwright is not installed")
    found = [path for path in map(shutil.which, NAMES) if path]
    if not found:
        missing("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found[0], args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@define(eq=False, slots=False)
class Watch:
    """What went wrong in a browser while nobody looked."""

    site: str
    found: list[str] = Factory(list)
    pages: list = Factory(list)
    expected: set[int] = Factory(set)

    def look_at(self, page):
        """Note whatever goes wrong on a page."""
        self.pages.append(page)
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("dialog", self._dialog)
        page.on("console", self._said)
        page.on("requestfailed", self._failed)
        return page

    def _dialog(self, dialog):
        self.found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _failed(self, request):
        if not request.url.startswith(self.site):
            self.found.append(f"a request elsewhere: {request.url}")

    def _said(self, message):
        if message.type not in {"error", "warning"}:
            return
        if not any(
            f"status of {one}" in message.text for one in self.expected
        ):
            self.found.append(f"{message.type}: {message.text}")

    def faults(self):
        """Return everything that was noted."""
        for page in self.pages:
            if not page.is_closed():
                self.found += page.evaluate("window.violations || []")
        return self.found


@pytest.fixture(name="watch")
def _watch(site):
    """What must have nothing to tell at the end of a test."""
    return Watch(site)


@pytest.fixture(name="open_page")
def _open_page(chromium, site, watch):
    """A function that opens a page in a browser of its own."""
    contexts = []

    def open_page(path="/", **options):
        context = chromium.new_context(
            base_url=site,
            viewport=options.pop("viewport", {"width": 1360, "height": 900}),
            **options,
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        page = watch.look_at(context.new_page())
        page.goto(path)
        return page

    yield open_page
    faults = watch.faults() if watch.pages else []
    for context in contexts:
        context.close()
    assert faults == []
