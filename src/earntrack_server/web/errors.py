"""Error pages: what people see when something is not there, or broke."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from aiohttp import hdrs, web
from attrs import frozen

from earntrack_server.http.keys import WORKERS
from earntrack_server.http.problems import Problem
from earntrack_server.http.route import SAFE
from earntrack_server.web.rendering import Moved, Shown, redirect
from earntrack_server.web.site import SIGN_IN, Site
from earntrack_server.web.speech import Speech
from earntrack_server.web.visits import FRAGMENT, Visit, visit_of


HIDDEN: Final = frozenset({"WWW-Authenticate"})
"""Headers that would make a browser open a window of its own."""


def titles(speech: Speech) -> Mapping[int, str]:
    """Return what the errors that people meet are called."""
    say = speech.say
    return {
        HTTPStatus.FORBIDDEN: say("You may not do this"),
        HTTPStatus.NOT_FOUND: say("There is nothing here"),
        HTTPStatus.METHOD_NOT_ALLOWED: say("That cannot be done here"),
        HTTPStatus.CONFLICT: say("This has changed in the meantime"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: say("That is too large"),
        HTTPStatus.UNPROCESSABLE_ENTITY: say("Something in it is wrong"),
        HTTPStatus.TOO_MANY_REQUESTS: say("That was a little too often"),
        HTTPStatus.INTERNAL_SERVER_ERROR: say("Something broke on our side"),
        HTTPStatus.SERVICE_UNAVAILABLE: say("We are not quite there"),
    }


@frozen
class ErrorPages:
    """Shows problems to people."""

    site: Site

    async def show(
        self, request: web.Request, problem: Problem
    ) -> web.Response:
        """Return a page for a problem; who is not signed in may do that."""
        if problem.status is HTTPStatus.UNAUTHORIZED:
            return _to_sign_in(request)
        visit = visit_of(request, self.site.cookie.name, {})
        if problem.status is HTTPStatus.SERVICE_UNAVAILABLE:
            return self._page(visit, problem)
        return await request.config_dict[WORKERS].run(
            self._page, visit, problem
        )

    def _page(self, visit: Visit, problem: Problem) -> web.Response:
        say = visit.speech.say
        title = titles(visit.speech).get(problem.status)
        shown = Shown(
            template="error.html",
            values={
                "title": title or say("This did not work"),
                "problem": problem,
            },
            status=problem.status,
            headers=tuple(
                (name, value)
                for name, value in problem.headers.items()
                if name not in HIDDEN
            ),
        )
        return self.site.bare(visit, shown)


def _to_sign_in(request: web.Request) -> web.Response:
    """Return the way to the page that was wanted, by signing in.

    A script follows the way with the whole page, not with a part of it.
    """
    part = FRAGMENT in request.headers
    wanted = request.path_qs
    if part or request.method not in SAFE:
        wanted = _page_before(request)
    to = f"{SIGN_IN}?next={quote(wanted, safe='')}"
    if part:
        return web.Response(headers={"HX-Redirect": to})
    return redirect(Moved(to=to))


def _page_before(request: web.Request) -> str:
    before = request.headers.get(hdrs.REFERER, "")
    origin = f"{request.scheme}://{request.host}"
    return before.removeprefix(origin) if before.startswith(origin) else "/"
