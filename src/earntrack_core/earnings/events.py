"""What happens to earnings."""

from typing import ClassVar

from attrs import frozen

from earntrack_core.earnings.changes import ChangeId
from earntrack_core.earnings.model import Earning, EarningId
from earntrack_core.earnings.payouts import Payout
from earntrack_core.kernel.events import Event


@frozen(kw_only=True)
class EarningEvent(Event):
    """Something happened to an earning."""

    topic: ClassVar[str] = "earning:changed"

    earning: Earning


@frozen(kw_only=True)
class EarningCreated(EarningEvent):
    """A new earning was stored."""

    topic: ClassVar[str] = "earning:created"


@frozen(kw_only=True)
class EarningUpdated(EarningEvent):
    """An earning was changed."""

    topic: ClassVar[str] = "earning:updated"


@frozen(kw_only=True)
class EarningDeleted(EarningEvent):
    """An earning was removed."""

    topic: ClassVar[str] = "earning:deleted"


@frozen(kw_only=True)
class EarningsChanged(Event):
    """Many earnings were changed at once."""

    topic: ClassVar[str] = "earnings:changed"

    verb: str
    """categorise, move, delete or undo."""
    change_id: ChangeId
    earning_ids: tuple[EarningId, ...]


@frozen(kw_only=True)
class PayoutRecorded(Event):
    """A payout was stored or linked."""

    topic: ClassVar[str] = "payout:recorded"

    payout: Payout
