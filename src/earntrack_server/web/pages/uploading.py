"""Uploading: a statement goes in, and a report comes out, or a question."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from attrs import evolve, frozen

from earntrack_core.kernel.errors import (
    EarnTrackError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from earntrack_core.statements.errors import StatementError
from earntrack_server.http.keys import ACTOR, WORKERS
from earntrack_server.http.problems import TooLargeError
from earntrack_server.http.route import ANYBODY, MEMBER, Ask, Route
from earntrack_server.middleware.csrf import FIELD, is_token
from earntrack_server.routes.imports import MOST_UPLOAD, Imported, book
from earntrack_server.uploads import Upload, received
from earntrack_server.web.rendering import Moved, Shown, Told
from earntrack_server.web.reports import (
    COLUMNS,
    labels,
    of_report,
    proposed,
)
from earntrack_server.web.site import IMPORTS, Site, page_route
from earntrack_server.web.visits import Visit, visit_of
from earntrack_server.web.waiting import WaitingFile


ANSWERS: Final = f"{IMPORTS}/answers"
MAP: Final = "map."
"""Fields that name a column begin with it."""

SPAN: Final = ("from", "to")


@frozen
class UploadDoor:
    """The door for files; it reads the form itself, as it comes in.

    The token of the form stands in it, and is checked once it is read; where
    the request comes from has been checked before.
    """

    site: Site

    async def answer(self, request: web.Request) -> web.Response:
        """Import the file of a form.

        Raises:
            ForbiddenError: The form is not of a page of this session.
        """
        MEMBER.admit(request.get(ACTOR))
        visit = visit_of(request, self.site.cookie.name, {})
        workers = request.config_dict[WORKERS]
        try:
            most = request.config_dict[MOST_UPLOAD]
            async with received(request, most) as upload:
                if not is_token(visit.cookie, upload.fields.pop(FIELD, "")):
                    raise ForbiddenError(
                        "The page is out of date; load it again."
                    )
                return await workers.run(self._booked, visit, upload)
        except (InvalidError, TooLargeError) as error:
            return await workers.run(self._refused, visit, error)

    def _booked(self, visit: Visit, upload: Upload) -> web.Response:
        return self.site.shown(visit, booked(visit, upload))

    def _refused(self, visit: Visit, error: EarnTrackError) -> web.Response:
        return self.site.shown(visit, failed(str(error)))


def booked(visit: Visit, upload: Upload) -> Told:
    """Import a file, and tell what became of it."""
    waiting = WaitingFile(visit.et.parts.files, visit.me)
    if not upload.size:
        return failed(visit.speech.say("Choose a file first."))
    try:
        answer = book(visit.et, Ask(somebody=visit.actor, body=upload))
    except StatementError as error:
        waiting.keep(upload.file)
        return unread(visit, upload, error)
    done: Imported = answer.value
    batches = [one.batch_id for one in done.items if one.batch_id is not None]
    if len(batches) == len(done.items) == 1 and not done.failures:
        waiting.drop()
        return Moved(to=f"{IMPORTS}/{batches[0]}")
    waiting.keep(upload.file)
    return reported(visit, upload, done)


def failed(reason: str) -> Shown:
    """Say why nothing could be done with what was sent."""
    return Shown(
        template="unread.html",
        values={
            "name": "",
            "digest": "",
            "reason": reason,
            "hint": "",
            "formats": {},
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def unread(visit: Visit, upload: Upload, error: StatementError) -> Shown:
    """Say why a file cannot be read, and offer to say what it is."""
    unsure = error.reason in {"header_not_found", "ambiguous_format"}
    names = labels(visit) if unsure else {}
    return Shown(
        template="unread.html",
        values={
            "name": upload.name,
            "digest": upload.digest,
            "reason": visit.speech.say(error.message),
            "hint": visit.speech.say(error.hint),
            "formats": dict(sorted(names.items(), key=lambda one: one[1])),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def reported(visit: Visit, upload: Upload, done: Imported) -> Shown:
    """Show what became of a file, or of the files in it."""
    names = labels(visit)
    reports = [of_report(one, names, visit.speech) for one in done.items]
    return Shown(
        template="imported.html",
        values={
            "name": upload.name,
            "digest": upload.digest,
            "said": upload.fields,
            "items": reports,
            "failures": done.failures,
            "questions": {
                one.key: one for report in reports for one in report.questions
            },
            "proposed": proposed,
            "columns": COLUMNS,
        },
    )


def answer(_: Site, visit: Visit) -> Told:
    """Import the file that waits, with what was said about it."""
    form = dict(visit.form)
    name, digest = form.pop("name", ""), form.pop("digest", "")
    form.pop(FIELD, None)
    waiting = WaitingFile(visit.et.parts.files, visit.me)
    try:
        with waiting.opened(digest) as content:
            upload = Upload(content, name or "statement", 1, digest)
            upload.fields = said(form)
            return booked(visit, upload)
    except NotFoundError:
        gone = visit.speech.say("The file is gone; choose it again.")
        return failed(gone)
    except InvalidError as error:
        return failed(str(error))


def said(form: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the API's form that a page's form says."""
    first, last = (form.get(name, "") for name in SPAN)
    fields = {
        name: text
        for name, text in form.items()
        if name not in SPAN and not name.startswith(MAP)
    }
    if first and last:
        fields["period"] = f"{first}/{last}"
    columns = _columns(form)
    if columns:
        fields["mapping"] = json.dumps(columns | _rest(form))
    return fields


def _columns(form: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(MAP): text.strip()
        for name, text in form.items()
        if name.startswith(MAP) and text.strip()
    }


def _rest(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a mapping says beside its columns.

    Raises:
        InvalidError: It is not JSON.
    """
    try:
        tree = json.loads(form.get("mapping") or "{}")
    except ValueError as error:
        raise InvalidError("mapping", "is not JSON") from error
    if not isinstance(tree, dict):
        raise InvalidError("mapping", "must be an object")
    return {key: value for key, value in tree.items() if key not in COLUMNS}


def routes(site: Site) -> list[Route]:
    """Return all of them."""
    door = page_route(site, "POST", IMPORTS, answer, limit="import")
    return [
        evolve(door, policy=ANYBODY, raw=UploadDoor(site).answer),
        page_route(
            site, "POST", ANSWERS, answer, policy=MEMBER, limit="import"
        ),
    ]
