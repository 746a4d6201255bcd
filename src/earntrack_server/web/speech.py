"""Speech: the language of the texts, and how its readers write numbers.

Texts are English where they are written; `say` gives their translation.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final

from attrs import frozen
from babel import Locale, UnknownLocaleError

from earntrack_server.web.formats import Formats


DOMAIN: Final = "earntrack"
CATALOGUES: Final = Path(__file__).parent / "locale"
ENGLISH: Final = "en"
KNOWN: Final = 64
NAME: Final = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,2}")


@lru_cache(KNOWN)
def translations_of(language: str) -> NullTranslations:
    """Return the texts of a language; what it lacks is English."""
    languages = [language, language.partition("_")[0]]
    return translation(DOMAIN, CATALOGUES, languages, fallback=True)


@lru_cache(KNOWN)
def locale_of(name: str) -> Locale:
    """Return the locale that a user chose, or that of English."""
    try:
        if NAME.fullmatch(name) is not None:
            return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        pass
    return Locale.parse(ENGLISH)


@frozen
class Speech:
    """How a visitor is spoken to."""

    locale: Locale
    formats: Formats

    @property
    def translations(self) -> NullTranslations:
        """The texts."""
        return translations_of(str(self.locale))

    @property
    def language(self) -> str:
        """The language that the texts are really in."""
        told = self.translations.info().get("language")
        return (told or ENGLISH).replace("_", "-")

    @property
    def direction(self) -> str:
        """Where lines of that language go: ltr or rtl."""
        return str(locale_of(self.language).text_direction)

    def say(self, text: str, **values: object) -> str:
        """Return a text in the visitor's language, with values filled in."""
        said = self.translations.gettext(text)
        return said % values if values else said

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """Return a text about so many things; `%(num)s` is the number."""
        said = self.translations.ngettext(one, many, number)
        shown: Mapping[str, object] = {
            "num": self.formats.number(number),
            **values,
        }
        return said % shown


def speech_of(name: str, zone: str = "UTC") -> Speech:
    """Return how somebody is spoken to who chose a locale."""
    locale = locale_of(name)
    return Speech(locale, Formats(locale, zone))
