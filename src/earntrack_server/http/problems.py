"""Problem documents (RFC 9457): what HTTP says when the core says no."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any, ClassVar, Final

from attrs import field, frozen

from earntrack_core.kernel.errors import (
    ConflictError,
    EarnTrackError,
    FieldProblem,
    ForbiddenError,
    InvalidError,
    LockedOutError,
    NotFoundError,
    StaleError,
    UnauthenticatedError,
    UnavailableError,
)
from earntrack_core.statements.errors import StatementError
from earntrack_core.wire import MalformedError
from earntrack_core.wire.names import spelt
from earntrack_server.http.text import json_bytes


MEDIA_TYPE: Final = "application/problem+json"
URN: Final = "urn:earntrack:problem:"
PAUSE: Final = 5
"""Seconds after which to try again when nobody knows better."""


class DoorError(EarnTrackError):
    """The request fails at the door, before it reaches the core."""


class MediaTypeError(DoorError):
    """The body is of a kind that this place does not take."""

    code: ClassVar[str] = "unsupported_media_type"


class TooLargeError(DoorError):
    """The body is larger than this place takes."""

    code: ClassVar[str] = "too_large"


class NoMatchError(DoorError):
    """The record has another version than `If-Match` asks for."""

    code: ClassVar[str] = "precondition_failed"


class MatchRequiredError(DoorError):
    """A change here needs `If-Match`, so that nobody's work is lost."""

    code: ClassVar[str] = "precondition_required"


class ReusedKeyError(DoorError):
    """The idempotency key was used for another request."""

    code: ClassVar[str] = "idempotency_key_reused"


class InFlightError(DoorError):
    """The same request is being answered at this moment."""

    code: ClassVar[str] = "in_flight"


class TooManyError(DoorError):
    """You have asked too often; *until* says when to go on."""

    code: ClassVar[str] = "rate_limited"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class BusyError(UnavailableError):
    """More requests are waiting than could be answered in time."""

    code: ClassVar[str] = "busy"


STATUS: Final[Mapping[type[EarnTrackError], HTTPStatus]] = {
    MalformedError: HTTPStatus.BAD_REQUEST,
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    InFlightError: HTTPStatus.CONFLICT,
    StaleError: HTTPStatus.CONFLICT,
    NoMatchError: HTTPStatus.PRECONDITION_FAILED,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    StatementError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ReusedKeyError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MatchRequiredError: HTTPStatus.PRECONDITION_REQUIRED,
    LockedOutError: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    EarnTrackError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""What HTTP calls the errors of the core; the closest ancestor counts."""


@frozen(kw_only=True)
class Problem:
    """A problem document, and the headers that go with it."""

    status: HTTPStatus
    code: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] = field(factory=dict)

    def tree(self, request_id: str) -> dict[str, Any]:
        """Return the document for a request."""
        document: dict[str, Any] = {
            "type": URN + self.code,
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
            "code": self.code,
            "requestId": request_id,
        }
        if self.errors:
            document["errors"] = [
                {"pointer": one.field, "message": one.problem}
                for one in self.errors
            ]
        return document

    def body(self, request_id: str) -> bytes:
        """Return the document for a request as JSON."""
        return json_bytes(self.tree(request_id))


def status_of(kind: type[EarnTrackError]) -> HTTPStatus:
    """Return what HTTP calls an error: that of its closest ancestor."""
    return next(STATUS[one] for one in kind.__mro__ if one in STATUS)


def placed(
    problems: Iterable[FieldProblem],
    names: Mapping[str, str],
    inside: str = "",
) -> tuple[FieldProblem, ...]:
    """Return problems with the pointers that a client knows them by.

    *names* are those of the wire that are not simply camelCase; *inside* is
    where the fields are.
    """
    return tuple(
        one
        if one.field.startswith("/")
        else FieldProblem(inside + spelt(one.field, names), one.problem)
        for one in problems
    )


def problem_of(error: EarnTrackError, now: datetime) -> Problem:
    """Return the document that tells an error of the core."""
    status = status_of(type(error))
    errors: tuple[FieldProblem, ...] = ()
    if isinstance(error, InvalidError):
        errors = placed(error.problems, {})
    inside = status is HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(
        status=status,
        code="internal" if inside else getattr(error, "reason", error.code),
        detail=INTERNAL if inside else _detail(error, errors),
        errors=errors,
        headers=_headers(error, status, now),
    )


INTERNAL: Final = "Something went wrong here; the log knows what."


def internal() -> Problem:
    """Return the document that tells nothing but where to ask."""
    return Problem(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        code="internal",
        detail=INTERNAL,
    )


def _detail(error: EarnTrackError, errors: tuple[FieldProblem, ...]) -> str:
    if isinstance(error, BusyError):
        return "Too many requests are waiting; try again."
    if isinstance(error, UnavailableError):
        return f"The {error.what} is not available now; try again."
    if not errors:
        return str(error)
    return "; ".join(
        f"{one.field}: {one.problem}" if one.field else one.problem
        for one in errors
    )


def _headers(
    error: EarnTrackError, status: HTTPStatus, now: datetime
) -> dict[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    seconds = _pause(error, now)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _pause(error: EarnTrackError, now: datetime) -> int | None:
    if isinstance(error, LockedOutError):
        return max(1, ceil((error.until - now).total_seconds()))
    if isinstance(error, TooManyError):
        return error.seconds
    if isinstance(error, BusyError | InFlightError):
        return 1
    return PAUSE if isinstance(error, UnavailableError) else None
