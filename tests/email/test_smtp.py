import ipaddress
import re
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

import mail_service
import services
from earntrack_adapters.email.smtp import Server, SmtpNotifier, server_of
from earntrack_core.kernel.errors import InvalidError, UnavailableError
from earntrack_core.ports.notifier import Message


NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
USERS = {"earntrack@example.org": "s3cr@t:/"}
SIGNED_IN = "earntrack%40example.org:s3cr%40t%3A%2F@"


def a_message(**changes):
    said = {
        "to": "ada@example.org",
        "subject": "Grüße 🎉",
        "text": "Hällo,\n.\nbye\n",
        "html": "<p>Hällo",
        **changes,
    }
    return Message(**said)


def notifier(url, **changes):
    made = SmtpNotifier.open(url, "books@example.org", lambda: NOON)
    return evolve(made, **changes)


@pytest.fixture(name="mailbox")
def _mailbox(smtp_server):
    smtp_server.mailbox.clear()
    return smtp_server.mailbox


@pytest.fixture(name="smtp")
def _smtp(smtp_server, mailbox):
    return notifier(smtp_server.url)


class TestMessage:
    def test_arrives(self, smtp, mailbox):
        """Subject, text and page arrive as they were written."""
        smtp.send(a_message())

        (got,) = mailbox.messages
        text, html = got.iter_parts()
        assert got["Subject"] == "Grüße 🎉"
        assert got["To"] == "ada@example.org"
        assert got["From"] == "EarnTrack <books@example.org>"
        assert text.get_content().splitlines() == ["Hällo,", ".", "bye"]
        assert html.get_content().splitlines() == ["<p>Hällo"]
        assert html.get_content_type() == "text/html"

    def test_text_alone(self, smtp, mailbox):
        """A message without a page is plain text."""
        smtp.send(a_message(html=None))

        (got,) = mailbox.messages
        assert got.get_content_type() == "text/plain"

    def test_can_be_told_apart(self, smtp, mailbox):
        """Each message has a date, an identity and says what sent it."""
        smtp.send(a_message())
        smtp.send(a_message())

        first, second = mailbox.messages
        assert first["Date"].datetime == NOON
        assert re.fullmatch(r"<.+@example\.org>", first["Message-ID"])
        assert first["Message-ID"] != second["Message-ID"]
        assert first["Auto-Submitted"] == "auto-generated"

    def test_foreign_letters_in_the_address(self, smtp, mailbox):
        """Foreign domains are sent in their form for the wire."""
        smtp.send(a_message(to="jörg@bücher.example"))

        (envelope,) = mailbox.envelopes
        assert envelope.rcpt_tos == ["jörg@xn--bcher-kva.example"]

    def test_channel(self, smtp):
        """It reaches people by e-mail."""
        assert smtp.channel == "email"
        smtp.close()

    def test_long_lines(self, smtp, mailbox):
        """No line is too long for a mail server."""
        smtp.send(a_message(text="x" * 5000, subject="wörd " * 100))

        (got,) = mailbox.messages
        lines = mailbox.envelopes[0].original_content.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert got["Subject"] == ("wörd " * 100)


class TestInjection:
    @pytest.mark.parametrize(
        "mark", ["\n", "\r", "\r\n", *"\0\x0b\x0c\x1c\x1d\x1e\x7f\x85\u2028"]
    )
    def test_line_in_the_subject(self, smtp, mailbox, mark):
        """A subject is one line of letters."""
        with pytest.raises(InvalidError, match="subject: must be one line"):
            smtp.send(a_message(subject=f"a{mark}Bcc: eve@example.org"))

        assert mailbox.messages == []

    @pytest.mark.parametrize(
        "to",
        [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example.org\nBcc: eve@example.org",
            "ada@example.org, eve@example.org",
            "Ada <ada@example.org>",
            "ada@example..org",
            "ada@" + "x" * 64 + ".org",
            "<ada@example.org>",
            "\ud800@example.org",
        ],
    )
    def test_no_address(self, smtp, mailbox, to):
        """A message goes to one address and to nobody else."""
        with pytest.raises(InvalidError, match="to: is not an e-mail addr"):
            smtp.send(a_message(to=to))

        assert mailbox.messages == []

    @pytest.mark.parametrize("at", ["subject", "text", "html"])
    def test_half_letters(self, smtp, at):
        """What is no text cannot be sent."""
        with pytest.raises(InvalidError):
            smtp.send(a_message(**{at: "a\ud800"}))

    def test_nothing_is_shown(self):
        """Neither the password nor a message's content is ever shown."""
        smtp = notifier(f"smtps://{SIGNED_IN}mail.example.org")

        assert "s3cr" not in repr(smtp)
        assert "Hällo" not in repr(a_message())


