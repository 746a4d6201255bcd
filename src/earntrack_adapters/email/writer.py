"""The text of e-mails: Jinja2 templates in the language of the reader.

Each template is a pair: `<name>.txt.j2`, whose first line is the subject,
and `<name>.html.j2`. All texts go through gettext; what a language lacks is
English. Facts: `name`, `email`, `site`, and what the template names.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any, Final

from attrs import define, field
from babel import Locale, UnknownLocaleError
from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    TemplateNotFound,
    UndefinedError,
    select_autoescape,
)

from earntrack_core.kernel.errors import InvalidError, NotFoundError
from earntrack_core.ports.notifier import Message


Translations = Callable[[str], NullTranslations]
"""Returns the texts of a language like `de` or `pt_BR`."""

DOMAIN: Final = "earntrack"
LANGUAGES: Final = 64
TEMPLATE: Final = re.compile(r"[a-z]+(?:_[a-z]+)*")
OURS: Final = frozenset({"layout", "parts"})
LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,2}")
ADVERTISING: Final = re.compile(r"[/@:]|\.\w{2,}")
"""What a name has that is a link, which mail programs would make of it."""
FONT: Final = (
    "Inter,-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,"
    "'Helvetica Neue',Arial,sans-serif"
)
OPTIONAL: Final = ("name", "at", "device", "address")


def translations_in(directory: Path) -> Translations:
    """Return the translations of a directory of gettext catalogues."""

    def of(language: str) -> NullTranslations:
        languages = [language, language.partition("_")[0]]
        return translation(DOMAIN, directory, languages, fallback=True)

    return of


def english(_: str) -> NullTranslations:
    """Return the texts as they are written here."""
    return NullTranslations()


@define
class JinjaWriter:
    """Fills in the templates of this package."""

    translations: Translations = english
    _speaking: Callable[[str], Environment] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._speaking = lru_cache(LANGUAGES)(self._environment)

    def write(
        self, template: str, to: str, locale: str, facts: dict[str, str]
    ) -> Message:
        """Fill in a template."""
        if TEMPLATE.fullmatch(template) is None or template in OURS:
            raise NotFoundError("template", template)
        environment = self._speaking(language_of(locale))
        values: dict[str, Any] = dict.fromkeys(OPTIONAL, "")
        values |= {"email": to} | facts
        values["name"] = greeted(values["name"])
        try:
            text = environment.get_template(f"{template}.txt.j2")
            subject, _, rest = text.render(values).lstrip().partition("\n")
            page = environment.get_template(f"{template}.html.j2")
            html = page.render(values, subject=subject)
        except TemplateNotFound as error:
            raise NotFoundError("template", template) from error
        except UndefinedError as error:
            raise InvalidError("facts", str(error)) from error
        return Message(to=to, subject=subject, text=tidy(rest), html=html)

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=PackageLoader("earntrack_adapters.email"),
            autoescape=select_autoescape(("html.j2",)),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
        )
        environment.globals |= {
            "font": FONT,
            "language": language.replace("_", "-"),
            "direction": Locale.parse(language).text_direction,
        }
        environment.install_gettext_translations(  # type: ignore[attr-defined]  # -- the extension adds it
            self.translations(language), newstyle=True
        )
        return environment


def language_of(locale: str) -> str:
    """Return the language of a locale as gettext names it, or English."""
    if LOCALE.fullmatch(locale) is None:
        return "en"
    try:
        return str(Locale.parse(locale.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return "en"


def greeted(name: str) -> str:
    """Return the name by which a mail greets; none if it may be a link.

    Whoever signs up chooses the name, and may have chosen somebody else's
    address: a mail of ours must not carry an advertisement.
    """
    name = " ".join(name.split())
    return "" if ADVERTISING.search(name) else name


def tidy(text: str) -> str:
    """Return a text without blanks at its ends or more than one empty line."""
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n")) + "\n"
