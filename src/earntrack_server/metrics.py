"""Metrics: what Prometheus gets to know; one registry per application."""

import hmac
from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs, web
from attrs import Factory, field, frozen
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


def _counter(
    metrics: "Metrics", name: str, text: str, labels: Sequence[str]
) -> Counter:
    return Counter(
        f"earntrack_{name}", text, labels, registry=metrics.registry
    )


def _gauge(metrics: "Metrics", name: str, text: str) -> Gauge:
    return Gauge(f"earntrack_{name}", text, registry=metrics.registry)


def _requests(metrics: "Metrics") -> Counter:
    labels = ("method", "route", "status")
    return _counter(metrics, "requests_total", "Requests answered.", labels)


def _latency(metrics: "Metrics") -> Histogram:
    return Histogram(
        "earntrack_request_seconds",
        "Time until an answer was ready.",
        ("method", "route"),
        buckets=SECONDS,
        registry=metrics.registry,
    )


def _cache(metrics: "Metrics") -> Counter:
    text = "Look-ups in the cache, by kind and whether it knew."
    return _counter(metrics, "cache_total", text, ("kind", "result"))


def _sockets(metrics: "Metrics") -> Gauge:
    return _gauge(metrics, "websockets", "Websockets that are open.")


def _waiting(metrics: "Metrics") -> Gauge:
    text = "Requests that wait for a worker thread."
    return _gauge(metrics, "requests_waiting", text)


def _imports(metrics: "Metrics") -> Counter:
    text = "Rows of statements, by format and what became of them."
    return _counter(metrics, "import_rows_total", text, ("format", "result"))


@frozen
class Metrics:
    """All that is counted, labelled by route templates, never by paths."""

    registry: CollectorRegistry = field(factory=_registry)
    requests: Counter = field(init=False, default=Factory(_requests, True))
    latency: Histogram = field(init=False, default=Factory(_latency, True))
    cache: Counter = field(init=False, default=Factory(_cache, True))
    sockets: Gauge = field(init=False, default=Factory(_sockets, True))
    waiting: Gauge = field(init=False, default=Factory(_waiting, True))
    imports: Counter = field(init=False, default=Factory(_imports, True))
    _known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = field(
        init=False, factory=dict
    )

    def request(
        self, method: str, route: str, status: int, seconds: float
    ) -> None:
        """Count an answered request."""
        known = method if method in METHODS else "other"
        counter, latency = self._lines(known, route, status)
        counter.inc()
        latency.observe(seconds)

    def _lines(
        self, method: str, route: str, status: int
    ) -> tuple[Counter, Histogram]:
        """Return the lines of a route; looking them up anew is slow."""
        key = (method, route, status)
        lines = self._known.get(key)
        if lines is None:
            counter = self.requests.labels(method, route, str(status))
            lines = counter, self.latency.labels(method, route)
            self._known[key] = lines
        return lines

    def cached(self, kind: str, *, hit: bool) -> None:
        """Count a look-up in a cache."""
        self.cache.labels(kind, "hit" if hit else "miss").inc()

    def imported(self, format_id: str, **rows: int) -> None:
        """Count the rows of a statement, by what became of them."""
        for result, count in rows.items():
            self.imports.labels(format_id, result).inc(count)

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
