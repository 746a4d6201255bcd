"""Text fields: trimmed, bounded, and free of control characters."""

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from attrs import Attribute, frozen

from earntrack_core.kernel.errors import InvalidError


BREAKS: Final = frozenset({"\n", "\t"})
NONE: Final = frozenset[str]()

Validator = Callable[[object, "Attribute[Any]", str | None], None]


def trimmed(text: str) -> str:
    """Return *text* without surrounding blanks, in composed form."""
    return unicodedata.normalize("NFC", text.strip())


def optional_trimmed(text: str | None) -> str | None:
    """Trim *text*; an empty one is none."""
    return None if text is None else trimmed(text) or None


def is_control(character: str) -> bool:
    """Say whether a character moves the pen, or is half of another."""
    return unicodedata.category(character) in {"Cc", "Cs"}


def printable(text: str, most: int) -> str:
    """Return *text* trimmed, on one line, and cut to *most* characters.

    For texts of others, which must not be refused for their form.
    """
    if text.isascii() and text.isprintable():  # most are: then it is quick
        return " ".join(text.split())[:most].rstrip()
    calm = "".join(" " if is_control(one) else one for one in text)
    return trimmed(" ".join(calm.split()))[:most].rstrip()


@frozen
class TextCheck:
    """A validator for texts of *least* to *most* characters."""

    least: int
    most: int
    lines: bool

    def __call__(
        self, _: object, at: "Attribute[Any]", value: str | None
    ) -> None:
        """Refuse other lengths, and control characters."""
        if value is None:
            return
        if not self.least <= len(value) <= self.most:
            raise InvalidError(
                at.name, f"must have {self.least} to {self.most} characters"
            )
        allowed = BREAKS if self.lines else NONE
        if any(is_control(one) and one not in allowed for one in value):
            raise InvalidError(at.name, "must not have control characters")


def text_of(least: int, most: int, *, lines: bool = False) -> Validator:
    """Return a validator for texts of *least* to *most* characters."""
    return TextCheck(least, most, lines)
