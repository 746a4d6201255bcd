"""The OpenAPI 3.1 document, from the routes and their types."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final

from attrs import define, field, frozen

from earntrack_core.kernel.errors import (
    EarnTrackError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from earntrack_core.wire import MalformedError, Wire
from earntrack_core.wire.forms import spellings
from earntrack_server.http.openapi_parts import (
    HEADERS,
    KEY,
    MATCH,
    NONE_MATCH,
    PAGING,
    PROBLEM,
    SECURITY,
    parameter,
)
from earntrack_server.http.problems import (
    MEDIA_TYPE,
    InFlightError,
    MatchRequiredError,
    MediaTypeError,
    NoMatchError,
    TooLargeError,
    TooManyError,
    status_of,
)
from earntrack_server.http.route import Route
from earntrack_server.http.schemas import Schema, Schemas
from earntrack_server.http.text import json_bytes


VERSION: Final = "3.1.0"
JSON: Final = "application/json"

ALWAYS: Final = (TooManyError, UnavailableError)


@frozen(kw_only=True)
class About:
    """What the document says of the API as a whole."""

    title: str
    version: str
    description: str = ""
    server: str = "/"
    cookie: str = "__Host-earntrack"


def errors_of(route: Route) -> Iterator[type[EarnTrackError]]:
    """Return all errors that a door can answer with."""
    yield from route.errors
    yield from ALWAYS
    if route.policy.role is not None:
        yield UnauthenticatedError
        yield ForbiddenError
    if route.parameters():
        yield NotFoundError
    if route.has_body:
        yield from (MalformedError, TooLargeError, MediaTypeError)
    if route.idempotent:
        yield InFlightError
    yield from _checks(route)


def _checks(route: Route) -> Iterator[type[EarnTrackError]]:
    if route.etag and not route.is_safe:
        yield NoMatchError
    if route.must_match:
        yield MatchRequiredError
    yield InvalidError


@define
class Describer:
    """Describes routes, one after the other."""

    schemas: Schemas
    paths: dict[str, dict[str, Any]] = field(factory=dict)

    def replies(self, route: Route) -> None:
        """Name what is sent first: the plain names are for that."""
        if route.reply is not None:
            self.schemas.of(route.reply, sent=True)

    def describe(self, route: Route) -> None:
        """Describe a route."""
        operation: dict[str, Any] = {
            "operationId": route.id,
            "summary": route.summary,
            "tags": list(route.tags),
            "parameters": list(self._parameters(route)),
            "responses": self._responses(route),
            "security": _security(route),
        }
        body = self._body(route)
        if body is not None:
            operation["requestBody"] = body
        here = self.paths.setdefault(route.path, {})
        here[route.method.lower()] = operation

    def _parameters(self, route: Route) -> Iterator[Schema]:
        for name, kind in route.parameters().items():
            yield parameter(name, "path", self.schemas.of(kind, sent=False))
        if route.query is not None:
            yield from self._query(route.query)
        if route.paged:
            yield from PAGING
        if route.idempotent:
            yield KEY
        if route.etag:
            if route.method == "GET":
                yield NONE_MATCH
            elif route.parameters():
                yield MATCH | ({"required": True} if route.must_match else {})

    def _query(self, kind: type) -> Iterator[Schema]:
        form = self.schemas.wire.form_of(kind)
        while form.shape is not None:
            form = self.schemas.wire.form_of(form.shape)
        schema = self.schemas.object_of(form)
        required = schema.get("required", ())
        for one in spellings(form):
            made = parameter(one.name, "query", schema["properties"][one.name])
            needed = one.name in required
            yield made | ({"required": True} if needed else {})

    def _body(self, route: Route) -> Schema | None:
        schema = route.body_schema
        if route.body is not None:
            self.schemas.records[route.body] = route.record
            schema = self.schemas.of(route.body, sent=False)
        if schema is None:
            return None
        content: Schema = {"schema": schema}
        if route.example is not None:
            content["example"] = route.example
        return {"required": True, "content": {route.consumes: content}}

    def _responses(self, route: Route) -> dict[str, Any]:
        responses = {str(int(route.status)): self._success(route)}
        for kind in errors_of(route):
            status = status_of(kind)
            responses.setdefault(str(int(status)), _refer(status))
        if route.etag and route.method == "GET":
            responses["304"] = {"description": "Nothing has changed."}
        return dict(sorted(responses.items()))

    def _success(self, route: Route) -> Schema:
        response: Schema = {"description": route.status.phrase}
        names = [
            *(["ETag"] if route.etag else []),
            *(["Link"] if route.paged else []),
        ]
        if names:
            response["headers"] = {name: HEADERS[name] for name in names}
        if route.reply is not None:
            schema = self.schemas.of(route.reply, sent=True)
            response["content"] = {route.media_type: {"schema": schema}}
        elif route.media_type != JSON:
            binary = {"type": "string", "format": "binary"}
            response["content"] = {route.media_type: {"schema": binary}}
        return response


def _refer(status: HTTPStatus) -> Schema:
    return {"$ref": f"#/components/responses/{status.name}"}


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.policy.role is None:
        return []
    return [{"token": []}, {"session": []}]


def _problems(routes: Iterable[Route]) -> dict[str, Schema]:
    statuses = {
        status_of(kind) for route in routes for kind in errors_of(route)
    }
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status.name: {
            "description": status.phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in sorted(statuses)
    }


def document(
    wire: Wire, routes: Iterable[Route], about: About
) -> dict[str, Any]:
    """Return the document of the routes that are documented."""
    shown = [route for route in routes if route.documented]
    describer = Describer(Schemas(wire, {"ProblemDocument": PROBLEM}))
    for route in shown:
        describer.replies(route)
    for route in shown:
        describer.describe(route)
    session = SECURITY["session"] | {"name": about.cookie}
    return {
        "openapi": VERSION,
        "info": {
            "title": about.title,
            "version": about.version,
            "description": about.description,
        },
        "servers": [{"url": about.server}],
        "paths": describer.paths,
        "components": {
            "schemas": describer.schemas.known,
            "responses": _problems(shown),
            "securitySchemes": {**SECURITY, "session": session},
        },
    }


def document_bytes(wire: Wire, routes: Iterable[Route], about: About) -> bytes:
    """Return the document as JSON."""
    return json_bytes(document(wire, routes, about))
