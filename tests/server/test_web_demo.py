"""The demo: a believable year, and a visitor who is let in."""

from decimal import Decimal

import pytest

from earntrack_core.earnings.filters import EarningFilter
from earntrack_core.earnings.payouts import PayoutFilter
from earntrack_core.kernel.paging import Part
from earntrack_server.app import make_app
from earntrack_server.demo import DAYS, EMAIL, fill
from product import opened, settings
from web_support import Visitor


@pytest.fixture(name="et", scope="module")
def _et(tmp_path_factory):
    with opened("memory://", tmp_path_factory.mktemp("demo")) as et:
        yield et


@pytest.fixture(name="who", scope="module")
def _who(et):
    return fill(et)


@pytest.fixture(name="me", scope="module")
def _me(et, who):
    return et.identity.actor(who.email)


@pytest.fixture(name="visitor")
async def _visitor(aiohttp_client, et, who, tmp_path):
    app = make_app(et, settings(tmp_path), who)
    return Visitor(await aiohttp_client(app))


class TestYear:
    def test_has_six_platforms(self, et, me):
        """Each of the six brought something that was kept."""
        found = et.net_by_platform(me)

        assert len(found) == 6
        assert all(one.totals.net.amount > 1000 for one in found)
        assert all(one.totals.fee.amount >= 0 for one in found)

    def test_is_a_year(self, et, me):
        """It ends yesterday, and began a year ago."""
        with et.units.view(me) as unit:
            span = unit.earnings.span()

        today = et.parts.now().date()
        assert span.last <= today
        assert DAYS - 30 <= (today - span.start).days <= DAYS

    def test_payouts_pay_what_was_earned(self, et, me):
        """Every payout by hand is for earnings, to the cent."""
        page = et.payouts.find(me, PayoutFilter(), Part(limit=500))
        by_hand = [one for one in page.items if one.batch_id is None]

        assert len(by_hand) > 40
        for payout in by_hand:
            settlement = et.payouts.get(me, payout.id)
            assert settlement.residual.amount == Decimal()
            assert settlement.linked.count > 0

    def test_has_imports(self, et, me):
        """Statements were imported, one with a line that is wrong."""
        found = et.statements.batches(me).items

        assert len(found) == 3
        assert all(batch.counts.conserved for batch in found)
        assert sum(batch.counts.errors for batch in found) == 1

    def test_is_in_dollars(self, et, me):
        """Euros can be converted on every day."""
        overview = et.earnings.overview(me, EarningFilter())

        assert overview.missing is None
        assert overview.converted.amount > 50_000

    def test_is_the_same_again(self, et, me, tmp_path):
        """Two demos of one day tell the same."""
        with opened("memory://", tmp_path) as other:
            fill(other)
            again = other.net_by_platform(other.identity.actor(EMAIL))

        assert [one.totals for one in again] == [
            one.totals for one in et.net_by_platform(me)
        ] or {str(one.totals) for one in again} == {
            str(one.totals) for one in et.net_by_platform(me)
        }


class TestVisitor:
    async def test_is_let_in(self, visitor):
        """The first page shows the product; nobody has to sign in."""
        page = await visitor.get("/")

        assert page.status == 200
        assert page.says("Sam Rivera")
        assert page.says("Net this month")
        assert page.says("This is a demo")

    async def test_from_elsewhere_is_not(self, visitor):
        """Only who calls this machine by its own name is let in."""
        page = await visitor.get("/", Host="rebound.example")

        assert page.status == 200
        assert page.all("input", name="password")

    async def test_may_leave_and_come_back(self, visitor):
        """After signing out, the door offers the demo again."""
        await visitor.get("/")

        left = await visitor.send("/sign-out")
        back = await visitor.get("/")

        assert left.says("This is a demo.")
        assert left.all("a", href="/")
        assert back.says("Sam Rivera")

    async def test_of_their_own_sees_no_note(self, visitor):
        """Somebody with an account of their own is in no demo."""
        page = await visitor.register("eve@example.org")

        assert page.says("Bring your first statement")
        assert not page.says("This is a demo")


class TestHome:
    async def test_shows_the_year(self, visitor, et, me):
        """Months, platforms, the latest earnings and imports are there."""
        page = await visitor.get("/")

        for platform in ("Upwork", "Stripe", "Etsy", "YouTube", "Uber"):
            assert page.says(platform)
        assert len(page.all("rect", **{"class": "hit"})) == 12
        assert page.says("Month by month")
        assert page.says("Twelve months")
        assert page.all("a", href="/api/docs")
        assert page.all("a", href="/imports")

    async def test_part_is_the_same(self, visitor):
        """What is loaded after an event is what the page had."""
        whole = await visitor.get("/")
        part = await visitor.get("/summary", **{"HX-Request": "true"})

        assert [one for one in part.words if one not in whole.words] == []
        assert part.says("Net this month")
        assert not part.all("html")
