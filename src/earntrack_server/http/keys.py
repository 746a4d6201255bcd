"""The keys under which applications and requests keep what all share."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol
from uuid import UUID

from aiohttp import web

from earntrack_core.kernel.actor import Actor
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.storage import Reply
from earntrack_core.wire import Wire
from earntrack_server.http.route import Route
from earntrack_server.http.running import Workers


class ReplyUnit(Protocol):
    """The part of a unit of work that remembers answers."""

    def remember(self, reply: Reply) -> None:
        """Store the answer to a request in this very transaction.

        Raises:
            DuplicateError: (kind `reply`, at the latest at the commit) the
                key was used before; then nothing of the unit is stored.
        """
        ...

    def recall(self, key: str) -> Reply | None:
        """Return the stored answer to a request."""
        ...


Together = Callable[[Actor], AbstractContextManager[ReplyUnit]]
"""Opens a unit in which all use cases of the actor commit together."""

EARNTRACK: Final[web.AppKey[Any]] = web.AppKey("earntrack")
TOGETHER: Final[web.AppKey[Together]] = web.AppKey("together")
WIRE: Final = web.AppKey("wire", Wire)
WORKERS: Final = web.AppKey("workers", Workers)
CLOCK: Final[web.AppKey[Clock]] = web.AppKey("clock")
ROUTES: Final[web.AppKey[dict[Any, Route]]] = web.AppKey("routes")
"""The routes by the handlers that aiohttp knows."""

ACTOR: Final = web.RequestKey("actor", Actor)
SESSION_ID: Final = web.RequestKey("session_id", UUID)
REQUEST_ID: Final = web.RequestKey("request_id", str)
ADDRESS: Final = web.RequestKey("address", str)
NONCE: Final = web.RequestKey("nonce", str)


def route_of(request: web.Request) -> Route | None:
    """Return the route that a request has found, if it is one of ours."""
    routes: dict[Any, Route] | None = request.app.get(ROUTES)
    if routes is None:
        return None
    return routes.get(request.match_info.handler)


def template_of(request: web.Request) -> str:
    """Return the path of a request with its parameters by name."""
    resource = request.match_info.route.resource
    return "unknown" if resource is None else resource.canonical
