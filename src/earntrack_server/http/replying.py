"""Replying: things as JSON, with their version, place and next page."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web
from attrs import evolve, frozen
from multidict import CIMultiDict
from yarl import URL

from earntrack_core.kernel.paging import Page
from earntrack_core.wire import Wire, loads
from earntrack_server.http.problems import MEDIA_TYPE as PROBLEM
from earntrack_server.http.problems import Problem
from earntrack_server.http.route import Answer, Route
from earntrack_server.http.text import json_bytes


JSON: Final = "application/json"
REPLAYED: Final = "Idempotent-Replayed"

Headers = tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class Rendered:
    """An answer as it goes out."""

    status: HTTPStatus
    body: bytes | None = None
    media_type: str = JSON
    headers: Headers = ()

    def response(self) -> web.Response:
        """Return the answer as aiohttp sends it."""
        headers = CIMultiDict(self.headers)
        if self.body is not None:
            headers[hdrs.CONTENT_TYPE] = self.media_type
        return web.Response(
            status=self.status, body=self.body, headers=headers
        )


def render(wire: Wire, route: Route, url: URL, result: object) -> Rendered:
    """Return what a handler said as an answer to the request for *url*."""
    answer = result if isinstance(result, Answer) else Answer(value=result)
    status = answer.status or route.status
    if answer.content is not None:
        return Rendered(
            status=status,
            body=answer.content,
            media_type=answer.media_type,
            headers=answer.headers,
        )
    if answer.value is None and route.reply is None:
        return Rendered(status=_empty(status), headers=answer.headers)
    tree = wire.write(answer.value)
    return Rendered(
        status=status,
        body=json_bytes(tree),
        headers=(
            *answer.headers,
            *_links(answer.value, url),
            *_marks(route, url, status, tree),
        ),
    )


def _empty(status: HTTPStatus) -> HTTPStatus:
    return HTTPStatus.NO_CONTENT if status is HTTPStatus.OK else status


def _links(value: object, url: URL) -> Headers:
    if not isinstance(value, Page) or value.next is None:
        return ()
    there = url.update_query(cursor=value.next)
    return ((hdrs.LINK, f'<{there}>; rel="next"'),)


def _marks(route: Route, url: URL, status: HTTPStatus, tree: Any) -> Headers:
    if not isinstance(tree, Mapping):
        return ()
    marks = []
    if route.etag and "version" in tree:
        marks.append((hdrs.ETAG, f'"{tree["version"]}"'))
    if status is HTTPStatus.CREATED and "id" in tree:
        marks.append((hdrs.LOCATION, f"{url.path}/{tree['id']}"))
    return tuple(marks)


def replay(
    route: Route, url: URL, status: HTTPStatus, body: bytes
) -> Rendered:
    """Return an answer that was given before, once more."""
    refused = status >= HTTPStatus.BAD_REQUEST
    tree = loads(body) if body and not refused else None
    marks = _marks(route, url, status, tree)
    return Rendered(
        status=status,
        body=body or None,
        media_type=PROBLEM if refused else JSON,
        headers=(*marks, (REPLAYED, "true")),
    )


def render_problem(problem: Problem, request_id: str) -> Rendered:
    """Return a problem as an answer."""
    return Rendered(
        status=problem.status,
        body=problem.body(request_id),
        media_type=PROBLEM,
        headers=tuple(problem.headers.items()),
    )


def unchanged(request: web.Request, rendered: Rendered) -> Rendered:
    """Return 304 instead, if the asker has this version already."""
    tags = request.if_none_match or ()
    mark = dict(rendered.headers).get(hdrs.ETAG)
    if mark is None or request.method not in {"GET", "HEAD"}:
        return rendered
    known = {f'"{tag.value}"' for tag in tags}
    if mark not in known and '"*"' not in known:
        return rendered
    return evolve(rendered, status=HTTPStatus.NOT_MODIFIED, body=None)
