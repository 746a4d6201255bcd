"""Where a statement is booked: the platform that it is of."""

from collections.abc import Mapping
from datetime import datetime
from itertools import chain, count

from attrs import evolve, frozen

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import NotFoundError
from earntrack_core.platforms.events import platform_changed
from earntrack_core.platforms.model import (
    NewPlatform,
    Platform,
    PlatformFilter,
    PlatformId,
    PlatformInfo,
)
from earntrack_core.platforms.ports import Admit
from earntrack_core.platforms.rules import described, list_platform
from earntrack_core.statements.batch import Batch
from earntrack_core.statements.model import Facts, StatementKind
from earntrack_core.statements.ports import StatementsUnit


def needs_home(facts: Facts) -> bool:
    """Say whether a statement tells of earnings."""
    return facts.kind is StatementKind.PLATFORM


@frozen
class Homes:
    """Finds platforms for statements, or makes them."""

    known: Mapping[str, PlatformInfo]
    admit: Admit

    def home(
        self, unit: StatementsUnit, actor: Actor, key: str, batch: Batch
    ) -> Platform:
        """Return the platform with a key; a new one if there is none.

        One of the same name that has no key is taken for it. A new one has
        the id of the import that it is made for.

        Raises:
            PlanLimitError: The plan includes no further platform.
        """
        for found in unit.platforms.find(PlatformFilter(key=key)):
            return found
        new = self._described(key)
        for held in unit.platforms.find(PlatformFilter(name=new.name)):
            if held.key is None:
                return _named(unit, held, key, batch.created_at)
        return self._made(unit, actor, _renamed(unit, new), batch)

    def _described(self, key: str) -> NewPlatform:
        info = self.known.get(key)
        if info is not None:
            return described(info)
        return NewPlatform(name=key.replace("_", " ").title(), key=key)

    def _made(
        self,
        unit: StatementsUnit,
        actor: Actor,
        new: NewPlatform,
        batch: Batch,
    ) -> Platform:
        home = list_platform(new, actor, batch.created_at)
        home = evolve(home, id=PlatformId(batch.id))
        self.admit(unit, actor, home)
        unit.platforms.add(home)
        unit.emit(platform_changed("created", home))
        return home


def _renamed(unit: StatementsUnit, new: NewPlatform) -> NewPlatform:
    """Give a platform a name that no other one has."""
    numbered = (f"{new.name} {number}" for number in count(2))
    free = (
        name
        for name in chain([new.name], numbered)
        if not unit.platforms.find(PlatformFilter(name=name))
    )
    return evolve(new, name=next(free))


def _named(
    unit: StatementsUnit, old: Platform, key: str, now: datetime
) -> Platform:
    new = unit.platforms.replace(evolve(old, key=key, updated_at=now))
    unit.emit(platform_changed("updated", new))
    return new


def made_here(unit: StatementsUnit, key: PlatformId | None) -> Platform | None:
    """Return a platform if an import made it and nobody changed it since."""
    if key is None:
        return None
    home = unit.platforms.get(key)
    try:
        unit.batches.get(BatchId(home.id))
    except NotFoundError:
        return None
    return home if home.version == 1 else None


def give_up(unit: StatementsUnit, home: Platform) -> None:
    """Forget a platform if nothing refers to it any more."""
    if not unit.platforms.used(home.id):
        unit.platforms.remove(home.id)
        unit.emit(platform_changed("deleted", home))
