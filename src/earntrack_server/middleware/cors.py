"""CORS: which other sites' scripts may use the API."""

from collections.abc import Collection
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware


METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
HEADERS: Final = (
    "Authorization, Content-Type, Idempotency-Key, If-Match,"
    " If-None-Match, X-Request-ID"
)
EXPOSED: Final = (
    "ETag, Idempotent-Replayed, Link, Location, RateLimit-Limit,"
    " RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID"
)
KEEP: Final = "7200"
"""Seconds for which a browser may remember what is allowed."""

API: Final = "/api/"


def is_preflight(request: web.Request) -> bool:
    """Say whether a browser asks if it may ask."""
    return (
        request.method == hdrs.METH_OPTIONS
        and hdrs.ORIGIN in request.headers
        and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
    )


def vary(response: web.StreamResponse, name: str) -> None:
    """Say that an answer depends on a header of the request."""
    names = response.headers.get(hdrs.VARY, "")
    known = {one.strip().lower() for one in names.split(",")}
    if name.lower() not in known:
        response.headers[hdrs.VARY] = f"{names}, {name}" if names else name


def cors(origins: Collection[str]) -> Middleware:
    """Return the middleware that lets the scripts of *origins* in."""
    allowed = frozenset(origins)

    @web.middleware
    async def middleware(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if not request.path.startswith(API):
            return await handler(request)
        origin = request.headers.get(hdrs.ORIGIN, "")
        if is_preflight(request):
            response: web.StreamResponse = web.Response(status=204)
            if origin in allowed:
                _answer_preflight(response)
        else:
            response = await handler(request)
        vary(response, hdrs.ORIGIN)
        if origin in allowed:
            _allow(response, origin)
        return response

    return middleware


def _allow(response: web.StreamResponse, origin: str) -> None:
    headers = response.headers
    headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
    headers[hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS] = "true"
    headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def _answer_preflight(response: web.StreamResponse) -> None:
    headers = response.headers
    headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = METHODS
    headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = HEADERS
    headers[hdrs.ACCESS_CONTROL_MAX_AGE] = KEEP
