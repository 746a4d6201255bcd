"""Bytes of a bank file as text: which encoding, chunk by chunk."""

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from attrs import frozen

from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import FileHead, Limits


CHUNK: Final = 65_536
MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
TRUSTED: Final = re.compile(
    r"utf-?8(?:-sig)?|(?:us-)?ascii|(?:windows-?|cp|ibm)[0-9]{3,4}|iso-?8859-?[0-9]{1,2}"
    r"|latin-?[0-9]{1,2}|koi8-[ru]|mac-?roman|gbk|gb2312|gb18030|big5"
    r"|shift_?jis|euc-?(?:jp|kr)|utf-?(?:16|32)(?:-?[lb]e)?"
)
FALLBACKS: Final = ("cp1252", "iso-8859-1")


@frozen
class BankText:
    """A source that is text in a known encoding."""

    source: BinaryIO
    encoding: str
    limits: Limits

    def chunks(self) -> Iterator[str]:
        """Yield the text from its beginning; every line ends in one LF."""
        self.source.seek(0)
        codec = codecs.getincrementaldecoder(self.encoding)()
        decoder = io.IncrementalNewlineDecoder(codec, translate=True)
        while chunk := self.source.read(CHUNK):
            yield decoder.decode(chunk).replace("\0", " ")
        yield decoder.decode(b"", final=True).replace("\0", " ")

    def lines(self) -> Iterator[str]:
        """Yield the lines, without their ends.

        Raises:
            StatementError: One is longer than a cell may be.
        """
        return split_lines(self.chunks(), self.limits.cell)


def split_lines(chunks: Iterable[str], bound: int) -> Iterator[str]:
    """Yield the lines of a text that comes in chunks.

    Raises:
        StatementError: One is longer than *bound*.
    """
    rest = ""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split("\n")
        for number, line in enumerate((*lines, rest)):
            if len(line) > bound:
                raise StatementError(
                    "too_wide",
                    f"A line is longer than {bound:,} characters.",
                    "Export the statement again.",
                )
            if number < len(lines):
                yield line
    if rest:
        yield rest


def bank_text(
    source: BinaryIO,
    limits: Limits,
    answered: str | None,
    declared: str = "",
    *,
    ascii_name: str = "utf-8",
) -> BankText:
    """Find out the encoding: marked, the user's, UTF-8, declared, guessed.

    Raises:
        StatementError: Too large, or no encoding fits.
    """
    names = _candidates(source, answered, declared)
    decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
    only_ascii = True
    for chunk in _bytes(source, limits.bytes):
        only_ascii = only_ascii and chunk.isascii()
        _try_all(decoders, chunk, final=False)
    _try_all(decoders, b"", final=True)
    if not decoders:
        raise StatementError(
            "undecodable",
            f"The file is not text in {' or '.join(names)}.",
            "Say in which encoding it was saved.",
        )
    name = next(iter(decoders))
    plain = only_ascii and name == "utf-8"
    return BankText(source, ascii_name if plain else name, limits)


def _candidates(
    source: BinaryIO, answered: str | None, declared: str
) -> tuple[str, ...]:
    source.seek(0)
    head = source.read(CHUNK)
    for mark, name in MARKS:
        if head.startswith(mark):
            return (name,)
    if answered is not None:
        name = trusted(answered)
        if not name:
            raise StatementError(
                "undecodable",
                f"{answered[:32]!r} is not an encoding of bank files.",
                "Try utf-8, cp1252 or iso-8859-15.",
            )
        return (name,)
    names = (_wide(head), "utf-8", trusted(declared), *FALLBACKS)
    return tuple(dict.fromkeys(name for name in names if name))


def _wide(head: bytes) -> str:
    """Recognise two-byte text without a mark by where its NULs are."""
    even, odd, half = head[::2].count(0), head[1::2].count(0), len(head) // 2
    if odd * 2 > half and not even:
        return "utf-16-le"
    if even * 2 > half and not odd:
        return "utf-16-be"
    return ""


def trusted(name: str) -> str:
    """Return the codec that *name* means; nothing if it is no encoding.

    Python knows codecs that are not encodings of text, so a file may only
    name those of this list.
    """
    lower = name.strip().lower().replace("_", "-")
    if not TRUSTED.fullmatch(lower):
        return ""
    try:
        return codecs.lookup(lower).name
    except LookupError:
        return ""


def _bytes(source: BinaryIO, most: int) -> Iterator[bytes]:
    source.seek(0)
    size = 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise StatementError(
                "too_large",
                f"The file has more than {most:,} bytes.",
                "Export a shorter period.",
            )
        yield chunk


def _try_all(
    decoders: dict[str, codecs.IncrementalDecoder],
    chunk: bytes,
    *,
    final: bool,
) -> None:
    for name, decoder in tuple(decoders.items()):
        try:
            decoder.decode(chunk, final)
        except UnicodeError:
            del decoders[name]


def head_text(head: FileHead, limits: Limits) -> str:
    """Return a file's beginning as text, good enough to recognise it."""
    start = head.head[: limits.head]
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    name = "utf-16" if wide else _wide(start) or "utf-8"
    text = start.decode(name, "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")
