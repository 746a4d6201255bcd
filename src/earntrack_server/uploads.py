"""Uploads: files of a form, on their way to disk, and the fields beside."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast
from urllib.parse import unquote

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from attrs import Factory, define

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.texts import printable
from earntrack_server.http.problems import MediaTypeError, TooLargeError


DAMAGED: Final = (ValueError, HttpProcessingError, web.RequestPayloadError)
CHUNK: Final = 1 << 16
IN_MEMORY: Final = 1 << 20
FIELDS: Final = 30
FIELD: Final = 100_000
NAME: Final = 255


@define
class Upload:
    """One file of a form, and the form's fields."""

    file: BinaryIO
    name: str = ""
    size: int = 0
    digest: str = ""
    fields: dict[str, str] = Factory(dict)


@asynccontextmanager
async def received(request: web.Request, most: int) -> AsyncIterator[Upload]:
    """Yield the one file of a form; it is gone afterwards.

    Raises:
        MediaTypeError: The request is no form with files.
        TooLargeError: The file is larger than *most* bytes.
        InvalidError: There is no file, or more than one.
    """
    if not request.content_type.startswith("multipart/form-data"):
        raise MediaTypeError("Send the file as multipart/form-data.")
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        upload = Upload(cast("BinaryIO", file))
        try:
            async for part in await request.multipart():
                await _take(upload, part, most)
        except DAMAGED as error:
            raise InvalidError("file", "the form is damaged") from error
        if not upload.digest:
            raise InvalidError("file", "is missing")
        file.seek(0)
        yield upload


async def _take(upload: Upload, part: object, most: int) -> None:
    if not isinstance(part, BodyPartReader):
        raise InvalidError("file", "must not be a form in a form")
    if part.filename is None:
        await _field(upload, part)
        return
    if upload.digest:
        raise InvalidError("file", "must be one; send the others apart")
    upload.name = _plain(part.filename)
    await _content(upload, part, most)


async def _field(upload: Upload, part: BodyPartReader) -> None:
    if len(upload.fields) >= FIELDS:
        raise InvalidError("form", f"has more than {FIELDS} fields")
    name = _readable(part.name or "")[:NAME]
    text = bytearray()
    while chunk := await part.read_chunk(CHUNK):
        text += chunk
        if len(text) > FIELD:
            raise InvalidError(name, "is too long")
    upload.fields[name] = text.decode(errors="strict")


async def _content(upload: Upload, part: BodyPartReader, most: int) -> None:
    digest = hashlib.sha256()
    while chunk := await part.read_chunk(CHUNK):
        upload.size += len(chunk)
        if upload.size > most:
            raise TooLargeError(f"The file is larger than {most:,} bytes.")
        digest.update(chunk)
        upload.file.write(chunk)
    upload.digest = digest.hexdigest()


def _plain(name: str) -> str:
    """Return a file's name without folders, cut to what is stored.

    Some clients write names in a form like those in URLs.
    """
    last = unquote(_readable(name)).replace("\\", "/").rpartition("/")[2]
    return printable(last, NAME) or "statement"


def _readable(text: str) -> str:
    """Return a text of a header with `?` for bytes that are no UTF-8."""
    return text.encode(errors="replace").decode()
