"""Uploads that are packed: .zip, .gz and .xlsx, opened one level deep."""

import gzip
from collections.abc import Iterator
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, Final, cast

from earntrack_adapters.statements.safe_xml import Readable
from earntrack_adapters.statements.xlsx import csv_chunks, is_workbook
from earntrack_adapters.statements.zips import (
    MAGIC,
    RATIO,
    Counted,
    bad_archive,
    checked_zip,
    opened,
)
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


GZIP: Final = b"\x1f\x8b"
OLE: Final = b"\xd0\xcf\x11\xe0"
"""How workbooks of before 2007 begin."""

OPEN_DOCUMENT: Final = frozenset({"mimetype", "content.xml"})
PACKED: Final = (MAGIC, GZIP)
CHUNK: Final = 65_536
IN_MEMORY: Final = 4 << 20
"""Bytes of a member from which on it waits on disk."""

Members = Iterator[tuple[str, BinaryIO]]


def unpacked(
    source: BinaryIO, name: str, limits: Limits | None = None
) -> Members:
    """Yield the files of an upload, with their names; mostly it is itself.

    A member is closed when the next one is asked for.

    Raises:
        StatementError: The archive is not safe, or the workbook too old.
    """
    bounds = Limits() if limits is None else limits
    source.seek(0)
    start = source.read(len(OLE))
    source.seek(0)
    if start == OLE:
        raise StatementError(
            "unsupported_version",
            "This is a workbook of Excel 2003 or older.",
            "Save it as .xlsx or .csv.",
        )
    if start == MAGIC:
        yield from _zipped(source, name, bounds)
    elif start.startswith(GZIP):
        yield from _gzipped(source, name, bounds)
    else:
        yield name, source


def _zipped(source: BinaryIO, name: str, limits: Limits) -> Members:
    with checked_zip(source, limits) as archive:
        if set(archive.namelist()) >= OPEN_DOCUMENT:
            raise StatementError(
                "unsupported_version",
                "This is a file of OpenDocument.",
                "Save it as .xlsx or .csv.",
            )
        if is_workbook(archive):
            yield from _spooled(name, csv_chunks(archive, limits))
            return
        left = limits.bytes
        for entry in archive.infolist():
            if entry.is_dir() or _is_clutter(entry.filename):
                continue
            packed = opened(archive, entry, left)
            member = PurePosixPath(entry.filename).name
            yield from _spooled(member, _chunks(packed))
            left -= packed.size


def _gzipped(source: BinaryIO, name: str, limits: Limits) -> Members:
    size = source.seek(0, 2)
    source.seek(0)
    most = min(limits.bytes, size * RATIO)
    with gzip.GzipFile(fileobj=source) as stream:
        packed = Counted(cast("IO[bytes]", stream), most)
        yield from _spooled(name.removesuffix(".gz"), _chunks(packed))


def _is_clutter(name: str) -> bool:
    """Recognise what operating systems leave in archives."""
    path = PurePosixPath(name)
    return path.name.startswith(".") or "__MACOSX" in path.parts


def _chunks(packed: Readable) -> Iterator[bytes]:
    """Yield what is unpacked, unless it is an archive again."""
    first = packed.read(CHUNK)
    if first.startswith(PACKED):
        raise bad_archive("there is an archive in the archive")
    yield first
    while chunk := packed.read(CHUNK):
        yield chunk


def _spooled(name: str, chunks: Iterator[bytes]) -> Members:
    """Keep what comes, so that it can be read from anywhere, often."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        for chunk in chunks:
            file.write(chunk)
        file.seek(0)
        yield name, cast("BinaryIO", file)
