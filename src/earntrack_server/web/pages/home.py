"""Home: how am I doing, and what needs me?"""

from decimal import Decimal
from typing import Any, Final

from earntrack_core.earnings.filters import EarningOrder
from earntrack_core.earnings.model import Earning
from earntrack_core.kernel.paging import Part
from earntrack_server.checks import is_loopback
from earntrack_server.http.route import VIEWER, Route
from earntrack_server.web.charts.bars import (
    Series,
    StackedBars,
    stacked_bars,
)
from earntrack_server.web.figures import Figures, figures_of
from earntrack_server.web.pages.sign_in import let_in
from earntrack_server.web.rendering import Moved, Shown, Told
from earntrack_server.web.site import HOME, SIGN_IN, Site, page_route
from earntrack_server.web.speech import Speech
from earntrack_server.web.summary import (
    OTHER,
    Line,
    Summary,
    change,
    span_until,
    summarise,
)
from earntrack_server.web.visits import Visit


FRAGMENT: Final = "/summary"
LATEST: Final = Part(limit=8)
IMPORTED: Final = Part(limit=3)


def show(site: Site, visit: Visit) -> Told:
    """Show the summary; a demo signs in whoever comes."""
    if visit.actor is None:
        return _received(site, visit)
    since = _last_event(visit)
    return Shown(
        template="home.html", values={"since": since, **_values(visit)}
    )


def fragment(_: Site, visit: Visit) -> Told:
    """Show what changes when something happens, alone."""
    return Shown(template="summary.html", values=_values(visit))


def _received(site: Site, visit: Visit) -> Told:
    if site.demo is None or not is_loopback(visit.host):
        return Moved(to=SIGN_IN)
    opened = visit.et.identity.sessions.sign_in_browser(
        site.demo, visit.client
    )
    return let_in(site, opened, HOME)


def _last_event(visit: Visit) -> int:
    """Return the number of the last event, which the page shows already."""
    with visit.et.units.view(visit.me) as unit:
        return unit.log.bounds()[1]


def _values(visit: Visit) -> dict[str, Any]:
    today = visit.today
    figures = figures_of(visit.et, visit.me, span_until(today), today)
    summary = summarise(figures, today)
    return {
        "summary": summary,
        "figures": figures,
        "chart": stacked_bars(_chart(summary, visit.speech)),
        "change": change,
        "latest": _latest(visit, figures),
        "batches": visit.et.statements.batches(visit.me, part=IMPORTED),
    }


def _latest(visit: Visit, figures: Figures) -> list[tuple[Earning, str]]:
    """Return the newest earnings, each with the name of its platform."""
    names = {one.id: one.name for one in figures.platforms}
    found = visit.et.earnings.find(
        visit.me, part=LATEST, order=EarningOrder.NEWEST
    )
    return [(one, names.get(one.platform_id, "")) for one in found.items]


def _chart(summary: Summary, speech: Speech) -> StackedBars:
    say, formats = speech.say, speech.formats
    return StackedBars(
        key="months",
        title=say("Net by month and platform"),
        description=_sentence(summary, speech),
        labels=tuple(map(formats.short_month, summary.months)),
        series=tuple(_series(summary, speech)),
        axis=formats.short,
        tips=tuple(
            _tip(summary, speech, at) for at in range(len(summary.months))
        ),
    )


def _sentence(summary: Summary, speech: Speech) -> str:
    formats = speech.formats
    return speech.say(
        "%(net)s in %(currency)s was left from %(first)s to %(last)s.",
        net=formats.money(summary.whole.net),
        currency=summary.currency,
        first=formats.month(summary.months[0]),
        last=formats.month(summary.months[-1]),
    )


def _series(summary: Summary, speech: Speech) -> list[Series]:
    own = [line for line in summary.lines if line.mark != OTHER]
    rest = [line for line in summary.lines if line.mark == OTHER]
    series = [
        Series(name=_name(line), mark=line.mark, values=_amounts(line))
        for line in sorted(own, key=lambda line: line.mark)
    ]
    if rest:
        columns = zip(*map(_amounts, rest), strict=True)
        sums = tuple(
            sum((one or Decimal() for one in column), Decimal())
            for column in columns
        )
        series.append(
            Series(name=speech.say("Other"), mark=OTHER, values=sums)
        )
    return series


def _name(line: Line) -> str:
    return "" if line.platform is None else line.platform.name


def _amounts(line: Line) -> tuple[Decimal | None, ...]:
    return tuple(None if net is None else net.amount for net in line.months)


def _tip(summary: Summary, speech: Speech, at: int) -> str:
    """Return what is told of a month: its sum, and that of each platform."""
    formats = speech.formats
    whole = summary.whole.months[at]
    month = formats.month(summary.months[at])
    if whole is None:
        return month
    rows = [f"{month}\t{formats.money(whole)}"]
    for line in summary.lines:
        net = line.months[at]
        if net is not None:
            rows.append(f"{_name(line)}\t{formats.amount(net)}")
    return "\n".join(rows)


def routes(site: Site) -> list[Route]:
    """Return all of them."""
    return [
        page_route(site, "GET", HOME, show),
        page_route(site, "GET", FRAGMENT, fragment, policy=VIEWER),
    ]
