"""What every storage promises about earnings, payouts and rates."""
# ruff: noqa: S101 -- a contract is made of tests, on whole units

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from earntrack_core.earnings.filters import ALL, EarningFilter
from earntrack_core.earnings.model import Earning
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    NotFoundError,
    StaleError,
)
from earntrack_core.kernel.money import money
from earntrack_core.ports.rates import Quote
from earntrack_core.testing.makers import (
    DAY,
    a_batch,
    a_payout,
    a_platform,
    a_rate,
    an_actor,
    an_earning,
)


WEEK = timedelta(days=7)
MANY = 1_200
"""More than one statement of any database asks for."""


def net(storage: Storage, found: Earning) -> Decimal:
    """Return what the totals of an earning's workspace say is left."""
    actor = an_actor(workspace_id=found.workspace_id)
    with storage.view(actor) as unit:
        [totals] = unit.earnings.totals(ALL)
    return totals.net.amount


class BookContract:
    """What every storage promises about earnings, payouts and rates."""

    def test_many_earnings_at_once(self, storage: Storage) -> None:
        """As many as there are come and go together."""
        actor = an_actor()
        platform = a_platform(actor)
        rows = [an_earning(actor, platform, "1") for _ in range(MANY)]
        keys = [one.id for one in rows]
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.earnings.add_all(rows)

        with storage.begin(actor) as unit:
            found = unit.earnings.get_all([*keys, *keys[:3]])
            changed = [
                evolve(one, gross=money(2, "EUR"), notes="now") for one in rows
            ]
            newer = unit.earnings.replace_all(changed)
        twice = net(storage, rows[0])
        with storage.begin(actor) as unit:
            unit.earnings.remove_all(keys)

        assert sorted(found, key=lambda one: one.id) == rows
        assert list(newer) == [evolve(one, version=2) for one in changed]
        assert twice == 2 * MANY
        with storage.view(actor) as unit:
            assert unit.earnings.count(ALL) == 0
            assert list(unit.earnings.totals(ALL)) == []

    def test_nothing_at_once(self, storage: Storage) -> None:
        """No earnings are earnings, too."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            unit.earnings.add_all([])
            assert list(unit.earnings.replace_all([])) == []
            unit.earnings.remove_all([])
            assert list(unit.earnings.get_all([])) == []
            unit.payouts.add_all([])
            unit.payouts.remove_all([])
            assert list(unit.payouts.get_all([])) == []

    @pytest.mark.parametrize("wrong", ["stale", "gone"])
    def test_one_of_many_is_wrong(self, storage: Storage, wrong: str) -> None:
        """If one cannot be changed, none is."""
        actor = an_actor()
        platform = a_platform(actor)
        rows = [an_earning(actor, platform) for _ in range(3)]
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.earnings.add_all(rows)
        last = evolve(rows[2], version=2)
        expected: type[ConflictError | NotFoundError] = StaleError
        if wrong == "gone":
            last, expected = an_earning(actor, platform), NotFoundError

        with pytest.raises(expected), storage.begin(actor) as unit:
            unit.earnings.replace_all([*rows[:2], last])

        with storage.view(actor) as unit:
            assert unit.earnings.get(rows[0].id) == rows[0]

    def test_earning_among_many_twice(self, storage: Storage) -> None:
        """An id that is there already takes back all that came with it."""
        actor = an_actor()
        platform = a_platform(actor)
        earning = an_earning(actor, platform)
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.earnings.add(earning)

        with pytest.raises(DuplicateError), storage.begin(actor) as unit:
            unit.earnings.add_all([an_earning(actor, platform), earning])

        with storage.view(actor) as unit:
            assert unit.earnings.count(ALL) == 1

    def test_gone_earnings_do_not_matter(self, storage: Storage) -> None:
        """Many can be removed though some are gone."""
        actor = an_actor()
        platform = a_platform(actor)
        one, gone = (an_earning(actor, platform) for _ in range(2))
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.earnings.add(one)

        with storage.begin(actor) as unit:
            unit.earnings.remove_all([one.id, gone.id])
            assert list(unit.earnings.get_all([one.id, gone.id])) == []

    def test_settles_what_is_open(self, storage: Storage) -> None:
        """All of its platform and currency, up to and with the day."""
        actor = an_actor()
        platform, other = a_platform(actor), a_platform(actor, "Etsy")
        earlier = a_payout(actor, platform)
        payout = a_payout(actor, platform)
        due = [
            an_earning(actor, platform, earned_on=DAY - WEEK),
            an_earning(actor, platform, earned_on=DAY),
        ]
        rest = [
            an_earning(actor, platform, earned_on=DAY + timedelta(days=1)),
            an_earning(actor, platform, currency="USD"),
            an_earning(actor, other),
            an_earning(actor, platform, payout_id=earlier.id),
        ]
        with storage.begin(actor) as unit:
            for one in (platform, other):
                unit.platforms.add(one)
            unit.payouts.add_all([earlier, payout])
            unit.earnings.add_all(due + rest)

        with storage.begin(actor) as unit:
            settled = unit.earnings.settle(payout, DAY)
            again = unit.earnings.settle(payout, DAY)

        assert (settled, again) == (len(due), 0)
        with storage.view(actor) as unit:
            paid = unit.earnings.find(EarningFilter(payout_id=payout.id))
            assert {one.id for one in paid} == {one.id for one in due}
            left = unit.earnings.get_all([one.id for one in rest])
            assert {one.payout_id for one in left} == {None, earlier.id}

    def test_settling_is_a_change(self, storage: Storage) -> None:
        """Who read an earning before it was linked has a stale one."""
        actor = an_actor()
        platform = a_platform(actor)
        payout, earning = (
            a_payout(actor, platform),
            an_earning(actor, platform),
        )
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.payouts.add(payout)
            unit.earnings.add(earning)
        with storage.begin(actor) as unit:
            unit.earnings.settle(payout, DAY)

        with pytest.raises(StaleError), storage.begin(actor) as unit:
            unit.earnings.replace(earning)

        with storage.begin(actor) as unit:
            assert unit.earnings.unsettle(payout.id) == 1
            assert unit.earnings.unsettle(payout.id) == 0
        with storage.view(actor) as unit:
            found = unit.earnings.get(earning.id)
        assert found == evolve(earning, version=3)

    @pytest.mark.parametrize("many", [True, False])
    def test_removed_payout_unlinks(
        self, storage: Storage, *, many: bool
    ) -> None:
        """What a payout paid is there without it, and paid by none."""
        actor = an_actor()
        platform = a_platform(actor)
        payout = a_payout(actor, platform)
        earning = an_earning(actor, platform, payout_id=payout.id)
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.payouts.add(payout)
            unit.earnings.add(earning)

        with storage.begin(actor) as unit:
            if many:
                gone = a_payout(actor, platform)
                unit.payouts.remove_all([payout.id, gone.id])
            else:
                unit.payouts.remove(payout.id)

        with storage.view(actor) as unit:
            assert unit.earnings.get(earning.id).payout_id is None
            assert list(unit.payouts.get_all([payout.id])) == []

    def test_payouts_by_id(self, storage: Storage) -> None:
        """Those that exist are returned, each once."""
        actor = an_actor()
        platform = a_platform(actor)
        payouts = [a_payout(actor, platform) for _ in range(3)]
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.payouts.add_all(payouts[:2])

        with storage.view(actor) as unit:
            keys = [one.id for one in payouts]
            found = unit.payouts.get_all([*keys, keys[0]])

        assert sorted(found, key=lambda one: one.id) == payouts[:2]

    def test_used_batch_stays(self, storage: Storage) -> None:
        """An import that brought earnings cannot be forgotten."""
        actor = an_actor()
        platform, batch = a_platform(actor), a_batch(actor)
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
            unit.batches.add(batch)
            unit.earnings.add(an_earning(actor, platform, batch_id=batch.id))

        with pytest.raises(ConflictError), storage.begin(actor) as unit:
            unit.batches.remove(batch.id)

        with storage.view(actor) as unit:
            assert unit.batches.get(batch.id) == batch

    @pytest.mark.parametrize(
        ("on", "found"),
        [
            (date(2026, 1, 31), None),
            (date(2026, 2, 1), "1.1"),
            (date(2026, 2, 9), "1.1"),
            (date(2026, 2, 10), "1.2"),
            (date(2199, 1, 1), "1.2"),
        ],
    )
    def test_latest_rate(
        self, storage: Storage, on: date, found: str | None
    ) -> None:
        """The last one up to a day, of exactly the pair."""
        actor = an_actor()
        rates = [
            a_rate(actor, on=date(2026, 2, 1), value=Decimal("1.1")),
            a_rate(actor, on=date(2026, 2, 10), value=Decimal("1.2")),
            a_rate(actor, base="USD", quote="EUR", on=date(2026, 1, 1)),
            a_rate(actor, quote="GBP", on=date(2026, 1, 1)),
        ]
        with storage.begin(actor) as unit:
            for rate in rates:
                unit.rates.add(rate)

        with storage.view(actor) as unit:
            quote = unit.rates.latest("EUR", "USD", on)

        value = None if quote is None else quote.value
        assert value == (None if found is None else Decimal(found))
        if quote is not None:
            assert quote == Quote(
                base="EUR",
                quote="USD",
                on=quote.on,
                value=quote.value,
                source="manual",
            )
