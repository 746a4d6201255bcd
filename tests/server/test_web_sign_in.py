"""Signing up, in and out, on pages without a script."""

import re

import pytest

from earntrack_core.identity.means import Policy
from product import PASSWORD
from web_support import Visitor, served


ADA = "ada@example.org"


@pytest.fixture(name="product")
def _product(tmp_path):
    app, et = served(tmp_path)
    yield app, et
    et.close()


@pytest.fixture(name="visitor")
async def _visitor(aiohttp_client, product):
    return Visitor(await aiohttp_client(product[0]))


@pytest.fixture(name="reader")
async def _reader(aiohttp_client, tmp_path, smtp_server):
    """A visitor whose mail can be read."""
    smtp_server.mailbox.clear()
    app, et = served(tmp_path, notifier=smtp_server.url)
    yield Visitor(await aiohttp_client(app))
    et.close()


def ticket(smtp_server):
    """Return the path of the link in the last mail that was sent."""
    text = smtp_server.mailbox.messages[-1].get_body(("plain",)).get_content()
    return re.findall(r"http://\S+?(/[\w-]+\?token=\S+)", text)[-1]


class TestStranger:
    async def test_is_shown_the_door(self, visitor):
        """Who opens the site unknown finds the form to sign in."""
        page = await visitor.get("/")

        assert page.url.path == "/sign-in"
        assert page.all("input", name="password", type="password")

    async def test_comes_back_to_where_they_wanted(self, visitor):
        """After signing in, the page that was wanted is shown."""
        await visitor.register(ADA)
        await visitor.client.get("/imports")
        visitor.client.session.cookie_jar.clear()

        asked = await visitor.get("/imports")
        said = {"email": ADA, "password": PASSWORD}
        form = {**said, "next": asked.url.query["next"]}
        page = await visitor.post("/sign-in", form)

        assert asked.url.path == "/sign-in"
        assert page.url.path == "/imports"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/%0Aevil",
            "",
        ],
    )
    async def test_is_never_sent_to_another_site(self, visitor, elsewhere):
        """Whatever the address says, one stays on this site."""
        await visitor.register(ADA)

        page = await visitor.get("/sign-in?next=" + elsewhere)

        assert page.url.path == "/"
        assert page.url.host == visitor.client.host

    async def test_with_a_wrong_password(self, visitor):
        """The form comes back with the address, and never the password."""
        said = {"email": ADA, "password": "no idea at all"}

        page = await visitor.post("/sign-in", said)

        assert page.status == 422
        assert page.says("The address or the password is wrong.")
        assert page.all("input", name="email", value=ADA)
        assert "no idea at all" not in page.text

    async def test_with_too_many_wrong_passwords(self, visitor):
        """Who guesses has to wait, and is told until when."""
        said = {"email": ADA, "password": "no idea at all"}

        for _ in range(20):
            page = await visitor.post("/sign-in", said)

        assert page.says("Too many attempts went wrong. Try again at")

    async def test_from_another_site(self, visitor):
        """A page of a stranger cannot sign a visitor in."""
        page = await visitor.post(
            "/sign-in",
            {"email": ADA, "password": PASSWORD},
            Origin="https://evil.example",
        )

        assert page.status == 403
        assert "Set-Cookie" not in page.headers


