"""E-mail that is sent over SMTP, one connection per message.

A server that is away, refuses to talk or asks to come again later means
`UnavailableError`; one that will never take this message `InvalidError`.
"""

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

from attrs import field, frozen

from earntrack_core.kernel.errors import InvalidError, UnavailableError
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.notifier import Message


PORTS: Final = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
PATIENCE: Final = timedelta(seconds=10)
PERMANENT: Final = 500
WORD: Final = r"[\w!#$%&'*+/=?^`{|}~-]+"
LOCAL: Final = re.compile(rf"(?=.{{1,64}}$){WORD}(?:\.{WORD})*")
LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN: Final = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*")


@frozen(kw_only=True)
class Server:
    """Where mail is handed in, and as whom."""

    security: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def server_of(url: str) -> Server:
    """Read a URL like `smtps://user:password@host:465`.

    The schemes are `smtp` (plain), `smtps` (TLS from the start) and
    `smtp+starttls` (TLS before anything is said). User and password may
    contain `%40` for `@` and the like.

    Raises:
        InvalidError: It is none, or would send a password in the open.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise InvalidError(
            "url", f"must begin with {', '.join(PORTS)} and have a valid port"
        ) from error
    if not parts.hostname:
        raise InvalidError("url", "names no host")
    if parts.password and parts.scheme == "smtp" and not _is_here(parts):
        raise InvalidError(
            "url", "must use smtps or smtp+starttls with a password"
        )
    user, password = (
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
    if not (user + password).isascii():
        raise InvalidError("url", "must have an ASCII user and password")
    return Server(
        security=parts.scheme,
        host=parts.hostname,
        port=port,
        user=user,
        password=password,
    )


def _is_here(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(text: str, at: str) -> Address:
    """Return an e-mail address; a foreign domain in its form for the wire.

    Raises:
        InvalidError: It is none.
    """
    local, _, domain = text.rpartition("@")
    try:
        wired = domain.encode("idna").decode("ascii")
    except ValueError:
        wired = ""
    if LOCAL.fullmatch(local) is None or DOMAIN.fullmatch(wired) is None:
        raise InvalidError(at, "is not an e-mail address")
    return Address(username=local, domain=wired)


@frozen(kw_only=True)
class SmtpNotifier:
    """Hands messages to an SMTP server."""

    server: Server
    sender: Address
    """With the name that is shown before it."""
    now: Clock
    patience: timedelta = PATIENCE
    """How long each step of the conversation may take."""
    trust: ssl.SSLContext = field(factory=ssl.create_default_context)

    @classmethod
    def open(
        cls, url: str, sender: str, now: Clock, name: str = "EarnTrack"
    ) -> Self:
        """Return a notifier for a URL; connect to nothing yet.

        Raises:
            InvalidError: The URL or the sender's address is wrong.
        """
        plain = address_of(sender, "sender")
        shown = Address(name, plain.username, plain.domain)
        return cls(server=server_of(url), sender=shown, now=now)

    @property
    def channel(self) -> str:
        """`Message.to` is an e-mail address."""
        return "email"

    def send(self, message: Message) -> None:
        """Hand a message over."""
        letter = self._letter(message)
        international = not message.to.isascii()
        with (
            _reported(international=international),
            closing(self._connection()) as connection,
        ):
            connection.ehlo_or_helo_if_needed()
            if self.server.security == "smtp+starttls":
                connection.starttls(context=self.trust)
            if self.server.user:
                connection.login(self.server.user, self.server.password)
            connection.send_message(letter)
            with suppress(OSError):
                connection.quit()  # it is delivered, come what may

    def close(self) -> None:
        """Do nothing; a connection ends with its message."""

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self.sender
        letter["To"] = address_of(message.to, "to")
        letter["Date"] = format_datetime(self.now())
        letter["Message-ID"] = make_msgid(domain=self.sender.domain)
        letter["Auto-Submitted"] = "auto-generated"
        if not message.subject.isprintable():
            raise InvalidError("subject", "must be one line of letters")
        try:
            letter["Subject"] = message.subject
            letter.set_content(message.text)
            if message.html is not None:
                letter.add_alternative(message.html, subtype="html")
            letter.as_bytes()
        except ValueError as error:
            raise InvalidError(
                "message", "has something that is no text"
            ) from error
        return letter

    def _connection(self) -> smtplib.SMTP:
        server, seconds = self.server, self.patience.total_seconds()
        name = self.sender.domain
        if server.security == "smtps":
            return smtplib.SMTP_SSL(
                server.host,
                server.port,
                name,
                timeout=seconds,
                context=self.trust,
            )
        return smtplib.SMTP(server.host, server.port, name, timeout=seconds)


@contextmanager
def _reported(*, international: bool) -> Iterator[None]:
    """Say in our own words what the server, or the way to it, refuses."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        ((code, reply),) = error.recipients.values()
        raise _refusal("to", code, reply) from error
    except smtplib.SMTPDataError as error:
        raise _refusal("message", error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        if international:
            raise InvalidError(
                "to", "has letters that the mail server does not know"
            ) from error
        raise UnavailableError("mail server", _text(error)) from error
    except OSError as error:
        reason = getattr(error, "smtp_error", None) or error
        raise UnavailableError("mail server", _text(reason)) from error


def _refusal(
    at: str, code: int, reply: bytes | str
) -> InvalidError | UnavailableError:
    if code >= PERMANENT:
        return InvalidError(at, f"was refused: {_text(reply)}")
    return UnavailableError("mail server", _text(reply))


def _text(reply: object) -> str:
    text = (
        reply.decode(errors="replace")
        if isinstance(reply, bytes)
        else str(reply)
    )
    return " ".join(text.split()).rstrip(".")
