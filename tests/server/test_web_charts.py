"""Charts: what is drawn is what was earned."""

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from earntrack_server.web.charts.bars import (
    Series,
    StackedBars,
    segments,
    stacked_bars,
)
from earntrack_server.web.charts.lines import share_bar, sparkline
from earntrack_server.web.charts.scale import per_cent, scale_of


AMOUNTS = st.decimals(-(10**6), 10**6, places=2)
HUNDRED = Decimal(100)


def chart(*rows, **more):
    """Return a chart of so many series, one value a month each."""
    told = {
        "key": "months",
        "title": "Net",
        "description": "What was left.",
        "labels": tuple("ABCDEFGHIJKL"[: len(rows[0]) if rows else 0]),
        "series": tuple(
            Series(name=f"S{at}", mark=f"k{at}", values=tuple(row))
            for at, row in enumerate(rows)
        ),
        "axis": str,
        "tips": tuple("x" for _ in (rows[0] if rows else ())),
    }
    return StackedBars(**{**told, **more})


class TestScale:
    @given(AMOUNTS, AMOUNTS)
    def test_has_room_for_all(self, low, high):
        """Both ends are on the axis, and so is zero, on a line."""
        scale = scale_of(min(low, high), max(low, high))

        assert scale.low <= min(low, high, 0)
        assert scale.high >= max(low, high, 0)
        assert 0 in scale.ticks()
        assert scale.ticks()[-1] == scale.high

    @given(AMOUNTS)
    def test_has_few_lines(self, high):
        """Nobody has to count lines."""
        assert len(scale_of(Decimal(), high).ticks()) <= 7

    def test_uses_round_numbers(self):
        """An axis to 11,730 has lines at every 2,500."""
        scale = scale_of(Decimal(), Decimal(11730))

        assert scale.ticks() == (0, 2500, 5000, 7500, 10000, 12500)

    def test_of_nothing(self):
        """Without any value there is still an axis."""
        assert scale_of(Decimal(), Decimal()).ticks() == (0, 1)

    def test_writes_percentages_shortly(self):
        """No attribute has digits that nobody sees."""
        assert per_cent(Decimal("50.0001")) == "50%"
        assert per_cent(Decimal("33.3333")) == "33.33%"


class TestStackedBars:
    @given(st.lists(st.lists(AMOUNTS, min_size=3, max_size=3), max_size=6))
    def test_heights_are_the_values(self, rows):
        """What stands above zero, and hangs below, adds up to the data."""
        drawn = list(segments(chart(*rows).series)) if rows else []

        for at in range(3 if rows else 0):
            mine = [part for part in drawn if part.at == at]
            column = [row[at] for row in rows]
            above = sum((p.high - p.low for p in mine if p.low >= 0), 0)
            below = sum((p.high - p.low for p in mine if p.low < 0), 0)
            assert above == sum(value for value in column if value > 0)
            assert below == -sum(value for value in column if value < 0)

    def test_segments_do_not_overlap(self):
        """Each part begins where the one below it ends."""
        parts = list(segments(chart([Decimal(3)], [Decimal(2)]).series))

        assert [(p.low, p.high) for p in parts] == [(0, 3), (3, 5)]

    def test_markup(self):
        """The picture has a name, a description, bars, and what they tell."""
        text = stacked_bars(
            chart([Decimal(50), None], [Decimal(50), Decimal(100)])
        )

        assert '<title id="months-title">Net</title>' in text
        assert '<desc id="months-text">What was left.</desc>' in text
        assert len(re.findall('class="bar', text)) == 3
        assert len(re.findall('class="hit"', text)) == 2
        heights = re.findall(r'class="bar[^>]* height="([\d.]+)%"', text)
        assert sorted(map(Decimal, heights)) == [50, 50, 100]

    def test_escapes_everything(self):
        """Names and tips of others are text in the picture."""
        text = stacked_bars(
            chart(
                [Decimal(1)],
                title="<b>",
                description="&",
                labels=("<i>",),
                tips=('">',),
            )
        )

        assert "<b>" not in text
        assert "<i>" not in text
        assert 'data-tip="&#34;&gt;"' in text

    def test_of_nothing(self):
        """A chart without data is a chart all the same."""
        assert stacked_bars(chart()).startswith("<svg")


class TestSmallLines:
    def test_of_no_change(self):
        """A flat line tells nothing, so there is none."""
        assert sparkline([Decimal(5), Decimal(5)]) == ""
        assert sparkline([]) == ""

    def test_goes_from_edge_to_edge(self):
        """The first point is at the left, the last at the right."""
        text = sparkline([Decimal(0), Decimal(10), Decimal(5)])

        assert 'points="0,92 50,8 100,50"' in text

    @given(st.decimals(0, 1, places=4))
    def test_share_is_the_width(self, share):
        """Half of all is half of the bar."""
        text = share_bar(share, "k1")
        width = re.search(r'class="k1" width="([\d.]+)%"', text)[1]

        assert abs(Decimal(width) - share * HUNDRED) <= Decimal("0.005")