class TestRegistration:
    async def test_leads_into_the_empty_books(self, visitor):
        """Who needs not prove the address is let in, and told what to do."""
        page = await visitor.register(ADA, currency="EUR")

        assert page.url.path == "/"
        assert page.says("Bring your first statement")
        assert page.all("input", type="file")

    async def test_keeps_what_was_typed(self, visitor):
        """All problems are told at once, each beside its field."""
        said = {
            "email": "nobody",
            "password": "short",
            "name": "Ada <3",
            "currency": "XYZ",
        }

        page = await visitor.post("/register", said)

        assert page.status == 422
        assert page.says("E-mail is not an e-mail address")
        assert page.says("Password must have 10 to 128 characters")
        assert page.says("Your currency 'XYZ' is not an ISO 4217 currency")
        assert page.all("input", name="name", value="Ada <3")
        assert page.all("input", name="email", value="nobody")
        assert not page.all("input", value="short")

    async def test_tells_nobody_who_has_an_account(self, visitor):
        """For a known address, the answer is that a mail is on its way."""
        await visitor.register(ADA)
        visitor.client.session.cookie_jar.clear()

        page = await visitor.post(
            "/register", {"email": ADA, "password": "another good password"}
        )

        assert page.status == 200
        assert page.says("Look into your mail")

    async def test_is_not_there_if_closed(self, aiohttp_client, tmp_path):
        """Where strangers cannot register, no link and no form says so."""
        app, et = served(tmp_path, policy=Policy(registration=False))
        visitor = Visitor(await aiohttp_client(app))

        door = await visitor.get("/sign-in")
        page = await visitor.get("/register")
        et.close()

        assert not door.all("a", href="/register")
        assert page.status == 404


class TestTickets:
    async def test_verify(self, reader, smtp_server):
        """The link in the mail shows a button; the button does it, once."""
        await reader.register(ADA)
        path = ticket(smtp_server)

        shown = await reader.get(path)
        token = shown.all("input", name="token")[0]["value"]
        done = await reader.post("/verify", {"token": token})
        again = await reader.post("/verify", {"token": token})

        assert done.says("Your address is confirmed.")
        assert again.status == 422
        assert again.says("The link is not valid any more")

    async def test_reset(self, reader, smtp_server):
        """A forgotten password is replaced by a good new one."""
        await reader.register(ADA)
        reader.client.session.cookie_jar.clear()
        sent = await reader.post("/forgot", {"email": ADA})
        path = ticket(smtp_server)
        token = (await reader.get(path)).all("input", name="token")[0]

        bad = {"token": token["value"], "password": "1234"}
        refused = await reader.post("/reset", bad)
        good = {"token": token["value"], "password": "tulips in november"}
        done = await reader.post("/reset", good)
        said = {"email": ADA, "password": "tulips in november"}
        page = await reader.post("/sign-in", said)

        assert sent.says("Look into your mail")
        assert refused.says("New password must have 10 to 128 characters")
        assert done.says("Your new password is set")
        assert page.url.path == "/"

    async def test_confirm_email_with_nonsense(self, visitor):
        """A token that nobody gave out opens nothing."""
        page = await visitor.post("/confirm-email", {"token": "x"})

        assert page.status == 422

    async def test_forgot_says_the_same_to_everybody(self, visitor):
        """Nobody learns whether an address has an account."""
        await visitor.register(ADA)
        visitor.client.session.cookie_jar.clear()

        known = await visitor.post("/forgot", {"email": ADA})
        unknown = await visitor.post("/forgot", {"email": "bob@example.org"})

        assert known.words == [
            word.replace("bob@", "ada@") for word in unknown.words
        ]

    async def test_unproved_address(self, aiohttp_client, tmp_path):
        """Who must prove the address first can have the mail again."""
        app, et = served(tmp_path, policy=Policy(verify_first=True))
        visitor = Visitor(await aiohttp_client(app))
        sent = await visitor.register(ADA)

        page = await visitor.post(
            "/sign-in", {"email": ADA, "password": PASSWORD}
        )
        again = await visitor.post("/resend", {"email": ADA})
        et.close()

        assert sent.says("Look into your mail")
        assert page.says("Confirm your address first")
        assert page.all("form", action="/resend")
        assert again.says("Look into your mail")


class TestSignOut:
    async def test_ends_the_session(self, visitor):
        """The session ends, and its cookie is taken away."""
        await visitor.register(ADA)

        page = await visitor.send("/sign-out")

        assert page.url.path == "/sign-in"
        assert (await visitor.get("/imports")).url.path == "/sign-in"

    async def test_not_without_the_token(self, visitor):
        """A form that does not know the session's token does nothing."""
        await visitor.register(ADA)

        page = await visitor.post("/sign-out", {"csrf_token": "x" * 88})

        assert page.status == 403
        assert (await visitor.get("/imports")).url.path == "/imports"
