"""/auth: register, sign in, stay signed in, sign out, get back in.

Answers about an address are the same whether or not somebody has it.
"""

from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs
from attrs import field, frozen

from earntrack_core.app import EarnTrack
from earntrack_core.identity.model import (
    Client,
    Credentials,
    NewUser,
    SessionId,
    TokenPair,
)
from earntrack_core.kernel.errors import (
    EarnTrackError,
    ForbiddenError,
    InvalidError,
    LockedOutError,
    NotFoundError,
    UnauthenticatedError,
)
from earntrack_server.http.cookies import SessionCookie
from earntrack_server.http.route import (
    ANYBODY,
    VIEWER,
    Answer,
    Ask,
    Handler,
    Policy,
    Route,
)
from earntrack_server.middleware.csrf import make_token


PATH: Final = "/api/v1/auth"
TAGS: Final = ("auth",)
LIMIT: Final = "auth"
LENIENT: Final = frozenset({"refresh", "logout"})
"""Doors that nobody can guess anything at."""
SECRET: Final = ((hdrs.CACHE_CONTROL, "no-store"),)

REFUSALS: Final = (UnauthenticatedError, LockedOutError, ForbiddenError)


@frozen(kw_only=True)
class Address:
    """Whose account it is about."""

    email: str


@frozen(kw_only=True)
class Token:
    """What came by mail."""

    token: str = field(repr=False)


@frozen(kw_only=True)
class NewStart:
    """What came by mail, and the password from now on."""

    token: str = field(repr=False)
    password: str = field(repr=False)


@frozen(kw_only=True)
class Refresh:
    """The token for new tokens."""

    refresh_token: str = field(repr=False)


@frozen(kw_only=True)
class BrowserSession:
    """A session whose secret is in the cookie that comes with it."""

    session_id: SessionId
    csrf_token: str = field(repr=False)
    """What unsafe requests of the page send as `X-CSRF-Token`."""
    expires_at: datetime


def client_of(ask: Ask[Any]) -> Client:
    """Return what is known of the device that asks."""
    return Client(address=ask.address, user_agent=ask.agent)


def register(et: EarnTrack, ask: Ask[NewUser]) -> None:
    """Give somebody an account, once they have read the mail."""
    et.identity.accounts.register(ask.body)


def verify(et: EarnTrack, ask: Ask[Token]) -> None:
    """Note that somebody has read the mail."""
    et.identity.accounts.verify_email(ask.body.token)


def resend(et: EarnTrack, ask: Ask[Address]) -> None:
    """Mail the token for an address once more."""
    et.identity.accounts.resend(ask.body.email)


def forgot(et: EarnTrack, ask: Ask[Address]) -> None:
    """Mail a token for a new password."""
    et.identity.accounts.request_reset(ask.body.email)


def reset(et: EarnTrack, ask: Ask[NewStart]) -> None:
    """Set a new password, and end all sessions."""
    et.identity.accounts.reset(ask.body.token, ask.body.password)


def confirm_email(et: EarnTrack, ask: Ask[Token]) -> None:
    """Use a new address from now on, and end all sessions."""
    et.identity.credentials.confirm_email(ask.body.token)


def login(et: EarnTrack, ask: Ask[Credentials]) -> Answer:
    """Return the tokens of a new session."""
    pair = et.identity.sessions.sign_in(ask.body, client_of(ask))
    return Answer(value=pair, headers=SECRET)


def refresh(et: EarnTrack, ask: Ask[Refresh]) -> Answer:
    """Return the next tokens of a session."""
    pair = et.identity.sessions.refresh(ask.body.refresh_token)
    return Answer(value=pair, headers=SECRET)


def login_browser(
    cookie: SessionCookie, et: EarnTrack, ask: Ask[Credentials]
) -> Answer:
    """Give a browser the cookie of a new session; its old one ends."""
    opened = et.identity.sessions.sign_in_browser(ask.body, client_of(ask))
    _end(et, ask)
    return Answer(
        value=BrowserSession(
            session_id=opened.session_id,
            csrf_token=make_token(opened.cookie),
            expires_at=opened.expires_at,
        ),
        headers=(*SECRET, cookie.set(opened.cookie)),
    )


def logout(cookie: SessionCookie, et: EarnTrack, ask: Ask[None]) -> Answer:
    """End the session that asks, at once."""
    _end(et, ask)
    return Answer(headers=(cookie.drop(),))


def _end(et: EarnTrack, ask: Ask[Any]) -> None:
    """End the session that asks, if it has not ended in the meantime."""
    if ask.somebody is not None and ask.session_id is not None:
        with suppress(NotFoundError):
            et.identity.sessions.sign_out(
                ask.somebody, SessionId(ask.session_id)
            )


def routes(cookie: SessionCookie) -> list[Route]:
    """Return all of them."""
    return [
        _accepted("register", "Register", register, NewUser, ForbiddenError),
        _done("verify", "Confirm the address with a token", verify, Token),
        _accepted("resend", "Mail that token once more", resend, Address),
        _accepted("forgot", "Mail a token for a password", forgot, Address),
        _done("reset", "Set a new password with a token", reset, NewStart),
        _done(
            "confirm-email",
            "Confirm a new address with a token",
            confirm_email,
            Token,
        ),
        _route(
            "login",
            "Sign in a program",
            login,
            body=Credentials,
            reply=TokenPair,
            errors=REFUSALS,
        ),
        _route(
            "login/browser",
            "Sign in a browser",
            partial(login_browser, cookie),
            body=Credentials,
            reply=BrowserSession,
            errors=REFUSALS,
        ),
        _route(
            "refresh",
            "Exchange a refresh token for new tokens",
            refresh,
            body=Refresh,
            reply=TokenPair,
            errors=(UnauthenticatedError,),
        ),
        _route(
            "logout",
            "Sign out",
            partial(logout, cookie),
            policy=VIEWER,
            status=HTTPStatus.NO_CONTENT,
        ),
    ]


def _route(
    name: str,
    summary: str,
    handler: Handler,
    *,
    policy: Policy = ANYBODY,
    **more: Any,
) -> Route:
    """Return a door that keeps no answers, since they are secrets."""
    return Route(
        method="POST",
        path=f"{PATH}/{name}",
        id=name.replace("-", "_").replace("/", "_"),
        summary=summary,
        policy=policy,
        handler=handler,
        limit="api" if name in LENIENT else LIMIT,
        tags=TAGS,
        idempotent=False,
        **more,
    )


def _accepted(
    name: str,
    summary: str,
    handler: Handler,
    body: type,
    *errors: type[EarnTrackError],
) -> Route:
    """Return a door behind which a mail is written, or not."""
    return _route(
        name,
        summary,
        handler,
        body=body,
        status=HTTPStatus.ACCEPTED,
        errors=(InvalidError, *errors),
    )


def _done(name: str, summary: str, handler: Handler, body: type) -> Route:
    """Return a door that a token from a mail opens."""
    return _route(
        name,
        summary,
        handler,
        body=body,
        status=HTTPStatus.NO_CONTENT,
        errors=(InvalidError,),
    )
