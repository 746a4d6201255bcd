"""What you can do with earnings."""

from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen

from earntrack_core.earnings import rules
from earntrack_core.earnings.events import (
    EarningCreated,
    EarningDeleted,
    EarningUpdated,
)
from earntrack_core.earnings.filters import (
    ALL,
    EarningFilter,
    EarningOrder,
)
from earntrack_core.earnings.model import (
    Earning,
    EarningId,
    EarningPatch,
    NewEarning,
)
from earntrack_core.earnings.ports import EarningsUnit
from earntrack_core.earnings.totals import Bucket, Missing, Overview
from earntrack_core.exchange.lookup import RateBook
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.errors import InvalidError, MissingRateError
from earntrack_core.kernel.money import total
from earntrack_core.kernel.paging import FIRST, Cursor, Page, Part
from earntrack_core.kernel.patch import UNSET
from earntrack_core.kernel.periods import Period, Step
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.rates import RateSource
from earntrack_core.ports.storage import Units


FAVOURITE: Final = EarningOrder.NEWEST


@frozen(kw_only=True)
class EarningService:
    """What you can do with earnings."""

    units: Units[EarningsUnit]
    now: Clock
    sources: Sequence[RateSource] = ()

    def create(self, actor: Actor, new: NewEarning) -> Earning:
        """Store an earning.

        Raises:
            NotFoundError: The platform is not one of the actor's.
            InvalidError: The amounts do not fit each other.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            platform = None
            if new.fee is None:
                platform = unit.platforms.get(new.platform_id)
            earning = rules.earn(new, platform, by=actor, now=self.now())
            unit.platforms.require(earning.platform_id)
            unit.earnings.add(earning)
            unit.emit(
                EarningCreated(
                    workspace_id=actor.workspace_id, earning=earning
                )
            )
        return earning

    def get(self, actor: Actor, key: EarningId) -> Earning:
        """Return one earning.

        Raises:
            NotFoundError: There is none of yours with that id.
        """
        with self.units.view(actor) as unit:
            return unit.earnings.get(key)

    def find(
        self,
        actor: Actor,
        where: EarningFilter = ALL,
        part: Part = FIRST,
        order: EarningOrder = FAVOURITE,
    ) -> Page[Earning]:
        """Return a page of the earnings that match.

        Raises:
            InvalidError: The cursor is of a list in another order.
        """
        if part.after is not None and part.after.order != order:
            raise InvalidError("cursor", f"is not of a list by {order}")
        more = evolve(part, limit=part.limit + 1)
        with self.units.view(actor) as unit:
            found = unit.earnings.ordered(where, order, more)
        return _page(found, part, order)

    def update(
        self,
        actor: Actor,
        key: EarningId,
        patch: EarningPatch,
        *,
        version: int | None = None,
    ) -> Earning:
        """Change some fields of an earning, if it still has *version*.

        Raises:
            NotFoundError: It, its platform or its payout is not yours.
            StaleError: It has another version by now.
            InvalidError: The amounts do not fit each other.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            old = unit.earnings.get(key)
            new = rules.corrected(old, patch, self.now())
            unit.platforms.get(new.platform_id)
            if patch.payout_id is not UNSET and patch.payout_id is not None:
                unit.payouts.get(patch.payout_id)
            new = unit.earnings.replace(
                evolve(new, version=version or old.version)
            )
            unit.emit(
                EarningUpdated(workspace_id=actor.workspace_id, earning=new)
            )
        return new

    def remove(
        self, actor: Actor, key: EarningId, *, version: int | None = None
    ) -> None:
        """Forget an earning, if it still has *version*.

        Raises:
            NotFoundError: There is none of yours with that id.
            StaleError: It has another version by now.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            earning = unit.earnings.get(key)
            if version not in {None, earning.version}:
                unit.earnings.replace(evolve(earning, version=version))
            unit.earnings.remove(key)
            unit.emit(
                EarningDeleted(
                    workspace_id=actor.workspace_id, earning=earning
                )
            )

    def overview(self, actor: Actor, where: EarningFilter = ALL) -> Overview:
        """Return the totals of all earnings that match.

        Per currency, and the net of all in the workspace's currency, each
        day with its own rate. A missing rate is named, never guessed.
        """
        with self.units.view(actor) as unit:
            totals = tuple(unit.earnings.totals(where))
            days = unit.earnings.daily(where)
            book = RateBook(unit.rates, self.sources)
            try:
                sums = rules.converted(days, actor.currency, book.rate)
            except MissingRateError as error:
                missing = Missing(
                    base=error.base, quote=error.quote, on=error.on
                )
                return Overview(totals=totals, converted=None, missing=missing)
        whole = total(actor.currency, [one.amount for one in sums])
        return Overview(totals=totals, converted=whole, conversions=sums)

    def summary(
        self,
        actor: Actor,
        period: Period | None = None,
        step: Step | None = Step.MONTH,
        *,
        by_platform: bool = True,
        first_weekday: int = 0,
    ) -> Sequence[Bucket]:
        """Return sums per step, platform and currency, from daily totals.

        Without a period it is everything from the first earning on.
        """
        with self.units.view(actor) as unit:
            span = period or unit.earnings.span()
            if span is None:
                return ()
            return unit.earnings.summary(
                span,
                step,
                by_platform=by_platform,
                first_weekday=first_weekday,
            )


def _page(
    found: Sequence[Earning], part: Part, order: EarningOrder
) -> Page[Earning]:
    if len(found) <= part.limit:
        return Page(tuple(found))
    items = tuple(found[: part.limit])
    cursor = Cursor(
        order=order,
        value=rules.order_value(items[-1], order),
        id=items[-1].id,
    )
    return Page(items, cursor.encode())
