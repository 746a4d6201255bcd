"""The kinds of records, for the exam of storages: one full one of each."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from attrs import frozen

from earntrack_core.earnings.changes import ChangeFilter
from earntrack_core.earnings.filters import ALL
from earntrack_core.earnings.model import EarningKind
from earntrack_core.earnings.payouts import PayoutFilter
from earntrack_core.exchange.model import ExchangeRateFilter
from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.money import money
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
