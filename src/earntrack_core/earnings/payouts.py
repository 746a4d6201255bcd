"""Payouts: money that a platform transferred, and what it was for."""

from datetime import date
from typing import Final

from attrs import field, frozen
from moneyed import Money

from earntrack_core.earnings.model import BatchId, EarningId, PayoutId
from earntrack_core.earnings.totals import Totals
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import in_coins
from earntrack_core.kernel.periods import sane_day
from earntrack_core.kernel.texts import optional_trimmed, text_of, trimmed
from earntrack_core.platforms.model import PlatformId


UNEXPLAINED: Final = "unexplained"
REASONS: Final = frozenset(
    {
        "",
        UNEXPLAINED,
        "fees",
        "tax",
        "reserve",
        "earlier_balance",
        "exchange",
        "refunds",
        "other",
    }
)
"""Why a payout and the earnings that it pays differ."""


def known_reason(_: object, __: object, value: str) -> None:
    """Refuse reasons that nobody could add up later."""
    if value not in REASONS:
        words = ", ".join(sorted(REASONS - {""}))
        raise InvalidError("reason", f"must be one of {words}, or empty")


@frozen(kw_only=True)
class Payout(Entity):
    """Money that left a platform for the owner's bank or wallet.

    A payout that came back is negative.
    """

    id: PayoutId
    platform_id: PlatformId
    paid_on: date = field(validator=sane_day)
    amount: Money = field(converter=in_coins)
    external_id: str | None = field(
        default=None, converter=optional_trimmed, validator=text_of(1, 200)
    )
    notes: str = field(
        default="", converter=trimmed, validator=text_of(0, 500)
    )
    reason: str = field(default="", validator=known_reason)
    """What explains the residual, as far as the user said."""
    arrived_on: date | None = None
    """When a bank or wallet statement shows its arrival."""
    batch_id: BatchId | None = None


@frozen(kw_only=True)
class NewPayout:
    """What you tell EarnTrack about a payout."""

    platform_id: PlatformId
    paid_on: date
    amount: Money
    external_id: str | None = None
    notes: str = ""
    earnings: tuple[EarningId, ...] = ()
    """What it pays."""


@frozen(kw_only=True)
class PayoutFilter:
    """Which payouts; an unset field does not narrow the choice."""

    since: date | None = None
    until: date | None = None
    platform_id: PlatformId | None = None
    batch_id: BatchId | None = None

    def matches(self, payout: Payout) -> bool:
        """Say whether *payout* is one of them."""
        day = payout.paid_on
        return (
            (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
            and self.platform_id in {None, payout.platform_id}
            and self.batch_id in {None, payout.batch_id}
        )


@frozen(kw_only=True)
class Settlement:
    """A payout beside what it pays: amount - linked net = residual."""

    payout: Payout
    linked: Totals
    residual: Money
    reason: str
    """Empty without a residual; else the user's word, or `unexplained`."""
