"""Where rates are looked up: the user's own first, then the sources."""

from collections.abc import Sequence
from datetime import date

from attrs import Factory, define, field

from earntrack_core.exchange.ports import Rates
from earntrack_core.exchange.rules import find_rate
from earntrack_core.ports.rates import Quote, RateSource


@define
class RateBook:
    """Finds rates, and remembers them for the length of one use case."""

    own: Rates
    sources: Sequence[RateSource]
    _found: dict[tuple[str, str, date], Quote] = field(
        default=Factory(dict), init=False
    )

    def rate(self, base: str, quote: str, on: date) -> Quote:
        """Return the rate of a pair on a day.

        Raises:
            MissingRateError: None is known, or only older ones.
        """
        key = (base, quote, on)
        if key not in self._found:
            self._found[key] = find_rate(base, quote, on, self.latest)
        return self._found[key]

    def latest(self, base: str, quote: str, on: date) -> Quote | None:
        """Return the last quote of exactly this pair, up to a day.

        An own rate beats one of a source unless the source's is later.
        """
        known = [self.own.latest(base, quote, on)]
        known += [source.latest(base, quote, on) for source in self.sources]
        found = [one for one in known if one is not None]
        return max(found, key=lambda one: one.on, default=None)
