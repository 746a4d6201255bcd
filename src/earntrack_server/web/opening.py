"""Opening: the site of an application, and its doors."""

from earntrack_core.identity.model import Credentials
from earntrack_server.http.cookies import SessionCookie
from earntrack_server.http.route import Route
from earntrack_server.web.assets import load_assets
from earntrack_server.web.pages import (
    home,
    imports,
    sign_in,
    sign_up,
    tickets,
    uploading,
)
from earntrack_server.web.rendering import Templates
from earntrack_server.web.site import Site


def make_site(
    cookie: str, release: str, demo: Credentials | None = None
) -> Site:
    """Return the site; in a demo, everybody is signed in as *demo*."""
    assets = load_assets()
    return Site(
        templates=Templates(assets),
        assets=assets,
        cookie=SessionCookie(cookie),
        release=release,
        demo=demo,
    )


def site_routes(site: Site) -> list[Route]:
    """Return the doors of all pages."""
    return [
        *home.routes(site),
        *sign_in.routes(site),
        *sign_up.routes(site),
        *tickets.routes(site),
        *uploading.routes(site),
        *imports.routes(site),
        *site.assets.routes(),
    ]
