"""Doors: what happens between a request and a route's handler."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from aiohttp import hdrs, web
from attrs import evolve, frozen

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    EarnTrackError,
    InvalidError,
    StaleError,
)
from earntrack_core.kernel.paging import FIRST
from earntrack_core.wire import Wire
from earntrack_core.wire.names import pointer
from earntrack_server.http.caching import KeptAnswers
from earntrack_server.http.idempotency import Memory, Once, once, read_key
from earntrack_server.http.keys import (
    ACTOR,
    ADDRESS,
    CLOCK,
    EARNTRACK,
    REQUEST_ID,
    ROUTES,
    SESSION_ID,
    TOGETHER,
    WIRE,
    WORKERS,
    route_of,
)
from earntrack_server.http.problems import NoMatchError, placed, problem_of
from earntrack_server.http.reading import (
    PAGING,
    QUERY,
    Nothing,
    QueryReader,
    query_reader,
    read_body,
    read_content,
    read_part,
    read_path,
    read_version,
)
from earntrack_server.http.replying import (
    Rendered,
    render,
    render_problem,
    replay,
    unchanged,
)
from earntrack_server.http.route import Ask, Handler, Route


KEPT: Final = web.AppKey("kept", KeptAnswers)
ID: Final = "[0-9A-Fa-f-]{32,36}"
AGENT: Final = 200
"""How much of a browser's name anybody wants to know."""


@frozen
class Job:
    """One request, to be answered on a worker thread."""

    request: web.Request
    route: Route
    wire: Wire
    query: QueryReader

    def ask(self, read: Callable[[], Any]) -> Ask[Any]:
        """Return what is asked for; *read* returns the body."""
        request, route = self.request, self.route
        skip = PAGING if route.paged else frozenset[str]()
        return Ask(
            somebody=request.get(ACTOR),
            path=read_path(self.wire, route, request.match_info),
            query=self.query.read(request.query, skip),
            part=read_part(request.query) if route.paged else FIRST,
            version=read_version(request, route) if route.etag else None,
            session_id=request.get(SESSION_ID),
            address=request.get(ADDRESS, ""),
            agent=request.headers.get(hdrs.USER_AGENT, "")[:AGENT],
            body=read(),
        )

    def run(
        self, memory: Memory, asked: Once | None, read: Callable[[], Any]
    ) -> Rendered:
        """Read, work and render; once only, if it is asked like that."""
        ask = self.ask(read)
        work = partial(self.work, self.request.app[EARNTRACK], ask)
        if self.route.keep is not None:
            return self.kept(work)
        return work() if asked is None else memory.answer(asked, work)

    def kept(self, work: Callable[[], Rendered]) -> Rendered:
        """Return the answer that is kept, or do the work and keep it."""
        answers = self.request.app.get(KEPT)
        if answers is None:
            return work()
        place = answers.place(self.request, self.route)
        if place is None:
            return work()
        found = answers.find(place) if answers.blocks else None
        if found is None:
            found = work()
            answers.put(place, found)
        return found

    def work(self, et: Any, ask: Ask[Any]) -> Rendered:
        """Call the handler; speak of its errors as the client does."""
        handler = self.handler
        try:
            result = handler(et, ask)
        except StaleError as error:
            if ask.version is None:
                raise
            raise NoMatchError(str(error)) from error
        except InvalidError as error:
            first, *more = placed(error.problems, self.names, self.inside)
            error.problems = (first, *more)
            raise
        return render(self.wire, self.route, self.request.rel_url, result)

    @property
    def handler(self) -> Handler:
        """What answers."""
        if self.route.handler is None:
            raise TypeError(f"{self.route.id} answers for itself")
        return self.route.handler

    @property
    def names(self) -> Mapping[str, str]:
        """What the client calls the fields of the core."""
        kind = self.route.body or self.route.query
        given = {} if kind is None else self.wire.form_of(kind).names
        return {**given, **self.route.words}

    @property
    def inside(self) -> str:
        """Where the client finds the fields of the core."""
        return "" if self.route.has_body else pointer(QUERY)

    def refuse(self, error: EarnTrackError) -> Rendered:
        """Return the answer that tells an error."""
        now = self.request.app[CLOCK]()
        return render_problem(
            problem_of(error, now), self.request.get(REQUEST_ID, "")
        )

    def memory(self) -> Memory:
        """Return what remembers answers to requests like this."""
        return Memory(
            self.request.app[TOGETHER],
            self.refuse,
            partial(replay, self.route, self.request.rel_url),
        )


@frozen
class Door:
    """One route of one application."""

    route: Route
    wire: Wire
    query: QueryReader

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        self.route.policy.admit(request.get(ACTOR))
        if self.route.raw is not None:
            return await self.route.raw(request)
        if self.route.body is None:
            return await self.recall(request)
        content = await read_content(request)
        kind = self.route.body
        return await self.respond(
            request, lambda: read_body(self.wire, content, kind), content
        )

    async def recall(self, request: web.Request) -> web.StreamResponse:
        """Answer what has no body: from what is kept, if that is at hand."""
        kept = request.app.get(KEPT)
        if kept is not None and self.route.keep and not kept.blocks:
            place = kept.place(request, self.route)
            found = None if place is None else kept.find(place)
            if found is not None:
                return unchanged(request, found).response()
        return await self.respond(request, lambda: None, b"")

    async def respond(
        self, request: web.Request, read: Callable[[], Any], content: bytes
    ) -> web.StreamResponse:
        """Answer on a worker thread; *content* tells what is asked."""
        job = Job(request, self.route, self.wire, self.query)
        asked = read_once(request, self.route, content)
        workers = request.app[WORKERS]
        rendered = await workers.run(job.run, job.memory(), asked, read)
        return unchanged(request, rendered).response()


async def respond(
    request: web.Request, handler: Handler, body: Any, content: bytes
) -> web.StreamResponse:
    """Let a raw handler end as the others do, once it has read the body.

    *content* tells the body from others, for idempotency; a digest will do.
    """
    route = route_of(request)
    if route is None:
        raise TypeError("only routes respond")
    wire = request.app[WIRE]
    query = query_reader(wire, route.query or Nothing)
    door = Door(evolve(route, handler=handler, raw=None), wire, query)
    return await door.respond(request, lambda: body, content)


def read_once(
    request: web.Request, route: Route, content: bytes
) -> Once | None:
    """Return how to tell a request from others, if it must take effect once.

    Raises:
        InvalidError: Its idempotency key is none.
    """
    key = read_key(request) if route.idempotent else None
    actor: Actor | None = request.get(ACTOR)
    if key is None or actor is None:
        return None
    target = f"{request.method} {request.path_qs}"
    match = request.headers.get(hdrs.IF_MATCH, "")
    return once(actor, key, (target.encode(), match.encode(), content))


def pattern_of(route: Route) -> str:
    """Return the path as aiohttp finds it: what is no id is no record."""
    path = route.path
    for name, kind in route.parameters().items():
        if kind is UUID:
            path = path.replace(f"{{{name}}}", f"{{{name}:{ID}}}")
    return path


def mount(app: web.Application, routes: Iterable[Route]) -> None:
    """Open a door for each route; the wire must be there already.

    Raises:
        ValueError: Two routes have the same id.
    """
    known = app.setdefault(ROUTES, {})
    wire = app[WIRE]
    for route in routes:
        if any(route.id == other.id for other in known.values()):
            raise ValueError(f"there are two routes with the id {route.id}")
        door = Door(route, wire, query_reader(wire, route.query or Nothing))
        app.router.add_route(route.method, pattern_of(route), door.answer)
        known[door.answer] = route
