"""The stack: all that requests and answers pass, in order."""

from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Middleware
from attrs import frozen

from earntrack_server.metrics import Metrics
from earntrack_server.middleware.auth import Gate, auth
from earntrack_server.middleware.compression import compression
from earntrack_server.middleware.cors import cors
from earntrack_server.middleware.errors import ErrorPage, errors
from earntrack_server.middleware.headers import Guard, nonces
from earntrack_server.middleware.limits import Limits, members, strangers
from earntrack_server.middleware.requests import (
    Network,
    NewId,
    Ticks,
    mark,
    requests,
)


@frozen(kw_only=True)
class Parts:
    """What the stack is made of."""

    new_id: NewId
    ticks: Ticks
    metrics: Metrics
    gate: Gate
    limits: Limits
    guard: Guard
    trusted: Sequence[Network] = ()
    page: ErrorPage | None = None


def stack(parts: Parts) -> list[Middleware]:
    """Return the middlewares, the outermost first.

    Errors stand inside everything that marks answers, so that refusals of
    the limits and of authentication look like all the others.
    """
    return [
        requests(
            new_id=parts.new_id,
            ticks=parts.ticks,
            metrics=parts.metrics,
            trusted=parts.trusted,
        ),
        nonces,
        cors(parts.gate.others),
        compression,
        errors(parts.page),
        strangers(parts.limits, parts.gate.cookie),
        auth(parts.gate),
        members(parts.limits, parts.gate.cookie),
    ]


def guard(app: web.Application, parts: Parts) -> None:
    """Have every answer marked on its way out, whoever wrote it."""
    app.on_response_prepare.append(mark)
    app.on_response_prepare.append(parts.guard.mark)
