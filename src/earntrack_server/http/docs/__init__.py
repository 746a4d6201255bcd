"""The pages that describe the API: the document, and Swagger UI over it."""

import hashlib
from pathlib import Path
from typing import Final

from aiohttp import ETag, hdrs, web
from attrs import frozen

from earntrack_server.http.route import ANYBODY, Route


DOCUMENT: Final = "/api/openapi.json"
PAGE: Final = "/api/docs"
HERE: Final = Path(__file__).parent
UI: Final = HERE.parent / "vendor" / "swagger-ui"

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KINDS: Final = {".html": "text/html", ".js": "text/javascript"}


@frozen
class File:
    """A file of ours, small enough to keep."""

    name: str

    async def answer(self, _: web.Request) -> web.Response:
        """Send it."""
        path = HERE / self.name
        return web.Response(
            text=path.read_text(encoding="utf-8"),
            content_type=KINDS[path.suffix],
            headers={"Content-Security-Policy": POLICY},
        )


@frozen
class Document:
    """The OpenAPI document, made once."""

    content: bytes

    async def answer(self, request: web.Request) -> web.Response:
        """Send it, unless it is known already."""
        tag = ETag(hashlib.sha256(self.content).hexdigest()[:32])
        if tag in (request.if_none_match or ()):
            response = web.Response(status=304)
        else:
            response = web.Response(
                body=self.content,
                headers={hdrs.CONTENT_TYPE: "application/json"},
            )
        response.etag = tag
        return response


def docs_routes(content: bytes) -> tuple[Route, ...]:
    """Return the doors of the document and its page."""
    doors = {
        ("openapi", DOCUMENT): Document(content).answer,
        ("docs", PAGE): File("index.html").answer,
        ("docsStart", f"{PAGE}/start.js"): File("start.js").answer,
    }
    return tuple(
        Route(
            method="GET",
            path=path,
            id=name,
            summary="Describe the API",
            policy=ANYBODY,
            raw=answer,
            documented=False,
        )
        for (name, path), answer in doors.items()
    )


def serve_ui(app: web.Application) -> None:
    """Serve what Swagger UI is made of."""
    app.router.add_static(f"{PAGE}/ui", UI)
