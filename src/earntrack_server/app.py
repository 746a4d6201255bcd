"""The application: EarnTrack as an HTTP API, a websocket and pages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from time import monotonic, time
from typing import Any, Final

from aiohttp import web
from attrs import define, evolve, field

from earntrack_core.app import EarnTrack
from earntrack_core.identity.model import Credentials
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import uuid7
from earntrack_core.ports.limits import RateLimiter
from earntrack_core.ports.presence import Presence
from earntrack_core.statements.events import (
    ImportProgress,
    StatementImported,
)
from earntrack_core.wire.converter import make_wire
from earntrack_core.wire.features import FORMS
from earntrack_server.config import Settings
from earntrack_server.health import health_routes
from earntrack_server.http.caching import KeptAnswers
from earntrack_server.http.cookies import SessionCookie
from earntrack_server.http.docs import docs_routes, serve_ui
from earntrack_server.http.keys import (
    CLOCK,
    EARNTRACK,
    TOGETHER,
    WIRE,
    WORKERS,
)
from earntrack_server.http.mounting import KEPT, mount
from earntrack_server.http.openapi import About
from earntrack_server.http.openapi import document as described
from earntrack_server.http.route import VIEWER, Route
from earntrack_server.http.running import Workers
from earntrack_server.http.text import json_bytes
from earntrack_server.metrics import Metrics
from earntrack_server.middleware.auth import Gate, TokenCache, cookie_name
from earntrack_server.middleware.headers import Guard
from earntrack_server.middleware.limits import Limits
from earntrack_server.middleware.requests import networks
from earntrack_server.middleware.stack import Parts, guard, stack
from earntrack_server.realtime.bells import announce, listen, ring
from earntrack_server.realtime.hub import Hub, HubOptions
from earntrack_server.realtime.presence import Attendance
from earntrack_server.realtime.sockets import Sockets
from earntrack_server.realtime.stored import StoredLog
from earntrack_server.release import release
from earntrack_server.routes import (
    auth,
    earnings,
    features,
    imports,
    payouts,
    platforms,
    rates,
    users,
)
from earntrack_server.routes.imports import MOST_UPLOAD
from earntrack_server.upkeep import Upkeep, stopped
from earntrack_server.web.errors import ErrorPages
from earntrack_server.web.opening import make_site, site_routes


TITLE: Final = "EarnTrack"
MEMORY: Final = "memory://"
ALONE: Final = 15.0
TOGETHER_POLL: Final = 1.0
"""Seconds after which other processes' events are seen without a bell."""


@define(eq=False)
class Server:
    """A process that serves, and everything in it."""

    et: EarnTrack
    settings: Settings
    workers: Workers = field(init=False)
    metrics: Metrics = field(factory=Metrics, init=False)
    limiter: RateLimiter = field(init=False)
    presence: Presence = field(init=False)
    tokens: TokenCache = field(factory=lambda: TokenCache(time), init=False)
    hub: Hub = field(init=False)

    def __attrs_post_init__(self) -> None:
        settings, plugins = self.settings, self.et.plugins
        shared = settings.redis or MEMORY
        now = self.et.parts.now
        self.workers = Workers(settings.worker_threads, settings.queue)
        self.metrics.waiting.set_function(lambda: self.workers.waiting)
        self.limiter = plugins.open("open_limiter", shared, now=now)
        self.presence = plugins.open("open_presence", shared)
        self.hub = Hub(
            log=StoredLog(self.et),
            workers=self.workers,
            attendance=Attendance(self.presence, self.workers),
            metrics=self.metrics,
            announce=partial(announce, self.et.parts.relay),
            options=self._hub_options(),
        )

    def _hub_options(self) -> HubOptions:
        settings = self.settings
        apart = settings.workers > 1 and settings.redis is None
        return HubOptions(
            origin=settings.origin,
            others=settings.cors_origins,
            most=settings.max_sockets,
            poll=TOGETHER_POLL if apart else ALONE,
        )

    @property
    def cookie(self) -> str:
        """The name of the session cookie."""
        return cookie_name(https=self.settings.https)

    def gate(self) -> Gate:
        """Return what finds out who asks."""
        return Gate(
            authenticator=self.et.identity,
            cache=self.tokens,
            cookie=self.cookie,
            origin=self.settings.origin,
            others=self.settings.cors_origins,
        )

    def stack(self, gate: Gate) -> Parts:
        """Return what all requests pass."""
        settings, now = self.settings, self.et.parts.now
        return Parts(
            new_id=lambda: uuid7(now()),
            ticks=monotonic,
            metrics=self.metrics,
            gate=gate,
            limits=Limits(
                limiter=self.limiter,
                rates=settings.rates,
                now=now,
                blocks=settings.redis is not None,
            ),
            guard=Guard(https=settings.https),
            trusted=networks(settings.trusted_proxies),
        )

    def _count(self, event: StatementImported) -> None:
        counts = event.batch.counts
        self.metrics.imported(
            event.batch.format_id,
            imported=counts.imported,
            duplicates=counts.duplicates,
            updated=counts.updated,
            skipped=counts.skipped,
            errors=counts.errors,
        )

    def wire_up(self) -> Callable[[], None]:
        """Let events wake the sockets; return what stops that."""
        et, relay = self.et, self.et.parts.relay

        def stored(event: Event) -> None:
            if not isinstance(event, ImportProgress):
                ring(relay, event.workspace_id)

        def progress(event: ImportProgress) -> None:
            data = {"name": event.name, "records": event.records}
            self.hub.tell(
                event.workspace_id,
                event.topic,
                et.parts.now(),
                data,
                user=event.user_id,
            )

        et.on(Event, stored)
        et.on(ImportProgress, progress)
        et.on(StatementImported, self._count)
        et.identity.on_revoked(self.tokens.drop_session)
        et.identity.on_changed(self.tokens.clear)
        return listen(relay, self.hub)


