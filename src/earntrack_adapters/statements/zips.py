"""Zip files, checked before anything is unpacked.

What a zip says about itself is read first and held against bounds; what
comes out is counted all the same.
"""

import re
import stat
import struct
import zlib
from pathlib import PurePosixPath
from typing import IO, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from attrs import define

from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


MAGIC: Final = b"PK\x03\x04"
ENTRIES: Final = 1_000
RATIO: Final = 100
DIRECTORY: Final = 1 << 20
"""Bytes of the list of entries."""

NAME: Final = 512
FOREIGN: Final = re.compile(r"^[A-Za-z]:|[\\\0]")
"""Paths of another system, or names with an end within."""

END: Final = struct.Struct("<4s4H2LH")
"""Signature, four counts, size and place of the list, length of a comment."""

END_MAGIC: Final = b"PK\x05\x06"
ZIP64_MAGIC: Final = b"PK\x06\x07"
ZIP64: Final = 20
COMMENT: Final = 1 << 16
ENCRYPTED: Final = 0x1
METHODS: Final = frozenset({ZIP_STORED, ZIP_DEFLATED})
BROKEN: Final = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the standard library raises for archives that are broken."""


def bad_archive(problem: str) -> StatementError:
    """Return the refusal of an archive."""
    return StatementError(
        "bad_archive",
        f"The archive is refused: {problem}.",
        "Unpack it yourself and import the files in it.",
    )


@define
class Counted:
    """A packed stream that stops where its bounds are passed."""

    stream: IO[bytes]
    most: int
    size: int = 0

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes; none at the end.

        Raises:
            StatementError: The stream is broken, or larger than allowed.
        """
        try:
            chunk = self.stream.read(size)
        except BROKEN as error:
            raise bad_archive("it is damaged") from error
        self.size += len(chunk)
        if self.size > self.most:
            raise bad_archive(f"it unpacks to more than {self.most:,} bytes")
        return chunk


def checked_zip(source: BinaryIO, limits: Limits) -> ZipFile:
    """Open a zip, all of whose entries are safe to unpack.

    Raises:
        StatementError: It is broken, a bomb, encrypted, or names a path
            outside of it.
    """
    _check_end(source)
    try:
        archive = ZipFile(source)
    except BROKEN as error:
        raise bad_archive("it is damaged") from error
    entries = archive.infolist()
    if len(entries) > ENTRIES:
        raise bad_archive(f"it has more than {ENTRIES:,} entries")
    if len({entry.filename for entry in entries}) < len(entries):
        raise bad_archive("two entries have one name")
    for entry in entries:
        _check_entry(entry)
    if sum(entry.file_size for entry in entries) > limits.bytes:
        raise bad_archive(f"it unpacks to more than {limits.bytes:,} bytes")
    return archive


def _check_end(source: BinaryIO) -> None:
    """Look at the size of the list of entries before it is read."""
    size = source.seek(0, 2)
    source.seek(max(size - COMMENT - END.size - ZIP64, 0))
    tail = source.read(COMMENT + END.size + ZIP64)
    at = len(tail) - END.size
    if at < 0 or tail[at : at + 4] != END_MAGIC or tail[-2:] != b"\0\0":
        at = tail.rfind(END_MAGIC)
    if at < 0 or len(tail) - at < END.size:
        raise bad_archive("it is damaged")
    if tail[max(at - ZIP64, 0) : at].startswith(ZIP64_MAGIC):
        raise bad_archive("it is of the kind for enormous files")
    listed = END.unpack_from(tail, at)[5]
    if listed > DIRECTORY:
        raise bad_archive(f"it has more than {ENTRIES:,} entries")


def _check_entry(entry: ZipInfo) -> None:
    path = PurePosixPath(entry.filename)
    outside = path.is_absolute() or ".." in path.parts
    if outside or FOREIGN.search(entry.orig_filename):
        raise bad_archive("an entry has a path outside of it")
    if not 0 < len(entry.filename) <= NAME:
        raise bad_archive("an entry has no name, or an endless one")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise bad_archive("an entry is a link")
    if entry.flag_bits & ENCRYPTED:
        raise bad_archive("it is encrypted")
    if entry.compress_type not in METHODS:
        raise bad_archive("it is packed in an unusual way")
    if entry.file_size > RATIO * max(entry.compress_size, 1):
        raise bad_archive(f"an entry unpacks to {RATIO} times its size")


def opened(archive: ZipFile, entry: ZipInfo, most: int) -> Counted:
    """Open an entry of a checked zip.

    Raises:
        StatementError: It is broken.
    """
    try:
        return Counted(archive.open(entry), most)
    except BROKEN as error:
        raise bad_archive("it is damaged") from error
