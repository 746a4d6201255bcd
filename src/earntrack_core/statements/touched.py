"""What an import, or its undoing, may have changed."""

from collections.abc import Sequence
from datetime import date

from attrs import define, field

from earntrack_core.platforms.model import PlatformId
from earntrack_core.statements.line import Line


@define
class Touched:
    """The days and the orders that lines are of."""

    platform_id: PlatformId | None
    first: date | None = None
    last: date | None = None
    orders: set[str] = field(factory=set)

    def see(self, lines: Sequence[Line]) -> None:
        """Take note of lines that came, went or changed."""
        days = [line.local_date for line in lines if line.local_date]
        days += [line.period_start for line in lines if line.period_start]
        if self.first is not None and self.last is not None:
            days += [self.first, self.last]
        if days:
            self.first, self.last = min(days), max(days)
        self.orders.update(line.order_ref for line in lines if line.order_ref)
