"""/payouts: money that platforms transferred, and what it paid."""

from http import HTTPStatus

from attrs import evolve

from earntrack_core.app import EarnTrack
from earntrack_core.earnings.payouts import Payout, PayoutFilter, Settlement
from earntrack_core.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
)
from earntrack_core.kernel.paging import Page
from earntrack_server.http.route import (
    MEMBER,
    VIEWER,
    Ask,
    Handler,
    Route,
)
from earntrack_server.routes.bodies import Link, PayoutBody, Reason


PATH = "/api/v1/payouts"
ONE = PATH + "/{id}"
TAGS = ("payouts",)
WORDS = {"paid_on": "date", "earnings": "earningIds"}


def create(et: EarnTrack, ask: Ask[PayoutBody]) -> Settlement:
    """Store a payout."""
    return et.payouts.create(ask.actor, ask.body.new(ask.actor.currency))


def find(et: EarnTrack, ask: Ask[None]) -> Page[Payout]:
    """List payouts."""
    return et.payouts.find(ask.actor, ask.query, ask.part)


def get(et: EarnTrack, ask: Ask[None]) -> Settlement:
    """Return a payout beside what it pays."""
    return et.payouts.get(ask.actor, ask.key)


def link(et: EarnTrack, ask: Ask[Link]) -> Settlement:
    """Say what a payout pays."""
    wanted = ask.body
    with et.together(ask.actor):
        settlement = et.payouts.get(ask.actor, ask.key)
        if wanted.earning_ids:
            settlement = et.payouts.link(
                ask.actor, ask.key, wanted.earning_ids
            )
        if wanted.until is not None:
            settlement = et.payouts.link_until(
                ask.actor, ask.key, wanted.until
            )
    return settlement


def unlink(et: EarnTrack, ask: Ask[None]) -> Settlement:
    """Say that a payout pays nothing."""
    return et.payouts.unlink(ask.actor, ask.key)


def explain(et: EarnTrack, ask: Ask[Reason]) -> Settlement:
    """Name the reason of a residual."""
    return et.payouts.explain(ask.actor, ask.key, ask.body.reason)


def remove(et: EarnTrack, ask: Ask[None]) -> None:
    """Remove a payout."""
    et.payouts.remove(ask.actor, ask.key)


def routes() -> list[Route]:
    """Return all of them."""
    return [
        Route(
            method="POST",
            path=PATH,
            id="create_payout",
            summary="Add a payout",
            policy=MEMBER,
            handler=create,
            words=WORDS,
            body=PayoutBody,
            record=Payout,
            reply=Settlement,
            status=HTTPStatus.CREATED,
            errors=(InvalidError, NotFoundError, ConflictError),
            tags=TAGS,
        ),
        Route(
            method="GET",
            path=PATH,
            id="list_payouts",
            summary="List payouts, the newest first",
            policy=VIEWER,
            handler=find,
            query=PayoutFilter,
            reply=Page[Payout],
            errors=(InvalidError,),
            paged=True,
            tags=TAGS,
        ),
        *_one(),
    ]


def _one() -> list[Route]:
    return [
        evolve(
            _on("GET", ONE, "get_payout", "Return a payout", get),
            policy=VIEWER,
        ),
        _on(
            "POST",
            ONE + "/link",
            "link_payout",
            "Say which earnings a payout pays",
            link,
            body=Link,
        ),
        _on(
            "POST",
            ONE + "/unlink",
            "unlink_payout",
            "Say that a payout pays no earnings",
            unlink,
        ),
        _on(
            "POST",
            ONE + "/explain",
            "explain_payout",
            "Name the reason of a payout's residual",
            explain,
            body=Reason,
        ),
        Route(
            method="DELETE",
            path=ONE,
            id="delete_payout",
            summary="Remove a payout",
            policy=MEMBER,
            handler=remove,
            status=HTTPStatus.NO_CONTENT,
            errors=(NotFoundError,),
            tags=TAGS,
        ),
    ]


def _on(
    method: str,
    path: str,
    id: str,  # noqa: A002 -- as the route calls it
    summary: str,
    handler: Handler,
    *,
    body: type | None = None,
) -> Route:
    return Route(
        method=method,
        path=path,
        id=id,
        summary=summary,
        policy=MEMBER,
        handler=handler,
        words=WORDS,
        body=body,
        reply=Settlement,
        errors=(InvalidError, NotFoundError, ConflictError),
        tags=TAGS,
    )
