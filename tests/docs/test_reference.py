"""The reference names everything that there is."""

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

from earntrack_adapters.statements.mapping import KEYS
from earntrack_adapters.statements.spec_loading import load_spec
from earntrack_core import EarnTrack, Order, hookspecs
from earntrack_core.earnings.payouts import REASONS
from earntrack_core.kernel.events import Event
from earntrack_core.statements.model import Question, RowKind
from earntrack_server.app import make_app
from earntrack_server.cli.reports import contract
from earntrack_server.config import PREFIX, Settings
from earntrack_server.realtime import protocol
from tests.architecture.sources import modules
from tests.docs.pages import DOCS, ROOT


sys.path.append(str(DOCS))

import reference_tables as tables


SUBSTITUTION = re.compile(r"\{\{ (\w+) \}\}")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
LINK = re.compile(r"\]\((?!http|#)([^)#]+)")


@pytest.fixture(name="given", scope="module")
def _given():
    """The tables that pages are given."""
    return tables.substitutions()


def page(name):
    """Return a page of the reference as it is written."""
    return (DOCS / "reference" / f"{name}.md").read_text("utf-8")


def headings(name):
    """Return the headings of a page."""
    return HEADING.findall(page(name))


def code(*texts):
    """Return everything that texts write as code."""
    return set(re.findall(r"`([^`\n]+)`", "\n".join(texts)))


def words(name, given):
    """Return the words that a page, with its tables, writes as code."""
    text = page(name)
    return code(text, *(given[one] for one in SUBSTITUTION.findall(text)))


def calls(name):
    """Yield all calls of a function or class in our source."""
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and (
                ast.unparse(node.func).rpartition(".")[2] == name
            ):
                yield node


class TestTables:
    def test_all_are_shown(self, given):
        """A table that no page shows is not in the reference."""
        text = "\n".join(one.read_text("utf-8") for one in DOCS.rglob("*.md"))

        assert set(SUBSTITUTION.findall(text)) == set(given)

    def test_no_row_is_empty(self, given):
        """Whatever is named is explained."""
        rows = [
            row.rstrip("| ")
            for name in ("errors", "events", "unstored", "settings", "exits")
            for row in given[name].splitlines()
        ]

        assert [row for row in rows if row.endswith("|")] == []


class TestHooks:
    def test_each_has_a_heading(self):
        """A hook that is not described does not exist for plugin authors."""
        hooks = {
            f"{name}{_arguments(hook)}"
            for name, hook in inspect.getmembers(hookspecs)
            if hasattr(hook, "earntrack_spec")
        }

        assert {one for one in headings("hooks") if "(" in one} == hooks


def _arguments(hook):
    return f"({', '.join(inspect.signature(hook).parameters)})"


class TestErrors:
    def test_codes(self, given):
        """Clients tell errors apart by their codes; all are listed."""
        codes = {kind.code for kind in tables.error_kinds()}

        assert codes <= words("errors", given)

    def test_reasons_of_statements(self, given):
        """Each reason for which a whole file is refused is listed."""
        reasons = {
            node.args[0].value
            for node in calls("StatementError")
            if node.args and isinstance(node.args[0], ast.Constant)
        }

        assert reasons
        assert reasons <= words("errors", given)


class TestEvents:
    def test_topics(self, given):
        """Clients tell events apart by their topics; all are listed."""
        kinds = [
            *tables.event_kinds(stored=True),
            *tables.event_kinds(stored=False),
        ]

        assert {kind.topic for kind in kinds} <= words("events", given)
        assert {protocol.ONLINE, protocol.OFFLINE} <= words("events", given)

    def test_stored_ones_are_stored(self):
        """What the page says that is kept can be read again."""
        told = []
        with EarnTrack.open() as et, sample().open("rb") as file:
            et.on(Event, told.append)
            et.import_file(file, "upwork.csv")
            with et.units.view(et.local()) as unit:
                kept = {one.topic for one in unit.log.since(0)}

        stored = {kind.topic for kind in tables.event_kinds(stored=True)}
        assert kept == {one.topic for one in told} & stored
        assert kept == {"platform:created", "activity:logged"}


def sample():
    """Return the statement of the examples."""
    return ROOT / "examples" / "upwork.csv"


