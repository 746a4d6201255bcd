"""Names on the wire, and pointers to the places that have problems."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from earntrack_core.kernel.errors import FieldProblem, InvalidError


WORD: Final = re.compile(r"_+([a-zA-Z0-9])")


class UnreadableError(ValueError):
    """A value is not what its place asks for; says what would be."""


class WireError(InvalidError):
    """What came in is not what it should be.

    The fields of its problems are JSON pointers (RFC 6901): `/fee/amount`.
    """

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        first, *more = problems
        super().__init__(first.field, first.problem, *more)


def camel(name: str) -> str:
    """Return `earnedOn` for `earned_on`."""
    return WORD.sub(lambda match: match[1].upper(), name.strip("_"))


def pointer(*parts: str | int) -> str:
    """Return the JSON pointer to a place: `/lines/0/amount`."""
    return "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts
    )


def spelt(field: str, names: Mapping[str, str]) -> str:
    """Return the pointer to what an error of the core calls *field*.

    *names* are the attributes that are not simply camelCase on the wire. A
    field with dots is a place inside: `lines.0.unit_price`. One that is a
    pointer already stays as it is, and no field is the thing as a whole.
    """
    if not field or field.startswith("/"):
        return field
    return pointer(
        *(names.get(part, camel(part)) for part in field.split("."))
    )
