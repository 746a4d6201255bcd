"""Reading requests: bodies, query strings, path parameters, conditions."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import attrs
from aiohttp import ETag, hdrs, web
from attrs import frozen
from multidict import MultiMapping

from earntrack_core.kernel.errors import (
    FieldProblem,
    InvalidError,
    NotFoundError,
)
from earntrack_core.kernel.paging import MOST, Part, read_cursor
from earntrack_core.wire import MalformedError, Wire, WireError, loads
from earntrack_core.wire.forms import CURRENCY, spellings
from earntrack_core.wire.kinds import (
    is_list,
    item_kinds,
    options,
    plain,
)
from earntrack_core.wire.names import pointer
from earntrack_server.http.problems import (
    MatchRequiredError,
    MediaTypeError,
    NoMatchError,
    TooLargeError,
)
from earntrack_server.http.route import Route


WHOLE: Final = re.compile(r"-?\d{1,19}", re.ASCII)
NUMBER: Final = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)
TRUTHS: Final[Mapping[str, bool]] = {"true": True, "false": False}

QUERY: Final = "query"
PAGING: Final = frozenset({"limit", "cursor"})


async def read_content(request: web.Request) -> bytes:
    """Return the body of a request, which must be JSON.

    Raises:
        MediaTypeError: It says that it is something else.
        TooLargeError: There is too much of it, unpacked if it was packed.
        MalformedError: It ends in the middle, or is packed wrongly.
    """
    kind = request.content_type
    if kind != "application/json" and not kind.endswith("+json"):
        raise MediaTypeError("The body must be application/json.")
    if (request.charset or "utf-8").lower() != "utf-8":
        raise MediaTypeError("The body must be in UTF-8.")
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLargeError(
            f"The body is larger than {request.client_max_size:,} bytes."
        ) from error
    except web.RequestPayloadError as error:
        raise MalformedError("The body cannot be unpacked.") from error


def read_body(wire: Wire, content: bytes, kind: Any) -> Any:
    """Return what a body says.

    Raises:
        MalformedError: It is not JSON.
        WireError: It is not a *kind*.
    """
    return wire.read(loads(content), kind)


def _whole(text: str) -> Any:
    return int(text) if WHOLE.fullmatch(text) else text


def _number(text: str) -> Any:
    return Decimal(text) if NUMBER.fullmatch(text) else text


def _truth(text: str) -> Any:
    return TRUTHS.get(text, text)


MEANINGS: Final[Mapping[Any, Callable[[str], Any]]] = {
    int: _whole,
    bool: _truth,
    Decimal: _number,
}


def _meaning(kind: Any) -> Callable[[str], Any]:
    """Return what makes JSON of a text in a query string."""
    for one in options(kind):
        meant = MEANINGS.get(plain(one))
        if meant is not None:
            return meant
    return str


def _several(texts: list[str]) -> list[str]:
    return [part for text in texts for part in text.split(",") if part]


def _value(kind: Any, texts: list[str]) -> Any:
    for one in options(plain(kind)):
        if is_list(one):
            meaning = _meaning(item_kinds(one)[0])
            return [meaning(text) for text in _several(texts)]
    if len(texts) > 1:
        return texts
    return _meaning(kind)(texts[0])


@frozen
class QueryReader:
    """Reads query strings as a kind of filter."""

    wire: Wire
    kinds: Mapping[str, Any]
    kind: Any

    def read(self, query: MultiMapping[str], skip: frozenset[str]) -> Any:
        """Return the filter that a query string describes.

        Raises:
            WireError: It describes none; pointers begin with `/query`.
        """
        tree = {
            name: _value(self.kinds.get(name, str), query.getall(name))
            for name in query
            if name not in skip
        }
        return self.wire.read(tree, self.kind, pointer(QUERY))


def query_reader(wire: Wire, kind: Any) -> QueryReader:
    """Return what reads query strings as *kind*."""
    form = wire.form_of(kind)
    while form.shape is not None:
        form = wire.form_of(form.shape)
    kinds = {
        one.name: Decimal if one.flat else one.attribute.type
        for one in spellings(form)
    }
    return QueryReader(wire, {CURRENCY: str, **kinds}, kind)


@attrs.frozen
class Nothing:
    """The query string of a door that takes none."""


def read_part(query: MultiMapping[str]) -> Part:
    """Return which part of a list is asked for.

    Raises:
        WireError: A page of impossible size, or a cursor that is not ours.
    """
    problems: list[FieldProblem] = []
    after = None
    limit = _whole(query.get("limit", "50"))
    if type(limit) is not int or not 1 <= limit <= MOST:
        problems.append(_query_problem("limit", f"must be 1 to {MOST}"))
    try:
        text = query.get("cursor")
        after = None if text is None else read_cursor(text)
    except InvalidError as error:
        problems.append(_query_problem("cursor", error.problem))
    if problems:
        raise WireError(problems)
    return Part(limit=limit, after=after)


def _query_problem(name: str, problem: str) -> FieldProblem:
    return FieldProblem(pointer(QUERY, name), problem)


def read_path(
    wire: Wire, route: Route, found: Mapping[str, str]
) -> dict[str, Any]:
    """Return the parameters in the path.

    Raises:
        NotFoundError: One is malformed: no such thing can exist.
    """
    values: dict[str, Any] = {}
    for name, kind in route.parameters().items():
        text = found[name]
        try:
            values[name] = wire.read(_meaning(kind)(text), kind)
        except WireError as error:
            raise NotFoundError("record", text[:40]) from error
    return values


def read_version(request: web.Request, route: Route) -> int | None:
    """Return the version that a record must still have, if it matters.

    Raises:
        MatchRequiredError: It matters here, and the request does not say.
        NoMatchError: No record ever has such a version.
        InvalidError: It names none, or several.
    """
    if hdrs.IF_MATCH not in request.headers:
        if route.must_match:
            raise MatchRequiredError("Send If-Match with the record's ETag.")
        return None
    tags = list(request.if_match or ())
    if len(tags) != 1:
        raise InvalidError(
            pointer("headers", "If-Match"), "must be one ETag, or *"
        )
    return _version(tags[0])


def _version(tag: ETag) -> int | None:
    if tag.value == "*" and not tag.is_weak:
        return None
    if tag.is_weak or not WHOLE.fullmatch(tag.value):
        raise NoMatchError("The record never had that version.")
    return int(tag.value)