class TestSettings:
    def test_each_is_listed(self, given):
        """An operator finds every setting."""
        names = {
            f"{PREFIX}{one.name.upper()}" for one in Settings.__attrs_attrs__
        }

        assert names <= words("settings", given)

    def test_pages_name_no_other(self):
        """A variable that a page tells to set is one that is read."""
        known = {one.name.upper() for one in Settings.__attrs_attrs__} | {
            "SETTINGS",
            "TEST_POSTGRES_URL",
            "TEST_REDIS_URL",
        }
        told = {
            name
            for path in [ROOT / "README.md", *DOCS.rglob("*.md")]
            for name in re.findall(
                rf"\b{PREFIX}([A-Z_]+[A-Z])\b", path.read_text("utf-8")
            )
        }

        assert told - known == set()


class TestCommands:
    def test_each_has_a_heading(self):
        """Every command is described, and no other."""
        told = {
            one.removeprefix("earntrack ")
            for one in headings("cli")
            if one.startswith("earntrack ")
        }

        assert told == set(tables.commands())


class TestHttp:
    def test_routes(self, given):
        """Every route is in the table."""
        told = words("http", given)

        assert {route.path for route in tables.routes()} <= told
        assert {route.method for route in tables.routes()} <= told

    async def test_other_paths(self, given, tmp_path):
        """What is no route of the API is named beside the table."""
        with EarnTrack.open() as et:
            app = make_app(et, Settings(data_dir=tmp_path))
            paths = {one.canonical for one in app.router.resources()}

        beside = {"/ws", "/healthz", "/readyz", "/metrics", "/api/docs"}
        assert beside | {"/api/openapi.json"} <= paths
        assert beside | {"/api/openapi.json"} <= words("http", given)


class TestWebsocket:
    def test_frames(self, given):
        """Every type of frame is listed."""
        source = inspect.getsource(protocol)
        kinds = set(re.findall(r'"type": "(\w+)"|kind [!=]= "(\w+)"', source))

        assert {one for pair in kinds for one in pair if one} <= words(
            "websocket", given
        )

    def test_codes(self):
        """Every code with which a socket is closed is listed."""
        told = set(re.findall(r"\| (\d{4}) \|", page("websocket")))

        assert told == {str(code.value) for code in protocol.Code}


class TestImportReport:
    @pytest.mark.parametrize(
        "name",
        [
            "platforms/upwork.transactions.new_words.csv",
            "platforms/bank.n26.csv",
            "platforms/harvest.time_report.csv",
            "bank/konten.sta",
        ],
    )
    def test_keys(self, name, given):
        """The keys are a promise, so all of them stand there."""
        told = words("import-report", given)
        path = Path(__file__).parents[1] / "statements" / "data" / name

        with EarnTrack.open() as et, path.open("rb") as file:
            report = contract(
                et.statements.preview(et.local(), file, Order(name=path.name))
            )

        sums = report["totals"]
        if report["kind"] != "time_entries":
            sums = next(iter(sums.values()))
        assert set(report) <= told
        assert set(sums) <= told

    def test_questions(self, given):
        """Whatever may be asked can be answered."""
        keys = {
            _key(node).value
            for node in calls(Question.__name__)
            if isinstance(_key(node), ast.Constant)
        }

        assert keys
        assert keys <= words("import-report", given)

    def test_mapping(self, given):
        """All keys of a mapping are listed."""
        assert set(KEYS) <= words("import-report", given)


def _key(call):
    return next((one.value for one in call.keywords if one.arg == "key"), None)


class TestSpecs:
    def test_complete_example(self):
        """The example with which the language begins can be used."""
        blocks = re.findall(
            r"^```toml\n(contract = 1.*?)^```",
            page("platform-spec"),
            re.DOTALL | re.MULTILINE,
        )

        assert [load_spec(one).id for one in blocks] == ["example.payments"]

    def test_kinds(self, given):
        """All kinds of rows are listed."""
        assert {one.value for one in RowKind} <= words("platform-spec", given)


class TestReasons:
    def test_payouts(self):
        """The reasons for a residual are said where it is described."""
        text = (DOCS / "explanation" / "statements.md").read_text("utf-8")

        assert REASONS - {""} <= code(text)


class TestLinks:
    def test_readme(self):
        """Links of the README lead somewhere."""
        links = LINK.findall((ROOT / "README.md").read_text("utf-8"))

        assert links
        assert [one for one in links if not (ROOT / one).exists()] == []
