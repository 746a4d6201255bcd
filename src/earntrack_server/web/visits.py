"""Visits: what a page knows of who looks at it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from aiohttp import hdrs, web
from attrs import field, frozen

from earntrack_core.app import EarnTrack
from earntrack_core.identity.model import Client
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import NotFoundError, UnauthenticatedError
from earntrack_core.kernel.periods import local_day
from earntrack_server.http.keys import (
    ACTOR,
    ADDRESS,
    EARNTRACK,
    NONCE,
    REQUEST_ID,
    SESSION_ID,
)
from earntrack_server.http.problems import TooLargeError
from earntrack_server.http.route import SAFE
from earntrack_server.middleware.csrf import FORM, make_token
from earntrack_server.web.speech import ENGLISH, Speech, speech_of


THEME: Final = "earntrack-theme"
THEMES: Final = frozenset({"light", "dark"})
FRAGMENT: Final = "HX-Request"
AGENT: Final = 200
HOME: Final = "/"


@frozen(kw_only=True)
class Visit:
    """A request for a page, read and checked."""

    et: EarnTrack
    actor: Actor | None
    session_id: UUID | None
    cookie: str = field(repr=False)
    """The secret of the session; empty without one."""
    host: str
    """As the visitor calls this server."""
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str] = field(repr=False)
    keys: Mapping[str, str]
    """The parameters in the path."""
    speech: Speech
    theme: str
    """light, dark, or empty for that of the system."""
    nonce: str
    request_id: str
    client: Client
    is_fragment: bool
    """Whether a script asks, which wants only a part."""

    @property
    def me(self) -> Actor:
        """Who looks.

        Raises:
            UnauthenticatedError: Nobody we know.
        """
        if self.actor is None:
            raise UnauthenticatedError("Sign in first.")
        return self.actor

    @property
    def key(self) -> UUID:
        """The id in the path.

        Raises:
            NotFoundError: It is none.
        """
        text = self.keys["id"]
        try:
            return UUID(text)
        except ValueError as error:
            raise NotFoundError("record", text[:40]) from error

    @property
    def today(self) -> date:
        """The day it is where the visitor is."""
        zone = "UTC" if self.actor is None else self.actor.zone
        return local_day(self.et.parts.now(), zone)

    @property
    def back(self) -> str:
        """The page to go on with after signing in."""
        return own_path(self.query.get("next") or self.form.get("next"))

    def token(self) -> str:
        """Return what forms carry, to show that they are of this visit."""
        return make_token(self.cookie) if self.cookie else ""


def own_path(text: str | None) -> str:
    """Return a path of this site; home, if it leads anywhere else."""
    if not text or not text.startswith("/") or "\\" in text:
        return HOME
    parts = urlsplit(text)
    elsewhere = parts.scheme or parts.netloc or not text.isprintable()
    return HOME if elsewhere or text.startswith("//") else text


def visit_of(
    request: web.Request, cookie: str, form: Mapping[str, str]
) -> Visit:
    """Read a request for a page; *cookie* is the name of the session's."""
    actor = request.get(ACTOR)
    theme = request.cookies.get(THEME, "")
    known = actor is not None
    return Visit(
        et=request.config_dict[EARNTRACK],
        actor=actor,
        session_id=request.get(SESSION_ID),
        cookie=request.cookies.get(cookie, "") if known else "",
        host=request.url.host or "",
        path=request.path_qs,
        query=dict(request.query),
        form=form,
        keys=dict(request.match_info),
        speech=_speech(actor),
        theme=theme if theme in THEMES else "",
        nonce=request.get(NONCE, ""),
        request_id=request.get(REQUEST_ID, ""),
        client=Client(
            address=request.get(ADDRESS, ""),
            user_agent=request.headers.get(hdrs.USER_AGENT, "")[:AGENT],
        ),
        is_fragment=FRAGMENT in request.headers,
    )


def _speech(actor: Actor | None) -> Speech:
    if actor is None:
        return speech_of(ENGLISH)
    return speech_of(actor.locale, actor.zone)


async def read_form(request: web.Request) -> Mapping[str, str]:
    """Return what was typed into a form.

    Raises:
        TooLargeError: It is more than anybody can type.
    """
    if request.method in SAFE or request.content_type != FORM:
        return {}
    try:
        sent: Mapping[str, Any] = await request.post()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLargeError("The form is too large.") from error
    return {name: text for name, text in sent.items() if isinstance(text, str)}
