"""A tiny application on the real stack, for the tests of the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from http import HTTPStatus
from threading import Lock
from time import monotonic, time
from typing import Any
from uuid import UUID

from aiohttp import web
from attrs import define, evolve, field, frozen
from moneyed import Money

from earntrack_adapters.memory.clock import system_clock
from earntrack_adapters.memory.limits import MemoryLimiter
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.entity import Entity, stamp
from earntrack_core.kernel.errors import (
    DuplicateError,
    InvalidError,
    NotFoundError,
    StaleError,
    UnauthenticatedError,
    UnavailableError,
)
from earntrack_core.kernel.ids import UserId, WorkspaceId, uuid7
from earntrack_core.kernel.money import in_coins, not_negative
from earntrack_core.kernel.paging import Cursor, Page
from earntrack_core.kernel.patch import UNSET, UnsetType, changes
from earntrack_core.kernel.texts import text_of
from earntrack_core.ports.storage import Reply
from earntrack_core.wire import make_wire
from earntrack_server.checks import Rate, read_rate
from earntrack_server.http.keys import (
    CLOCK,
    EARNTRACK,
    TOGETHER,
    WIRE,
    WORKERS,
)
from earntrack_server.http.mounting import mount
from earntrack_server.http.route import (
    ADMIN,
    ANYBODY,
    MEMBER,
    VIEWER,
    Answer,
    Ask,
    Route,
)
from earntrack_server.http.running import Workers
from earntrack_server.metrics import Metrics
from earntrack_server.middleware.auth import Gate, TokenCache, cookie_name
from earntrack_server.middleware.headers import Guard
from earntrack_server.middleware.limits import Limits
from earntrack_server.middleware.stack import Parts, guard, stack


ADA = Actor(user_id=UserId(UUID(int=1)), workspace_id=WorkspaceId(UUID(int=2)))
BOB = Actor(user_id=UserId(UUID(int=3)), workspace_id=WorkspaceId(UUID(int=4)))
EYE = evolve(BOB, user_id=UserId(UUID(int=5)), role=Role.VIEWER)
ROOT = evolve(ADA, user_id=UserId(UUID(int=6)), role=Role.ADMIN)
ORIGIN = "http://localhost:8000"

TOKENS = {"ada": ADA, "bob": BOB, "eye": EYE, "root": ROOT}


@frozen(kw_only=True)
class NewNote:
    """What the tests store."""

    text: str = field(validator=text_of(1, 100))
    price: Money = field(converter=in_coins, validator=not_negative)


@frozen(kw_only=True)
class NotePatch:
    """A change of a note."""

    text: str | UnsetType = UNSET
    price: Money | UnsetType = UNSET


@frozen(kw_only=True)
class NoteFilter:
    """Which notes to list."""

    text: str | None = None
    numbers: tuple[int, ...] = ()
    since: datetime | None = None


@frozen(kw_only=True)
class Note(Entity):
    """A note as it is stored."""

    text: str
    price: Money


@define
class Draft:
    """What a unit will store."""

    notes: dict[UUID, Note | None] = field(factory=dict)
    replies: dict[str, Reply] = field(factory=dict)
    shelf: "Shelf | None" = None

    def remember(self, reply: Reply) -> None:
        """Store an answer when the unit commits."""
        self.replies[reply.key] = reply

    def recall(self, key: str) -> Reply | None:
        """Return a stored answer."""
        return self.shelf.replies.get(key)


CURRENT: ContextVar[Draft | None] = ContextVar("current", default=None)


@define(eq=False)
class Shelf:
    """A storage in memory, whose units commit wholly or not at all."""

    notes: dict[UUID, Note] = field(factory=dict)
    replies: dict[str, Reply] = field(factory=dict)
    lock: Any = field(factory=Lock)
    before_commit: Any = None

    @contextmanager
    def together(self, actor: Actor) -> Iterator[Draft]:
        """Open a unit that all nested ones join."""
        outer = CURRENT.get()
        if outer is not None:
            yield outer
            return
        draft = Draft(shelf=self)
        token = CURRENT.set(draft)
        try:
            yield draft
            self._commit(draft)
        finally:
            CURRENT.reset(token)

    def _commit(self, draft: Draft) -> None:
        if self.before_commit is not None:
            self.before_commit()
        with self.lock:
            for key in draft.replies:
                if key in self.replies:
                    raise DuplicateError("reply", "key", key)
            self.replies.update(draft.replies)
            self.notes.update(draft.notes)

    def create(self, actor: Actor, new: NewNote) -> Note:
        """Store a note."""
        if new.text == "refused":
            raise InvalidError("price", "is not for sale")
        if new.text == "down":
            raise UnavailableError("database", "10.1.2.3 refused")
        if new.text == "broken":
            raise ZeroDivisionError
        now = system_clock()
        note = Note(
            **stamp(actor.workspace_id, now),
            id=uuid7(now),
            text=new.text,
            price=new.price,
        )
        with self.together(actor) as unit:
            unit.notes[note.id] = note
        return note

    def get(self, actor: Actor, key: UUID) -> Note:
        """Return a note of the actor's."""
        note = self.notes.get(key)
        if note is None or note.workspace_id != actor.workspace_id:
            raise NotFoundError("note", key)
        return note

    def update(
        self, actor: Actor, key: UUID, patch: NotePatch, version: int | None
    ) -> Note:
        """Change a note."""
        with self.together(actor) as unit:
            old = self.get(actor, key)
            if version not in {None, old.version}:
                raise StaleError("note", key)
            new = evolve(old, **changes(patch), version=old.version + 1)
            unit.notes[key] = new
        return new

    def find(self, actor: Actor, ask: Ask[None]) -> Page[Note]:
        """Return a page of notes."""
        notes = sorted(
            (
                n
                for n in self.notes.values()
                if ask.query.text in {None, n.text}
            ),
            key=lambda note: note.id,
        )
        if ask.part.after is not None:
            notes = [n for n in notes if n.id > ask.part.after.id]
        items = tuple(notes[: ask.part.limit])
        more = len(notes) > len(items)
        last = items[-1].id if items else None
        cursor = Cursor(order="id", value=str(last), id=last) if more else None
        return Page(items, cursor and cursor.encode())


