"""Metrics: what Prometheus gets to know; one registry per application."""

import hmac
from typing import Final

from aiohttp import hdrs, web
from attrs import field, frozen
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from earntrack_server.checks import is_loopback


SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
)


def _registry() -> CollectorRegistry:
    return CollectorRegistry(auto_describe=True)


@frozen
class Metrics:
    """All that is counted, labelled by route templates, never by paths."""

    registry: CollectorRegistry = field(factory=_registry)
    requests: Counter = field(init=False)
    latency: Histogram = field(init=False)
    cache: Counter = field(init=False)
    sockets: Gauge = field(init=False)
    waiting: Gauge = field(init=False)
    jobs: Counter = field(init=False)
    imports: Counter = field(init=False)

    @requests.default
    def _requests(self) -> Counter:
        return Counter(
            "earntrack_requests_total",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )

    @latency.default
    def _latency(self) -> Histogram:
        return Histogram(
            "earntrack_request_seconds",
            "Time until an answer was ready.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )

    @cache.default
    def _cache(self) -> Counter:
        return Counter(
            "earntrack_cache_total",
            "Look-ups in the cache, by kind and whether it knew.",
            ("kind", "result"),
            registry=self.registry,
        )

    @sockets.default
    def _sockets(self) -> Gauge:
        return Gauge(
            "earntrack_websockets",
            "Websockets that are open.",
            registry=self.registry,
        )

    @waiting.default
    def _waiting(self) -> Gauge:
        return Gauge(
            "earntrack_requests_waiting",
            "Requests that wait for a worker thread.",
            registry=self.registry,
        )

    @jobs.default
    def _jobs(self) -> Counter:
        return Counter(
            "earntrack_jobs_total",
            "Jobs that ended, by kind and how.",
            ("kind", "result"),
            registry=self.registry,
        )

    @imports.default
    def _imports(self) -> Counter:
        return Counter(
            "earntrack_import_rows_total",
            "Rows of statements, by format and what became of them.",
            ("format", "result"),
            registry=self.registry,
        )

    def request(
        self, method: str, route: str, status: int, seconds: float
    ) -> None:
        """Count an answered request."""
        known = method if method in METHODS else "other"
        self.requests.labels(known, route, str(status)).inc()
        self.latency.labels(known, route).observe(seconds)

    def cached(self, kind: str, *, hit: bool) -> None:
        """Count a look-up in a cache."""
        self.cache.labels(kind, "hit" if hit else "miss").inc()

    def page(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self.registry)


def _may_read(request: web.Request, token: str | None) -> bool:
    if token is None:
        forwarded = "X-Forwarded-For" in request.headers
        return is_loopback(request.remote) and not forwarded
    given = request.headers.get(hdrs.AUTHORIZATION, "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


@frozen
class MetricsPage:
    """`/metrics`: for this machine alone, or for whoever has the token."""

    metrics: Metrics
    token: str | None = field(repr=False)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer, or behave as if there were nothing here.

        Raises:
            HTTPNotFound: Who asks may not see it.
        """
        if not _may_read(request, self.token):
            raise web.HTTPNotFound
        return web.Response(
            body=self.metrics.page(),
            headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST},
        )
