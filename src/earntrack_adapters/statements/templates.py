"""Texts with holes: `{name}` is captured or filled in, `*` is anything."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Final


HOLE: Final = re.compile(r"\{([^{}:]+)(?::([^{}]+))?\}|(\*)")
LONGEST: Final = 500
"""Characters of a text that are searched for a template."""

WORD: Final = "word"
Captured = dict[str, str]


def holes(template: str) -> list[tuple[str, str]]:
    """Return name and form of each `{name:form}` of a template."""
    return [
        (hole[1], hole[2] or "")
        for hole in HOLE.finditer(template)
        if hole[3] is None
    ]


def names_in(template: str) -> list[str]:
    """Return the names in braces of a template."""
    return [name for name, _ in holes(template)]


def touching(template: str) -> bool:
    """Say whether two holes touch, so that nobody knows which takes what.

    A hole for a date is of a certain shape, and may touch others.
    """
    found = [
        hole
        for hole in HOLE.finditer(template)
        if hole[3] or hole[2] in {None, WORD}
    ]
    return any(one.end() == other.start() for one, other in pairwise(found))


def _hole(form: str | None, wild: str | None) -> str:
    if wild:
        return ".*?"
    if form is None:
        return "(.+?)"
    return r"(\S+?)" if form == WORD else f"({_shape(form)})"


def _shape(date_format: str) -> str:
    """Return what dates of a format look like."""

    def part(found: re.Match[str]) -> str:
        run = found[0]
        if run[0] not in "YMD" or run in {"MMM", "MMMM"}:
            return r"[^\W\d_]+" if run[0] == "M" else re.escape(run)
        return rf"\d{{{len(run)}}}" if len(run) > 1 else r"\d{1,2}"

    return re.sub(r"Y+|M+|D+|[^YMD]+", part, date_format)


def _literal(text: str) -> str:
    """Return what finds *text*, whatever its blanks and its case."""
    words = [re.escape(word) for word in text.split()]
    before = r"\s+" if text[:1].isspace() else ""
    after = r"\s+" if words and text[-1:].isspace() else ""
    return before + r"\s+".join(words) + after


def _expression(template: str) -> str:
    """Return the pattern of a template.

    A hole takes as little as it can and is never tried again once the text
    after it is found, so that the time grows with the length of the text and
    nothing worse; only what must look like a word or a day is looked for
    further on.
    """
    pieces, at, pending = [r"\s*"], 0, ""
    for hole in HOLE.finditer(template):
        literal = _literal(template[at : hole.start()])
        at = hole.end()
        if hole[2] is not None:
            pending = f"{pending}{literal}{_hole(hole[2], hole[3])}"
            continue
        pieces.append(f"(?>{pending}{literal})")
        pending = _hole(hole[2], hole[3])
    return "".join((*pieces, pending, _literal(template[at:]), r"\s*"))


@lru_cache(maxsize=2_000)
def searcher(template: str) -> Callable[[str], Captured | None]:
    """Return what captures the holes of *template* from a whole text."""
    pattern = re.compile(_expression(template), re.IGNORECASE | re.DOTALL)
    names = names_in(template)

    def search(text: str) -> Captured | None:
        found = pattern.fullmatch(text[:LONGEST])
        if found is None:
            return None
        return dict(zip(names, found.groups(), strict=True))

    return search


def filler(template: str) -> tuple[str, list[str]]:
    """Return a template as a `str.format` pattern and the names it needs."""
    names: list[str] = []
    pieces, at = [], 0
    for hole in HOLE.finditer(template):
        if hole[3] is not None:
            continue
        pieces.append(_escaped(template[at : hole.start()]) + "{}")
        names.append(hole[1])
        at = hole.end()
    pieces.append(_escaped(template[at:]))
    return "".join(pieces), names


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
