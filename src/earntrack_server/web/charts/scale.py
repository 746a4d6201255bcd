"""Scales: round numbers for an axis, and where a value stands on it."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from attrs import frozen

from earntrack_core.kernel.money import QUOTIENT


STEPS: Final = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5))
LINES: Final = 5
"""How many lines an axis has at most, besides that of zero."""

HUNDRED: Final = Decimal(100)
FINE: Final = Decimal("0.01")


@frozen
class Scale:
    """An axis from `low` to `high`, with lines in equal steps."""

    low: Decimal
    high: Decimal
    step: Decimal

    def ticks(self) -> tuple[Decimal, ...]:
        """Return where the lines are, the lowest first."""
        count = int((self.high - self.low) / self.step)
        return tuple(self.low + self.step * at for at in range(count + 1))

    def height(self, value: Decimal) -> Decimal:
        """Return how high a value is, in per cent of the axis."""
        return QUOTIENT.divide(value * HUNDRED, self.high - self.low)

    def top(self, value: Decimal) -> Decimal:
        """Return how far below the top a value stands, in per cent."""
        return self.height(self.high - value)


def scale_of(low: Decimal, high: Decimal) -> Scale:
    """Return an axis with zero on it that has room for both."""
    low, high = min(low, Decimal()), max(high, Decimal())
    if low == high:
        return Scale(Decimal(), Decimal(1), Decimal(1))
    step = _step(high - low)
    return Scale(
        (low / step).to_integral_value(ROUND_FLOOR) * step,
        (high / step).to_integral_value(ROUND_CEILING) * step,
        step,
    )


def _step(span: Decimal) -> Decimal:
    least = span / LINES
    power = Decimal(1).scaleb(least.adjusted())
    return next(
        (step * power for step in STEPS if step * power >= least),
        10 * power,
    )


def per_cent(value: Decimal) -> str:
    """Return a percentage as an attribute of SVG."""
    return f"{value.quantize(FINE).normalize():f}%"
