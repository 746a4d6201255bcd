"""Every page, in every light and width: to be seen, read and reached."""

import pytest

from tests.browser.axe import violations


expect = pytest.importorskip("playwright.sync_api").expect

DESK = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 800}
DOORS = ("/sign-in", "/register", "/forgot", "/reset?token=x", "/verify")
INSIDE = ("/", "/imports")


def report_of(page):
    """Go to the report of an import with a wrong line."""
    page.goto("/imports")
    page.get_by_role("link", name="sales_").click()
    expect(page.locator("#errors")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestAccess:
    def test_inside(self, open_page, viewport, scheme):
        """No page has anything that axe-core complains about."""
        page = open_page(
            viewport=viewport, color_scheme=scheme, bypass_csp=True
        )
        found = []
        for path in INSIDE:
            page.goto(path)
            found += violations(page)
        report_of(page)

        assert found + violations(page) == []

    def test_doors(self, open_page, watch, viewport, scheme):
        """Neither have those for strangers, nor one that is not there."""
        watch.expected.add(404)
        page = open_page(
            "/sign-in", viewport=viewport, color_scheme=scheme, bypass_csp=True
        )
        found = []
        for path in (*DOORS, "/nowhere"):
            page.goto(path)
            found += violations(page)

        assert found == []


class TestWidth:
    @pytest.mark.parametrize(
        "viewport", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"]
    )
    def test_nothing_sticks_out(self, open_page, viewport):
        """Pages are never wider than the screen; tables scroll inside."""
        page = open_page(viewport=viewport)
        widths = {}
        for path in (*INSIDE, *DOORS):
            page.goto(path)
            widths[path] = page.evaluate(
                "document.documentElement.scrollWidth"
            )
        report_of(page)

        assert set(widths.values()) == {viewport["width"]}
        assert (
            page.evaluate("document.documentElement.scrollWidth")
            == viewport["width"]
        )

    def test_targets_are_large_enough(self, open_page):
        """What is to be tapped is at least 24 pixels high."""
        page = open_page(viewport=PHONE)

        small = page.evaluate(
            """() => [...document.querySelectorAll("button, nav a, .button")]
              .map((one) => one.getBoundingClientRect())
              .filter((box) => box.height && box.height < 24).length"""
        )

        assert small == 0


class TestTheme:
    def test_follows_the_system(self, open_page):
        """Paper by day, ink by night."""
        grounds = [
            open_page(color_scheme=scheme).evaluate(
                "getComputedStyle(document.documentElement).backgroundColor"
            )
            for scheme in ("light", "dark")
        ]

        assert grounds[0] != grounds[1]

    def test_until_the_visitor_chooses(self, open_page):
        """The choice is kept, and there from the first paint on."""
        page = open_page(color_scheme="light")

        page.get_by_role("button", name="Light or dark").first.click()
        page.reload()

        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("button", name="Light or dark").first.click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")

    def test_rests_for_who_wants_rest(self, open_page):
        """Nothing moves for who asked the system for less motion."""
        page = open_page(reduced_motion="reduce")

        slowest = page.evaluate(
            """() => Math.max(...[...document.querySelectorAll("*")].map(
              (e) => parseFloat(getComputedStyle(e).transitionDuration)))"""
        )

        assert slowest == 0


class TestKeyboard:
    def test_begins_with_a_way_to_the_content(self, open_page):
        """The first step leads past the navigation."""
        page = open_page()

        page.keyboard.press("Tab")
        expect(page.get_by_text("Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")

        expect(page.locator("#main")).to_be_focused()

    def test_reads_the_chart(self, open_page):
        """The arrow keys go from month to month."""
        page = open_page()
        tip = page.locator("[data-chart-tip]")
        chart = page.get_by_role("img", name="Net by month and platform")

        chart.focus()
        page.keyboard.press("ArrowRight")
        last = tip.inner_text()
        page.keyboard.press("ArrowLeft")

        expect(tip).to_be_visible()
        assert last != tip.inner_text()
        assert "Upwork" in last
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()

    def test_signs_in(self, open_page, watch):
        """The form is filled in and sent without a mouse."""
        watch.expected.add(422)
        page = open_page("/sign-in")

        page.keyboard.type("ada@example.org")
        page.keyboard.press("Tab")
        page.keyboard.type("not the password")
        page.keyboard.press("Enter")

        expect(page.get_by_role("alert")).to_contain_text("is wrong")


class TestDemo:
    def test_shows_the_product(self, open_page):
        """The first minute needs no account and no statement."""
        page = open_page()

        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        expect(page.locator(".metric")).to_have_count(4)
        expect(page.locator(".chart .hit")).to_have_count(12)
        expect(page.locator("#table tbody tr")).to_have_count(12)

    def test_tells_of_a_bar(self, open_page):
        """Under the pointer, a bar tells its month and platforms."""
        page = open_page()
        tip = page.locator("[data-chart-tip]")

        page.locator(".chart .hit").nth(5).hover()

        expect(tip).to_be_visible()
        expect(tip).to_contain_text("Upwork")
        page.get_by_role("heading", level=1).hover()
        expect(tip).to_be_hidden()

    def test_describes_the_api(self, open_page):
        """The link to the API leads to its description."""
        page = open_page()

        page.get_by_role("link", name="API").click()

        expect(page.locator("#swagger-ui, .swagger-ui").first).to_be_visible()
