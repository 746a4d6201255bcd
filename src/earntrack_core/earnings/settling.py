"""Payouts and the earnings they pay: amount - linked net = residual."""

from collections.abc import Sequence
from datetime import date

from attrs import evolve, frozen

from earntrack_core.earnings.events import PayoutRecorded
from earntrack_core.earnings.filters import EarningFilter
from earntrack_core.earnings.model import EarningId, PayoutId
from earntrack_core.earnings.payouts import (
    UNEXPLAINED,
    NewPayout,
    Payout,
    PayoutFilter,
    Settlement,
)
from earntrack_core.earnings.ports import EarningsUnit
from earntrack_core.earnings.totals import nothing
from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.entity import stamp
from earntrack_core.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
)
from earntrack_core.kernel.ids import uuid7
from earntrack_core.kernel.money import minor
from earntrack_core.kernel.paging import FIRST, Page, Part
from earntrack_core.ports.clock import Clock
from earntrack_core.ports.crud import page_of
from earntrack_core.ports.storage import Units


@frozen(kw_only=True)
class PayoutService:
    """What you can do with payouts."""

    units: Units[EarningsUnit]
    now: Clock

    def create(self, actor: Actor, new: NewPayout) -> Settlement:
        """Store a payout, and link the earnings that it pays.

        Raises:
            NotFoundError: The platform, or an earning, is not yours.
            ConflictError: Another payout pays one of them.
            InvalidError: One is of another platform or currency.
        """
        actor.must(Role.MEMBER)
        payout = Payout(
            **stamp(actor.workspace_id, self.now()),
            id=PayoutId(uuid7(self.now())),
            platform_id=new.platform_id,
            paid_on=new.paid_on,
            amount=new.amount,
            external_id=new.external_id,
            notes=new.notes,
        )
        with self.units.begin(actor) as unit:
            unit.platforms.get(payout.platform_id)
            unit.payouts.add(payout)
            if new.earnings:
                self._link(unit, payout, new.earnings)
            unit.emit(
                PayoutRecorded(workspace_id=actor.workspace_id, payout=payout)
            )
            return settled(unit, payout)

    def get(self, actor: Actor, key: PayoutId) -> Settlement:
        """Return a payout beside what it pays.

        Raises:
            NotFoundError: There is none of yours with that id.
        """
        with self.units.view(actor) as unit:
            return settled(unit, unit.payouts.get(key))

    def find(
        self, actor: Actor, where: PayoutFilter, part: Part = FIRST
    ) -> Page[Payout]:
        """Return a page of the payouts that match, the newest first."""
        more = evolve(part, limit=part.limit + 1)
        with self.units.view(actor) as unit:
            return page_of(list(unit.payouts.find(where, more)), part)

    def link(
        self, actor: Actor, key: PayoutId, earnings: Sequence[EarningId]
    ) -> Settlement:
        """Say which earnings a payout pays, besides those it pays already.

        Raises:
            NotFoundError: The payout, or an earning, is not yours.
            ConflictError: Another payout pays one of them.
            InvalidError: One is of another platform or currency.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            payout = unit.payouts.get(key)
            self._link(unit, payout, earnings)
            return self._told(unit, payout)

    def link_until(self, actor: Actor, key: PayoutId, day: date) -> Settlement:
        """Link all earnings up to and with a day that no payout pays yet.

        Those of the payout's platform and currency.

        Raises:
            NotFoundError: There is no such payout of yours.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            payout = unit.payouts.get(key)
            unit.earnings.settle(payout, day)
            return self._told(unit, payout)

    def unlink(self, actor: Actor, key: PayoutId) -> Settlement:
        """Say that a payout pays none of the earnings linked to it.

        Raises:
            NotFoundError: There is no such payout of yours.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            payout = unit.payouts.get(key)
            unit.earnings.unsettle(payout.id)
            return self._told(unit, payout)

    def explain(self, actor: Actor, key: PayoutId, reason: str) -> Settlement:
        """Name the reason of a payout's residual.

        Raises:
            NotFoundError: There is no such payout of yours.
            InvalidError: It is not one of `REASONS`.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            old = unit.payouts.get(key)
            new = evolve(old, reason=reason, updated_at=self.now())
            return self._told(unit, unit.payouts.replace(new))

    def remove(self, actor: Actor, key: PayoutId) -> None:
        """Forget a payout; its earnings are paid by none then.

        Raises:
            NotFoundError: There is no such payout of yours.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            payout = unit.payouts.get(key)
            unit.payouts.remove_all([key])
            unit.emit(
                PayoutRecorded(workspace_id=actor.workspace_id, payout=payout)
            )

    def _told(self, unit: EarningsUnit, payout: Payout) -> Settlement:
        unit.emit(
            PayoutRecorded(workspace_id=payout.workspace_id, payout=payout)
        )
        return settled(unit, payout)

    def _link(
        self, unit: EarningsUnit, payout: Payout, keys: Sequence[EarningId]
    ) -> None:
        found = {one.id: one for one in unit.earnings.get_all(keys)}
        for key in keys:
            if key not in found:
                raise NotFoundError("earning", key)
            earning = found[key]
            if earning.platform_id != payout.platform_id:
                raise InvalidError("earnings", "are of another platform")
            if earning.gross.currency != payout.amount.currency:
                raise InvalidError("earnings", "are in another currency")
            if earning.payout_id not in {None, payout.id}:
                raise ConflictError(f"Another payout pays the earning {key}.")
        unit.earnings.replace_all(
            [
                evolve(one, payout_id=payout.id, updated_at=self.now())
                for one in found.values()
            ]
        )


def settled(unit: EarningsUnit, payout: Payout) -> Settlement:
    """Return a payout beside what it pays, as it is stored now."""
    code = str(payout.amount.currency.code)
    sums = unit.earnings.totals(EarningFilter(payout_id=payout.id))
    linked = {one.currency: one for one in sums}.get(code, nothing(code))
    residual = payout.amount - linked.net
    reason = payout.reason or UNEXPLAINED if minor(residual) else ""
    return Settlement(
        payout=payout, linked=linked, residual=residual, reason=reason
    )
