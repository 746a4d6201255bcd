"""What people get who install the distribution."""

import json
from importlib.metadata import Distribution, PackageNotFoundError

import pytest

from tests.architecture.sources import PACKAGES, ROOT


SOURCE = ROOT / "src"


@pytest.fixture(name="installed", scope="module")
def _installed():
    """The installed distribution: a copy, not a link to this checkout."""
    try:
        found = Distribution.from_name("earntrack")
    except PackageNotFoundError:
        pytest.skip("the distribution is not installed")
    origin = json.loads(found.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        pytest.skip("the distribution is installed as a link")
    return found


class TestWheel:
    def test_holds_every_file(self, installed):
        """Templates, pages, formats and migrations come with the code."""
        packed = {file.as_posix() for file in installed.files}
        ours = {
            path.relative_to(SOURCE).as_posix()
            for package in PACKAGES
            for path in (SOURCE / package).rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }

        assert ours - packed == set()

    def test_holds_nothing_else(self, installed):
        """Tests and tools stay at home."""
        roots = {file.parts[0] for file in installed.files}

        assert {
            root
            for root in roots - {*PACKAGES, "..", "__pycache__"}
            if not root.endswith(".dist-info")
        } == set()

    @pytest.mark.parametrize("package", PACKAGES)
    def test_is_typed(self, installed, package):
        """Type checkers of others may read our annotations."""
        packed = {file.as_posix() for file in installed.files}

        assert f"{package}/py.typed" in packed

    def test_has_its_doors(self, installed):
        """The command and the built-in adapters come in by entry points."""
        doors = {(one.group, one.name) for one in installed.entry_points}

        assert doors == {
            ("console_scripts", "earntrack"),
            ("earntrack", "builtin"),
        }

    def test_asks_for_little(self, installed):
        """Without an extra there is no server, and nothing it needs."""
        plain = {
            text.split(";")[0].strip()
            for text in installed.requires
            if "extra ==" not in text
        }

        assert not [
            text
            for text in plain
            if text.startswith(("aiohttp", "redis", "psycopg", "jinja2"))
        ]
