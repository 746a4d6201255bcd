"""/healthz, /readyz and /metrics: for who watches over servers."""

from typing import Final

from aiohttp import web

from earntrack_core.app import EarnTrack
from earntrack_core.kernel.errors import UnavailableError
from earntrack_server.http.route import ANYBODY, Ask, Route
from earntrack_server.metrics import Metrics, MetricsPage


ALIVE: Final = {"status": "ok"}


async def alive(_: web.Request) -> web.Response:
    """Say that the process answers."""
    return web.json_response(ALIVE)


def ready(et: EarnTrack, _: Ask[None]) -> dict[str, str]:
    """Say that the database answers too.

    Raises:
        UnavailableError: It does not.
    """
    et.parts.storage.ping()
    return ALIVE


def health_routes(metrics: Metrics, token: str | None) -> list[Route]:
    """Return all of them."""
    return [
        Route(
            method="GET",
            path="/healthz",
            id="healthz",
            summary="Say that the process answers",
            policy=ANYBODY,
            raw=alive,
            limit="",
            documented=False,
        ),
        Route(
            method="GET",
            path="/readyz",
            id="readyz",
            summary="Say that the database answers",
            policy=ANYBODY,
            handler=ready,
            reply=dict[str, str],
            errors=(UnavailableError,),
            limit="",
            documented=False,
        ),
        Route(
            method="GET",
            path="/metrics",
            id="metrics",
            summary="Show figures to Prometheus",
            policy=ANYBODY,
            raw=MetricsPage(metrics, token).answer,
            limit="",
            documented=False,
        ),
    ]
