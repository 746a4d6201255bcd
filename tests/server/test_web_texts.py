"""Texts: all of them can be translated, and the list of them is complete."""

import re
import tomllib
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

import earntrack_server.web


WEB = Path(earntrack_server.web.__file__).parent
LOCALE = WEB / "locale"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
KEYWORDS = DEFAULT_KEYWORDS | {"say": None, "count": (1, 2)}


def extracted():
    """Return all texts that the sources mark."""
    config = tomllib.loads((LOCALE / "babel.toml").read_text("utf-8"))
    methods, options = [], {}
    for mapping in config["mappings"]:
        methods.append((mapping["pattern"], mapping["method"]))
        options[mapping["pattern"]] = {
            key: value
            for key, value in mapping.items()
            if key not in {"pattern", "method"}
        }
    found = extract_from_dir(WEB, methods, options, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


@pytest.fixture(name="texts", scope="module")
def _texts():
    return extracted()


def catalogue(path):
    """Return the texts of a catalogue."""
    messages = read_po(BytesIO(path.read_bytes()))
    return {message.id for message in messages if message.id}


class TestCatalogues:
    def test_template_is_complete(self, texts):
        """Translators find every text, and none that is gone."""
        assert catalogue(LOCALE / "earntrack.pot") == texts

    def test_english_is_the_source(self, texts):
        """English needs no translation; it has an entry for each text."""
        path = LOCALE / "en" / "LC_MESSAGES" / "earntrack.po"

        assert catalogue(path) == texts

    def test_finds_texts_of_both_kinds(self, texts):
        """Templates and modules are read, plural forms too."""
        assert "Sign in" in texts
        assert "The address or the password is wrong." in texts
        assert any(isinstance(text, tuple) for text in texts)


class TestTemplates:
    @pytest.mark.parametrize(
        "path", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix()
    )
    def test_have_no_bare_text(self, path):
        """What people read goes through gettext."""
        text = path.read_text("utf-8")
        text = re.sub(r"{%\s*trans.*?endtrans\s*%}", "", text, flags=re.DOTALL)
        text = re.sub(r"{% block body_attr.*?endblock %}", "", text)
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "\n", text)
        words = set(re.findall(r"[A-Za-z]{2,}", text))

        assert words <= {"EarnTrack"}

    @pytest.mark.parametrize(
        "path", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix()
    )
    def test_labels_go_through_gettext(self, path):
        """So does what is read aloud, or shown on hovering."""
        text = path.read_text("utf-8")
        shown = re.findall(
            r'(?:aria-label|title|alt|placeholder|data-label)="([^"]*)"', text
        )

        assert all(one == "" or one.startswith("{{") for one in shown)
