"""A real SMTP server for the tests, in a thread."""

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from attrs import Factory, define


@define
class Mailbox:
    """What an SMTP server was given, and what it refuses."""

    messages: list[EmailMessage] = Factory(list)
    envelopes: list[Envelope] = Factory(list)
    signed_in: list[bool] = Factory(list)
    refused: dict[str, str] = Factory(dict)
    """Replies like `550 no such user`, by recipient; `DATA` for contents."""

    def clear(self) -> None:
        """Forget everything."""
        self.messages.clear()
        self.envelopes.clear()
        self.signed_in.clear()
        self.refused.clear()

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _: Any, __: Any, envelope: Any, address: str, ___: Any
    ) -> str:
        """Accept or refuse a recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, _: Any, session: Session, envelope: Envelope
    ) -> str:
        """Keep or refuse a message."""
        if "DATA" in self.refused:
            return self.refused["DATA"]
        parser: BytesParser[EmailMessage] = BytesParser(policy=default)
        content = envelope.content
        self.messages.append(parser.parsebytes(bytes(content or b"")))
        self.envelopes.append(envelope)
        self.signed_in.append(bool(session.authenticated))
        return "250 OK"


@define
class SmtpServer:
    """An SMTP server in a thread."""

    port: int
    mailbox: Mailbox
    scheme: str = "smtp"

    @property
    def url(self) -> str:
        """Where it is to be found."""
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def smtp_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    users: Mapping[str, str] | None = None,
    international: bool = True,
) -> Iterator[SmtpServer]:
    """Start an SMTP server on a free port; *users* may have to sign in."""
    mailbox = Mailbox()

    def authenticate(*arguments: Any) -> AuthResult:
        given = arguments[-1]
        known = isinstance(given, LoginPassword) and (
            (users or {}).get(given.login.decode()) == given.password.decode()
        )
        return AuthResult(success=known, handled=known)

    def protocol() -> SMTP:
        return SMTP(
            mailbox,
            hostname="mail.example.org",
            enable_SMTPUTF8=international,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=authenticate if users else None,
            auth_required=users is not None and starttls is not None,
            auth_require_tls=starttls is not None,
            loop=asyncio.get_running_loop(),
        )

    scheme = "smtps" if tls else "smtp+starttls" if starttls else "smtp"
    with _loop() as loop:
        serving = loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
        server = asyncio.run_coroutine_threadsafe(serving, loop).result()
        port = server.sockets[0].getsockname()[1]
        try:
            yield SmtpServer(port, mailbox, scheme)
        finally:
            loop.call_soon_threadsafe(server.close)


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread; end what still runs in it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="smtp")
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _finish() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