def create(et: Shelf, ask: Ask[NewNote]) -> Note:
    """Store a note."""
    return et.create(ask.actor, ask.body)


def get(et: Shelf, ask: Ask[None]) -> Note:
    """Return a note."""
    return et.get(ask.actor, ask.key)


def update(et: Shelf, ask: Ask[NotePatch]) -> Note:
    """Change a note."""
    return et.update(ask.actor, ask.key, ask.body, ask.version)


def find(et: Shelf, ask: Ask[None]) -> Page[Note]:
    """List notes."""
    return et.find(ask.actor, ask)


def remove(et: Shelf, ask: Ask[None]) -> None:
    """Forget a note."""
    et.get(ask.actor, ask.key)
    del et.notes[ask.key]


def whoami(et: Shelf, ask: Ask[None]) -> dict[str, Any]:
    """Say who asks."""
    return {
        "user": ask.somebody and str(ask.somebody.user_id),
        "address": ask.address,
    }


def echo(et: Shelf, ask: Ask[Any]) -> Any:
    """Say the same."""
    return ask.body


def page(et: Shelf, ask: Ask[None]) -> Answer:
    """Return a page for people."""
    html = b"<!doctype html><p>" + b"x" * 2000
    return Answer(content=html, media_type="text/html")


ONE = "/api/v1/notes/{id}"
ROUTES = (
    Route(
        method="POST",
        path="/api/v1/notes",
        id="createNote",
        summary="Store a note",
        policy=MEMBER,
        handler=create,
        body=NewNote,
        reply=Note,
        status=HTTPStatus.CREATED,
        etag=True,
        tags=("notes",),
        errors=(InvalidError,),
    ),
    Route(
        method="GET",
        path="/api/v1/notes",
        id="findNotes",
        summary="List notes",
        policy=VIEWER,
        handler=find,
        query=NoteFilter,
        reply=Page[Note],
        paged=True,
        tags=("notes",),
    ),
    Route(
        method="GET",
        path=ONE,
        id="getNote",
        summary="Return a note",
        policy=VIEWER,
        handler=get,
        reply=Note,
        etag=True,
        errors=(NotFoundError,),
        tags=("notes",),
    ),
    Route(
        method="PATCH",
        path=ONE,
        id="updateNote",
        summary="Change a note",
        policy=MEMBER,
        handler=update,
        body=NotePatch,
        reply=Note,
        etag=True,
        errors=(NotFoundError, InvalidError, StaleError),
        tags=("notes",),
    ),
    Route(
        method="PUT",
        path=ONE,
        id="replaceNote",
        summary="Change a note that nobody else has changed",
        policy=MEMBER,
        handler=update,
        body=NotePatch,
        reply=Note,
        etag=True,
        must_match=True,
        errors=(NotFoundError, InvalidError, StaleError),
        tags=("notes",),
    ),
    Route(
        method="DELETE",
        path=ONE,
        id="removeNote",
        summary="Forget a note",
        policy=MEMBER,
        handler=remove,
        errors=(NotFoundError,),
        tags=("notes",),
    ),
    Route(
        method="GET",
        path="/api/v1/whoami",
        id="whoami",
        summary="Say who asks",
        policy=ANYBODY,
        handler=whoami,
        reply=dict[str, Any],
    ),
    Route(
        method="POST",
        path="/api/v1/echo",
        id="echo",
        summary="Say the same",
        policy=ANYBODY,
        handler=echo,
        body=Any,
        reply=Any,
        limit="auth",
    ),
    Route(
        method="GET",
        path="/api/v1/admin",
        id="administer",
        summary="For administrators",
        policy=ADMIN,
        handler=whoami,
        reply=dict[str, Any],
    ),
    Route(
        method="GET",
        path="/page",
        id="page",
        summary="A page",
        policy=ANYBODY,
        handler=page,
        documented=False,
    ),
)


