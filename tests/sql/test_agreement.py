"""What SQL answers is what the memory storage answers, for any book."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sql_makers import NOW, a_platform, an_actor, an_earning, encoded

from earntrack_adapters.memory.storage import MemoryStorage
from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import EarningKind
from earntrack_core.earnings.payouts import Payout
from earntrack_core.earnings.rules import order_value
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.money import from_minor
from earntrack_core.kernel.paging import Cursor, Part
from earntrack_core.kernel.periods import Period, Step


FIRST = date(2025, 12, 20)
PLATFORMS = ("Upwork", "Etsy")
CURRENCIES = ("EUR", "JPY")

days = st.integers(0, 90).map(lambda n: FIRST + timedelta(days=n))
texts = st.sampled_from(["", "Straße", "STRASSE", "i̇", "a_b", "100%", "ß\ny"])
spans = st.sampled_from(
    [None, timedelta(), timedelta(hours=1), timedelta(microseconds=1)]
)
amounts = st.integers(-300, 300)


@st.composite
def rows(draw):
    """Return what an earning is like, but for its platform."""
    currency = draw(st.sampled_from(CURRENCIES))
    legs = ("gross", "tip", "fee", "tax_withheld", "refund", "adjustment")
    return draw(st.integers(0, 1)), {
        "earned_on": draw(days),
        "kind": draw(st.sampled_from(list(EarningKind)[:3])),
        "worked": draw(spans),
        "notes": draw(texts),
        "category": draw(st.sampled_from(["", "Design", "design"])),
        "count": draw(st.integers(0, 1)),
        "batch_id": uuid7(NOW),
        **{leg: from_minor(draw(amounts), currency) for leg in legs},
    }


@st.composite
def filters(draw):
    """Return a filter, with the numbers of platforms for the platforms."""
    ranged = draw(st.booleans())
    bounds = st.none() | st.decimals(-4, 4, places=3)
    return {
        "since": draw(st.none() | days),
        "until": draw(st.none() | days),
        "kind": tuple(draw(st.sets(st.sampled_from(list(EarningKind)[:3])))),
        "category": draw(st.sampled_from([None, None, "design"])),
        "currency": draw(
            st.sampled_from(CURRENCIES)
            if ranged
            else st.sampled_from([None, *CURRENCIES])
        ),
        "least": draw(bounds) if ranged else None,
        "most": draw(bounds) if ranged else None,
        "text": draw(st.sampled_from([None, None, "strasse", "_", "%", "Ss"])),
        "has_hours": draw(st.sampled_from([None, None, True, False])),
        "platforms": draw(st.sets(st.integers(0, 1))),
    }


def booked(actor, platforms, found):
    """Return the earnings of a book."""
    return [
        evolve(an_earning(actor, platforms[at].id), **fields)
        for at, fields in found
    ]


def answers(unit, where, order):
    """Return everything that can be asked about earnings."""
    period = Period(FIRST, FIRST + timedelta(days=80))
    return {
        "find": list(unit.earnings.find(where)),
        "count": unit.earnings.count(where),
        "ordered": list(unit.earnings.ordered(where, order)),
        "daily": list(unit.earnings.daily(where)),
        "totals": list(unit.earnings.totals(where)),
        "span": unit.earnings.span(),
        "summaries": [
            list(
                unit.earnings.summary(
                    period, step, by_platform=by, first_weekday=6
                )
            )
            for step in (None, *Step)
            for by in (True, False)
        ],
    }


def pages(unit, where, order):
    """Return all pages of a list, two things each."""
    found, after = [], None
    while page := unit.earnings.ordered(
        where, order, Part(limit=2, after=after)
    ):
        found += page
        value = order_value(page[-1], order)
        after = Cursor(order=order, value=value, id=page[-1].id)
    return found


def both(storage):
    """Return a memory storage and this one, with an actor of both."""
    memory = MemoryStorage(
        lambda: datetime(2026, 1, 1, tzinfo=UTC), encoded, lambda _: None
    )
    return (memory, storage), an_actor()


def without_batches(found):
    """Return rows that were entered by hand, so that no batch is needed."""
    return [
        (at, fields | {"batch_id": None, **sane(fields)})
        for at, fields in found
    ]


def sane(fields):
    """Return amounts as they can be entered by hand."""
    legs = ("gross", "tip", "tax_withheld", "refund", "adjustment")
    plain = {leg: abs(fields[leg]) for leg in legs}
    return plain | {"fee": min(abs(fields["fee"]), plain["gross"])}


class TestEarnings:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        found=st.lists(rows(), max_size=8).map(without_batches),
        asked=filters(),
        order=st.sampled_from(list(EarningOrder)),
    )
    def test_are_found_and_summed_alike(self, storage, found, asked, order):
        """Every filter, order, sum and page is the same as in memory."""
        storages, actor = both(storage)
        platforms = [a_platform(actor, name) for name in PLATFORMS]
        earnings = booked(actor, platforms, found)
        chosen = tuple(platforms[at].id for at in asked["platforms"])
        fields = {k: v for k, v in asked.items() if k != "platforms"}
        where = EarningFilter(platform_id=chosen, **fields)

        results = []
        for one in storages:
            with one.begin(actor) as unit:
                unit.platforms.add_all(platforms)
                unit.earnings.add_all(earnings)
            with one.view(actor) as unit:
                results.append(
                    (
                        answers(unit, where, order),
                        pages(unit, where, order),
                    )
                )

        assert results[1] == results[0]

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        found=st.lists(rows(), min_size=2, max_size=6).map(without_batches),
        steps=st.lists(
            st.tuples(
                st.sampled_from(["replace", "remove", "settle", "unsettle"]),
                st.integers(0, 5),
                rows(),
            ),
            max_size=6,
        ),
    )
    def test_stay_alike_through_changes(self, storage, found, steps):
        """After any changes the totals are those of the rows."""
        storages, actor = both(storage)
        platforms = [a_platform(actor, name) for name in PLATFORMS]
        earnings = booked(actor, platforms, found)
        payout = Payout(
            id=uuid7(NOW),
            workspace_id=actor.workspace_id,
            created_at=NOW,
            updated_at=NOW,
            platform_id=platforms[0].id,
            paid_on=FIRST,
            amount=from_minor(1, "EUR"),
        )

        results = []
        for one in storages:
            with one.begin(actor) as unit:
                unit.platforms.add_all(platforms)
                unit.payouts.add(payout)
                unit.earnings.add_all(earnings)
            for verb, at, row in steps:
                apply(one, actor, platforms, payout, (verb, at, row))
            with one.view(actor) as unit:
                results.append(
                    answers(unit, EarningFilter(), EarningOrder.NEWEST)
                )

        assert results[1] == results[0]
        said = str(actor.workspace_id)
        assert [one for one in storage.check() if said in one] == []


def apply(storage, actor, platforms, payout, step):
    """Do one thing to a book."""
    verb, at, row = step
    with storage.begin(actor) as unit:
        if verb == "settle":
            unit.earnings.settle(payout, FIRST + timedelta(days=40))
            return
        if verb == "unsettle":
            unit.payouts.remove_all([payout.id])
            unit.payouts.add(payout)
            return
        present = sorted(
            unit.earnings.find(EarningFilter()), key=lambda one: one.id
        )
        if at >= len(present):
            return
        if verb == "remove":
            unit.earnings.remove_all([present[at].id])
            return
        ((where, fields),) = without_batches([row])
        changed = evolve(
            present[at], platform_id=platforms[where].id, **fields
        )
        unit.earnings.replace_all([changed])


@pytest.mark.parametrize("bound", ["1e15", "-1e15"])
def test_bounds_beyond_all_amounts(storage, ada, upwork, bound):
    """A bound that no amount reaches is as good as none, or as nothing."""
    earning = an_earning(ada, upwork.id)
    with storage.begin(ada) as unit:
        unit.earnings.add(earning)

    where = EarningFilter(currency="EUR", least=Decimal(bound))
    with storage.view(ada) as unit:
        found = unit.earnings.find(where)
    assert list(found) == [one for one in [earning] if where.matches(one)]
