"""What every storage promises about records, whatever kind they are of."""
# ruff: noqa: S101 -- a contract is made of tests

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from attrs import evolve, frozen

from earntrack_core.earnings.changes import ChangeFilter
from earntrack_core.earnings.filters import ALL
from earntrack_core.earnings.model import EarningKind
from earntrack_core.earnings.payouts import PayoutFilter
from earntrack_core.exchange.model import ExchangeRateFilter
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    ConflictError,
    DuplicateError,
    NotFoundError,
    StaleError,
)
from earntrack_core.kernel.money import money
from earntrack_core.kernel.paging import Cursor, Part
from earntrack_core.platforms.model import FeeRule, PlatformFilter
from earntrack_core.statements.batch import BatchFilter, BatchState, Counts
from earntrack_core.statements.ports import StatementsUnit
from earntrack_core.testing.makers import (
    DAY,
    NOON,
    a_batch,
    a_change,
    a_payout,
    a_platform,
    a_rate,
    an_actor,
    an_earning,
)


Unit = StatementsUnit


@frozen
class Kind:
    """A kind of record: how one is made, stored, found and changed."""

    name: str
    make: Callable[[Unit, Actor], Any]
    """Makes one, with all fields set, and what it refers to in the unit."""
    records: Callable[[Unit], Any]
    everything: Any
    change: dict[str, Any]


def _a_full_platform(_: Unit, actor: Actor) -> Any:
    return a_platform(
        actor,
        name=f"Café №{NOON.microsecond}",
        key="cafe",
        category="gigs",
        colour="#00ffaa",
        currency="KWD",
        fee=FeeRule(percent=Decimal("2.9"), fixed=Decimal("0.3")),
        active=False,
    )


def _a_full_earning(unit: Unit, actor: Actor) -> Any:
    platform, batch = a_platform(actor), a_batch(actor)
    payout = a_payout(actor, platform)
    unit.platforms.add(platform)
    unit.payouts.add(payout)
    unit.batches.add(batch)
    return an_earning(
        actor,
        platform,
        "1234.567",
        "KWD",
        tip=money("0.001", "KWD"),
        fee=money("-999999999.999", "KWD"),
        tax_withheld=money(3, "KWD"),
        refund=money(4, "KWD"),
        adjustment=money("-5.5", "KWD"),
        kind=EarningKind.CHARGEBACK_REVERSAL,
        count=0,
        worked=timedelta(days=3, microseconds=7),
        category="Δesign",
        notes="two\nlines, 'quotes' and \\ 🎈",
        external_id="#1",
        occurred_at=NOON + timedelta(microseconds=1),
        zone="Europe/Berlin",
        payout_id=payout.id,
        batch_id=batch.id,
    )


def _a_full_payout(unit: Unit, actor: Actor) -> Any:
    platform, batch = a_platform(actor), a_batch(actor)
    unit.platforms.add(platform)
    unit.batches.add(batch)
    return a_payout(
        actor,
        platform,
        "-1000",
        "JPY",
        external_id="PO-1",
        notes="came back",
        reason="reserve",
        arrived_on=DAY + timedelta(days=2),
        batch_id=batch.id,
    )


def _a_full_rate(_: Unit, actor: Actor) -> Any:
    return a_rate(actor, value=Decimal("0.000000000001"), source="my bank")


def _a_full_change(unit: Unit, actor: Actor) -> Any:
    earning = _a_full_earning(unit, actor)
    plain = an_earning(actor, earning.platform_id)
    return a_change(actor, earning, plain, undone_at=NOON)


def _a_full_batch(unit: Unit, actor: Actor) -> Any:
    platform = a_platform(actor)
    unit.platforms.add(platform)
    return a_batch(
        actor,
        platform_id=platform.id,
        account="DE02",
        file_key="imports/1",
        answers={"currency": "EUR", "period": ["2026-01-01", "2026-01-31"]},
        exported_on=DAY,
        state=BatchState.DONE,
        offset=17,
        counts=Counts(data_rows=3, imported=1, skipped=2),
        report={"rows": [{"line": 2, "value": "ä"}], "none": None},
    )


KINDS: Final = (
    Kind(
        "platform",
        _a_full_platform,
        lambda unit: unit.platforms,
        PlatformFilter(),
        {"name": "Etsy", "key": None},
    ),
    Kind(
        "earning",
        _a_full_earning,
        lambda unit: unit.earnings,
        ALL,
        {"notes": "", "payout_id": None, "earned_on": date(1970, 1, 1)},
    ),
    Kind(
        "payout",
        _a_full_payout,
        lambda unit: unit.payouts,
        PayoutFilter(),
        {"amount": money(7, "USD"), "arrived_on": None},
    ),
    Kind(
        "rate",
        _a_full_rate,
        lambda unit: unit.rates,
        ExchangeRateFilter(),
        {"value": Decimal("999999999999.5")},
    ),
    Kind(
        "change",
        _a_full_change,
        lambda unit: unit.changes,
        ChangeFilter(),
        {"undone_at": None},
    ),
    Kind(
        "batch",
        _a_full_batch,
        lambda unit: unit.batches,
        BatchFilter(),
        {"platform_id": None, "state": BatchState.UNDONE, "report": {}},
    ),
)

