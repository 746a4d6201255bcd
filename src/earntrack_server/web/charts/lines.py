"""Small lines without an axis, beside a number or a name."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from earntrack_core.kernel.money import QUOTIENT
from earntrack_server.web.charts.scale import per_cent


WIDE: Final = 100
"""The line's own units, in both directions."""

ROOM: Final = 8
"""Units that stay free above and below it."""

FINE: Final = Decimal("0.1")


def sparkline(values: Sequence[Decimal]) -> Markup:
    """Return how something went, for who sees; nothing without a change."""
    low, high = min(values, default=Decimal()), max(values, default=Decimal())
    if low == high:
        return Markup()
    points = [
        f"{_across(at, len(values))},{_down(value, low, high)}"
        for at, value in enumerate(values)
    ]
    line = " ".join(points)
    return Markup(
        '<svg class="spark" aria-hidden="true" width="100%" height="100%"'
        ' viewBox="0 0 100 100" preserveAspectRatio="none">'
        '<polygon points="0,100 {line} 100,100"/>'
        '<polyline points="{line}"/></svg>'
    ).format(line=line)


def _across(at: int, count: int) -> str:
    return _units(QUOTIENT.divide(Decimal(WIDE * at), Decimal(count - 1)))


def _down(value: Decimal, low: Decimal, high: Decimal) -> str:
    share = QUOTIENT.divide(high - value, high - low)
    return _units(ROOM + share * (WIDE - 2 * ROOM))


def _units(value: Decimal) -> str:
    return f"{value.quantize(FINE).normalize():f}"


def share_bar(share: Decimal, mark: str) -> Markup:
    """Return a bar that is as long as a share of one."""
    return Markup(
        '<svg class="share" aria-hidden="true" width="100%" height="6">'
        '<rect class="track" width="100%" height="6" rx="3"/>'
        '<rect class="{mark}" width="{width}" height="6" rx="3"/></svg>'
    ).format(mark=mark, width=per_cent(share * 100))