class TestRefused:
    @pytest.mark.parametrize("reply", ["550 5.1.1 No such user.", "553 no"])
    def test_recipient(self, smtp, mailbox, reply):
        """A recipient that is refused for good is invalid."""
        mailbox.refused["ada@example.org"] = reply

        with pytest.raises(InvalidError, match="to: was refused: "):
            smtp.send(a_message())

    def test_recipient_for_now(self, smtp, mailbox):
        """A recipient may be refused for now."""
        mailbox.refused["ada@example.org"] = "450 4.2.1 Mailbox is busy"

        with pytest.raises(UnavailableError, match="Mailbox is busy"):
            smtp.send(a_message())

    def test_content(self, smtp, mailbox):
        """A message may be refused for good."""
        mailbox.refused["DATA"] = "554 5.7.1 Looks like spam"

        with pytest.raises(InvalidError, match="message: was refused: 5"):
            smtp.send(a_message())

    def test_content_for_now(self, smtp, mailbox):
        """A message may be refused for now."""
        mailbox.refused["DATA"] = "451 4.3.0 Come back later"

        with pytest.raises(UnavailableError, match=r"4\.3\.0 Come back later"):
            smtp.send(a_message())


class TestAway:
    def test_nobody_listens(self):
        """A server that is down is unavailable."""
        smtp = notifier(f"smtp://127.0.0.1:{services.free_port()}")

        with pytest.raises(UnavailableError, match="mail server"):
            smtp.send(a_message())

    def test_no_such_host(self):
        """A server that cannot be found is unavailable."""
        with pytest.raises(UnavailableError, match="mail server"):
            notifier("smtp://mail.invalid").send(a_message())

    def test_silent_server(self, redis_server):
        """A server that accepts and says nothing is not waited for."""
        redis_server.freeze()
        smtp = notifier(
            f"smtp://127.0.0.1:{redis_server.port}",
            patience=timedelta(milliseconds=100),
        )

        with pytest.raises(UnavailableError, match="timed out"):
            smtp.send(a_message())

    def test_other_language(self, redis_url):
        """A server that is no mail server is unavailable."""
        smtp = notifier(
            f"smtp://127.0.0.1:{server_port(redis_url)}",
            patience=timedelta(milliseconds=500),
        )

        with pytest.raises(UnavailableError, match="mail server"):
            smtp.send(a_message())


def server_port(url):
    return int(url.rpartition(":")[2].partition("/")[0])


