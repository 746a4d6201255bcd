"""Commands that show what is there: earnings, platforms, formats, plugins."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from attrs import frozen
from cyclopts import App, Parameter
from rich.table import Table

from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.totals import Bucket
from earntrack_core.kernel.paging import Part, read_cursor
from earntrack_core.kernel.periods import Period, Step, period_of
from earntrack_core.platforms.model import Platform, PlatformFilter, PlatformId
from earntrack_server.cli.common import Database, Desk, Json, desk
from earntrack_server.cli.outcome import ending, err, out, show_json


earnings = App(name="earnings", help="Show earnings, one by one or summed up.")
EVERYTHING = PlatformFilter()
NOBODY = PlatformId(UUID(int=0))

Since = Annotated[date | None, Parameter(help="First day, as 2026-01-31.")]
Until = Annotated[date | None, Parameter(help="Last day.")]
Limit = Annotated[int, Parameter(help="How many to show, 1 to 500.")]
Cursor = Annotated[
    str | None, Parameter(help="Go on where the last list ended.")
]


def _names(here: Desk) -> dict[PlatformId, Platform]:
    page = here.et.platforms.find(here.me, EVERYTHING, Part(limit=500))
    return {one.id: one for one in page.items}


def _id_of(names: dict[PlatformId, Platform], wanted: str | None) -> Any:
    if wanted is None:
        return ()
    return tuple(
        key for key, one in names.items() if wanted in {one.name, one.key}
    ) or (NOBODY,)


@Parameter(name="*")
@frozen(kw_only=True)
class Choice:
    """Which earnings, and in which order."""

    since: Since = None
    until: Until = None
    platform: Annotated[
        str | None, Parameter(help="Name or key of a platform.")
    ] = None
    text: Annotated[
        str | None, Parameter(help="Words of notes or category.")
    ] = None
    sort: EarningOrder = EarningOrder.NEWEST
    limit: Limit = 50
    cursor: Cursor = None

    def where(self, names: dict[PlatformId, Platform]) -> EarningFilter:
        """Return the choice as the core wants it."""
        return EarningFilter(
            since=self.since,
            until=self.until,
            platform_id=_id_of(names, self.platform),
            text=self.text,
        )

    def part(self) -> Part:
        """Return which part of the list."""
        after = None if self.cursor is None else read_cursor(self.cursor)
        return Part(limit=self.limit, after=after)


@earnings.command(name="list")
def list_earnings(
    *,
    choice: Choice | None = None,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """List earnings, the newest first."""
    with ending(json_output=json_output), desk(database) as here:
        names = _names(here)
        wanted = choice or Choice()
        page = here.et.earnings.find(
            here.me, wanted.where(names), wanted.part(), wanted.sort
        )
        if json_output:
            show_json(_tree(here, page))
            return
    table = _table("Day", "Platform", "Kind", "Gross>", "Net>", "", "Notes")
    for one in page.items:
        table.add_row(
            one.earned_on.isoformat(),
            names[one.platform_id].name,
            one.kind.value.replace("_", " "),
            f"{one.gross.amount:,}",
            f"{one.net.amount:,}",
            one.currency,
            one.notes[:60],
        )
    out.print(table)
    if page.next is not None:
        err.print(f"More: --cursor {page.next}", markup=False)


@earnings.command
def summary(
    *,
    since: Since = None,
    until: Until = None,
    step: Annotated[
        Step | None, Parameter(help="Length of the steps.")
    ] = Step.MONTH,
    total: Annotated[
        bool, Parameter(negative="", help="One sum of all days.")
    ] = False,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """Show what is left: net per platform, month and hour."""
    with ending(json_output=json_output), desk(database) as here:
        found = here.et.earnings.summary(
            here.me, _period(since, until), None if total else step
        )
        if json_output:
            show_json(_tree(here, {"items": list(found)}))
            return
        out.print(_summary(found, _names(here)))


def _period(since: date | None, until: date | None) -> Period | None:
    if since is None and until is None:
        return None
    last = until or date(2199, 12, 30)
    return Period(since or date(1970, 1, 1), period_of(Step.DAY, last).end)


def _summary(
    buckets: Sequence[Bucket], names: dict[PlatformId, Platform]
) -> Table:
    table = _table(
        "From", "Platform", "Count>", "Gross>", "Fees>", "Net>", "", "Hour>"
    )
    for one in buckets:
        totals = one.totals
        rate = totals.hourly_rate
        key = one.platform_id
        table.add_row(
            "" if one.start is None else one.start.isoformat(),
            "" if key is None else names[key].name,
            str(totals.count),
            f"{totals.gross.amount:,}",
            f"{totals.fee.amount:,}",
            f"{totals.net.amount:,}",
            totals.currency,
            "" if rate is None else f"{rate.amount:,}",
        )
    return table


def platforms(*, json_output: Json = False, database: Database = None) -> None:
    """List the platforms."""
    with ending(json_output=json_output), desk(database) as here:
        found = _names(here).values()
        if json_output:
            show_json(_tree(here, {"items": list(found)}))
            return
    table = _table("Name", "Key", "Category", "Currency", "Fee>", "Active")
    for one in found:
        table.add_row(
            one.name,
            one.key or "",
            one.category,
            one.currency or "",
            f"{one.fee.percent} %",
            "yes" if one.active else "no",
        )
    out.print(table)


def formats(*, json_output: Json = False, database: Database = None) -> None:
    """List the statement formats that can be read."""
    with ending(json_output=json_output), desk(database) as here:
        found = sorted(here.et.parts.formats, key=lambda one: one.format_id)
    trees = [
        {
            "format_id": one.format_id,
            "platform": one.platform,
            "label": one.label,
            "verified": one.verified,
        }
        for one in found
    ]
    if json_output:
        show_json(trees)
        return
    out.print(_rows(("Format", "Platform", "Export", "Verified"), trees))


def plugins(*, json_output: Json = False, database: Database = None) -> None:
    """List the plugins, what they give, and why one is left out."""
    with ending(json_output=json_output), desk(database) as here:
        trees = [
            {
                "name": one.name,
                "distribution": f"{one.distribution} {one.version}".strip(),
                "hooks": ", ".join(one.hooks),
                "problem": one.problem,
            }
            for one in here.et.plugins.infos
        ]
    if json_output:
        show_json(trees)
        return
    out.print(_rows(("Plugin", "From", "Hooks", "Problem"), trees))


def _rows(heads: Iterable[str], trees: Iterable[dict[str, str]]) -> Table:
    table = _table(*heads)
    for tree in trees:
        table.add_row(*tree.values())
    return table


def _table(*heads: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in heads:
        right = head.endswith(">")
        table.add_column(
            head.removesuffix(">"), justify="right" if right else "left"
        )
    return table


def _tree(here: Desk, thing: Any) -> Any:
    return here.et.parts.wire.write(thing)
