"""Errors: everything that is raised becomes a problem document, or a page."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from earntrack_core.kernel.errors import EarnTrackError, UnavailableError
from earntrack_server.http.keys import CLOCK, REQUEST_ID, template_of
from earntrack_server.http.problems import Problem, internal, problem_of
from earntrack_server.http.replying import render_problem


log = structlog.get_logger(__name__)

ErrorPage = Callable[[web.Request, Problem], Awaitable[web.Response]]
"""Shows a problem to a person."""

API: Final = "/api/"

CODES: Final[Mapping[int, str]] = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
}
"""What the problems are called that aiohttp finds by itself."""

DETAILS: Final[Mapping[int, str]] = {
    HTTPStatus.NOT_FOUND: "There is nothing here.",
    HTTPStatus.METHOD_NOT_ALLOWED: "That cannot be done here.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
}


def errors(page: ErrorPage | None = None) -> Middleware:
    """Return the middleware; *page* shows problems to people."""

    async def show(
        request: web.Request, problem: Problem
    ) -> web.StreamResponse:
        if page is not None and _for_people(request):
            return await page(request, problem)
        request_id = request.get(REQUEST_ID, "")
        return render_problem(problem, request_id).response()

    @web.middleware
    async def middleware(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except EarnTrackError as error:
            return await show(request, _told(request, error))
        except web.HTTPException as error:
            if error.status < HTTPStatus.BAD_REQUEST:
                raise
            return await show(request, _found(error))
        except Exception as error:  # noqa: BLE001 -- the last one to know
            _log(request, error)
            return await show(request, internal())

    return middleware


def _for_people(request: web.Request) -> bool:
    accepted = request.headers.get(hdrs.ACCEPT, "")
    return not request.path.startswith(API) and "text/html" in accepted


def _told(request: web.Request, error: EarnTrackError) -> Problem:
    problem = problem_of(error, request.app[CLOCK]())
    if isinstance(error, UnavailableError):
        log.warning("unavailable", problem=str(error), code=error.code)
    elif problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log(request, error)
    return problem


def _log(request: web.Request, error: Exception) -> None:
    log.error(
        "failed",
        exc_info=error,
        method=request.method,
        route=template_of(request),
    )


def _found(error: web.HTTPException) -> Problem:
    status = HTTPStatus(error.status)
    names = (hdrs.ALLOW, hdrs.RETRY_AFTER)
    return Problem(
        status=status,
        code=CODES.get(status, status.name.lower()),
        detail=DETAILS.get(status, f"{status.description or status.phrase}."),
        headers={
            name: error.headers[name]
            for name in names
            if name in error.headers
        },
    )
