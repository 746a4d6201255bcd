"""What every storage promises about lists of earnings."""
# ruff: noqa: S101 -- a contract is made of tests, on whole units

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earntrack_core.earnings.filters import ALL, EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning
from earntrack_core.earnings.rules import order_value
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.paging import Cursor, Part
from earntrack_core.platforms.model import Platform
from earntrack_core.statements.batch import Batch
from earntrack_core.testing.makers import (
    a_batch,
    a_payout,
    a_platform,
    an_actor,
    an_earning,
)
from earntrack_core.testing.strategies import earnings, filters


SEARCHING = settings(
    max_examples=40,
    suppress_health_check=[
        HealthCheck.differing_executors,
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
"""Every example has a workspace of its own, so the storage is shared.

So are the tests, by the classes of all storages.
"""

Book = tuple[Actor, Sequence[Platform], Batch]


def a_book(storage: Storage) -> Book:
    """Store two platforms and an import, for earnings to come."""
    actor = an_actor()
    platforms = [a_platform(actor, name) for name in ("Upwork", "Etsy")]
    batch = a_batch(actor)
    with storage.begin(actor) as unit:
        for platform in platforms:
            unit.platforms.add(platform)
        unit.batches.add(batch)
    return actor, platforms, batch


def some_earnings(
    data: st.DataObject, storage: Storage, book: Book, most: int = 8
) -> list[Earning]:
    """Draw earnings, and store them."""
    actor, platforms, batch = book
    one = earnings(actor, platforms, batch.id)
    drawn = data.draw(st.lists(one, max_size=most))
    with storage.begin(actor) as unit:
        unit.earnings.add_all(drawn)
    return drawn


def in_order(found: Sequence[Earning], order: EarningOrder) -> list[Earning]:
    """Sort earnings as a list of that order has them."""
    return sorted(
        found,
        key=lambda one: (order_value(one, order), one.id),
        reverse=order.startswith("-"),
    )


def after(earning: Earning, order: EarningOrder) -> Cursor:
    """Return the place after an earning."""
    return Cursor(
        order=order, value=order_value(earning, order), id=earning.id
    )


class ListsContract:
    """What every storage promises about lists of earnings."""

    @pytest.mark.parametrize("order", list(EarningOrder))
    @SEARCHING
    @given(data=st.data())
    def test_pages_of_an_order_miss_and_repeat_nothing(
        self, storage: Storage, data: st.DataObject, order: EarningOrder
    ) -> None:
        """Page after page gives every earning once, in the order."""
        book = a_book(storage)
        stored = some_earnings(data, storage, book)
        limit = data.draw(st.integers(1, 3))
        found: list[Earning] = []
        part = Part(limit=limit)
        with storage.view(book[0]) as unit:
            while page := unit.earnings.ordered(ALL, order, part):
                found += page
                part = Part(limit=limit, after=after(page[-1], order))

        assert found == in_order(stored, order)

    @SEARCHING
    @given(data=st.data())
    def test_filters_find_what_they_match(
        self, storage: Storage, data: st.DataObject
    ) -> None:
        """A storage finds, counts and orders just what `matches` matches."""
        book = a_book(storage)
        stored = some_earnings(data, storage, book)
        where = data.draw(filters(book[1], stored))
        expected = [one for one in stored if where.matches(one)]
        with storage.view(book[0]) as unit:
            found = unit.earnings.find(where)
            listed = unit.earnings.ordered(where, EarningOrder.LARGEST)
            many = unit.earnings.count(where)

        assert list(found) == in_order(expected, EarningOrder.LATEST_ADDED)
        assert list(listed) == in_order(expected, EarningOrder.LARGEST)
        assert many == len(expected)

    def test_list_goes_on_where_an_earning_was(self, storage: Storage) -> None:
        """A cursor is a place: it holds though its earning is gone."""
        actor, platforms, _ = a_book(storage)
        stored = [an_earning(actor, platforms[0]) for _ in range(4)]
        with storage.begin(actor) as unit:
            unit.earnings.add_all(stored)
        with storage.begin(actor) as unit:
            unit.earnings.remove(stored[1].id)

        with storage.view(actor) as unit:
            order = EarningOrder.OLDEST
            part = Part(after=after(stored[1], order))
            rest = unit.earnings.ordered(ALL, order, part)

        assert list(rest) == stored[2:]

    def test_earnings_of_an_import_and_of_a_payout(
        self, storage: Storage
    ) -> None:
        """Earnings are found by what brought them, and by what paid them."""
        actor, platforms, batch = a_book(storage)
        payout = a_payout(actor, platforms[0])
        brought = an_earning(actor, platforms[0], batch_id=batch.id)
        paid = an_earning(actor, platforms[0], payout_id=payout.id)
        with storage.begin(actor) as unit:
            unit.payouts.add(payout)
            unit.earnings.add_all([brought, paid])

        with storage.view(actor) as unit:
            of_batch = unit.earnings.find(EarningFilter(batch_id=batch.id))
            of_payout = unit.earnings.find(EarningFilter(payout_id=payout.id))

        assert list(of_batch) == [brought]
        assert list(of_payout) == [paid]
