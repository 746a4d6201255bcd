"""/imports: statements in, reports out, and the way back."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from aiohttp import web
from attrs import evolve, frozen

from earntrack_core.app import EarnTrack
from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    InvalidError,
    NotFoundError,
    PlanLimitError,
    WrongStateError,
)
from earntrack_core.kernel.paging import Page
from earntrack_core.statements.batch import Batch, BatchFilter
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.events import ImportProgress
from earntrack_core.statements.report import ImportReport
from earntrack_server.http.mounting import respond
from earntrack_server.http.route import MEMBER, VIEWER, Answer, Ask, Route
from earntrack_server.routes.import_forms import SCHEMA, wanted_of
from earntrack_server.unpacking import members
from earntrack_server.uploads import Upload, received


MOST_UPLOAD: Final = web.AppKey("most_upload", int)
PATH: Final = "/api/v1/imports"
ONE: Final = PATH + "/{id}"
TAGS: Final = ("imports",)


@frozen(kw_only=True)
class Failure:
    """A file that could not be read."""

    file_name: str
    code: str
    message: str
    hint: str


@frozen(kw_only=True)
class Imported:
    """What became of a file; of an archive, of each file in it."""

    items: tuple[ImportReport, ...]
    failures: tuple[Failure, ...] = ()


async def upload(request: web.Request) -> web.StreamResponse:
    """Import the file of a form, or say what that would do."""
    most = request.config_dict[MOST_UPLOAD]
    async with received(request, most) as file:
        content = f"{file.digest} {sorted(file.fields.items())}".encode()
        return await respond(request, book, file, content)


def book(et: EarnTrack, ask: Ask[Upload]) -> Answer:
    """Import a file that was received.

    Raises:
        StatementError: It is no statement that we can read.
    """
    wanted = wanted_of(ask.body)
    do = et.statements.preview if wanted.dry_run else et.statements.book
    reports: list[ImportReport] = []
    errors: list[tuple[str, StatementError]] = []
    for name, file in members(ask.body.name, ask.body.file):
        order = evolve(
            wanted.order, name=name, progress=_progress(et, ask.actor, name)
        )
        try:
            reports.append(do(ask.actor, file, order))
        except StatementError as error:
            errors.append((name, error))
    if errors and not reports:
        raise errors[0][1]
    failures = [_failure(name, error) for name, error in errors]
    done = any(report.batch_id is not None for report in reports)
    return Answer(
        value=Imported(items=tuple(reports), failures=tuple(failures)),
        status=HTTPStatus.CREATED if done else HTTPStatus.OK,
    )


def _failure(name: str, error: StatementError) -> Failure:
    return Failure(
        file_name=name,
        code=error.reason,
        message=error.message,
        hint=error.hint,
    )


def _progress(et: EarnTrack, actor: Actor, name: str) -> Callable[[int], None]:
    def tell(records: int) -> None:
        et.parts.bus.publish(
            [
                ImportProgress(
                    workspace_id=actor.workspace_id,
                    user_id=actor.user_id,
                    name=name,
                    records=records,
                )
            ]
        )

    return tell


def find(et: EarnTrack, ask: Ask[None]) -> Page[Batch]:
    """List imports."""
    return et.statements.batches(ask.actor, ask.query, ask.part)


def get(et: EarnTrack, ask: Ask[None]) -> Batch:
    """Return an import with its report."""
    return et.statements.batch(ask.actor, BatchId(ask.key))


def undo(et: EarnTrack, ask: Ask[None]) -> Batch:
    """Take an import back."""
    return et.statements.undo(ask.actor, BatchId(ask.key))


def resume(et: EarnTrack, ask: Ask[None]) -> ImportReport:
    """Go on with an import that was cut off."""
    key = BatchId(ask.key)
    name = et.statements.batch(ask.actor, key).file_name
    return et.statements.resume(ask.actor, key, _progress(et, ask.actor, name))


def routes() -> list[Route]:
    """Return all of them."""
    return [
        Route(
            method="POST",
            path=PATH,
            id="import_statement",
            summary="Import a statement, or preview that with `dryRun`",
            policy=MEMBER,
            raw=upload,
            reply=Imported,
            status=HTTPStatus.CREATED,
            errors=(StatementError, NotFoundError, PlanLimitError),
            limit="import",
            consumes="multipart/form-data",
            body_schema=SCHEMA,
            tags=TAGS,
        ),
        Route(
            method="GET",
            path=PATH,
            id="list_imports",
            summary="List imports, the newest first",
            policy=VIEWER,
            handler=find,
            query=BatchFilter,
            reply=Page[Batch],
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
            path=ONE,
            id="get_import",
            summary="Return an import with its report",
            policy=VIEWER,
            handler=get,
            reply=Batch,
            errors=(NotFoundError,),
            tags=TAGS,
        ),
        Route(
            method="POST",
            path=ONE + "/undo",
            id="undo_import",
            summary="Take an import back",
            policy=MEMBER,
            handler=undo,
            reply=Batch,
            errors=(NotFoundError, WrongStateError),
            tags=TAGS,
        ),
        Route(
            method="POST",
            path=ONE + "/resume",
            id="resume_import",
            summary="Go on with an import that was cut off",
            policy=MEMBER,
            handler=resume,
            reply=ImportReport,
            errors=(NotFoundError, WrongStateError),
            limit="import",
            tags=TAGS,
        ),
    ]
