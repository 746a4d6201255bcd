"""The markup of OFX, SGML or XML, cut into tags and the data after them.

Nothing is expanded but the six plain entities and character numbers; a
document type or an entity declaration is refused.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from attrs import define, field

from earntrack_core.statements.errors import StatementError


class Piece(NamedTuple):
    """A tag with the data that follows it, and the line where it begins."""

    name: str
    """The tag in capitals; nothing if data goes on behind a section."""
    closes: bool
    data: str
    line: int


PIECE: Final = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9._:-]{0,63})[^<>]{0,512}>([^<]*)"
)
PIECE_START: Final = 600
"""A tag is shorter than this."""

DECLARATION: Final = re.compile(r"<![A-Za-z]")
REFERENCE: Final = re.compile(
    r"&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));"
)
PLAIN: Final = {
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "quot": '"',
    "apos": "'",
    "nbsp": "\N{NO-BREAK SPACE}",
}
SECTIONS: Final = (("<![CDATA[", "]]>"), ("<!--", "-->"), ("<?", "?>"))
UNICODE_END: Final = 0x110000
SURROGATES: Final = range(0xD800, 0xE000)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return PLAIN[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if not 0 < code < UNICODE_END or code in SURROGATES:
        return match[0]
    return chr(code)


def unescaped(text: str) -> str:
    """Replace the plain entities and character numbers of *text*."""
    return REFERENCE.sub(_character, text) if "&" in text else text


def pieces(chunks: Iterable[str], bound: int) -> Iterator[Piece]:
    """Cut text into pieces, none of them longer than *bound*.

    Raises:
        StatementError: A declaration, or markup without an end.
    """
    cutter = Cutter(bound)
    for chunk in chunks:
        cutter.buffer += chunk
        yield from cutter.cut()
    cutter.last = True
    yield from cutter.cut()


@define
class Cutter:
    """Holds what is not yet cut."""

    bound: int
    buffer: str = ""
    line: int = 1
    last: bool = False
    _at: int = field(default=0, init=False)

    def cut(self) -> Iterator[Piece]:
        """Yield every piece that is complete, and keep the rest."""
        size = len(self.buffer)
        while self._at < size:
            match = PIECE.match(self.buffer, self._at)
            if match is None:
                piece = self._odd()
            elif match.end() < size or self.last:
                slash, name, data = match.groups()
                if "&" in data:
                    data = unescaped(data)
                piece = self._take(match.end(), data, name.upper(), slash)
            else:
                piece = None
            if piece is None:
                break
            yield piece
        self.buffer = self.buffer[self._at :]
        self._at = 0
        if len(self.buffer) > self.bound + PIECE_START:
            raise self._endless()

    def _take(
        self, end: int, data: str, name: str = "", slash: str = ""
    ) -> Piece:
        if len(data) > self.bound:
            raise self._endless()
        line = self.line
        self.line += self.buffer.count("\n", self._at, end)
        self._at = end
        return Piece(name, slash == "/", data, line)

    def _odd(self) -> Piece | None:
        """Take what is not a tag: a section, stray data, a lone bracket."""
        if self.buffer[self._at] != "<":
            return self._stray()
        for begin, end in SECTIONS:
            if self.buffer.startswith(begin, self._at):
                return self._section(begin, end)
        if not self.last and len(self.buffer) - self._at < PIECE_START:
            return None
        if DECLARATION.match(self.buffer, self._at):
            raise StatementError(
                "forbidden_content",
                f"Line {self.line} declares a document type or an entity.",
                "Export the file again; a bank's file has none.",
            )
        return self._take(self._at + 1, "<")

    def _stray(self) -> Piece | None:
        less = self.buffer.find("<", self._at)
        if less < 0 and not self.last:
            return None
        stop = less if less >= 0 else len(self.buffer)
        return self._take(stop, unescaped(self.buffer[self._at : stop]))

    def _section(self, begin: str, end: str) -> Piece | None:
        start = self._at + len(begin)
        stop = self.buffer.find(end, start, start + self.bound)
        if stop >= 0:
            data = self.buffer[start:stop] if begin == "<![CDATA[" else ""
            return self._take(stop + len(end), data)
        if self.last or len(self.buffer) - start > self.bound:
            raise self._endless()
        return None

    def _endless(self) -> StatementError:
        return StatementError(
            "too_wide",
            f"What begins on line {self.line} has no end.",
            "Export the file again.",
        )
