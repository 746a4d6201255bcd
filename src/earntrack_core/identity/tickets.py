"""Tickets: mailed to an address, used once."""

from datetime import datetime
from typing import Final

from earntrack_core.identity import mail, rules, trying
from earntrack_core.identity.checks import plain_email
from earntrack_core.identity.mail import Letter
from earntrack_core.identity.model import Purpose, Ticket, User
from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.rules import MAILS, digest
from earntrack_core.identity.tokens import new_secret
from earntrack_core.kernel.errors import InvalidError, NotFoundError


NO_GOOD: Final = "is not valid, or no longer"

PURPOSES: Final = {
    mail.VERIFY: Purpose.VERIFY,
    mail.RESET: Purpose.RESET,
    mail.EMAIL_CHANGE: Purpose.EMAIL_CHANGE,
}
"""What the tickets in letters are for."""


def may_mail(unit: DirectoryUnit, email: str, now: datetime) -> bool:
    """Count a mail to an address, and say whether it is not one too many."""
    key = digest(f"mail {plain_email(email)}")
    return trying.may(unit, key, MAILS, now)


def invite(
    unit: DirectoryUnit,
    template: str,
    user: User,
    now: datetime,
    email: str | None = None,
) -> Letter:
    """Give a user a ticket; return the letter to mail it in.

    It goes to *email*, or else to the address of the user.
    """
    token = new_secret()
    to = user.email if email is None else email
    purpose = PURPOSES[template]
    unit.add_ticket(rules.ticket(purpose, user, to, token, now))
    return Letter(
        template=template,
        to=to,
        name=user.name,
        locale=user.locale,
        purpose=purpose,
        token=token,
    )


def notice(template: str, user: User, **about: str) -> Letter:
    """Return a letter that only tells something."""
    return Letter(
        template=template,
        to=user.email,
        name=user.name,
        locale=user.locale,
        about=tuple(about.items()),
    )


def redeem(
    unit: DirectoryUnit, token: str, purpose: Purpose, now: datetime
) -> tuple[User, Ticket]:
    """Take a ticket; return it and its user.

    Raises:
        InvalidError: There is none, or it has expired, or the user is gone
            or has another address by now.
    """
    ticket = unit.take_ticket(digest(token), purpose)
    if ticket is None or ticket.expires_at <= now:
        raise InvalidError("token", NO_GOOD)
    try:
        user = unit.user(ticket.user_id)
    except NotFoundError as error:
        raise InvalidError("token", NO_GOOD) from error
    to_another = user.email != ticket.email
    if not user.active or (to_another and purpose is not Purpose.EMAIL_CHANGE):
        raise InvalidError("token", NO_GOOD)
    return user, ticket
