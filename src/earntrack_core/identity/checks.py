"""What addresses, languages and the like must look like."""

import re
import unicodedata
from typing import Any, Final

from attrs import Attribute

from earntrack_core.identity.plans import PLANS
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.texts import is_control, trimmed


LONGEST_EMAIL: Final = 254
MOST: Final = 1_000
LONGEST_LOCAL_PART: Final = 64
LONGEST_LABEL: Final = 63
LONGEST_AGENT: Final = 300
LONGEST_ADDRESS: Final = 64
LAST_WEEKDAY: Final = 6
LANGUAGE: Final = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
FORBIDDEN: Final = frozenset('()<>[]:;,\\"@')
"""Characters that an address can only have in quotes; we want none."""
LETTERS: Final = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
"""Unicode's categories of (lower) letters, the marks on them, and digits."""


def plain_email(email: str) -> str:
    """Return an address in the one form in which it is kept and compared.

    Lower case rather than folded: folding makes `straße.de` `strasse.de`,
    which is somebody else's. What is far too long is cut; it is no address.
    """
    return unicodedata.normalize("NFC", trimmed(email[:MOST]).lower())


def mailable(_: object, at: "Attribute[Any]", value: str) -> None:
    """Refuse what cannot be an e-mail address."""
    if not is_mailable(value):
        raise InvalidError(at.name, "is not an e-mail address")


def is_mailable(email: str) -> bool:
    """Say whether a text in its plain form can be an e-mail address."""
    local, _sign, domain = email.rpartition("@")
    return (
        len(email) <= LONGEST_EMAIL
        and _is_local_part(local)
        and _is_domain(domain)
    )


def _is_local_part(text: str) -> bool:
    return (
        0 < len(text) <= LONGEST_LOCAL_PART
        and not text.startswith(".")
        and not text.endswith(".")
        and ".." not in text
        and all(_is_visible(one) and one not in FORBIDDEN for one in text)
    )


def _is_visible(character: str) -> bool:
    """Say whether it leaves ink; blanks and invisible marks do not."""
    return unicodedata.category(character)[0] not in "CZ"


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(map(_is_label, labels))


def _is_label(text: str) -> bool:
    return (
        0 < len(text) <= LONGEST_LABEL
        and not text.startswith("-")
        and not text.endswith("-")
        and all(one == "-" or _is_letter(one) for one in text)
    )


def _is_letter(character: str) -> bool:
    """Say whether a name of the net may have it: letters, marks, digits."""
    return unicodedata.category(character) in LETTERS


def known_language(_: object, at: "Attribute[Any]", value: str) -> None:
    """Refuse what is not the name of a language, like `en` or `pt-BR`."""
    if not LANGUAGE.fullmatch(value):
        raise InvalidError(at.name, "must be a language, like en or pt-BR")


def known_plan(_: object, at: "Attribute[Any]", value: str) -> None:
    """Refuse what is not the key of a plan."""
    if value not in PLANS:
        raise InvalidError(at.name, f"must be one of {', '.join(PLANS)}")


def weekday(_: object, at: "Attribute[Any]", value: int) -> None:
    """Refuse what is not a day of the week."""
    if isinstance(value, bool) or not 0 <= value <= LAST_WEEKDAY:
        raise InvalidError(at.name, "must be 0 (Monday) to 6 (Sunday)")


def agent_of(text: str) -> str:
    """Return what a client calls itself, cut to a sane length."""
    return _printable(text, LONGEST_AGENT)


def address_of(text: str) -> str:
    """Return a network address, cut to a sane length."""
    return _printable(text, LONGEST_ADDRESS)


def _printable(text: str, most: int) -> str:
    kept = "".join(one for one in text[:most] if not is_control(one))
    return trimmed(kept)
