"""Requests: each has an id, an address, and one line in the log."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from uuid import UUID

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.typing import FilteringBoundLogger

from earntrack_server.http.keys import (
    ACTOR,
    ADDRESS,
    REQUEST_ID,
    template_of,
)
from earntrack_server.metrics import Metrics


log = structlog.get_logger("earntrack.access")

HEADER: Final = "X-Request-ID"
FORWARDED: Final = "X-Forwarded-For"
GIVEN: Final = re.compile(r"[\w.:-]{8,64}", re.ASCII)
MILLI: Final = 1000
QUIET: Final = frozenset(
    {"/healthz", "/readyz", "/metrics", "/static/{version}/{name}"}
)
"""Asked for every few seconds; nobody wants to read about it."""

Network = IPv4Network | IPv6Network
NewId = Callable[[], UUID]
Ticks = Callable[[], float]
"""Seconds of a clock that only goes forward."""


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return the networks that are written as `10.0.0.0/8` or `::1`.

    Raises:
        ValueError: One is not.
    """
    return tuple(ip_network(text, strict=False) for text in texts)


@lru_cache(maxsize=4096)
def _address(text: str | None) -> str:
    """Return an address in its usual form; empty if it is none."""
    try:
        parsed = ip_address((text or "").strip())
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed = ip_address(address)
    return any(
        parsed.version == network.version and parsed in network
        for network in trusted
    )


def client_address(
    peer: str | None, forwarded: str, trusted: Sequence[Network]
) -> str:
    """Return who really asks: the last address that no proxy of ours has.

    What strangers write into `X-Forwarded-For` stands left of it.
    """
    address = _address(peer)
    if not trusted:
        return address
    for text in reversed(forwarded.split(",")):
        if not address or not _is_trusted(address, trusted):
            break
        address = _address(text) or address
    return address


def request_id(given: str | None, new_id: NewId) -> str:
    """Return the id that a client or proxy gave, if it is decent; or one."""
    if given is not None and GIVEN.fullmatch(given):
        return given
    return str(new_id())


def requests(
    *,
    new_id: NewId,
    ticks: Ticks,
    metrics: Metrics,
    trusted: Sequence[Network] = (),
) -> Middleware:
    """Return the middleware, the outermost of all."""
    access = log.bind()

    @web.middleware
    async def middleware(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        started = ticks()
        _introduce(request, new_id, trusted)
        clear_contextvars()
        bind_contextvars(request_id=request[REQUEST_ID])
        status = CLIENT_GONE
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            seconds = ticks() - started
            metrics.request(
                request.method, template_of(request), status, seconds
            )
            _write(access, request, status, seconds)
        return response

    return middleware


CLIENT_GONE: Final = 499
"""What stands in the log when nobody waited for the answer."""


def _introduce(
    request: web.Request, new_id: NewId, trusted: Sequence[Network]
) -> None:
    forwarded = ",".join(request.headers.getall(FORWARDED, ()))
    request[REQUEST_ID] = request_id(request.headers.get(HEADER), new_id)
    request[ADDRESS] = client_address(request.remote, forwarded, trusted)


def _write(
    access: FilteringBoundLogger,
    request: web.Request,
    status: int,
    seconds: float,
) -> None:
    template = template_of(request)
    if template in QUIET:
        return
    actor = request.get(ACTOR)
    access.info(
        "request",
        method=request.method,
        route=template,
        status=status,
        milliseconds=round(seconds * MILLI, 1),
        address=request[ADDRESS],
        user=None if actor is None else str(actor.user_id),
    )


async def mark(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the id of the request; to be called before headers are sent."""
    if REQUEST_ID in request:
        response.headers[HEADER] = request[REQUEST_ID]
