"""Origins: whether a browser sends a request from a page of ours."""

from collections.abc import Collection
from typing import Final

from aiohttp import hdrs, web
from yarl import URL

from earntrack_core.kernel.errors import ForbiddenError


SITE: Final = "Sec-Fetch-Site"
OURS: Final = frozenset({"same-origin", "none"})


def _is_own(request: web.Request, origin: str, own: str) -> bool:
    if origin == own:
        return True
    try:
        return URL(origin).authority == request.host != ""
    except ValueError:
        return False


def check_origin(
    request: web.Request, own: str, others: Collection[str] = ()
) -> None:
    """Refuse a request that a page of a stranger's site has sent.

    Programs send neither header, and are no danger: they have no cookie
    that is not theirs.

    Raises:
        ForbiddenError: It comes from elsewhere.
    """
    origin = request.headers.get(hdrs.ORIGIN)
    site = request.headers.get(SITE)
    if origin is not None:
        ours = origin in others or _is_own(request, origin, own)
    else:
        ours = site is None or site in OURS
    if not ours:
        raise ForbiddenError("This came from another site.")
