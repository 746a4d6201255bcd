"""What a new user does, in a real browser."""

import json
import re
from uuid import UUID

import pytest

from product import PASSWORD, UPWORK


expect = pytest.importorskip("playwright.sync_api").expect

PHONE = {"width": 390, "height": 844}
REPORT = re.compile(r"/imports/[0-9a-f-]{36}$")
DROP = """(name) => {
  const data = new DataTransfer();
  data.items.add(new File([window.content], name, { type: "text/csv" }));
  const form = document.querySelector("[data-upload]");
  const how = { dataTransfer: data, bubbles: true, cancelable: true };
  form.dispatchEvent(new DragEvent("drop", how));
}"""
OBSERVE = """() => {
  window.heard = [];
  const text = document.querySelector("[data-upload-text]");
  new MutationObserver(() => window.heard.push(text.textContent))
    .observe(text, { childList: true, characterData: true, subtree: true });
}"""


def file_of(content, name="upwork.csv"):
    """Return a file as a browser would pick it."""
    return {
        "name": name,
        "mimeType": "text/csv",
        "buffer": content.encode(),
    }


def register(page, email, **more):
    """Make an account on the page for it."""
    page.goto("/register")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    for label, value in more.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")


def long_statement(rows):
    """Return a statement that takes a while."""
    head, *_ = UPWORK.splitlines()
    lines = [
        f'"Jul 6, 2026",{at},Hourly,"Backend",{at}-1,10.00,{at}0.00'
        for at in range(1, rows + 1)
    ]
    return "\n".join([head, *reversed(lines)]) + "\n"


class TestNewUser:
    @pytest.mark.parametrize("scripts", [True, False])
    def test_from_sign_up_to_undo(self, open_page, scripts):
        """Register, leave, sign in, import, read the report, take it back."""
        page = open_page("/sign-in", java_script_enabled=scripts)
        email = f"ada{int(scripts)}@example.org"

        register(page, email)
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(re.compile("/sign-in$"))
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.locator("input[type=file]").set_input_files(file_of(UPWORK))
        page.get_by_role("button", name="Import", exact=True).click()

        expect(page).to_have_url(REPORT)
        expect(page.locator("#sums")).to_contain_text("$315.00")
        expect(page.locator("#counts .good")).to_have_text(
            re.compile(r"New\s*3")
        )
        expect(page.locator("nav [aria-current]")).to_have_text("Imports")
        page.get_by_role("button", name="Undo this import").click()
        expect(page.locator("main")).to_contain_text("was taken back")
        page.get_by_role("link", name="Overview").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")

    def test_on_a_phone(self, open_page, watch):
        """The same with a thumb: mistakes are told beside their fields."""
        watch.expected.add(422)
        page = open_page("/register", viewport=PHONE, has_touch=True)
        page.get_by_label("E-mail").fill("ada@nowhere")
        page.get_by_label("Password").fill("short")
        page.get_by_role("button", name="Create the account").click()

        expect(page.locator("#email-problem")).to_contain_text(
            "is not an e-mail address"
        )
        expect(page.get_by_label("E-mail")).to_be_focused()
        register(page, "phone@example.org")
        page.locator("summary").tap()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    def test_zone_is_that_of_the_device(self, open_page):
        """Nobody has to know the name of their time zone."""
        page = open_page("/register", timezone_id="Asia/Tokyo")

        expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")

    def test_drops_a_file(self, open_page):
        """A file that is dropped on the form is the one that is sent."""
        page = open_page("/sign-in")
        register(page, "drop@example.org")

        page.evaluate("(text) => { window.content = text; }", UPWORK)
        page.evaluate(DROP, "dropped.csv")

        expect(page.locator("[data-upload-name]")).to_have_text("dropped.csv")
        page.get_by_role("button", name="Only show what it says").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "dropped.csv"
        )
        page.get_by_role("button", name="Import it").click()
        expect(page).to_have_url(REPORT)

    def test_sees_how_far_an_import_got(self, open_page):
        """While a long file is read, the page counts its records."""
        page = open_page("/sign-in")
        register(page, "long@example.org")
        with page.expect_websocket() as socket:
            page.goto("/imports")
        socket.value.wait_for_event("framesent")
        page.evaluate(OBSERVE)

        page.locator("input[type=file]").set_input_files(
            file_of(long_statement(9000))
        )
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page).to_have_url(REPORT, timeout=60_000)

        heard = page.evaluate("window.heard")
        assert "Sending the file" in heard
        assert any(re.match(r"[\d,]+ records read", one) for one in heard)

    def test_is_told_what_is_wrong_with_a_file(self, open_page, watch):
        """A file that nobody knows can be explained, or replaced."""
        watch.expected.add(422)
        page = open_page("/sign-in")
        register(page, "wrong@example.org")

        page.locator("input[type=file]").set_input_files(
            file_of("a,b\n1,2\n", "mystery.csv")
        )
        page.get_by_role("button", name="Import", exact=True).click()

        expect(page.get_by_role("alert")).to_contain_text("mystery.csv")
        expect(page.get_by_label("Read it as")).to_be_visible()


