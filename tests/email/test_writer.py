import re
from html.parser import HTMLParser
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

import earntrack_adapters.email
from earntrack_adapters.email.console import ConsoleNotifier
from earntrack_adapters.email.writer import (
    JinjaWriter,
    language_of,
    translations_in,
)
from earntrack_core.identity import mail
from earntrack_core.kernel.errors import (
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from earntrack_core.ports.notifier import Message


FACTS = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "site": "https://earn.example.org",
    "link": "https://earn.example.org/verify?token=abc&lang=en",
    "token": "abc",
    "hours": "24",
    "at": "15 January 2026, 12:00 UTC",
    "device": "Firefox on Linux",
    "address": "192.0.2.7",
}
SUBJECTS = {
    "verify": "Confirm your e-mail address",
    "reset": "Choose a new password",
    "password_changed": "Your password was changed",
    "account_exists": "You already have an account",
    "new_sign_in": "A new device has signed in",
    "email_change": "Confirm your new e-mail address",
    "email_changed": "Your e-mail address was changed",
}
VOID = {"meta", "br"}


class Page(HTMLParser):
    """Checks that tags are closed, and collects text and links."""

    def __init__(self, html):
        super().__init__()
        self.text, self.links, self.open = "", [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        self.links += [value for name, value in attributes if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(name="writer")
def _writer():
    return JinjaWriter()


def write(writer, template="verify", locale="en", **changes):
    facts = {**FACTS, **changes}
    facts = {key: value for key, value in facts.items() if value is not None}
    return writer.write(template, "ada@example.org", locale, facts)


class TestTemplates:
    @pytest.mark.parametrize("template", SUBJECTS)
    def test_complete(self, writer, template):
        """Every message has a subject, a text and a page that is closed."""
        message = write(writer, template)

        page = Page(message.html)
        assert message.to == "ada@example.org"
        assert message.subject == SUBJECTS[template]
        assert message.text.startswith("Hello Ada Lovelace,\n\n")
        assert page.open == []
        assert f"{message.subject}" in page.text
        assert "Hello Ada Lovelace," in page.text

    @pytest.mark.parametrize("template", SUBJECTS)
    def test_text_says_what_the_page_says(self, writer, template):
        """Each sentence and link of the text is in the page as well."""
        message = write(writer, template)

        page = Page(message.html)
        shown = " ".join(page.text.split())
        for line in message.text.splitlines():
            if line.startswith("https:"):
                assert line in page.links
            elif line not in {"", "-- "} and ": " not in line:
                assert line.rstrip(".:") in shown

    @pytest.mark.parametrize("template", ["verify", "reset", "email_change"])
    def test_link(self, writer, template):
        """The link of a ticket is in both, unbroken, and once bare."""
        message = write(writer, template)

        assert FACTS["link"] in message.text.splitlines()
        assert Page(message.html).links.count(FACTS["link"]) == 2

    @pytest.mark.parametrize("template", SUBJECTS)
    def test_loads_nothing(self, writer, template):
        """A page asks no server for anything, and runs nothing."""
        html = write(writer, template).html

        assert not re.search(r"<img|<script|<link|@import|url\(|@font-", html)

    @pytest.mark.parametrize("template", SUBJECTS)
    def test_small(self, writer, template):
        """Mail programs cut off pages of more than 102 kB; ours are small."""
        assert len(write(writer, template).html.encode()) < 20_000

    def test_no_blank_gaps(self, writer):
        """A text has no more than one empty line in a row."""
        for template in SUBJECTS:
            assert "\n\n\n" not in write(writer, template).text

    def test_only_what_is_known(self, writer):
        """Details that are not known have no line."""
        known = write(writer, "new_sign_in")
        less = write(writer, "new_sign_in", device=None, address="")

        assert "Device: Firefox on Linux\nAddress: 192.0.2.7\n" in known.text
        assert "Device" not in less.text
        assert "Device" not in Page(less.html).text
        assert "When: 15 January 2026" in less.text

    @pytest.mark.parametrize(
        "template",
        ["unknown", "", "layout", "parts", "../verify", "verify.txt"],
    )
    def test_unknown(self, writer, template):
        """There are no others."""
        with pytest.raises(NotFoundError, match="No template"):
            write(writer, template)

    @pytest.mark.parametrize("missing", ["link", "site", "hours"])
    def test_missing_fact(self, writer, missing):
        """A message that lacks something is not written."""
        with pytest.raises(InvalidError, match=f"'{missing}' is undefined"):
            write(writer, "verify", **{missing: None})

    def test_identity_finds_its_letters(self):
        """There is a template for every letter that identity sends."""
        letters = {
            mail.VERIFY,
            mail.ACCOUNT_EXISTS,
            mail.RESET,
            mail.PASSWORD_CHANGED,
            mail.EMAIL_CHANGE,
            mail.EMAIL_CHANGED,
        }

        assert letters <= set(SUBJECTS)

    def test_all_are_tested(self):
        """The list above is complete."""
        place = earntrack_adapters.email.__path__[0]
        names = {one.name.split(".")[0] for one in Path(place).rglob("*.j2")}
        assert names - {"layout", "parts"} == set(SUBJECTS)


class TestHostileFacts:
    def test_markup(self, writer):
        """What a user wrote is text in the page, and stays in the text."""
        message = write(writer, name="<b>Ada</b> & <script>")

        assert "<b>Ada" not in message.html
        assert "<script" not in message.html

    def test_markup_in_details(self, writer):
        """A device may call itself anything."""
        message = write(writer, "new_sign_in", device="<img src=x> 'and\" &")

        assert "<img" not in message.html
        assert "<img src=x> 'and\" &" in Page(message.html).text
        assert "Device: <img src=x> 'and\" &\n" in message.text

    def test_quote_in_the_link(self, writer):
        """A link cannot leave its attribute."""
        link = 'https://earn.example.org/?a="onclick="x'

        message = write(writer, link=link)

        assert 'onclick="' not in message.html
        assert link in Page(message.html).links

    @pytest.mark.parametrize(
        "name",
        [
            "Win money at https://evil.example",
            "evil.example",
            "www.evil.example/now",
            "call tel:123",
            "eve@evil.example",
        ],
    )
    def test_advertising(self, writer, name):
        """A name that mail programs would make a link of is left out."""
        message = write(writer, name=name)

        assert message.text.startswith("Hello,\n")
        assert "evil" not in message.text
        assert "evil" not in message.html

    @pytest.mark.parametrize(
        "name", ["J.R.R. Tolkien", "Dr. Ada O'Neill-Ünlü, 3rd", "山田 太郎"]
    )
    def test_real_names(self, writer, name):
        """Names of people are no links."""
        assert write(writer, name=name).text.startswith(f"Hello {name},\n")

    def test_name_with_lines(self, writer):
        """A name is one line."""
        message = write(writer, name="Ada\n\nYou have won")

        assert message.text.startswith("Hello Ada You have won,\n")

    def test_template_in_a_fact(self, writer):
        """A fact is never read as a template."""
        message = write(writer, "new_sign_in", device="{{ 7 * 7 }} %(name)s")

        assert "Device: {{ 7 * 7 }} %(name)s\n" in message.text

    def test_no_name(self, writer):
        """Without a name it greets nevertheless."""
        assert write(writer, name=None).text.startswith("Hello,\n")


@pytest.fixture(name="translated")
def _translated(tmp_path):
    """A writer that knows a little German."""
    catalog = Catalog(locale="de")
    catalog.add("Confirm your e-mail address", "Adresse bestätigen")
    catalog.add("Hello %(name)s,", "Hallo %(name)s,")
    catalog.add(
        (
            "The link works once, within an hour.",
            "The link works once, within %(count)s hours.",
        ),
        ("Der Link gilt eine Stunde.", "Der Link gilt %(count)s Stunden."),
    )
    place = tmp_path / "de" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "earntrack.mo").open("wb") as file:
        write_mo(file, catalog)
    return JinjaWriter(translations_in(tmp_path))


class TestLanguages:
    @pytest.mark.parametrize("locale", ["de", "de_AT", "de-CH"])
    def test_readers_language(self, translated, locale):
        """Text, subject and page are in the language of the reader."""
        message = write(translated, locale=locale)

        assert message.subject == "Adresse bestätigen"
        assert message.text.startswith("Hallo Ada Lovelace,\n")
        assert "Hallo Ada Lovelace," in message.html
        assert f'lang="{locale.replace("_", "-")}"' in message.html

    def test_plural(self, translated):
        """Numbers follow the rules of the language."""
        one = write(translated, locale="de", hours="1")
        many = write(translated, locale="de", hours="24")

        assert "Der Link gilt eine Stunde." in one.text
        assert "Der Link gilt 24 Stunden." in many.text

    def test_what_is_missing_is_english(self, translated):
        """A sentence without a translation is English."""
        assert "Welcome to EarnTrack." in write(translated, locale="de").text

    def test_markup_in_translations(self, translated):
        """What a user wrote is text in every language."""
        assert "<b>" not in write(translated, locale="de", name="<b>").html

    @pytest.mark.parametrize(
        "locale", ["fr", "", "xx", "../../etc", "de/../x"]
    )
    def test_unknown_language(self, translated, locale):
        """A language that nobody translated to is English."""
        message = write(translated, locale=locale)

        assert message.subject == "Confirm your e-mail address"

    def test_right_to_left(self, writer):
        """Pages of languages that run from right to left do so."""
        assert 'lang="ar" dir="rtl"' in write(writer, locale="ar").html

    @pytest.mark.parametrize(
        ("locale", "language"),
        [
            ("pt-BR", "pt_BR"),
            ("DE_at", "de_AT"),
            ("zh-Hans-CN", "zh_Hans_CN"),
            ("xx-such", "en"),
            ("e", "en"),
            ("en_\u0000", "en"),
        ],
    )
    def test_names(self, locale, language):
        """Locales are named in the way of gettext."""
        assert language_of(locale) == language


SECRET = Message(to="ada@example.org", subject="Grüße", text="Your link: 🎉\n")


class TestConsole:
    def test_shown(self):
        """A message is shown with its address and subject."""
        stream = StringIO()

        ConsoleNotifier(stream).send(SECRET)

        assert "To: ada@example.org\nSubject: Grüße\n\nYour link: 🎉\n--" in (
            stream.getvalue()
        )

    def test_standard_error(self, capsys):
        """Unless told otherwise it writes to standard error."""
        notifier = ConsoleNotifier()

        notifier.send(SECRET)
        notifier.close()

        assert notifier.channel == "email"
        assert "Your link: " in capsys.readouterr().err

    def test_old_console(self):
        """Letters that a console does not know are described."""
        content = BytesIO()
        stream = TextIOWrapper(content, encoding="ascii")

        ConsoleNotifier(stream).send(SECRET)

        assert b"Gr\\xfc\\xdfe" in content.getvalue()

    def test_closed_stream(self):
        """A console that is gone is unavailable."""
        stream = StringIO()
        stream.close()

        with pytest.raises(UnavailableError, match="console"):
            ConsoleNotifier(stream).send(SECRET)
