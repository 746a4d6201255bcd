"""What happens to exchange rates."""

from typing import ClassVar

from attrs import frozen

from earntrack_core.exchange.model import ExchangeRate
from earntrack_core.kernel.events import Event


@frozen(kw_only=True)
class RateChanged(Event):
    """An own exchange rate was added, changed or removed."""

    topic: ClassVar[str] = "rate:changed"

    verb: str
    rate: ExchangeRate


def rate_changed(verb: str, rate: ExchangeRate) -> RateChanged:
    """Return the event that says what was done to *rate*."""
    return RateChanged(workspace_id=rate.workspace_id, verb=verb, rate=rate)
