"""The parts of a workbook beside its sheets: names, texts, formats."""

import re
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Final
from zipfile import ZipFile

from attrs import frozen

from earntrack_adapters.statements.safe_xml import Leaf, Walk
from earntrack_adapters.statements.zips import opened
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


DOCUMENT: Final = "/officeDocument"
WORKBOOK: Final = "xl/workbook.xml"
SHEET: Final = "workbook/sheets/sheet"
PROPERTIES: Final = "workbook/workbookPr"
RELATION: Final = "Relationships/Relationship"
TEXT: Final = "sst/si"
TEXTS: Final = frozenset({f"{TEXT}/t", f"{TEXT}/r/t"})
FORMAT: Final = "styleSheet/numFmts/numFmt"
STYLE: Final = "styleSheet/cellXfs/xf"
VISIBLE: Final = "visible"
TRUE: Final = frozenset({"1", "true", "on"})
SHARED: Final = 4
"""All shared texts have at most a part of the bytes that a file may have."""

OVERHEAD: Final = 16
"""What even an empty text costs."""

STYLES: Final = 65_536
RELATIONS: Final = 10_000
ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
SURROGATES: Final = range(0xD800, 0xE000)
NO_CODE: Final = re.compile(r'"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]')
ELAPSED: Final = re.compile(r"\[[hms]+\]")
DAY: Final = re.compile(r"[dy]")
CLOCK: Final = re.compile(r"[hs]")
BUILT_IN: Final = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36), "d"),
    **dict.fromkeys((*range(50, 59),), "d"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), "h"),
    22: "d h",
    46: "[h]",
}
"""Codes that have no format in the file, as what they show."""


@frozen
class Shows:
    """What a format makes of a number."""

    day: bool = False
    clock: bool = False
    elapsed: bool = False


@frozen
class Book:
    """What the sheets of a workbook share."""

    sheets: tuple[str, ...]
    texts: tuple[str, ...]
    styles: tuple[Shows, ...]
    since_1904: bool


def malformed(problem: str) -> StatementError:
    """Return the refusal of a workbook."""
    return StatementError(
        "malformed",
        f"The workbook is damaged: {problem}.",
        "Open it in a spreadsheet program and save it as .csv.",
    )


def leaves_of(
    archive: ZipFile, name: str, wanted: frozenset[str], limits: Limits
) -> Iterator[Leaf]:
    """Yield the wanted elements of a part; none if there is no such part.

    Raises:
        StatementError: The XML is broken, hostile or out of bounds.
    """
    if name not in archive.namelist():
        return
    roots = frozenset(path.partition("/")[0] for path in wanted)
    walk = Walk(
        bound=limits.cell, most=limits.bytes, roots=roots, wanted=wanted
    )
    part = opened(archive, archive.getinfo(name), limits.bytes)
    yield from walk.leaves(part)


def book_of(archive: ZipFile, limits: Limits) -> Book:
    """Read what the sheets of a workbook share.

    Raises:
        StatementError: A part of it is broken, hostile or out of bounds.
    """
    main = WORKBOOK
    for kind, target in _relations(archive, "", limits).values():
        if kind.endswith(DOCUMENT):
            main = target
    related = _relations(archive, main, limits)
    since_1904 = False
    sheets: dict[str, None] = {}
    wanted = frozenset({SHEET, PROPERTIES})
    for leaf in leaves_of(archive, main, wanted, limits):
        if leaf.path == PROPERTIES:
            since_1904 = leaf.attributes.get("date1904") in TRUE
        elif leaf.attributes.get("state", VISIBLE) == VISIBLE:
            sheets[_target(leaf, related)] = None
    targets = {
        kind.rpartition("/")[2]: target for kind, target in related.values()
    }
    return Book(
        tuple(filter(None, sheets)),
        tuple(_texts(archive, targets.get("sharedStrings", ""), limits)),
        tuple(_styles(archive, targets.get("styles", ""), limits)),
        since_1904,
    )


def _target(sheet: Leaf, related: dict[str, tuple[str, str]]) -> str:
    for name, value in sheet.attributes.items():
        if name.endswith(":id"):
            return related.get(value, ("", ""))[1]
    return ""


def _relations(
    archive: ZipFile, part: str, limits: Limits
) -> dict[str, tuple[str, str]]:
    """Return kind and target of what a part refers to, by id."""
    folder, _, name = part.rpartition("/")
    path = join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for leaf in leaves_of(archive, path, frozenset({RELATION}), limits):
        given = leaf.attributes
        target = given.get("Target", "")
        place = normpath(join("/", folder, target)).lstrip("/")
        if len(found) > RELATIONS:
            raise malformed("it has too many parts")
        found[given.get("Id", "")] = (given.get("Type", ""), place)
    return found


def _texts(archive: ZipFile, name: str, limits: Limits) -> Iterator[str]:
    """Yield the shared texts; phonetic hints are left out."""
    parts: list[str] = []
    size = 0
    wanted = TEXTS | {TEXT}
    for leaf in leaves_of(archive, name, wanted, limits):
        size += len(leaf.text) + OVERHEAD
        if size > limits.bytes // SHARED:
            raise malformed("its texts are too long")
        if leaf.path == TEXT:
            yield unescaped("".join(parts))
            parts.clear()
        else:
            parts.append(leaf.text)


def unescaped(text: str) -> str:
    """Replace the characters that Excel writes as `_x000D_`."""
    return ESCAPED.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    if code in SURROGATES:
        return match[0]
    return chr(code) if code >= ord(" ") else " "


def _styles(archive: ZipFile, name: str, limits: Limits) -> Iterator[Shows]:
    codes = dict(BUILT_IN)
    wanted = frozenset({FORMAT, STYLE})
    for number, leaf in enumerate(leaves_of(archive, name, wanted, limits)):
        if number > STYLES:
            raise malformed("it has too many styles")
        given = leaf.attributes
        at = _number(given.get("numFmtId", ""))
        if leaf.path == FORMAT:
            codes[at] = given.get("formatCode", "")
        else:
            yield shows(codes.get(at, ""))


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0


def shows(code: str) -> Shows:
    """Say what a format shows: a day, a time of day, or time that passed."""
    first = NO_CODE.sub("", code.partition(";")[0].lower())
    if ELAPSED.search(first):
        return Shows(elapsed=True)
    clock = CLOCK.search(first) is not None
    months = "m" in first and not clock
    return Shows(day=months or DAY.search(first) is not None, clock=clock)