@pytest.fixture(name="certificate", scope="module")
def _certificate(tmp_path_factory):
    """A certificate for loopback that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2126, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .sign(key, SHA256())
    )
    place = tmp_path_factory.mktemp("tls") / "mail.pem"
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    place.write_bytes(
        key.private_bytes(*form) + certificate.public_bytes(Encoding.PEM)
    )
    return place


@pytest.fixture(name="identity")
def _identity(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(name="trust")
def _trust(certificate):
    return ssl.create_default_context(cafile=certificate)


class TestSecurity:
    def test_tls_from_the_start(self, identity, trust):
        """`smtps` speaks TLS at once, and signs in."""
        with mail_service.smtp_server(tls=identity, users=USERS) as server:
            url = f"smtps://{SIGNED_IN}127.0.0.1:{server.port}"
            notifier(url, trust=trust).send(a_message())

            assert server.mailbox.signed_in == [True]

    def test_tls_before_anything_is_said(self, identity, trust):
        """`smtp+starttls` turns to TLS, then signs in."""
        with mail_service.smtp_server(
            starttls=identity, users=USERS
        ) as server:
            url = f"smtp+starttls://{SIGNED_IN}127.0.0.1:{server.port}"
            notifier(url, trust=trust).send(a_message())

            assert server.mailbox.signed_in == [True]

    def test_starttls_is_not_offered(self, smtp_server, mailbox):
        """Without TLS nothing is said."""
        smtp = notifier(f"smtp+starttls://127.0.0.1:{smtp_server.port}")

        with pytest.raises(UnavailableError, match="STARTTLS"):
            smtp.send(a_message())

        assert mailbox.messages == []

    def test_unknown_certificate(self, identity):
        """A server that cannot show who it is gets nothing."""
        with mail_service.smtp_server(tls=identity) as server:
            with pytest.raises(UnavailableError, match="certificate verify"):
                notifier(server.url).send(a_message())

            assert server.mailbox.messages == []

    def test_wrong_password(self, identity, trust):
        """A password that the server refuses is the operator's matter."""
        with mail_service.smtp_server(tls=identity, users=USERS) as server:
            url = f"smtps://earntrack:wrong@127.0.0.1:{server.port}"
            with pytest.raises(UnavailableError, match=r"5\.7\.8") as caught:
                notifier(url, trust=trust).send(a_message())

        assert "wrong" not in str(caught.value)

    def test_server_knows_ascii_only(self, mailbox_of_old):
        """An address that the server cannot write is invalid."""
        with pytest.raises(InvalidError, match="to: has letters that"):
            notifier(mailbox_of_old.url).send(a_message(to="jörg@example.org"))


@pytest.fixture(name="mailbox_of_old")
def _mailbox_of_old():
    """A server that does not know international addresses."""
    with mail_service.smtp_server(international=False) as server:
        yield server


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "server"),
        [
            (
                "smtp://mail.example.org",
                Server(security="smtp", host="mail.example.org", port=25),
            ),
            ("smtps://mail", Server(security="smtps", host="mail", port=465)),
            (
                "smtp+starttls://ada:s%40@mail:2525",
                Server(
                    security="smtp+starttls",
                    host="mail",
                    port=2525,
                    user="ada",
                    password="s@",
                ),
            ),
            ("smtp://[::1]:25", Server(security="smtp", host="::1", port=25)),
            (
                "smtp://a:b@[::1]",
                Server(
                    security="smtp",
                    host="::1",
                    port=25,
                    user="a",
                    password="b",
                ),
            ),
            (
                "smtp://a:b@localhost",
                Server(
                    security="smtp",
                    host="localhost",
                    port=25,
                    user="a",
                    password="b",
                ),
            ),
        ],
    )
    def test_read(self, url, server):
        """A URL names security, host, port, user and password."""
        assert server_of(url) == server

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("", "must begin with smtp, smtps"),
            ("http://mail", "must begin with smtp, smtps"),
            ("smtp://mail:x", "valid port"),
            ("smtp://mail:99999", "valid port"),
            ("smtp://", "names no host"),
            ("smtp://a:b@mail", "must use smtps or"),
            ("smtp://a:b@192.0.2.1", "must use smtps or"),
            ("smtps://a:%C3%BC@mail", "must have an ASCII user"),
        ],
    )
    def test_refused(self, url, problem):
        """What is no such URL is refused, before anything is sent."""
        with pytest.raises(InvalidError, match=f"url: .*{problem}"):
            server_of(url)

    def test_sender(self):
        """A sender must have an address."""
        with pytest.raises(InvalidError, match="sender: is not an e-mail"):
            SmtpNotifier.open("smtp://mail", "books", lambda: NOON)
