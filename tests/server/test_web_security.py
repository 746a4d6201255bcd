"""What pages never do, whatever is in them."""

import io
import re
from pathlib import Path

import pytest
import structlog.testing

import earntrack_server.web
from earntrack_core.earnings.model import NewEarning
from earntrack_core.kernel.money import money
from earntrack_core.platforms.model import NewPlatform
from product import UPWORK
from web_support import Visitor, served


WEB = Path(earntrack_server.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
CODE = sorted(WEB.rglob("*.py"))
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
DOORS = ("/sign-in", "/register", "/forgot", "/reset?token=x", "/nowhere")


def named(path):
    """Return how a file is called in this room."""
    return path.relative_to(WEB).as_posix()


@pytest.fixture(name="product")
def _product(tmp_path):
    app, et = served(tmp_path)
    yield app, et
    et.close()


@pytest.fixture(name="visitor")
async def _visitor(aiohttp_client, product):
    return Visitor(await aiohttp_client(product[0]))


def policy(page):
    """Return the directives of a page's policy."""
    header = page.headers["Content-Security-Policy"]
    parts = (one.split() for one in header.split(";"))
    return {name: values for name, *values in parts}


class TestPolicy:
    @pytest.mark.parametrize("path", DOORS)
    async def test_of_pages(self, visitor, path):
        """Only scripts with the nonce of this very answer run."""
        page = await visitor.get(path)

        (nonce,) = policy(page)["script-src"]
        assert nonce.startswith("'nonce-")
        scripts = page.all("script")
        assert scripts
        assert {one["nonce"] for one in scripts} == {
            nonce.removeprefix("'nonce-").rstrip("'")
        }
        assert policy(page)["style-src"] == ["'self'"]
        assert policy(page)["require-trusted-types-for"] == ["'script'"]
        assert policy(page)["trusted-types"] == ["htmx"]

    async def test_nonce_is_new_each_time(self, visitor):
        """A nonce that was seen once is worth nothing."""
        first, second = [await visitor.get("/sign-in") for _ in range(2)]

        assert policy(first)["script-src"] != policy(second)["script-src"]

    async def test_of_a_part(self, visitor):
        """A part of a page tells its nonce, for the script that loads it."""
        await visitor.register()
        page = await visitor.get("/summary", **{"HX-Request": "true"})

        assert page.text.lstrip().startswith('<div id="summary"')
        (nonce,) = policy(page)["script-src"]
        assert page.all("div", id="summary")[0]["hx-nonce"] in nonce


class TestHostileText:
    async def test_in_a_name(self, visitor):
        """A user's name is text, wherever it stands."""
        page = await visitor.register(name=HOSTILE)

        assert page.says("<script>alert(2)</script>")
        assert not page.all("img", src="x")

    async def test_in_the_books(self, visitor, product):
        """Platforms and notes are text, in tables, charts and tips too."""
        await visitor.register()
        et = product[1]
        me = et.identity.actor("ada@example.org")
        platform = et.platforms.create(me, NewPlatform(name=HOSTILE))
        et.earnings.create(
            me,
            NewEarning(
                platform_id=platform.id,
                earned_on=et.parts.now().date(),
                gross=money(5, "USD"),
                notes=HOSTILE,
            ),
        )

        page = await visitor.get("/")

        assert page.text.count("alert(2)") > 4
        assert not page.all("img", src="x")
        assert all("nonce" in one for one in page.all("script"))
        (hit,) = [one for one in page.all("rect") if HOSTILE in str(one)]
        assert HOSTILE in hit["data-tip"]

    async def test_in_a_file(self, visitor):
        """What a statement says, and what it is called, is text."""
        await visitor.register()
        content = UPWORK.replace("350.00,350.00", "<b>x</b>,350.00")

        page = await visitor.upload(content, "<i>name</i>.csv")

        assert page.says("<b>x</b>")
        assert not page.all("b")
        assert not page.all("i")

    async def test_in_what_was_typed(self, visitor):
        """A form that comes back shows what was typed as text."""
        page = await visitor.post(
            "/sign-in", {"email": HOSTILE, "password": "x"}
        )

        assert page.all("input", name="email", value=HOSTILE)
        assert not page.all("img", src="x")


class TestErrors:
    async def test_of_the_api_stay_documents(self, visitor):
        """Programs get a document, even if they take pages."""
        page = await visitor.get("/api/v1/nowhere")

        assert page.headers["Content-Type"] == "application/problem+json"

    async def test_for_programs(self, visitor):
        """Who does not ask for a page gets none."""
        async with visitor.client.get("/nowhere") as answer:
            assert answer.content_type == "application/problem+json"

    async def test_break_down(self, visitor, product, monkeypatch):
        """A failure of ours is a page with a number, and tells no more."""
        await visitor.register()
        service = type(product[1].statements)
        monkeypatch.setattr(service, "batches", broken)

        with structlog.testing.capture_logs():
            page = await visitor.get("/imports")

        assert page.status == 500
        assert page.says("Something broke on our side")
        assert page.says(page.headers["X-Request-ID"])
        assert "the reason" not in page.text

    async def test_of_a_part_lead_to_the_door(self, visitor):
        """A part of a page for nobody sends the whole page to sign in."""
        page = await visitor.get("/summary", **{"HX-Request": "true"})

        assert page.headers["HX-Redirect"].startswith("/sign-in?next=")

    async def test_too_large_a_form(self, visitor):
        """A form larger than anybody types is refused on a page."""
        page = await visitor.post(
            "/sign-in",
            io.BytesIO(b"email=" + b"x" * 2_000_000),
            **{"Content-Type": "application/x-www-form-urlencoded"},
        )

        assert page.status == 413
        assert page.says("That is too large")

    async def test_wrong_method(self, visitor):
        """A page cannot be deleted."""
        async with visitor.client.delete(
            "/imports", headers={"Accept": "text/html"}
        ) as answer:
            assert answer.status == 405
            assert "That cannot be done here" in await answer.text()


def broken(*_, **__):
    """Fail as nobody expected."""
    raise RuntimeError("the reason")


class TestSource:
    @pytest.mark.parametrize("path", TEMPLATES, ids=named)
    def test_no_inline_style_or_script(self, path):
        """The policy forbids them, so no template may need them."""
        text = path.read_text("utf-8")

        assert not re.search(r"\sstyle\s*=", text)
        assert not re.search(r"\son\w+\s*=", text)
        assert "<style" not in text
        scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
        assert not any(scripts)
        assert "javascript:" not in text

    @pytest.mark.parametrize("path", TEMPLATES, ids=named)
    def test_nothing_escapes_the_escaping(self, path):
        """No template marks text of others as safe."""
        text = path.read_text("utf-8")

        assert not re.search(r"\|\s*safe\b", text)
        assert "autoescape" not in text
        assert "Markup" not in text

    @pytest.mark.parametrize("path", TEMPLATES, ids=named)
    def test_forms_carry_the_token(self, path):
        """Every form that changes what belongs to somebody has a token."""
        text = path.read_text("utf-8")
        plain = {"/register", "/forgot", "/resend", "{{ action }}"}
        plain |= {"{{ places.sign_in }}"}

        for form in re.findall(r"<form.*?</form>", text, re.DOTALL):
            action = re.search(r'action="([^"]*)"', form)[1]
            assert action in plain or "csrf" in form, action

    @pytest.mark.parametrize("path", TEMPLATES, ids=named)
    def test_elements_of_htmx(self, path):
        """Each has the nonce; none runs code or inherits by surprise."""
        text = path.read_text("utf-8")

        for tag in re.findall(r"<\w+[^<>]*\shx-[^<>]*>", text):
            assert 'hx-nonce="{{ visit.nonce }}"' in tag
        assert "hx-on" not in text
        assert "js:" not in text

    @pytest.mark.parametrize("path", CODE, ids=named)
    def test_markup_is_made_in_few_places(self, path):
        """HTML is written by templates, charts and icons alone."""
        allowed = {"bars.py", "lines.py", "rendering.py"}

        assert path.name in allowed or "Markup" not in path.read_text("utf-8")

    @pytest.mark.parametrize("path", SCRIPTS, ids=named)
    def test_scripts_write_text_only(self, path):
        """No script of ours makes HTML, or code, out of text."""
        text = path.read_text("utf-8")

        for sink in ("innerHTML", "outerHTML", "insertAdjacent", "eval("):
            assert sink not in text
        assert not re.search(r"document\.write|new Function", text)
