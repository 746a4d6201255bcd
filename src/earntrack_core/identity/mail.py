"""The mails that identity sends, after what they are about is stored."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from attrs import field, frozen

from earntrack_core.identity.model import Purpose
from earntrack_core.identity.rules import TICKETS
from earntrack_core.kernel.errors import EarnTrackError
from earntrack_core.ports.notifier import MessageWriter, Notifier


log = logging.getLogger(__name__)

Later = Callable[[Callable[[], None]], object]
"""Does something some time after the answer: submits it to a thread."""

VERIFY: Final = "verify"
ACCOUNT_EXISTS: Final = "account_exists"
RESET: Final = "reset"
PASSWORD_CHANGED: Final = "password_changed"  # noqa: S105 -- names a mail
EMAIL_CHANGE: Final = "email_change"
EMAIL_CHANGED: Final = "email_changed"
NEW_SIGN_IN: Final = "new_sign_in"

PAGES: Final = {
    Purpose.VERIFY: "verify",
    Purpose.RESET: "reset",
    Purpose.EMAIL_CHANGE: "confirm-email",
}
"""The pages on which tickets are used."""

HOUR: Final = 3600


def at_once(work: Callable[[], None]) -> None:
    """Do something now."""
    work()


@frozen(kw_only=True)
class Letter:
    """A mail to write: which one, to whom, and the ticket in it, if any."""

    template: str
    to: str
    name: str
    locale: str
    about: tuple[tuple[str, str], ...] = ()
    """What else it tells."""
    purpose: Purpose | None = None
    token: str = field(default="", repr=False)


@frozen(kw_only=True)
class Post:
    """Writes letters and hands them over.

    With `later` the answer to a request does not wait for a mail server, so
    that its time does not tell whether there was a mail.
    """

    writer: MessageWriter
    notifier: Notifier
    site: str
    """The address of the pages, without a slash at its end."""
    later: Later = at_once

    def send(self, *letters: Letter) -> None:
        """Send letters; one that cannot be sent now is logged and lost.

        Whoever waits for it asks for another one.
        """
        for letter in letters:
            self.later(partial(self._send, letter))

    def _send(self, letter: Letter) -> None:
        try:
            message = self.writer.write(
                letter.template, letter.to, letter.locale, self._facts(letter)
            )
            self.notifier.send(message)
        except EarnTrackError as error:
            log.warning("No %s mail was sent: %s", letter.template, error.code)

    def _facts(self, letter: Letter) -> dict[str, str]:
        facts = {
            "name": letter.name,
            "email": letter.to,
            "site": self.site,
            **dict(letter.about),
        }
        if letter.purpose is None:
            return facts
        page = PAGES[letter.purpose]
        hours = int(TICKETS[letter.purpose].total_seconds()) // HOUR
        return facts | {
            "link": f"{self.site}/{page}?token={letter.token}",
            "token": letter.token,
            "hours": str(hours),
        }
