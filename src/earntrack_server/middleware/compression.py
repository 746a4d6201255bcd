"""Compression: gzip for what is large enough and not packed already."""

from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from earntrack_server.middleware.cors import vary


LEAST: Final = 1024
"""Smaller answers gain nothing, and tell more by their length."""

PACKABLE: Final = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "application/problem+json",
        "application/xml",
        "image/svg+xml",
    }
)


def _is_packable(response: web.StreamResponse) -> bool:
    """Say whether packing is allowed, and of any use.

    A strong `ETag` names these very bytes, and cookies are secrets whose
    neighbourhood should not show in the length.
    """
    headers = response.headers
    refused = {hdrs.CONTENT_ENCODING, hdrs.ETAG, hdrs.SET_COOKIE}
    kind = response.content_type
    return (
        isinstance(response, web.Response)
        and not refused & headers.keys()
        and not response.cookies
        and (kind.startswith("text/") or kind in PACKABLE)
    )


@web.middleware
async def compression(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Pack an answer, if the asker can unpack it."""
    response = await handler(request)
    if response.prepared or not _is_packable(response):
        return response
    vary(response, hdrs.ACCEPT_ENCODING)
    if (response.content_length or 0) >= LEAST and _takes_gzip(request):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _takes_gzip(request: web.Request) -> bool:
    accepted = request.headers.get(hdrs.ACCEPT_ENCODING, "").lower()
    for part in accepted.split(","):
        coding, _, quality = part.strip().partition(";")
        if coding.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00"}
    return False
