"""The site: what all pages share, and how a request becomes a page."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web
from attrs import frozen

from earntrack_core.identity.model import Credentials, Profile
from earntrack_server.http.cookies import SessionCookie
from earntrack_server.http.docs import PAGE as DOCS
from earntrack_server.http.keys import WORKERS
from earntrack_server.http.route import ANYBODY, Policy, Route
from earntrack_server.web.assets import Assets
from earntrack_server.web.rendering import (
    Moved,
    Shown,
    Templates,
    Told,
    page,
    redirect,
)
from earntrack_server.web.visits import Visit, read_form, visit_of


Show = Callable[["Site", Visit], Told]
"""Answers a visit, on a worker thread."""

HOME: Final = "/"
SIGN_IN: Final = "/sign-in"
IMPORTS: Final = "/imports"


@frozen(kw_only=True)
class Site:
    """What all pages share."""

    templates: Templates
    assets: Assets
    cookie: SessionCookie
    release: str
    demo: Credentials | None = None
    """Whom everybody is signed in as; None outside of a demo."""

    def shown(self, visit: Visit, told: Told) -> web.Response:
        """Return what a page said as an answer."""
        if isinstance(told, Moved):
            return redirect(told)
        profile = None
        if visit.actor is not None:
            profile = visit.et.identity.profiles.me(visit.actor)
        return self.bare(visit, told, profile)

    def bare(
        self, visit: Visit, shown: Shown, profile: Profile | None = None
    ) -> web.Response:
        """Return a page as an answer, without asking who it is for."""
        common = self._common(visit, profile)
        return page(self.templates.render(visit, shown, common), shown)

    def _is_demo(self, profile: Profile | None) -> bool:
        """Say whether somebody looks at the freelancer of the demo."""
        if self.demo is None or profile is None:
            return False
        return profile.email == self.demo.email

    def _common(
        self, visit: Visit, profile: Profile | None
    ) -> Mapping[str, Any]:
        return {
            "profile": profile,
            "release": self.release,
            "is_demo": self.demo is not None,
            "in_demo": self._is_demo(profile),
            "registration": visit.et.parts.policy.registration,
            "places": {
                "home": HOME,
                "imports": IMPORTS,
                "sign_in": SIGN_IN,
                "docs": DOCS,
            },
        }


@frozen
class PageDoor:
    """The door of a page."""

    site: Site
    show: Show

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a request on a worker thread."""
        form = await read_form(request)
        visit = visit_of(request, self.site.cookie.name, form)
        return await request.config_dict[WORKERS].run(self._answer, visit)

    def _answer(self, visit: Visit) -> web.Response:
        return self.site.shown(visit, self.show(self.site, visit))


def page_route(
    site: Site,
    method: str,
    path: str,
    show: Show,
    *,
    policy: Policy = ANYBODY,
    limit: str = "api",
) -> Route:
    """Return the route of a page."""
    words = re.sub("[{}]", "", path).replace("/", "_").replace("-", "_")
    return Route(
        method=method,
        path=path,
        id=f"page_{method.lower()}{words.rstrip('_') or '_home'}",
        summary="Show a page",
        policy=policy,
        raw=PageDoor(site, show).answer,
        limit=limit,
        documented=False,
        idempotent=False,
    )
