"""XML as a stream of leaves, with everything dangerous refused.

No document type, no entities, no outside references; depth, the length of
a text and the length of a tag are bounded.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, NoReturn, Protocol
from xml.parsers import expat

from attrs import define, field

from earntrack_core.statements.errors import StatementError


class Readable(Protocol):
    """Where bytes come from, piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes; none at the end."""
        ...


class Leaf(NamedTuple):
    """An element that ended: its path, text and attributes."""

    path: str
    text: str
    attributes: dict[str, str]
    line: int
    """Where it began."""


DEPTH: Final = 64
NAME: Final = 128
CHUNK: Final = 65_536
UNPARSED: Final = 1 << 20
"""Bytes that the parser may hold back, waiting for the end of a tag."""


@define
class Walk:
    """Follows the parser through the document.

    Paths are of local names, whatever their prefixes; they begin at the
    elements *roots*, wherever these stand, and leave out *transparent* ones.
    Only elements whose path is *wanted* become leaves.
    """

    bound: int
    """Characters of a text."""
    most: int
    """Bytes of the document."""
    roots: frozenset[str]
    wanted: frozenset[str]
    transparent: frozenset[str] = frozenset()
    encoding: str | None = None
    _open: list[tuple[str, int, dict[str, str]]] = field(
        factory=list, init=False
    )
    _text: list[str] = field(factory=list, init=False)
    _size: int = field(default=0, init=False)
    _fed: int = field(default=0, init=False)
    _ended: list[Leaf] = field(factory=list, init=False)
    _parser: expat.XMLParserType = field(init=False)

    def __attrs_post_init__(self) -> None:
        parser = expat.ParserCreate(self.encoding)
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        parser.XmlDeclHandler = self._declared
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        self._parser = parser

    def leaves(self, source: Readable) -> Iterator[Leaf]:
        """Yield the wanted elements of the document when they end.

        Raises:
            StatementError: Not well-formed, a declaration, out of bounds.
        """
        while chunk := source.read(CHUNK):
            yield from self._feed(chunk, last=False)
        yield from self._feed(b"", last=True)

    def _feed(self, chunk: bytes, *, last: bool) -> list[Leaf]:
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise StatementError(
                "malformed",
                f"The XML breaks on line {self._parser.CurrentLineNumber}.",
                "Export the file again; do not edit it by hand.",
            ) from error
        self._fed += len(chunk)
        if self._fed > self.most:
            raise StatementError(
                "too_large",
                f"The XML has more than {self.most:,} bytes.",
                "Export a shorter period.",
            )
        if self._fed - self._parser.CurrentByteIndex > UNPARSED:
            raise self._out_of_bounds("a tag has no end")
        ended, self._ended = self._ended, []
        return ended

    def _refuse(self, *_: object) -> NoReturn:
        raise StatementError(
            "forbidden_content",
            "The XML declares a document type or entities.",
            "Export the file again; a real one has none.",
        )

    def _declared(self, _: str, encoding: str | None, __: int) -> None:
        if self.encoding is None and encoding is not None:
            self.encoding = encoding.lower()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        path = self._open[-1][0] if self._open else ""
        if local in self.roots:
            path = local
        elif local not in self.transparent:
            path = f"{path}/{local}"
        if len(self._open) >= DEPTH:
            raise self._out_of_bounds("it is nested too deeply")
        if len(name) > NAME:
            raise self._out_of_bounds("a name is too long")
        line = self._parser.CurrentLineNumber
        self._open.append((path, line, attributes))
        self._text.clear()
        self._size = 0

    def _data(self, text: str) -> None:
        self._size += len(text)
        if self._size > self.bound:
            raise self._out_of_bounds("a text is too long")
        self._text.append(text)

    def _end(self, name: str) -> None:
        path, line, attributes = self._open.pop()
        if path in self.wanted and not self._is_transparent(name):
            text = "".join(self._text)
            self._ended.append(Leaf(path, text, attributes, line))
        self._text.clear()
        self._size = 0

    def _is_transparent(self, name: str) -> bool:
        return name.rpartition(":")[2] in self.transparent

    def _out_of_bounds(self, what: str) -> StatementError:
        return StatementError(
            "too_wide",
            f"Line {self._parser.CurrentLineNumber} of the XML: {what}.",
            "Export the file again.",
        )
