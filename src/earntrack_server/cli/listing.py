"""Commands that show what is there: earnings, platforms, formats, plugins."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from attrs import frozen
from cyclopts import App, Parameter

from earntrack_core.earnings.filters import EarningFilter, EarningOrder
from earntrack_core.earnings.model import Earning
from earntrack_core.earnings.totals import Bucket
from earntrack_core.kernel.periods import Step, span
from earntrack_core.platforms.model import Platform, PlatformId
from earntrack_server.cli.common import (
    After,
    Database,
    Desk,
    Json,
    Limit,
    desk,
    part_of,
)
from earntrack_server.cli.outcome import ending, err, out, show_json
from earntrack_server.cli.tables import table_of


earnings = App(name="earnings", help="Show earnings, one by one or summed up.")

Names = Mapping[PlatformId, Platform]
Since = Annotated[date | None, Parameter(help="First day, as 2026-01-31.")]
Until = Annotated[date | None, Parameter(help="Last day.")]


@Parameter(name="*")
@frozen(kw_only=True)
class Choice:
    """Which earnings, and in which order."""

    since: Since = None
    until: Until = None
    platform: Annotated[
        str | None, Parameter(help="Name, key or id of a platform.")
    ] = None
    text: Annotated[
        str | None, Parameter(help="Words of notes or category.")
    ] = None
    sort: EarningOrder = EarningOrder.NEWEST

    def where(self, here: Desk) -> EarningFilter:
        """Return the choice as the core wants it.

        Raises:
            NotFoundError: There is no such platform.
        """
        wanted = self.platform
        return EarningFilter(
            since=self.since,
            until=self.until,
            platform_id=() if wanted is None else (here.platform(wanted),),
            text=self.text,
        )


@earnings.command(name="list")
def list_earnings(
    *,
    choice: Choice | None = None,
    limit: Limit = 50,
    after: After = None,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """List earnings, the newest first."""
    with ending(json_output=json_output), desk(database) as here:
        wanted = choice or Choice()
        page = here.et.earnings.find(
            here.me, wanted.where(here), part_of(limit, after), wanted.sort
        )
        if json_output:
            show_json(here.tree(page))
            return
        names = here.platforms()
    heads = ("Day", "Platform", "Kind", "Gross>", "Net>", "", "Notes")
    out.print(table_of(heads, (_row(one, names) for one in page.items)))
    if page.next is not None:
        err.print(f"More: --cursor {page.next}")


def _row(one: Earning, names: Names) -> tuple[str, ...]:
    return (
        one.earned_on.isoformat(),
        names[one.platform_id].name,
        one.kind.value.replace("_", " "),
        f"{one.gross.amount:,}",
        f"{one.net.amount:,}",
        one.currency,
        one.notes.partition("\n")[0][:60],
    )


@earnings.command
def summary(
    *,
    since: Since = None,
    until: Until = None,
    step: Annotated[Step, Parameter(help="Length of the steps.")] = Step.MONTH,
    total: Annotated[
        bool, Parameter(negative="", help="One sum of all days.")
    ] = False,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """Show what is left: net per platform, month and hour."""
    with ending(json_output=json_output), desk(database) as here:
        found = here.et.earnings.summary(
            here.me, span(since, until), None if total else step
        )
        if json_output:
            show_json(here.tree({"items": list(found)}))
            return
        names = here.platforms()
    heads = (
        *("From", "Platform", "Count>", "Gross>", "Fees>", "Net>"),
        *("", "Hour>"),
    )
    out.print(table_of(heads, _sums(found, names)))


def _sums(
    buckets: Sequence[Bucket], names: Names
) -> Iterator[tuple[str, ...]]:
    for one in buckets:
        totals, key = one.totals, one.platform_id
        rate = totals.hourly_rate
        yield (
            "" if one.start is None else one.start.isoformat(),
            "" if key is None else names[key].name,
            f"{totals.count:,}",
            f"{totals.gross.amount:,}",
            f"{totals.fee.amount:,}",
            f"{totals.net.amount:,}",
            totals.currency,
            "" if rate is None else f"{rate.amount:,}",
        )


def platforms(*, json_output: Json = False, database: Database = None) -> None:
    """List the platforms."""
    with ending(json_output=json_output), desk(database) as here:
        found = list(here.platforms().values())
        if json_output:
            show_json(here.tree({"items": found}))
            return
    heads = ("Name", "Key", "Category", "Currency", "Fee>", "Active")
    rows = (
        (
            one.name,
            one.key or "",
            one.category,
            one.currency or "",
            f"{one.fee.percent} %",
            "yes" if one.active else "no",
        )
        for one in found
    )
    out.print(table_of(heads, rows))


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
    _show(trees, ("Format", "Platform", "Export", "Verified"), json_output)


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
    _show(trees, ("Plugin", "From", "Hooks", "Problem"), json_output)


def _show(
    trees: Sequence[Mapping[str, Any]],
    heads: Sequence[str],
    json_output: bool,
) -> None:
    if json_output:
        show_json(trees)
    else:
        out.print(table_of(heads, (one.values() for one in trees)))
