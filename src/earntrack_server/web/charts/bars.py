"""Stacked bars: a few series over some months."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen
from markupsafe import Markup

from earntrack_server.web.charts.scale import Scale, per_cent, scale_of


HEIGHT: Final = 372
PLOT: Final = 334
TOP: Final = 14
"""Pixels: of the whole, of the plot in it, and above that."""

GUTTER: Final = Decimal(9)
"""Per cent of the width for what stands at the axis."""

FILL: Final = Decimal("0.58")
"""How much of its place a bar takes."""

ZERO: Final = Decimal()


@frozen(kw_only=True)
class Series:
    """Values of one kind; None where there is none."""

    name: str
    mark: str
    """The class that colours it."""
    values: tuple[Decimal | None, ...]


@frozen(kw_only=True)
class StackedBars:
    """What a chart of stacked bars shows, and how it speaks."""

    key: str
    """Unique on the page."""
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    axis: Callable[[Decimal], str]
    """Writes a number at the axis."""
    tips: tuple[str, ...]
    """What is told of each bar."""


@frozen
class Segment:
    """A part of a bar, between two values."""

    at: int
    mark: str
    low: Decimal
    high: Decimal


def segments(series: Sequence[Series]) -> Iterator[Segment]:
    """Yield the parts of all bars; losses hang below zero."""
    if not series:
        return
    for at in range(len(series[0].values)):
        above = below = ZERO
        for one in series:
            value = one.values[at] or ZERO
            if value > 0:
                yield Segment(at, one.mark, above, above + value)
                above += value
            elif value < 0:
                yield Segment(at, one.mark, below + value, below)
                below += value


def stacked_bars(chart: StackedBars) -> Markup:
    """Return the chart as SVG."""
    parts = list(segments(chart.series))
    scale = scale_of(
        min((part.low for part in parts), default=ZERO),
        max((part.high for part in parts), default=ZERO),
    )
    slot = (100 - GUTTER) / max(1, len(chart.labels))
    return Markup(
        '<svg class="chart" role="img" tabindex="0" width="100%"'
        ' height="{height}" aria-labelledby="{key}-title {key}-text">'
        '<title id="{key}-title">{title}</title>'
        '<desc id="{key}-text">{text}</desc>'
        '<svg y="{top}" height="{plot}" width="100%" overflow="visible">'
        "{grid}{bars}{hits}</svg>{labels}</svg>"
    ).format(
        height=HEIGHT,
        key=chart.key,
        title=chart.title,
        text=chart.description,
        top=TOP,
        plot=PLOT,
        grid=Markup().join(_grid(scale, chart.axis)),
        bars=Markup().join(_bar(part, scale, slot) for part in parts),
        hits=Markup().join(_hits(chart, slot)),
        labels=Markup().join(_labels(chart.labels, slot)),
    )


def _grid(scale: Scale, axis: Callable[[Decimal], str]) -> Iterator[Markup]:
    for tick in scale.ticks():
        y = per_cent(scale.top(tick))
        kind = "base" if not tick else "grid"
        yield Markup(
            '<line class="{kind}" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
        ).format(kind=kind, y=y)
        if tick:
            yield Markup(
                '<text class="axis" x="0" y="{y}" dy="-5">{text}</text>'
            ).format(y=y, text=axis(tick))


def _bar(part: Segment, scale: Scale, slot: Decimal) -> Markup:
    inset = slot * (1 - FILL) / 2
    return Markup(
        '<rect class="bar {mark}" data-at="{at}" x="{x}" y="{y}"'
        ' width="{width}" height="{height}" rx="2.5"/>'
    ).format(
        mark=part.mark,
        at=part.at,
        x=per_cent(GUTTER + slot * part.at + inset),
        y=per_cent(scale.top(part.high)),
        width=per_cent(slot * FILL),
        height=per_cent(scale.height(part.high - part.low)),
    )


def _hits(chart: StackedBars, slot: Decimal) -> Iterator[Markup]:
    """Yield what the pointer meets; an empty title hides that of the whole."""
    for at, tip in enumerate(chart.tips):
        yield Markup(
            '<rect class="hit" data-at="{at}" data-tip="{tip}" x="{x}"'
            ' y="0" width="{width}" height="100%"><title></title></rect>'
        ).format(
            at=at,
            tip=tip,
            x=per_cent(GUTTER + slot * at),
            width=per_cent(slot),
        )


def _labels(labels: Sequence[str], slot: Decimal) -> Iterator[Markup]:
    for at, label in enumerate(labels):
        yield Markup(
            '<text class="axis" text-anchor="middle" x="{x}" y="{y}">'
            "{label}</text>"
        ).format(
            x=per_cent(GUTTER + slot * at + slot / 2),
            y=HEIGHT - 4,
            label=label,
        )
