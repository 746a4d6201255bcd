"""Makers of things for tests: name only the fields that matter.

Each thing is younger than those made before, so that ids sort as they came.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final

from earntrack_core.earnings.changes import Change, ChangeId
from earntrack_core.earnings.model import (
    LEGS,
    BatchId,
    Earning,
    EarningId,
    PayoutId,
)
from earntrack_core.earnings.payouts import Payout
from earntrack_core.exchange.model import ExchangeRate, RateId
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.entity import Stamp, stamp
from earntrack_core.kernel.ids import UserId, WorkspaceId, uuid7
from earntrack_core.kernel.money import money, zero
from earntrack_core.platforms.model import NewPlatform, Platform, PlatformId
from earntrack_core.platforms.rules import list_platform
from earntrack_core.ports.storage import Reply
from earntrack_core.statements.batch import Batch
from earntrack_core.statements.line import Line, LineId
from earntrack_core.statements.model import RowKind


NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY: Final = date(2026, 2, 3)

_ticks: Iterator[int] = count(1)


def later() -> datetime:
    """Return an instant after all that were returned before."""
    return NOON + timedelta(milliseconds=next(_ticks))


def an_actor(**fields: Any) -> Actor:
    """Return an actor in a workspace of their own."""
    given: dict[str, Any] = {
        "user_id": UserId(uuid7(later())),
        "workspace_id": WorkspaceId(uuid7(later())),
        "plan": "pro",
    }
    return Actor(**given | fields)


def a_platform(actor: Actor, name: str = "Upwork", **fields: Any) -> Platform:
    """Return a platform of an actor's."""
    return list_platform(NewPlatform(name=name, **fields), actor, later())


def an_earning(
    actor: Actor,
    platform: Platform | PlatformId,
    gross: str = "100",
    currency: str = "EUR",
    **fields: Any,
) -> Earning:
    """Return an earning of an actor's."""
    legs = dict.fromkeys(LEGS, zero(currency))
    given: dict[str, Any] = {
        **_born(actor),
        "id": EarningId(uuid7(later())),
        "platform_id": _key(platform),
        "earned_on": DAY,
        **legs,
        "gross": money(gross, currency),
    }
    return Earning(**given | fields)


def a_payout(
    actor: Actor,
    platform: Platform | PlatformId,
    amount: str = "50",
    currency: str = "EUR",
    **fields: Any,
) -> Payout:
    """Return a payout to an actor."""
    given: dict[str, Any] = {
        **_born(actor),
        "id": PayoutId(uuid7(later())),
        "platform_id": _key(platform),
        "paid_on": DAY,
        "amount": money(amount, currency),
    }
    return Payout(**given | fields)


def a_rate(actor: Actor, **fields: Any) -> ExchangeRate:
    """Return an exchange rate of an actor's own."""
    given: dict[str, Any] = {
        **_born(actor),
        "id": RateId(uuid7(later())),
        "base": "EUR",
        "quote": "USD",
        "on": DAY,
        "value": Decimal("1.08"),
        "source": "manual",
    }
    return ExchangeRate(**given | fields)


def a_change(actor: Actor, *before: Earning, **fields: Any) -> Change:
    """Return a bulk change of an actor's, of some earnings."""
    given: dict[str, Any] = {
        **_born(actor),
        "id": ChangeId(uuid7(later())),
        "verb": "categorise",
        "before": before,
        "after": tuple(one.version + 1 for one in before),
    }
    return Change(**given | fields)


def a_batch(actor: Actor, **fields: Any) -> Batch:
    """Return an import of an actor's."""
    given: dict[str, Any] = {
        **_born(actor),
        "id": BatchId(uuid7(later())),
        "file_name": "statement.csv",
        "digest": "d" * 64,
        "size": 3,
        "format_id": "upwork.transactions",
        "platform_key": "upwork",
        "kind": "platform",
    }
    return Batch(**given | fields)


def a_line(batch: Batch, **fields: Any) -> Line:
    """Return an imported line of a batch."""
    key = LineId(uuid7(later()))
    given: dict[str, Any] = {
        "id": key,
        "key": key.hex,
        "batch_id": batch.id,
        "line": 2,
        "platform_key": batch.platform_key,
        "platform_id": batch.platform_id,
        "kind": RowKind.EARNING,
    }
    return Line(**given | fields)


def a_reply(key: str = "key", **fields: Any) -> Reply:
    """Return the answer to a request."""
    given: dict[str, Any] = {"digest": "digest", "status": 201, "body": b"{}"}
    return Reply(key=key, **given | fields)


def _born(actor: Actor) -> Stamp:
    return stamp(actor.workspace_id, later())


def _key(platform: Platform | PlatformId) -> PlatformId:
    return platform.id if isinstance(platform, Platform) else platform
