"""Rate limits: per address for strangers, per user and route for the others.

Strangers are counted before anybody looks at who they are; a failed sign-in
counts as a stranger's visit. Whoever is known is counted by name only, so
that an office behind one address does not lock itself out.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from math import ceil
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from attrs import frozen

from earntrack_core.kernel.errors import UnauthenticatedError
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.limits import Allowance, RateLimiter
from earntrack_server.checks import Rate
from earntrack_server.http.keys import ACTOR, ADDRESS, WORKERS, route_of
from earntrack_server.http.problems import TooManyError
from earntrack_server.http.route import Route


API: Final = "api"
STRANGERS: Final = "address"

V6_PREFIX: Final = 64
"""What one household has of addresses of version 6."""


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """Return the addresses that one person can change between."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 -- the version of the protocol
        return address
    return str(ip_network((address, V6_PREFIX), strict=False))


@frozen(kw_only=True)
class Limits:
    """The limits of an application, by the names that routes use."""

    limiter: RateLimiter
    rates: Mapping[str, Rate]
    now: Clock
    blocks: bool = False
    """Whether the limiter asks a server, so that the loop must not wait."""

    async def count(
        self, request: web.Request, name: str, who: str
    ) -> Allowance | None:
        """Count a visit, unless nobody limits those.

        Raises:
            TooManyError: There were too many.
        """
        rate = self.rates.get(name)
        if rate is None:
            return None
        key = f"{name}:{who}"
        if self.blocks:
            allowance = await request.app[WORKERS].run(
                self.limiter.hit, key, rate.limit, rate.window
            )
        else:
            allowance = self.limiter.hit(key, rate.limit, rate.window)
        if not allowance.allowed:
            raise TooManyError(
                "You ask too often; wait a moment.", self.seconds(allowance)
            )
        return allowance

    def seconds(self, allowance: Allowance) -> int:
        """Return how long it takes until the next visit is free."""
        return _seconds(allowance.resets_at, self.now())


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, ceil((until - now).total_seconds()))


def _has_credentials(request: web.Request, cookie: str) -> bool:
    return hdrs.AUTHORIZATION in request.headers or cookie in request.cookies


def strangers(limits: Limits, cookie: str) -> Middleware:
    """Return the middleware before authentication: counts by address."""

    @web.middleware
    async def middleware(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if route_of(request) is None:
            return await handler(request)
        who = neighbourhood(request[ADDRESS])
        if not _has_credentials(request, cookie):
            await limits.count(request, STRANGERS, who)
            return await handler(request)
        try:
            return await handler(request)
        except UnauthenticatedError:
            await limits.count(request, STRANGERS, who)
            raise

    return middleware


def members(limits: Limits, cookie: str) -> Middleware:
    """Return the middleware after it: counts by user, and by route."""

    @web.middleware
    async def middleware(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        route = route_of(request)
        if route is None:
            return await handler(request)
        if ACTOR not in request and _has_credentials(request, cookie):
            who = neighbourhood(request[ADDRESS])
            await limits.count(request, STRANGERS, who)
        allowance = await _count(limits, request, route)
        response = await handler(request)
        if allowance is not None and not response.prepared:
            _tell(limits, response, route, allowance)
        return response

    return middleware


async def _count(
    limits: Limits, request: web.Request, route: Route
) -> Allowance | None:
    actor = request.get(ACTOR)
    allowance = None
    if actor is not None:
        allowance = await limits.count(request, API, str(actor.user_id))
    if route.limit == API:
        return allowance
    who = (
        neighbourhood(request[ADDRESS])
        if actor is None
        else str(actor.user_id)
    )
    return await limits.count(request, route.limit, who)


def _tell(
    limits: Limits,
    response: web.StreamResponse,
    route: Route,
    allowance: Allowance,
) -> None:
    rate = limits.rates[route.limit]
    response.headers["RateLimit-Limit"] = str(rate.limit)
    response.headers["RateLimit-Remaining"] = str(allowance.remaining)
    response.headers["RateLimit-Reset"] = str(limits.seconds(allowance))
