"""Every snippet of the documentation does what its page says."""

import json
import shutil
import tomllib

import pytest

import services
from tests.docs import pages
from tests.docs.reader import PORT, Reader, missing_tools


RUN = {"python", "console"}
READ = {"json", "toml", "text", "nginx", "{doctest}"}
DIRECTIVES = {
    "{code-block}",
    "{eval-rst}",
    "{literalinclude}",
    "{note}",
    "{toctree}",
    "{warning}",
}
OTHERS = {"docs/how-to/develop.md"}
"""Commands of developers: they are the gates, and run as such."""


PAGES = pages.pages()
RUNNABLE = [page for page in PAGES if pages.name_of(page) not in OTHERS]


@pytest.fixture(name="reader")
def _reader(page, tmp_path, request, monkeypatch):
    """A reader of the page, with a statement and the servers it speaks of."""
    if missing := missing_tools():
        pytest.skip(f"not installed: {', '.join(missing)}")
    for word, names in NEEDED.items():
        if word in page.read_text("utf-8"):
            for name in names:
                pytest.importorskip(name)
    monkeypatch.syspath_prepend(tmp_path)
    shutil.copy(pages.ROOT / "examples" / "upwork.csv", tmp_path)
    text = page.read_text("utf-8")
    words = {port: str(services.free_port()) for port in (PORT, "8001")}
    for word, fixture in SERVICES.items():
        if word in text:
            url = request.getfixturevalue(fixture)
            if "?" in url:
                words[f"{word}?"] = f"{url}&"
            words[word] = url
    reader = Reader(tmp_path, words)
    yield reader
    reader.leaves()


NEEDED = {"flask_host.py": ("flask",), "pip install ./": ("pip", "hatchling")}
"""Which packages pages with these words need."""

SERVICES = {
    "postgresql://earntrack:PASSWORD@db.example/earntrack": (
        "postgres_app_url"
    ),
    "postgresql://earntrack_owner:PASSWORD@db.example/earntrack": (
        "postgres_url"
    ),
    "redis://redis.example": "redis_url",
}
"""What pages call the servers that they speak of."""


class TestSnippets:
    @pytest.mark.parametrize("page", RUNNABLE, ids=pages.name_of)
    def test_run(self, page, reader):
        """What a page says that happens, happens."""
        reader.does(page)

    @pytest.mark.parametrize("page", PAGES, ids=pages.name_of)
    def test_known(self, page):
        """No block is of a kind that nobody checks."""
        kinds = {block.kind for block in pages.blocks(page)}

        assert kinds - RUN - READ - DIRECTIVES == set()

    @pytest.mark.parametrize("page", PAGES, ids=pages.name_of)
    def test_readable(self, page):
        """Blocks of data are what they say they are."""
        readers = {"json": json.loads, "toml": tomllib.loads}

        for block in pages.blocks(page):
            if block.language in readers:
                readers[block.language](block.text)
