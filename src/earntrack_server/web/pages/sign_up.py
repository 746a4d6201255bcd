"""Sign-up: how somebody gets an account."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from earntrack_core.identity.model import Credentials, NewUser
from earntrack_core.identity.passwords import check_password
from earntrack_core.kernel.currencies import TABLE
from earntrack_core.kernel.errors import (
    FieldProblem,
    InvalidError,
    NotFoundError,
)
from earntrack_server.http.route import Route
from earntrack_server.web.pages.sign_in import LIMIT, REFUSALS, entered
from earntrack_server.web.rendering import Moved, Shown, Told
from earntrack_server.web.site import Site, page_route
from earntrack_server.web.speech import Speech
from earntrack_server.web.visits import HOME, Visit


REGISTER: Final = "/register"
FIELDS: Final = ("name", "email", "password", "currency", "zone")
COMMON: Final = ("USD", "EUR", "GBP", "CAD", "AUD", "INR", "CHF", "JPY")
"""Currencies that most people look for."""

OTHERS: Final = tuple(code for code in TABLE if code not in COMMON)


def show(_: Site, visit: Visit) -> Told:
    """Show the form."""
    if visit.actor is not None:
        return Moved(to=HOME)
    return form(visit, {})


def form(visit: Visit, problems: Mapping[str, str]) -> Shown:
    """Return the form; with problems, and with what was typed.

    Raises:
        NotFoundError: Strangers cannot register here.
    """
    if not visit.et.parts.policy.registration:
        raise NotFoundError("page", REGISTER)
    return Shown(
        template="sign_up.html",
        values={
            "typed": {name: visit.form.get(name, "") for name in FIELDS},
            "problems": problems,
            "common": COMMON,
            "others": OTHERS,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
    )


def register(site: Site, visit: Visit) -> Told:
    """Give somebody an account, and let them in if nothing is to prove."""
    typed = {name: text for name, text in visit.form.items() if text}
    said: dict[str, str] = {
        name: typed[name] for name in FIELDS if name in typed
    }
    try:
        new = visit.et.parts.wire.read(said, NewUser)
        visit.et.identity.accounts.register(new)
    except InvalidError as error:
        problems = (*error.problems, *_about_password(said))
        return form(visit, beside(problems, visit.speech))
    if visit.et.parts.policy.verify_first:
        return sent(visit)
    try:
        who = Credentials(email=new.email, password=new.password)
        return entered(site, visit, who)
    except REFUSALS:
        return sent(visit)


def _about_password(said: Mapping[str, str]) -> Iterable[FieldProblem]:
    """Return what is wrong with a password, beside what else there is."""
    try:
        check_password(said.get("password", ""))
    except InvalidError as error:
        return error.problems
    return ()


def sent(visit: Visit) -> Shown:
    """Say that a mail is on its way, whoever the address belongs to."""
    return Shown(
        template="sent.html", values={"email": visit.form.get("email", "")}
    )


def beside(problems: Iterable[FieldProblem], speech: Speech) -> dict[str, str]:
    """Return problems by the names of the fields that they stand beside."""
    found: dict[str, str] = {}
    for one in problems:
        name = one.field.lstrip("/").partition("/")[0]
        found.setdefault(name, speech.say(one.problem))
    return found


def routes(site: Site) -> list[Route]:
    """Return all of them."""
    return [
        page_route(site, "GET", REGISTER, show),
        page_route(site, "POST", REGISTER, register, limit=LIMIT),
    ]