class TestLive:
    def test_an_earning_appears(self, open_page, site):
        """What happens elsewhere is on the page without loading it."""
        page = open_page("/sign-in")
        register(page, "live@example.org")
        page.locator("input[type=file]").set_input_files(file_of(UPWORK))
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page).to_have_url(REPORT)
        with page.expect_websocket() as socket:
            page.get_by_role("link", name="Overview").click()
        socket.value.wait_for_event("framesent")
        page.evaluate("window.here = true")

        earn(page.context.request, "live@example.org")

        expect(page.locator("#latest")).to_contain_text("Seen at once")
        assert page.evaluate("window.here")

    def test_after_a_cut_connection(self, open_page):
        """What was missed is asked for, and shown."""
        page = open_page("/sign-in")
        register(page, "cut@example.org")
        page.locator("input[type=file]").set_input_files(file_of(UPWORK))
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page).to_have_url(REPORT)
        sockets = []
        page.route_web_socket(
            re.compile("/ws$"),
            lambda route: sockets.append((route, route.connect_to_server())),
        )
        page.get_by_role("link", name="Overview").click()
        expect(page.locator("#latest")).to_be_visible()
        page.wait_for_timeout(500)

        sockets[0][0].close(code=1001)
        earn(page.context.request, "cut@example.org")

        expect(page.locator("#latest")).to_contain_text(
            "Seen at once", timeout=30_000
        )
        assert len(sockets) >= 2


def earn(request, email):
    """Store an earning through the API."""
    said = {"email": email, "password": PASSWORD}
    answer = request.post("/api/v1/auth/login", data=said)
    headers = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
    found = request.get("/api/v1/platforms", headers=headers).json()
    platform = found["items"][0]["id"]
    assert UUID(platform)
    body = {
        "platformId": platform,
        "date": "2026-11-01",
        "amount": 500,
        "notes": "Seen at once",
    }
    stored = request.post(
        "/api/v1/earnings",
        data=json.dumps(body),
        headers={**headers, "Content-Type": "application/json"},
    )
    assert stored.status == 201, stored.text()


class TestHostile:
    def test_raises_no_dialog(self, open_page):
        """Names that are scripts elsewhere are names here."""
        evil = '<img src=x onerror=alert(1)>"><script>alert(2)</script>'
        page = open_page("/sign-in")

        register(page, "evil@example.org", Name=evil)
        content = UPWORK.replace("Backend", "<img src=x onerror=alert(3)>")
        page.locator("input[type=file]").set_input_files(
            file_of(content, "<img src=x onerror=alert(4)>.csv")
        )
        page.get_by_role("button", name="Import", exact=True).click()

        expect(page).to_have_url(REPORT)
        page.goto("/")
        expect(page.locator(".side-foot")).to_contain_text("<img src=x")
        expect(page.locator("#latest")).to_contain_text("<img src=x")

    def test_injected_scripts_are_dead(self, open_page, watch):
        """If HTML ever got in, the policy would still stop its scripts."""
        page = open_page()
        blocked = page.evaluate(
            """() => {
              try { document.body.innerHTML = "<b>x</b>"; return false; }
              catch (error) { return error instanceof TypeError; }
            }"""
        )
        page.evaluate(
            """() => {
              const link = document.createElement("a");
              link.setAttribute("hx-get", "/summary");
              link.setAttribute("hx-trigger", "load");
              link.id = "injected";
              document.body.append(link);
              htmx.process(link);
            }"""
        )

        assert blocked
        assert not page.evaluate(
            "document.getElementById('injected').hasAttribute('hx-get')"
        )
        watch.pages.clear()
        watch.found.clear()
