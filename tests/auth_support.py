"""The routes of identity on the real stack, over a small installation."""

from time import monotonic
from types import SimpleNamespace

from aiohttp import web
from attrs import define

from earntrack_adapters.memory.limits import MemoryLimiter
from earntrack_core.kernel.ids import uuid7
from earntrack_core.wire import make_wire
from earntrack_core.wire.features import FORMS
from earntrack_server.checks import read_rate
from earntrack_server.http.cookies import SessionCookie
from earntrack_server.http.keys import (
    CLOCK,
    EARNTRACK,
    TOGETHER,
    WIRE,
    WORKERS,
)
from earntrack_server.http.mounting import mount
from earntrack_server.http.running import Workers
from earntrack_server.metrics import Metrics
from earntrack_server.middleware.auth import Gate, TokenCache, cookie_name
from earntrack_server.middleware.headers import Guard
from earntrack_server.middleware.limits import Limits
from earntrack_server.middleware.stack import Parts, guard, stack
from earntrack_server.routes import auth, users
from tests.unit.identity.people import Town


ORIGIN = "http://localhost:8000"
RATES = {name: read_rate("1000/min") for name in ("address", "api", "auth")}


def no_units(actor):
    """Refuse: no answer of these routes is ever stored."""
    raise AssertionError(actor)


@define(eq=False)
class Inn:
    """A server with the doors of identity, and the town behind it."""

    app: web.Application
    town: Town


def make_inn(*, https=False, rates=None, **more):
    """Return a server; *more* is for the town."""
    town = Town(**more)
    cache = TokenCache(lambda: town.clock().timestamp())
    town.identity.on_revoked(cache.drop_session)
    town.identity.on_changed(cache.clear)
    gate = Gate(
        authenticator=town.identity,
        cache=cache,
        cookie=cookie_name(https=https),
        origin=ORIGIN,
    )
    parts = Parts(
        new_id=lambda: uuid7(town.clock()),
        ticks=monotonic,
        metrics=Metrics(),
        gate=gate,
        limits=Limits(
            limiter=MemoryLimiter(),
            rates=RATES | (rates or {}),
            now=town.clock,
        ),
        guard=Guard(https=https),
    )
    app = web.Application(middlewares=stack(parts))
    workers = Workers(4, 100)
    app[WIRE] = make_wire(FORMS)
    app[WORKERS] = workers
    app[EARNTRACK] = SimpleNamespace(identity=town.identity)
    app[TOGETHER] = no_units
    app[CLOCK] = town.clock
    guard(app, parts)
    mount(app, [*auth.routes(SessionCookie(gate.cookie)), *users.routes()])

    async def close(_):
        workers.close()

    app.on_cleanup.append(close)
    return Inn(app, town)
