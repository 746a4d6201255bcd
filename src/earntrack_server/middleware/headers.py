"""Headers that keep browsers from doing what they should not."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from attrs import frozen

from earntrack_server.http.keys import NONCE


ALWAYS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS: Final = "max-age=63072000; includeSubDomains"
CSP: Final = "Content-Security-Policy"

LOCKED: Final = "default-src 'none'; frame-ancestors 'none'"
"""For everything that is no page: if a browser shows it, it does nothing."""

DIRECTIVES: Final = (
    "default-src 'none'",
    "script-src 'nonce-{nonce}'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types htmx",
)
PAGE: Final = "; ".join(DIRECTIVES)
NONCE_BYTES: Final = 16
HTML: Final = "text/html"

OnPrepare = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


@web.middleware
async def nonces(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give each request a nonce, for the scripts of its page."""
    request[NONCE] = secrets.token_urlsafe(NONCE_BYTES)
    return await handler(request)


@frozen
class Guard:
    """Sets the headers; what a handler has set itself stays."""

    https: bool

    async def mark(
        self, request: web.Request, response: web.StreamResponse
    ) -> None:
        """Set them on an answer that is about to leave."""
        headers = response.headers
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        if self.https:
            headers.setdefault("Strict-Transport-Security", HSTS)
        headers.setdefault(CSP, self._policy(request, response))
        if hdrs.CACHE_CONTROL not in headers:
            headers[hdrs.CACHE_CONTROL] = "private, no-cache"

    def _policy(
        self, request: web.Request, response: web.StreamResponse
    ) -> str:
        nonce = request.get(NONCE)
        if response.content_type != HTML or nonce is None:
            return LOCKED
        return PAGE.format(nonce=nonce)
