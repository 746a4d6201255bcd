"""An aiohttp application with the whole API of EarnTrack inside.

`make_app` is EarnTrack's own server: it is mounted under `/money`, with its
sign-in, its websocket and its documentation. Beside it, a page of the host
calls a use case; it does so on a thread, since EarnTrack is synchronous.
"""

import asyncio
from pathlib import Path

from aiohttp import hdrs, web

from earntrack_core import Actor, EarnTrack
from earntrack_core.kernel.errors import UnauthenticatedError
from earntrack_server.app import make_app
from earntrack_server.config import Settings
from earntrack_server.opening import open_served


EARNTRACK = web.AppKey("earntrack", EarnTrack)


async def net(request: web.Request) -> web.Response:
    """Return what is left on each platform of who asks."""
    found = await asyncio.to_thread(net_of, request.app[EARNTRACK], request)
    return web.json_response(found)


def net_of(et: EarnTrack, request: web.Request) -> list[str]:
    """Return it as lines; this runs on a thread."""
    return [str(one) for one in et.net_by_platform(actor_of(et, request))]


def actor_of(et: EarnTrack, request: web.Request) -> Actor:
    """Return who has the access token of a request."""
    token = request.headers.get(hdrs.AUTHORIZATION, "")
    try:
        actor, _ = et.identity.authenticate(token.removeprefix("Bearer "))
    except UnauthenticatedError as error:
        raise web.HTTPUnauthorized from error
    return actor


def make_host(et: EarnTrack, settings: Settings) -> web.Application:
    """Return the application of the host."""
    host = web.Application()
    host[EARNTRACK] = et
    host.router.add_get("/net", net)
    host.add_subapp("/money", make_app(et, settings))
    return host


if __name__ == "__main__":
    own = Settings(data_dir=Path("data"))
    with open_served(own) as opened:
        web.run_app(make_host(opened, own), host="127.0.0.1", port=8000)
