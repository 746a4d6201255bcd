"""Actors, things and events for the tests of the SQL storage."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from earntrack_core.earnings.events import EarningCreated
from earntrack_core.earnings.model import NewEarning
from earntrack_core.earnings.payouts import Payout
from earntrack_core.earnings.rules import earn
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.money import money
from earntrack_core.platforms.events import platform_changed
from earntrack_core.platforms.model import NewPlatform
from earntrack_core.platforms.rules import list_platform
from earntrack_core.statements.batch import Batch
from earntrack_core.statements.line import Line
from earntrack_core.statements.model import RowKind


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 2, 3)
NUMBERS = count(1)


def encoded(event):
    """Return an event as a text that tells it from others."""
    return f'"{event.topic}"'


def later():
    """Return an instant after all that were returned before."""
    return NOW + timedelta(milliseconds=next(NUMBERS))


def a_key():
    """Return an id that sorts after all that were returned before."""
    return uuid7(later())


def an_actor():
    """Return an actor in a workspace of their own."""
    return Actor(user_id=a_key(), workspace_id=a_key())


def a_platform(actor, name="Upwork", **fields):
    """Return a platform of the actor's."""
    return list_platform(NewPlatform(name=name, **fields), actor, later())


def an_earning(actor, platform_id, gross="100", currency="EUR", **fields):
    """Return an earning of the actor's, each later than the one before."""
    fields = {"earned_on": DAY, "fee": money(0, currency)} | fields
    new = NewEarning(
        platform_id=platform_id, gross=money(gross, currency), **fields
    )
    return earn(new, None, by=actor, now=later())


def a_payout(actor, platform_id, amount="50", **fields):
    """Return a payout to the actor."""
    return Payout(
        **stamp(actor.workspace_id, NOW),
        id=a_key(),
        platform_id=platform_id,
        paid_on=DAY,
        amount=money(amount, "EUR"),
        **fields,
    )


def a_batch(actor, **fields):
    """Return an import of the actor's."""
    return Batch(
        **stamp(actor.workspace_id, NOW),
        id=a_key(),
        file_name="a.csv",
        digest="d" * 64,
        size=3,
        format_id="upwork.transactions",
        platform_key="upwork",
        kind="platform",
        **fields,
    )


def a_line(batch, **fields):
    """Return an imported line of a batch."""
    key = a_key()
    return Line(
        **{
            "id": key,
            "key": key.hex,
            "batch_id": batch.id,
            "line": 1,
            "platform_key": "upwork",
            "kind": RowKind.EARNING,
        }
        | fields
    )


def created(earning):
    """Return the event of a new earning."""
    return EarningCreated(workspace_id=earning.workspace_id, earning=earning)


def listed(platform):
    """Return the event of a new platform."""
    return platform_changed("created", platform)


def store(storage, actor, *earnings, replies=(), platforms=()):
    """Store things in a unit of their own, with an event per earning."""
    with storage.begin(actor) as unit:
        for platform in platforms:
            unit.platforms.add(platform)
        unit.earnings.add_all(earnings)
        for earning in earnings:
            unit.emit(created(earning))
        for reply in replies:
            unit.remember(reply)
