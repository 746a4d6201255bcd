"""Assets: the files of a page, sent once and then kept by browsers.

All stand under one folder whose name tells their content, so that they may
be kept for ever, and so that modules find each other by relative paths.
"""

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from attrs import frozen

from earntrack_server.http.route import ANYBODY, Route


HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
VENDOR: Final = HERE / "vendor"
PATH: Final = "/static"
SPRITE: Final = "icons.svg"
FAVICON: Final = "logo.svg"

KINDS: Final[Mapping[str, str]] = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
SHIPPED: Final[Mapping[str, str]] = {
    "htmx.js": "htmx/dist/htmx.min.js",
    "hx-csp.js": "htmx/dist/ext/hx-csp.min.js",
    "inter.woff2": "inter/files/inter-latin-wght-normal.woff2",
    "inter-ext.woff2": "inter/files/inter-latin-ext-wght-normal.woff2",
}
"""Files of others, by the names that pages use."""

FOREVER: Final = "public, max-age=31536000, immutable"
LEAST: Final = 1024
"""Smaller files gain nothing by packing."""

SHAPES: Final = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@frozen
class Asset:
    """A file, and the same packed."""

    content: bytes
    kind: str
    packed: bytes | None

    def response(self, *, packed: bool, keep: str) -> web.Response:
        """Return it as an answer."""
        body = self.content
        headers = {hdrs.CONTENT_TYPE: self.kind, hdrs.CACHE_CONTROL: keep}
        if self.packed is not None:
            headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
            if packed:
                body = self.packed
                headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=body, headers=headers)


@frozen
class Assets:
    """All files of the pages, in memory."""

    files: Mapping[str, Asset]
    version: str

    def url(self, name: str) -> str:
        """Return where a file is.

        Raises:
            KeyError: There is none of that name.
        """
        if name not in self.files:
            raise KeyError(name)
        return f"{PATH}/{self.version}/{name}"

    async def answer(self, request: web.Request) -> web.Response:
        """Send a file; whatever version is asked for, it is this one."""
        asset = self.files.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        current = request.match_info["version"] == self.version
        return asset.response(
            packed=_takes_gzip(request),
            keep=FOREVER if current else "no-store",
        )

    async def favicon(self, request: web.Request) -> web.Response:
        """Send the picture of pages that name none."""
        asset = self.files[FAVICON]
        return asset.response(
            packed=_takes_gzip(request), keep="max-age=86400"
        )

    def serve(self, app: web.Application) -> None:
        """Serve all of them."""
        app.router.add_get(PATH + "/{version}/{name:[\\w./-]+}", self.answer)

    def routes(self) -> list[Route]:
        """Return the doors with names of their own."""
        return [
            Route(
                method="GET",
                path="/favicon.ico",
                id="page_favicon",
                summary="Return the picture",
                policy=ANYBODY,
                raw=self.favicon,
                documented=False,
            )
        ]


def _takes_gzip(request: web.Request) -> bool:
    return "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")


def load_assets() -> Assets:
    """Read all files."""
    files = {name: _asset(name, content) for name, content in _contents()}
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name].content)
    return Assets(files, digest.hexdigest()[:16])


def _contents() -> Iterator[tuple[str, bytes]]:
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            yield path.relative_to(STATIC).as_posix(), path.read_bytes()
    for name, source in SHIPPED.items():
        yield name, (VENDOR / source).read_bytes()
    yield SPRITE, sprite().encode()


def _asset(name: str, content: bytes) -> Asset:
    kind = KINDS[Path(name).suffix]
    packed = None
    if kind != "font/woff2" and len(content) >= LEAST:
        packed = gzip.compress(content, mtime=0)
    text = kind.startswith("text/")
    return Asset(content, f"{kind}; charset=utf-8" if text else kind, packed)


def icons() -> list[Path]:
    """Return the pictures that stand beside words."""
    return sorted((VENDOR / "lucide" / "icons").glob("*.svg"))


def sprite() -> str:
    """Return all icons in one file, each by its name."""
    symbols = "".join(
        f'<symbol id="{path.stem}" viewBox="0 0 24 24">{_shapes(path)}'
        "</symbol>"
        for path in icons()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


def _shapes(path: Path) -> str:
    found = SHAPES.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path.name} is no picture")
    return " ".join(found[1].split())
