"""/earnings: what work on platforms brought in."""

from datetime import date, timedelta
from http import HTTPStatus

from attrs import frozen

from earntrack_core.app import EarnTrack
from earntrack_core.earnings.changes import Change
from earntrack_core.earnings.model import Earning
from earntrack_core.earnings.totals import Bucket, Overview
from earntrack_core.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
)
from earntrack_core.kernel.paging import Page
from earntrack_core.kernel.periods import Step, span
from earntrack_core.wire.features import WORDS
from earntrack_server.http.route import MEMBER, VIEWER, Ask, Route
from earntrack_server.routes.bodies import (
    Categorise,
    Delete,
    EarningBody,
    EarningChange,
    EarningQuery,
    Move,
)


EARNINGS = timedelta(minutes=10)
ANALYTICS = timedelta(minutes=15)
PATH = "/api/v1/earnings"
TAGS = ("earnings",)


@frozen(kw_only=True)
class SummaryQuery:
    """Of which days, in steps of which length."""

    since: date | None = None
    until: date | None = None
    step: Step = Step.MONTH
    by_platform: bool = True


@frozen(kw_only=True)
class Summary:
    """Sums per step, platform and currency."""

    items: tuple[Bucket, ...]


def create(et: EarnTrack, ask: Ask[EarningBody]) -> Earning:
    """Store an earning."""
    new = ask.body.new(ask.actor.currency)
    return et.earnings.create(ask.actor, new)


def find(et: EarnTrack, ask: Ask[None]) -> Page[Earning]:
    """List the earnings that match."""
    query: EarningQuery = ask.query
    return et.earnings.find(ask.actor, query.where, ask.part, query.sort)


def get(et: EarnTrack, ask: Ask[None]) -> Earning:
    """Return one earning."""
    return et.earnings.get(ask.actor, ask.key)


def update(et: EarnTrack, ask: Ask[EarningChange]) -> Earning:
    """Change an earning."""
    with et.together(ask.actor):
        old = et.earnings.get(ask.actor, ask.key)
        return et.earnings.update(
            ask.actor,
            ask.key,
            ask.body.patch(old.currency),
            version=ask.version,
        )


def remove(et: EarnTrack, ask: Ask[None]) -> None:
    """Remove an earning."""
    et.earnings.remove(ask.actor, ask.key, version=ask.version)


def totals(et: EarnTrack, ask: Ask[None]) -> Overview:
    """Add up what matches."""
    query: EarningQuery = ask.query
    return et.earnings.overview(ask.actor, query.where)


def summary(et: EarnTrack, ask: Ask[None]) -> Summary:
    """Add up per step and platform."""
    query: SummaryQuery = ask.query
    buckets = et.earnings.summary(
        ask.actor,
        span(query.since, query.until),
        query.step,
        by_platform=query.by_platform,
    )
    return Summary(items=tuple(buckets))


def categorise(et: EarnTrack, ask: Ask[Categorise]) -> Change:
    """Give many earnings a category."""
    return et.bulk.categorise(ask.actor, ask.body.ids, ask.body.category)


def move(et: EarnTrack, ask: Ask[Move]) -> Change:
    """Move many earnings to another platform."""
    return et.bulk.move(ask.actor, ask.body.ids, ask.body.platform_id)


def delete(et: EarnTrack, ask: Ask[Delete]) -> Change:
    """Remove many earnings."""
    return et.bulk.delete(ask.actor, ask.body.ids)


def undo(et: EarnTrack, ask: Ask[None]) -> Change:
    """Take a bulk change back."""
    return et.bulk.undo(ask.actor, ask.key)


def routes() -> list[Route]:
    """Return all of them; the fixed paths before those with an id."""
    return [
        *_sums(),
        *_bulk(),
        Route(
            method="POST",
            path=PATH,
            id="create_earning",
            summary="Add an earning",
            policy=MEMBER,
            handler=create,
            words=WORDS,
            body=EarningBody,
            record=Earning,
            reply=Earning,
            status=HTTPStatus.CREATED,
            errors=(InvalidError, NotFoundError),
            etag=True,
            tags=TAGS,
        ),
        Route(
            method="GET",
            path=PATH,
            id="list_earnings",
            summary="List earnings",
            policy=VIEWER,
            handler=find,
            query=EarningQuery,
            reply=Page[Earning],
            keep=EARNINGS,
            errors=(InvalidError,),
            paged=True,
            tags=TAGS,
        ),
        *_one(),
    ]


def _one() -> list[Route]:
    return [
        Route(
            method="GET",
            path=PATH + "/{id}",
            id="get_earning",
            summary="Return one earning",
            policy=VIEWER,
            handler=get,
            reply=Earning,
            errors=(NotFoundError,),
            etag=True,
            tags=TAGS,
        ),
        Route(
            method="PATCH",
            path=PATH + "/{id}",
            id="update_earning",
            summary="Change an earning",
            policy=MEMBER,
            handler=update,
            words=WORDS,
            body=EarningChange,
            record=Earning,
            reply=Earning,
            errors=(InvalidError, NotFoundError),
            etag=True,
            tags=TAGS,
        ),
        Route(
            method="DELETE",
            path=PATH + "/{id}",
            id="delete_earning",
            summary="Remove an earning",
            policy=MEMBER,
            handler=remove,
            status=HTTPStatus.NO_CONTENT,
            errors=(NotFoundError,),
            etag=True,
            tags=TAGS,
        ),
    ]


def _sums() -> list[Route]:
    return [
        Route(
            method="GET",
            path=PATH + "/totals",
            id="total_earnings",
            summary="Add up the earnings that match, per currency",
            policy=VIEWER,
            handler=totals,
            query=EarningQuery,
            reply=Overview,
            keep=ANALYTICS,
            errors=(InvalidError,),
            tags=TAGS,
        ),
        Route(
            method="GET",
            path=PATH + "/summary",
            id="summarise_earnings",
            summary="Add up earnings per day, week, month and platform",
            policy=VIEWER,
            handler=summary,
            query=SummaryQuery,
            reply=Summary,
            keep=ANALYTICS,
            errors=(InvalidError,),
            tags=TAGS,
        ),
    ]


def _bulk() -> list[Route]:
    return [
        Route(
            method="POST",
            path=PATH + "/categorise",
            id="categorise_earnings",
            summary="Give many earnings a category",
            policy=MEMBER,
            handler=categorise,
            body=Categorise,
            record=Earning,
            reply=Change,
            errors=(InvalidError, NotFoundError),
            tags=TAGS,
        ),
        Route(
            method="POST",
            path=PATH + "/move",
            id="move_earnings",
            summary="Move many earnings to another platform",
            policy=MEMBER,
            handler=move,
            body=Move,
            reply=Change,
            errors=(InvalidError, NotFoundError),
            tags=TAGS,
        ),
        Route(
            method="POST",
            path=PATH + "/delete",
            id="delete_earnings",
            summary="Remove many earnings",
            policy=MEMBER,
            handler=delete,
            body=Delete,
            reply=Change,
            errors=(InvalidError, NotFoundError),
            tags=TAGS,
        ),
        Route(
            method="POST",
            path=PATH + "/changes/{id}/undo",
            id="undo_change",
            summary="Take a bulk change back",
            policy=MEMBER,
            handler=undo,
            reply=Change,
            errors=(ConflictError, NotFoundError),
            tags=TAGS,
        ),
    ]
