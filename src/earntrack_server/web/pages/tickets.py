"""Tickets: the pages that links in mails lead to, and how to get one.

A link only shows a button: programs that look at mails open links too.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from attrs import frozen

from earntrack_core.identity.mail import PAGES
from earntrack_core.identity.model import Purpose
from earntrack_core.kernel.errors import InvalidError
from earntrack_server.http.route import Route
from earntrack_server.web.pages.sign_in import LIMIT
from earntrack_server.web.pages.sign_up import beside, sent
from earntrack_server.web.rendering import Shown, Told
from earntrack_server.web.site import Site, page_route
from earntrack_server.web.visits import Visit


FORGOT: Final = "/forgot"
RESEND: Final = "/resend"


@frozen
class Ticket:
    """A page on which a ticket is used."""

    purpose: Purpose
    use: Callable[[Visit, str], None]

    @property
    def path(self) -> str:
        """Where mails link to."""
        return f"/{PAGES[self.purpose]}"

    def show(self, _: Site, visit: Visit) -> Told:
        """Ask whether to go on."""
        return self._page(visit, visit.query.get("token", ""))

    def redeem(self, _: Site, visit: Visit) -> Told:
        """Do what the ticket is for, once."""
        token = visit.form.get("token", "")
        try:
            self.use(visit, token)
        except InvalidError as error:
            return self._page(visit, token, error)
        return Shown(template="done.html", values={"purpose": self.purpose})

    def _page(
        self, visit: Visit, token: str, error: InvalidError | None = None
    ) -> Shown:
        problems = (
            {} if error is None else beside(error.problems, visit.speech)
        )
        status = HTTPStatus.OK
        if problems:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        return Shown(
            template="ticket.html",
            values={
                "purpose": self.purpose,
                "action": self.path,
                "token": token,
                "problems": problems,
            },
            status=status,
        )


def _verify(visit: Visit, token: str) -> None:
    visit.et.identity.accounts.verify_email(token)


def _reset(visit: Visit, token: str) -> None:
    password = visit.form.get("password", "")
    visit.et.identity.accounts.reset(token, password)


def _confirm(visit: Visit, token: str) -> None:
    visit.et.identity.credentials.confirm_email(token)


TICKETS: Final = (
    Ticket(Purpose.VERIFY, _verify),
    Ticket(Purpose.RESET, _reset),
    Ticket(Purpose.EMAIL_CHANGE, _confirm),
)


def ask(_: Site, visit: Visit) -> Told:
    """Ask for the address of who forgot their password."""
    return Shown(
        template="forgot.html", values={"email": visit.query.get("email", "")}
    )


def forgot(_: Site, visit: Visit) -> Told:
    """Mail a ticket for a new password, if there is somebody to mail to."""
    visit.et.identity.accounts.request_reset(visit.form.get("email", ""))
    return sent(visit)


def resend(_: Site, visit: Visit) -> Told:
    """Mail the ticket for an address anew, if it still needs one."""
    visit.et.identity.accounts.resend(visit.form.get("email", ""))
    return sent(visit)


def routes(site: Site) -> list[Route]:
    """Return all of them."""
    doors = [
        page_route(site, "GET", FORGOT, ask),
        page_route(site, "POST", FORGOT, forgot, limit=LIMIT),
        page_route(site, "POST", RESEND, resend, limit=LIMIT),
    ]
    for one in TICKETS:
        doors.append(page_route(site, "GET", one.path, one.show))
        doors.append(
            page_route(site, "POST", one.path, one.redeem, limit=LIMIT)
        )
    return doors
