"""Routes: what a door is called, who may use it, what goes in and out."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from aiohttp import web
from attrs import Attribute, Factory, field, frozen
from attrs.validators import in_, instance_of, matches_re

from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import (
    EarnTrackError,
    ForbiddenError,
    UnauthenticatedError,
)
from earntrack_core.kernel.paging import FIRST, Part


B = TypeVar("B")

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARAMETER: Final = re.compile(r"\{(\w+)\}")


@frozen
class Policy:
    """Who may use a door: anybody, or members with at least a role."""

    role: Role | None

    def admit(self, actor: Actor | None) -> None:
        """Let somebody in.

        Raises:
            UnauthenticatedError: We must know who it is, and do not.
            ForbiddenError: We do, and they may not.
        """
        if self.role is None:
            return
        if actor is None:
            raise UnauthenticatedError("Sign in first.")
        if not actor.may(self.role):
            raise ForbiddenError(
                f"This needs the role {self.role}; yours is {actor.role}."
            )


ANYBODY: Final = Policy(None)
VIEWER: Final = Policy(Role.VIEWER)
MEMBER: Final = Policy(Role.MEMBER)
OWNER: Final = Policy(Role.OWNER)
ADMIN: Final = Policy(Role.ADMIN)


@frozen(kw_only=True)
class Ask(Generic[B]):
    """What somebody asks for, read and checked."""

    somebody: Actor | None
    body: B
    query: Any = None
    path: Mapping[str, Any] = field(factory=dict)
    part: Part = FIRST
    version: int | None = None
    """The version that the record must still have (`If-Match`)."""
    session_id: UUID | None = None
    address: str = ""
    agent: str = ""

    @property
    def actor(self) -> Actor:
        """Who asks.

        Raises:
            UnauthenticatedError: Nobody we know.
        """
        if self.somebody is None:
            raise UnauthenticatedError("Sign in first.")
        return self.somebody

    @property
    def key(self) -> Any:
        """The id of the record in the path."""
        return self.path["id"]


@frozen(kw_only=True)
class Answer:
    """An answer that is more than its value."""

    value: Any = None
    status: HTTPStatus | None = None
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    """What to send instead of the value as JSON."""
    media_type: str = "application/octet-stream"


Handler = Callable[[Any, Ask[Any]], object]
"""Runs on a worker thread, with EarnTrack and what is asked for."""

RawHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""Runs on the event loop: uploads, downloads, pages, sockets."""


def _one_handler(
    route: "Route", _: "Attribute[Any]", raw: RawHandler | None
) -> None:
    if (route.handler is None) == (raw is None):
        raise ValueError(f"{route.id} needs a handler or a raw one, not both")


def _is_unsafe(route: "Route") -> bool:
    return route.method not in SAFE and route.policy.role is not None


@frozen(kw_only=True)
class Route:
    """A door of the API; one without a policy cannot be made."""

    method: str = field(validator=in_(METHODS))
    path: str = field(validator=matches_re(r"/[\w/{}.:-]*"))
    id: str = field(validator=matches_re(r"[a-z]\w*"))
    summary: str
    policy: Policy = field(validator=instance_of(Policy))
    handler: Handler | None = None
    raw: RawHandler | None = field(default=None, validator=_one_handler)
    body: Any = None
    record: type | None = None
    """What the body is about: its fields have the bounds of the record's."""
    query: type | None = None
    reply: Any = None
    status: HTTPStatus = HTTPStatus.OK
    errors: tuple[type[EarnTrackError], ...] = ()
    words: Mapping[str, str] = field(factory=dict)
    """What the client calls fields of the core that have other names."""
    params: Mapping[str, Any] = field(factory=dict)
    """Kinds of path parameters; those ending in `id` are UUIDs anyway."""
    paged: bool = False
    """Takes `limit` and `cursor`, replies with a `Page`."""
    etag: bool = False
    """Its records have versions: sends `ETag`, honours `If-Match`."""
    must_match: bool = False
    """Insists on `If-Match`."""
    limit: str = "api"
    """The name of the rate limit that counts here."""
    tags: tuple[str, ...] = ()
    consumes: str = "application/json"
    body_schema: Mapping[str, Any] | None = None
    """The JSON Schema of a body that a raw handler reads itself."""
    example: Any = None
    """A body as a client may send it."""
    media_type: str = "application/json"
    documented: bool = True
    keep: timedelta | None = None
    """How long its answers may be kept, until something happens."""
    idempotent: bool = field(default=Factory(_is_unsafe, takes_self=True))
    """Takes `Idempotency-Key`."""

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in SAFE

    @property
    def has_body(self) -> bool:
        """Whether what it takes is in the body, not in the query string."""
        return self.body is not None or self.body_schema is not None

    def parameters(self) -> Mapping[str, Any]:
        """Return the kinds of the parameters in the path."""
        return {
            name: self.params.get(
                name, UUID if name.lower().endswith("id") else str
            )
            for name in PARAMETER.findall(self.path)
        }
