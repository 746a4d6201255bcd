"""Authentication: from a token or a session cookie to the actor."""

import hashlib
import json
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable, Collection
from threading import Lock
from typing import Final, Protocol
from uuid import UUID

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from attrs import define, field, frozen

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import UnauthenticatedError
from earntrack_core.kernel.ids import UserId
from earntrack_server.http.keys import ACTOR, SESSION_ID, WORKERS, route_of
from earntrack_server.http.origins import check_origin
from earntrack_server.http.route import SAFE
from earntrack_server.middleware.csrf import check_token


BEARER: Final = "bearer"
LONGEST: Final = 4096
"""No token of ours is longer."""

JWT_PARTS: Final = 3
Known = tuple[Actor, UUID]


class Authenticator(Protocol):
    """Knows who has a token."""

    def authenticate(self, token: str, /) -> Known:
        """Return who has a token, and in which session.

        Raises:
            UnauthenticatedError: Nobody, or not any more.
        """
        ...


def cookie_name(*, https: bool) -> str:
    """Return the name of the session cookie.

    A `__Host-` cookie belongs to one host and needs https.
    """
    return "__Host-earntrack" if https else "earntrack"


def _expiry(token: str) -> float | None:
    """Return when a token expires that has been verified before."""
    parts = token.split(".")
    if len(parts) != JWT_PARTS:
        return None
    try:
        text = urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        expiry = json.loads(text).get("exp")
    except (ValueError, AttributeError):
        return None
    return expiry if isinstance(expiry, int | float) else None


@frozen
class Entry:
    """Who has a token, until when that is believed."""

    actor: Actor
    session_id: UUID
    until: float


@define(eq=False)
class TokenCache:
    """The tokens verified lately; revocation drops them.

    Another process may revoke a session too: then it tells by a bell, or
    this one learns it after `keep` seconds.
    """

    seconds: Callable[[], float]
    """Returns the present instant in seconds since 1970."""
    keep: float = 30.0
    size: int = 10_000
    _entries: OrderedDict[bytes, Entry] = field(
        factory=OrderedDict, init=False
    )
    _drops: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    @property
    def drops(self) -> int:
        """How often something was dropped; tells whether a look-up aged."""
        return self._drops

    def get(self, token: str) -> Known | None:
        """Return who has a token, if that was verified lately."""
        key = _digest(token)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.until <= self.seconds():
                del self._entries[key]
                return None
            self._entries.move_to_end(key)
        return entry.actor, entry.session_id

    def put(self, token: str, known: Known, drops: int) -> None:
        """Remember who has a token, unless something was dropped since."""
        until = self.seconds() + self.keep
        expiry = _expiry(token)
        if expiry is not None:
            until = min(until, expiry)
        with self._lock:
            if drops != self._drops:
                return
            self._entries[_digest(token)] = Entry(*known, until)
            if len(self._entries) > self.size:
                self._entries.popitem(last=False)

    def drop_session(self, session_id: UUID) -> None:
        """Forget the tokens of a session."""
        self._drop(lambda entry: entry.session_id == session_id)

    def drop_user(self, user_id: UserId) -> None:
        """Forget the tokens of a user, and what the user was allowed."""
        self._drop(lambda entry: entry.actor.user_id == user_id)

    def clear(self) -> None:
        """Forget everything, since a bell may not have been heard."""
        self._drop(lambda _: True)

    def _drop(self, gone: Callable[[Entry], bool]) -> None:
        with self._lock:
            self._drops += 1
            keys = [key for key, one in self._entries.items() if gone(one)]
            for key in keys:
                del self._entries[key]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def read_bearer(request: web.Request) -> str | None:
    """Return the token in the `Authorization` header.

    Raises:
        UnauthenticatedError: The header is of another kind.
    """
    header = request.headers.get(hdrs.AUTHORIZATION)
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != BEARER or not 0 < len(token) <= LONGEST:
        raise UnauthenticatedError("Send Authorization: Bearer <token>.")
    return token


def is_open(request: web.Request) -> bool:
    """Say whether the door that was found is for anybody."""
    route = route_of(request)
    return route is not None and route.policy.role is None


@frozen(kw_only=True)
class Gate:
    """Finds out who asks."""

    authenticator: Authenticator
    cache: TokenCache
    cookie: str
    origin: str
    """Where our own pages come from: `https://earntrack.example`."""
    others: Collection[str] = ()
    """The other sites whose scripts may use the API."""

    async def identify(self, request: web.Request) -> None:
        """Note who asks.

        Raises:
            UnauthenticatedError: A token is wrong, expired or revoked.
            ForbiddenError: A page of another site asks with our cookie.
        """
        token = read_bearer(request)
        if token is None:
            unsafe = request.method not in SAFE
            if unsafe:
                check_origin(request, self.origin, self.others)
            cookie = request.cookies.get(self.cookie)
            if cookie is None:
                return
            await self._let_in(request, cookie)
            if unsafe and not is_open(request):
                await check_token(request, cookie)
        else:
            await self._let_in(request, token)

    async def _let_in(self, request: web.Request, token: str) -> None:
        known = await self._known(request, token)
        request[ACTOR], request[SESSION_ID] = known

    async def _known(self, request: web.Request, token: str) -> Known:
        known = self.cache.get(token)
        if known is None:
            drops = self.cache.drops
            known = await request.app[WORKERS].run(
                self.authenticator.authenticate, token
            )
            self.cache.put(token, known, drops)
        return known


def auth(gate: Gate) -> Middleware:
    """Return the middleware.

    Doors for anybody open with a token that is no longer valid, too: that is
    how one gets a new one.
    """

    @web.middleware
    async def middleware(
        request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if route_of(request) is None:
            return await handler(request)
        try:
            await gate.identify(request)
        except UnauthenticatedError:
            if not is_open(request):
                raise
        return await handler(request)

    return middleware
