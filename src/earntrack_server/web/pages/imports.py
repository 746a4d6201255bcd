"""Imports: statements in, their reports, and the way back."""

from contextlib import suppress
from typing import Final

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.errors import InvalidError, WrongStateError
from earntrack_core.kernel.paging import Part, read_cursor
from earntrack_server.http.route import MEMBER, VIEWER, Route
from earntrack_server.web.rendering import Moved, Shown, Told
from earntrack_server.web.reports import labels, of_batch
from earntrack_server.web.site import IMPORTS, Site, page_route
from earntrack_server.web.visits import Visit


LISTED: Final = 25
ONE: Final = IMPORTS + "/{id}"


def show(_: Site, visit: Visit) -> Told:
    """Show the form for files, and what was imported before."""
    page = visit.et.statements.batches(visit.me, part=_part(visit))
    return Shown(
        template="imports.html",
        values={
            "batches": page,
            "labels": labels(visit),
            "is_first": "cursor" not in visit.query,
        },
    )


def _part(visit: Visit) -> Part:
    text = visit.query.get("cursor")
    try:
        after = None if text is None else read_cursor(text)
    except InvalidError:
        after = None
    return Part(limit=LISTED, after=after)


def report(_: Site, visit: Visit) -> Told:
    """Show what became of a file."""
    batch = visit.et.statements.batch(visit.me, BatchId(visit.key))
    names = labels(visit)
    return Shown(
        template="report.html",
        values={
            "report": of_batch(batch, names, visit.speech),
            "is_waiting": False,
        },
    )


def undo(_: Site, visit: Visit) -> Told:
    """Take an import back; it does not matter if that was done before."""
    key = BatchId(visit.key)
    with suppress(WrongStateError):
        visit.et.statements.undo(visit.me, key)
    return Moved(to=f"{IMPORTS}/{key}")


def routes(site: Site) -> list[Route]:
    """Return all of them."""
    return [
        page_route(site, "GET", IMPORTS, show, policy=VIEWER),
        page_route(site, "GET", ONE, report, policy=VIEWER),
        page_route(site, "POST", f"{ONE}/undo", undo, policy=MEMBER),
    ]
