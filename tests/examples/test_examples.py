"""The examples do what they are examples of."""

import json
import sys

import pytest

from tests.examples.running import EXAMPLES, ask, form, ran, served


STATEMENT = EXAMPLES / "upwork.csv"
PLUGIN = EXAMPLES / "plugin_platform"
LEDGER = PLUGIN / "tests" / "marketlane-2026-03.csv"
PASSWORD = "a quiet orange bicycle"

NOTEBOOK = {
    "10 records, 10 new",
    "Upwork: 1731.51 USD",
    "Workshops: 900.00 USD (75.00 an hour)",
    "2026-01-01 1282.50 after 142.50",
    "2026-02-01 1349.01 after 50.99",
}


class TestNotebook:
    def test_tells_what_is_left(self, tmp_path):
        """The notebook prints net earnings, and net per hour."""
        said = ran(tmp_path, sys.executable, EXAMPLES / "notebook.py")

        assert set(said.splitlines()) == NOTEBOOK


class TestFlaskHost:
    def test_imports_for_its_users(self, tmp_path):
        """Users of the host see what is theirs, and nobody else's."""
        pytest.importorskip("flask")
        body, kind = form(STATEMENT)

        with served(tmp_path, "flask_host.py") as address:
            stored = ask(f"{address}/statements", body, X_User="ada", **kind)
            mine = ask(f"{address}/net", X_User="ada")
            others = ask(f"{address}/net", X_User="bob")

        assert stored[0] == 201
        assert json.loads(stored[1]) == {"imported": 10}
        assert json.loads(mine[1]) == ["Upwork: 1731.51 USD"]
        assert json.loads(others[1]) == []

    def test_says_what_is_wrong(self, tmp_path):
        """What is no statement is refused with a code, not with a crash."""
        pytest.importorskip("flask")
        body, kind = form(EXAMPLES / "notebook.py")

        with served(tmp_path, "flask_host.py") as address:
            status, text = ask(
                f"{address}/statements", body, X_User="ada", **kind
            )

        assert status == 422
        assert json.loads(text)["code"] == "statement"


class TestAiohttpHost:
    def test_serves_the_api_and_a_use_case(self, tmp_path):
        """Who signs in under /money is known to the page of the host."""
        add_user(tmp_path, "ada@example.org")
        body, kind = form(STATEMENT)

        with served(tmp_path, "aiohttp_host.py") as address:
            api = f"{address}/money/api/v1"
            key = {"Authorization": f"Bearer {token(api)}"}
            stranger = ask(f"{address}/net")
            stored = ask(f"{api}/imports", body, **key, **kind)
            mine = ask(f"{address}/net", **key)

        assert stranger[0] == 401
        assert stored[0] == 201
        assert json.loads(mine[1]) == ["Upwork: 1731.51 USD"]


def add_user(home, email):
    """Let somebody sign in."""
    add = f"echo '{PASSWORD}' | earntrack user add {email}"
    ran(home, "bash", "-c", add)


def token(api):
    """Return the access token of who was added."""
    said = {"email": "ada@example.org", "password": PASSWORD}
    _, text = ask(
        f"{api}/auth/login",
        json.dumps(said).encode(),
        Content_Type="application/json",
    )
    return json.loads(text)["accessToken"]


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory):
    """A folder into which pip has installed the plugin."""
    for name in ("pip", "hatchling"):
        pytest.importorskip(name)
    site = tmp_path_factory.mktemp("site")
    install = ("install", "--quiet", "--target", site, PLUGIN)
    plain = ("--no-index", "--no-deps", "--no-build-isolation")
    ran(site, sys.executable, "-m", "pip", *install, *plain)
    return site


class TestPlugin:
    def test_is_listed(self, site, tmp_path):
        """An installed plugin is found without being named anywhere."""
        found = json.loads(
            ran(tmp_path, "earntrack", "plugins", "--json", paths=[site])
        )

        plugin = {one["name"]: one for one in found}["marketlane"]
        assert plugin["distribution"] == "earntrack-marketlane 1.0.0"
        assert plugin["hooks"] == "platforms, statement_formats"
        assert plugin["problem"] == ""

    def test_reads_its_statement(self, site, tmp_path):
        """Its statements import like those that are built in."""
        command = ("earntrack", "import", LEDGER, "--json")

        report = json.loads(ran(tmp_path, *command, paths=[site]))

        assert report["format_id"] == "marketlane.ledger"
        assert report["imported"] == 4
        assert report["totals"]["EUR"]["net"] == "109.30"

    def test_passes_its_own_tests(self, site, tmp_path):
        """Its authors test it as they would test theirs."""
        options = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly")
        command = (sys.executable, "-m", "pytest", *options)

        said = ran(tmp_path, *command, PLUGIN / "tests", paths=[site])

        assert "3 passed" in said