def api_routes(cookie: str) -> list[Route]:
    """Return the routes of the API."""
    session = SessionCookie(cookie)
    return [
        *auth.routes(session),
        *users.routes(),
        *platforms.routes(),
        *earnings.routes(),
        *payouts.routes(),
        *imports.routes(),
        *rates.routes(),
        *features.routes(),
    ]


def about(origin: str, cookie: str) -> About:
    """Return what the OpenAPI document says of the whole."""
    return About(title=TITLE, version=release(), server=origin, cookie=cookie)


def document(origin: str = "http://127.0.0.1:8000") -> dict[str, Any]:
    """Return the OpenAPI document of the API."""
    cookie = cookie_name(https=origin.startswith("https://"))
    return described(
        make_wire(FORMS), api_routes(cookie), about(origin, cookie)
    )


def make_app(
    et: EarnTrack, settings: Settings, demo: Credentials | None = None
) -> web.Application:
    """Return the application that serves an open EarnTrack.

    It can be run alone, or mounted in another aiohttp application. Closing
    EarnTrack is up to who opened it. In a demo, whoever comes to the pages
    is signed in with the credentials.
    """
    server = Server(et, settings)
    gate = server.gate()
    site = make_site(server.cookie, release(), demo)
    parts = evolve(server.stack(gate), page=ErrorPages(site).show)
    app = web.Application(
        middlewares=stack(parts), client_max_size=settings.max_body
    )
    app[EARNTRACK] = et
    app[TOGETHER] = et.together
    app[WIRE] = et.parts.wire
    app[WORKERS] = server.workers
    app[CLOCK] = et.parts.now
    app[KEPT] = KeptAnswers(
        et.parts.cache, server.metrics, blocks=settings.redis is not None
    )
    app[MOST_UPLOAD] = settings.max_upload
    guard(app, parts)
    _mount(app, server, gate)
    mount(app, site_routes(site))
    site.assets.serve(app)
    app.cleanup_ctx.append(partial(_life, server))
    app.on_shutdown.append(partial(_hang_up, server))
    return app


def _mount(app: web.Application, server: Server, gate: Gate) -> None:
    routes = api_routes(server.cookie)
    wire = server.et.parts.wire
    origin = server.settings.origin
    tree = described(wire, routes, about(origin, server.cookie))
    sockets = Sockets(server.hub, gate.identify)
    mount(app, routes)
    mount(app, docs_routes(json_bytes(tree)))
    mount(app, health_routes(server.metrics, server.settings.metrics_token))
    mount(
        app,
        [
            Route(
                method="GET",
                path="/ws",
                id="websocket",
                summary="Listen to events",
                policy=VIEWER,
                raw=sockets.answer,
                documented=False,
            )
        ],
    )
    serve_ui(app)


async def _life(server: Server, _: web.Application) -> AsyncIterator[None]:
    server.hub.start()
    stop = server.wire_up()
    rounds = Upkeep(server.et, server.workers).forever()
    upkeep = asyncio.create_task(rounds)
    yield
    await stopped(upkeep)
    stop()
    server.limiter.close()
    server.presence.close()
    server.workers.close()


async def _hang_up(server: Server, _: web.Application) -> None:
    await server.hub.close()