each_kind = pytest.mark.parametrize(
    "kind", KINDS, ids=[kind.name for kind in KINDS]
)


def stored(storage: Storage, actor: Actor, kind: Kind) -> Any:
    """Store a record with all that it refers to, and return it."""
    with storage.begin(actor) as unit:
        record = kind.make(unit, actor)
        kind.records(unit).add(record)
    return record


class RecordsContract:
    """What every storage promises about records."""

    @each_kind
    def test_record_comes_back_whole(
        self, storage: Storage, kind: Kind
    ) -> None:
        """Nothing is lost or changed on the way in and out."""
        actor = an_actor()
        record = stored(storage, actor, kind)

        with storage.view(actor) as unit:
            assert kind.records(unit).get(record.id) == record
            assert list(kind.records(unit).find(kind.everything)) == [record]
            assert kind.records(unit).count(kind.everything) == 1

    @each_kind
    def test_record_is_seen_in_its_own_unit(
        self, storage: Storage, kind: Kind
    ) -> None:
        """What a unit stored it sees, before anybody else does."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            record = kind.make(unit, actor)
            kind.records(unit).add(record)

            assert kind.records(unit).get(record.id) == record

    @each_kind
    def test_changed_record(self, storage: Storage, kind: Kind) -> None:
        """A change is stored with the version counted up."""
        actor = an_actor()
        record = stored(storage, actor, kind)
        later = record.updated_at + timedelta(hours=1)
        changed = evolve(record, **kind.change, updated_at=later)

        with storage.begin(actor) as unit:
            newer = kind.records(unit).replace(changed)

        assert newer == evolve(changed, version=2)
        with storage.view(actor) as unit:
            assert kind.records(unit).get(record.id) == newer

    @each_kind
    def test_stale_version(self, storage: Storage, kind: Kind) -> None:
        """Who did not see the latest version cannot overwrite it."""
        actor = an_actor()
        record = stored(storage, actor, kind)
        with storage.begin(actor) as unit:
            newer = kind.records(unit).replace(record)

        with pytest.raises(StaleError), storage.begin(actor) as unit:
            kind.records(unit).replace(evolve(record, **kind.change))

        with storage.view(actor) as unit:
            assert kind.records(unit).get(record.id) == newer

    @each_kind
    def test_removed_record(self, storage: Storage, kind: Kind) -> None:
        """What was removed is gone, for good and for everything."""
        actor = an_actor()
        record = stored(storage, actor, kind)

        with storage.begin(actor) as unit:
            kind.records(unit).remove(record.id)

        with storage.view(actor) as unit:
            assert list(kind.records(unit).find(kind.everything)) == []
            with pytest.raises(NotFoundError):
                kind.records(unit).get(record.id)

    @each_kind
    def test_record_that_never_was(self, storage: Storage, kind: Kind) -> None:
        """What is not there can be neither changed nor removed."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            record = kind.make(unit, actor)

        with pytest.raises(NotFoundError), storage.begin(actor) as unit:
            kind.records(unit).replace(record)
        with pytest.raises(NotFoundError), storage.begin(actor) as unit:
            kind.records(unit).remove(record.id)

    @each_kind
    def test_same_id_twice(self, storage: Storage, kind: Kind) -> None:
        """An id names one thing; the first one stays as it is."""
        actor = an_actor()
        record = stored(storage, actor, kind)

        with pytest.raises(DuplicateError), storage.begin(actor) as unit:
            kind.records(unit).add(record)

        with storage.view(actor) as unit:
            assert kind.records(unit).count(kind.everything) == 1

    @each_kind
    def test_pages_miss_and_repeat_nothing(
        self, storage: Storage, kind: Kind
    ) -> None:
        """Pages of the newest first, each after the last of the one before."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            made = [kind.make(unit, actor)]
            while len(made) < 5:
                made.append(_another(made[-1], kind, len(made)))
            for one in made:
                kind.records(unit).add(one)
        found: list[Any] = []
        after = None
        with storage.view(actor) as unit:
            while page := kind.records(unit).find(
                kind.everything, Part(limit=2, after=after)
            ):
                found += page
                last = page[-1].id
                after = Cursor(order="-id", value=last.hex, id=last)

        assert found == made[::-1]

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

    @pytest.mark.parametrize("name", ["earning", "payout", "batch"])
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

    @pytest.mark.parametrize("name", ["earning", "payout", "batch"])
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


def _another(record: Any, kind: Kind, number: int) -> Any:
    """Return a record like another one, but younger."""
    key = type(record.id)(int=record.id.int + (1 << 80))
    unlike: dict[str, dict[str, Any]] = {
        "platform": {"name": f"Number {number}", "key": f"number{number}"},
        "rate": {"on": DAY + timedelta(days=number)},
    }
    return evolve(record, id=key, **unlike.get(kind.name, {}))


def _refer(unit: Unit, actor: Actor, name: str, platform_id: Any) -> None:
    """Store something that refers to a platform."""
    if name == "earning":
        unit.earnings.add(an_earning(actor, platform_id))
    elif name == "payout":
        unit.payouts.add(a_payout(actor, platform_id))
    else:
        unit.batches.add(a_batch(actor, platform_id=platform_id))
