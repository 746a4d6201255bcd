"""Changes of many earnings at once, each with its way back."""

from collections.abc import Callable, Sequence
from typing import Final

from attrs import evolve, frozen

from earntrack_core.earnings import rules
from earntrack_core.earnings.changes import Change, ChangeId
from earntrack_core.earnings.events import EarningsChanged
from earntrack_core.earnings.model import Earning, EarningId
from earntrack_core.earnings.ports import EarningsUnit
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import InvalidError, NotFoundError
from earntrack_core.platforms.model import PlatformId
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.storage import Units


MOST: Final = 10_000
"""Earnings of one bulk change."""


@frozen(kw_only=True)
class BulkService:
    """What you can do with many earnings at once."""

    units: Units[EarningsUnit]
    now: Clock

    def categorise(
        self, actor: Actor, keys: Sequence[EarningId], category: str
    ) -> Change:
        """Give many earnings a category.

        Raises:
            NotFoundError: One of them is not yours; then none is changed.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            return self._change(
                unit,
                actor,
                "categorise",
                keys,
                lambda one: evolve(one, category=category),
            )

    def move(
        self,
        actor: Actor,
        keys: Sequence[EarningId],
        platform_id: PlatformId,
    ) -> Change:
        """Move many earnings to another platform.

        Raises:
            NotFoundError: One of them, or the platform, is not yours; then
                none is changed.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            unit.platforms.get(platform_id)
            return self._change(
                unit,
                actor,
                "move",
                keys,
                lambda one: evolve(one, platform_id=platform_id),
            )

    def delete(self, actor: Actor, keys: Sequence[EarningId]) -> Change:
        """Forget many earnings.

        Raises:
            NotFoundError: One of them is not yours; then none is removed.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            before = _chosen(unit, keys)
            unit.earnings.remove_all([one.id for one in before])
            return self._noted(
                unit, actor, "delete", before, [0] * len(before)
            )

    def undo(self, actor: Actor, key: ChangeId) -> Change:
        """Take a bulk change back.

        Raises:
            NotFoundError: There is no such change of yours.
            ConflictError: It was undone, or its earnings changed since.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            change = unit.changes.get(key)
            present = unit.earnings.get_all([one.id for one in change.before])
            rules.restorable(change, present)
            self._restore(unit, change)
            done = evolve(change, undone_at=self.now())
            done = unit.changes.replace(done)
            unit.emit(_told(actor, "undo", done))
        return done

    def _restore(self, unit: EarningsUnit, change: Change) -> None:
        now = self.now()
        pairs = list(zip(change.before, change.after, strict=True))
        gone = [one for one, version in pairs if not version]
        kept = [
            evolve(one, version=version, updated_at=now)
            for one, version in pairs
            if version
        ]
        for platform_id in {one.platform_id for one in change.before}:
            unit.platforms.get(platform_id)
        unit.earnings.add_all(gone)
        unit.earnings.replace_all(kept)

    def _change(
        self,
        unit: EarningsUnit,
        actor: Actor,
        verb: str,
        keys: Sequence[EarningId],
        alter: Callable[[Earning], Earning],
    ) -> Change:
        before = _chosen(unit, keys)
        now = self.now()
        after = unit.earnings.replace_all(
            [evolve(alter(one), updated_at=now) for one in before]
        )
        versions = [one.version for one in after]
        return self._noted(unit, actor, verb, before, versions)

    def _noted(
        self,
        unit: EarningsUnit,
        actor: Actor,
        verb: str,
        before: Sequence[Earning],
        after: Sequence[int],
    ) -> Change:
        change = rules.changed(verb, before, after, by=actor, now=self.now())
        unit.changes.add(change)
        unit.emit(_told(actor, verb, change))
        return change


def _told(actor: Actor, verb: str, change: Change) -> EarningsChanged:
    return EarningsChanged(
        workspace_id=actor.workspace_id,
        verb=verb,
        change_id=change.id,
        earning_ids=tuple(one.id for one in change.before),
    )


def _chosen(
    unit: EarningsUnit, keys: Sequence[EarningId]
) -> Sequence[Earning]:
    wanted = list(dict.fromkeys(keys))
    if not 1 <= len(wanted) <= MOST:
        raise InvalidError("ids", f"must name 1 to {MOST:,} earnings")
    found = {one.id: one for one in unit.earnings.get_all(wanted)}
    for key in wanted:
        if key not in found:
            raise NotFoundError("earning", key)
    return [found[key] for key in wanted]
