"""Sign-in: the door into the pages, and the way out."""

from contextlib import suppress
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs

from earntrack_core.identity.model import BrowserPass, Credentials, SessionId
from earntrack_core.kernel.errors import (
    EarnTrackError,
    ForbiddenError,
    LockedOutError,
    NotFoundError,
    UnauthenticatedError,
)
from earntrack_server.http.route import VIEWER, Route
from earntrack_server.web.rendering import Moved, Shown, Told
from earntrack_server.web.site import SIGN_IN, Site, page_route
from earntrack_server.web.speech import Speech
from earntrack_server.web.visits import Visit


LIMIT: Final = "auth"
SECRET: Final = ((hdrs.CACHE_CONTROL, "no-store"),)
REFUSALS: Final = (UnauthenticatedError, LockedOutError, ForbiddenError)


def show(_: Site, visit: Visit) -> Told:
    """Show the form."""
    if visit.actor is not None:
        return Moved(to=visit.back)
    return form(visit)


def form(visit: Visit, error: EarnTrackError | None = None) -> Shown:
    """Return the form; after an error, with what was typed."""
    return Shown(
        template="sign_in.html",
        values={
            "email": visit.form.get("email", ""),
            "back": visit.back,
            "error": None if error is None else reason(visit.speech, error),
            "unproved": isinstance(error, ForbiddenError),
        },
        status=HTTPStatus.OK
        if error is None
        else HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def reason(speech: Speech, error: EarnTrackError) -> str:
    """Say why somebody could not sign in."""
    if isinstance(error, LockedOutError):
        at = speech.formats.moment(error.until)
        return speech.say(
            "Too many attempts went wrong. Try again at %(at)s.", at=at
        )
    if isinstance(error, ForbiddenError):
        return speech.say(
            "Confirm your address first: we have mailed you a link."
        )
    return speech.say("The address or the password is wrong.")


def enter(site: Site, visit: Visit) -> Told:
    """Sign somebody in."""
    said = Credentials(
        email=visit.form.get("email", ""),
        password=visit.form.get("password", ""),
    )
    try:
        return entered(site, visit, said)
    except REFUSALS as error:
        return form(visit, error)


def entered(site: Site, visit: Visit, said: Credentials) -> Moved:
    """Return the way on, with the cookie of a new session.

    Raises:
        UnauthenticatedError: The address or the password is wrong.
        LockedOutError: One of them was wrong too often.
        ForbiddenError: The address has not been confirmed.
    """
    opened = visit.et.identity.sessions.sign_in_browser(said, visit.client)
    leave(visit)
    return let_in(site, opened, visit.back)


def let_in(site: Site, opened: BrowserPass, to: str) -> Moved:
    """Return the way on, with the cookie of a session."""
    return Moved(to=to, headers=(*SECRET, site.cookie.set(opened.cookie)))


def leave(visit: Visit) -> None:
    """End the session that asks, if it has not ended in the meantime."""
    if visit.actor is not None and visit.session_id is not None:
        with suppress(NotFoundError):
            visit.et.identity.sessions.sign_out(
                visit.actor, SessionId(visit.session_id)
            )


def sign_out(site: Site, visit: Visit) -> Told:
    """End the session, and forget its cookie."""
    leave(visit)
    return Moved(to=SIGN_IN, headers=(*SECRET, site.cookie.drop()))


def routes(site: Site) -> list[Route]:
    """Return all of them."""
    return [
        page_route(site, "GET", SIGN_IN, show),
        page_route(site, "POST", SIGN_IN, enter, limit=LIMIT),
        page_route(site, "POST", "/sign-out", sign_out, policy=VIEWER),
    ]
