"""Where a statement is booked: the platform that it is of."""

from collections.abc import Mapping
from datetime import datetime

from earntrack_core.kernel.actor import Actor
from earntrack_core.platforms.model import (
    NewPlatform,
    Platform,
    PlatformFilter,
    PlatformId,
    PlatformInfo,
)
from earntrack_core.platforms.rules import described, list_platform
from earntrack_core.statements.model import Facts, StatementKind
from earntrack_core.statements.ports import StatementsUnit


def home_of(
    unit: StatementsUnit,
    facts: Facts,
    wanted: PlatformId | None,
) -> Platform | None:
    """Return the platform that a statement is booked on, if it exists.

    Raises:
        NotFoundError: The wanted one is not one of the workspace's.
    """
    if wanted is not None:
        return unit.platforms.get(wanted)
    where = PlatformFilter(key=facts.platform)
    return next(iter(unit.platforms.find(where)), None)


def needs_home(facts: Facts) -> bool:
    """Say whether a statement tells of earnings."""
    return facts.kind is StatementKind.PLATFORM


def new_home(
    facts: Facts,
    known: Mapping[str, PlatformInfo],
    actor: Actor,
    now: datetime,
) -> Platform:
    """Return a new platform for a statement, not stored yet."""
    info = known.get(facts.platform)
    name = facts.platform.replace("_", " ").title()
    new = (
        NewPlatform(name=name, key=facts.platform)
        if info is None
        else described(info)
    )
    return list_platform(new, actor, now)
