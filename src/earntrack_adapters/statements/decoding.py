"""From bytes to text: the encoding is found out, reported, never guessed at.

A byte order mark wins; then UTF-16 by its zero bytes, UTF-8, Windows-1252,
and what the format says. A file that is UTF-8 but for some damaged bytes
stays UTF-8; the records with these bytes are errors.
"""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from attrs import frozen

from earntrack_adapters.statements.bank_text import trusted
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UTF8: Final = ("utf-8", "utf-8-sig")
CHUNK: Final = 1 << 16
LINE: Final = 1 << 20
"""Characters of the longest line that is read."""

SAMPLE: Final = 4096
DAMAGED: Final = re.compile("[\udc80-\udcff]")
FOREIGN: Final = re.compile("[^\x00-\x7f\udc80-\udcff]")


@frozen
class Encoding:
    """How the text of a file is stored, and how that was found out."""

    codec: str
    evidence: str
    errors: str = "strict"


def mark_of(head: bytes) -> str | None:
    """Return the codec that a byte order mark names."""
    for mark, codec in BOMS:
        if head.startswith(mark):
            return codec
    return None


def _by_zeros(head: bytes) -> str | None:
    """Return the UTF-16 that half of the bytes being zero points to."""
    sample = head[:SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    many = max(len(sample) // 4, 2)
    if odd >= many and even * 8 < odd:
        return "utf-16-le"
    if even >= many and odd * 8 < even:
        return "utf-16-be"
    return None


def encoding_of(
    source: BinaryIO, fallback: str, answer: str | None, limits: Limits
) -> Encoding:
    """Find out how *source* is encoded, having read all of it.

    Raises:
        StatementError: It is too large, has too long a line, or is no text
            of the encoding that its mark or the user names.
    """
    size = source.seek(0, io.SEEK_END)
    if size > limits.bytes:
        raise StatementError(
            "too_large",
            f"The file has {size:,} bytes; at most {limits.bytes:,} are read.",
            "Export a shorter period.",
        )
    source.seek(0)
    head = source.read(limits.head)
    sure = answer or mark_of(head) or _by_zeros(head)
    if sure is None:
        return _undeclared(source, fallback)
    known = _codec(sure)
    if _decodes(source, known):
        evidence = "said by the user" if answer else "marked in the file"
        return Encoding(known, evidence)
    if known in UTF8:
        return Encoding(known, "damaged in places", "surrogateescape")
    raise StatementError(
        "undecodable",
        f"The file is not {known} throughout.",
        "Export it again, or save it as UTF-8.",
    )


def _codec(name: str) -> str:
    if not trusted(name):
        raise StatementError(
            "undecodable",
            f"There is no encoding {name[:40]!r}.",
            "Try utf-8, cp1252 or iso-8859-15.",
        )
    return name.strip().casefold()


def _undeclared(source: BinaryIO, fallback: str) -> Encoding:
    if _decodes(source, "utf-8"):
        return Encoding("utf-8", "all of it is valid UTF-8")
    if _mostly_utf8(source):
        return Encoding("utf-8", "damaged in places", "surrogateescape")
    for codec in ("cp1252", fallback, "iso-8859-1"):
        if _decodes(source, codec):
            return Encoding(codec, f"no valid UTF-8, but valid {codec}")
    raise StatementError("undecodable", "The file is no text.")


def _texts(source: BinaryIO, codec: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors)
    source.seek(0)
    while chunk := source.read(CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _decodes(source: BinaryIO, codec: str) -> bool:
    length = 0
    try:
        for text in _texts(source, codec, "strict"):
            length = _longest(text, length)
    except (UnicodeError, LookupError):
        return False
    return True


def _longest(text: str, length: int) -> int:
    """Return the length of the unfinished line, unless one is too long."""
    last = max(text.rfind("\n"), text.rfind("\r"))
    if last < 0:
        length += len(text)
    else:
        length = len(text) - last - 1
    if length > LINE:
        raise StatementError(
            "malformed", f"A line is longer than {LINE:,} characters."
        )
    return length


def _mostly_utf8(source: BinaryIO) -> bool:
    damaged = foreign = length = 0
    for text in _texts(source, "utf-8", "surrogateescape"):
        length = _longest(text, length)
        damaged += len(DAMAGED.findall(text))
        foreign += len(FOREIGN.findall(text))
    return foreign > damaged


def head_text(head: bytes) -> str:
    """Return the beginning of a file as text, however it is encoded."""
    codec = mark_of(head) or _by_zeros(head)
    for one in (codec, "utf-8"):
        if one is not None:
            try:
                return text_as(head, Encoding(one, ""))
            except UnicodeError:
                continue
    text = text_as(head, Encoding("utf-8", "", "surrogateescape"))
    if len(FOREIGN.findall(text)) > len(DAMAGED.findall(text)):
        return text
    try:
        return head.decode("cp1252")
    except UnicodeError:
        return head.decode("iso-8859-1")


def text_as(head: bytes, encoding: Encoding) -> str:
    """Return the beginning of a file as text, perhaps without its end."""
    decoder = codecs.getincrementaldecoder(encoding.codec)(encoding.errors)
    return decoder.decode(head)


@contextmanager
def opened(source: BinaryIO, encoding: Encoding) -> Iterator[io.TextIOWrapper]:
    """Read *source* as text from its beginning, and leave it open."""
    source.seek(0)
    text = io.TextIOWrapper(
        source, encoding.codec, encoding.errors, newline=""
    )
    try:
        yield text
    finally:
        text.detach()
