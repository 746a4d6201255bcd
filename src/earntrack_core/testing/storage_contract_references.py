"""What every storage promises about things that go together, or cannot."""
# ruff: noqa: PT012, S101 -- a contract is made of tests, on whole units

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from earntrack_core.earnings.filters import ALL
from earntrack_core.earnings.payouts import PayoutFilter
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    NotFoundError,
)
from earntrack_core.platforms.model import PlatformFilter
from earntrack_core.statements.batch import BatchFilter
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.testing.makers import (
    a_batch,
    a_payout,
    a_platform,
    a_rate,
    an_actor,
    an_earning,
)


each_user = pytest.mark.parametrize("name", ["earning", "payout", "batch"])


class ReferencesContract:
    """What every storage promises about what is unique, or referred to."""

    def test_platform_name_twice(self, storage: Storage) -> None:
        """Two platforms of a workspace have two names."""
        self._refuses_twin(storage, {"name": "Upwork"}, {"name": "Upwork"})

    def test_platform_key_twice(self, storage: Storage) -> None:
        """The statements of a platform are booked in one place."""
        self._refuses_twin(
            storage,
            {"name": "One", "key": "upwork"},
            {"name": "Two", "key": "upwork"},
        )

    def _refuses_twin(
        self, storage: Storage, one: dict[str, Any], two: dict[str, Any]
    ) -> None:
        actor = an_actor()
        with storage.begin(actor) as unit:
            unit.platforms.add(a_platform(actor, **one))

        with (
            pytest.raises(DuplicateError) as refused,
            storage.begin(actor) as unit,
        ):
            unit.platforms.add(a_platform(actor, **two))

        assert refused.value.kind == "platform"
        assert refused.value.field == list(two)[-1]
        assert refused.value.value == two[refused.value.field]

    def test_platform_renamed_to_another(self, storage: Storage) -> None:
        """A change cannot make two of one name, either."""
        actor = an_actor()
        one, two = a_platform(actor, "One"), a_platform(actor, "Two")
        with storage.begin(actor) as unit:
            unit.platforms.add(one)
            unit.platforms.add(two)

        with pytest.raises(DuplicateError), storage.begin(actor) as unit:
            unit.platforms.replace(evolve(two, name="One"))

    def test_platforms_without_keys(self, storage: Storage) -> None:
        """Any number of platforms have no statements of their own."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            for name in ("One", "Two"):
                unit.platforms.add(a_platform(actor, name))

        with storage.view(actor) as unit:
            assert unit.platforms.count(PlatformFilter()) == 2  # noqa: PLR2004 -- both

    def test_rate_of_a_day_twice(self, storage: Storage) -> None:
        """There is one own rate of a pair on a day."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            unit.rates.add(a_rate(actor))

        with pytest.raises(DuplicateError), storage.begin(actor) as unit:
            unit.rates.add(a_rate(actor, value=Decimal(2)))

    def test_required_thing_is_there(self, storage: Storage) -> None:
        """Insisting on what exists says nothing."""
        actor = an_actor()
        platform = a_platform(actor)
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)

        with storage.begin(actor) as unit:
            unit.platforms.require(platform.id)
            unit.earnings.add(an_earning(actor, platform))

        with storage.view(actor) as unit:
            assert unit.earnings.count(ALL) == 1

    @each_user
    def test_reference_to_nothing(self, storage: Storage, name: str) -> None:
        """What refers to a platform that is not there is not stored."""
        actor = an_actor()
        nowhere = a_platform(actor)

        with (
            pytest.raises(NotFoundError) as refused,
            storage.begin(actor) as unit,
        ):
            unit.platforms.require(nowhere.id) if name == "earning" else None
            _refer(unit, actor, name, nowhere.id)

        assert (refused.value.kind, refused.value.key) == (
            "platform",
            nowhere.id,
        )
        with storage.view(actor) as unit:
            assert unit.earnings.count(ALL) == 0
            assert unit.payouts.count(PayoutFilter()) == 0
            assert unit.batches.count(BatchFilter()) == 0

    @each_user
    def test_used_platform(self, storage: Storage, name: str) -> None:
        """What things refer to is used, and cannot be removed."""
        actor = an_actor()
        platform = a_platform(actor)
        with storage.begin(actor) as unit:
            unit.platforms.add(platform)
        with storage.view(actor) as unit:
            assert not unit.platforms.used(platform.id)
        with storage.begin(actor) as unit:
            _refer(unit, actor, name, platform.id)

        with storage.view(actor) as unit:
            assert unit.platforms.used(platform.id)
        with pytest.raises(ConflictError), storage.begin(actor) as unit:
            unit.platforms.remove(platform.id)

        with storage.view(actor) as unit:
            assert unit.platforms.get(platform.id) == platform


def _refer(
    unit: StatementsUnit, actor: Actor, name: str, platform_id: Any
) -> None:
    """Store something that refers to a platform."""
    if name == "earning":
        unit.earnings.add(an_earning(actor, platform_id))
    elif name == "payout":
        unit.payouts.add(a_payout(actor, platform_id))
    else:
        unit.batches.add(a_batch(actor, platform_id=platform_id))