@define(eq=False)
class Authenticator:
    """Knows the tokens of the tests, and counts who asks."""

    tokens: dict[str, Actor] = field(factory=lambda: dict(TOKENS))
    asked: int = 0

    def authenticate(self, token: str) -> tuple[Actor, UUID]:
        """Return who has a token."""
        self.asked += 1
        actor = self.tokens.get(token)
        if actor is None:
            raise UnauthenticatedError("The token is not valid.")
        return actor, UUID(int=actor.user_id.int + 100)


RATES = {
    "address": read_rate("1000/min"),
    "api": read_rate("1000/min"),
    "auth": read_rate("1000/min"),
}


@define(eq=False)
class Server:
    """A server under test, and everything inside it."""

    app: web.Application
    shelf: Shelf
    workers: Workers
    metrics: Metrics
    authenticator: Authenticator
    cache: TokenCache
    gate: Gate


def make_server(
    *,
    rates: dict[str, Rate | None] | None = None,
    https: bool = False,
    others: tuple[str, ...] = (),
    trusted: tuple[Any, ...] = (),
    routes: tuple[Route, ...] = ROUTES,
    threads: int = 4,
    queue: int = 100,
    error_page: Any = None,
    client_max_size: int = 1_000_000,
    forms: tuple[Any, ...] = (),
    **limits: Any,
) -> Server:
    """Return a server on the real stack."""
    authenticator = Authenticator()
    cache = TokenCache(time)
    metrics = Metrics()
    gate = Gate(
        authenticator=authenticator,
        cache=cache,
        cookie=cookie_name(https=https),
        origin=ORIGIN,
        others=others,
    )
    parts = Parts(
        new_id=lambda: uuid7(system_clock()),
        ticks=monotonic,
        metrics=metrics,
        gate=gate,
        limits=Limits(
            limiter=MemoryLimiter(),
            rates={
                name: rate
                for name, rate in (RATES | (rates or {})).items()
                if rate is not None
            },
            now=system_clock,
            **limits,
        ),
        guard=Guard(https=https),
        trusted=trusted,
        page=error_page,
    )
    app = web.Application(
        middlewares=stack(parts), client_max_size=client_max_size
    )
    shelf = Shelf()
    workers = Workers(threads, queue)
    app[WIRE] = make_wire(forms)
    app[WORKERS] = workers
    app[EARNTRACK] = shelf
    app[TOGETHER] = shelf.together
    app[CLOCK] = system_clock
    guard(app, parts)
    mount(app, routes)

    async def close(_: web.Application) -> None:
        workers.close()

    app.on_cleanup.append(close)
    return Server(app, shelf, workers, metrics, authenticator, cache, gate)


def bearer(token: str = "ada") -> dict[str, str]:
    """Return the headers of somebody with a token."""
    return {"Authorization": f"Bearer {token}"}
