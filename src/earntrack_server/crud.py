"""Five doors for anything that is just a record."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from attrs import frozen

from earntrack_core.app import EarnTrack
from earntrack_core.kernel.errors import (
    DuplicateError,
    InvalidError,
    NotFoundError,
    WrongStateError,
)
from earntrack_core.kernel.paging import Page
from earntrack_core.ports.crud import CrudService
from earntrack_server.http.route import MEMBER, VIEWER, Ask, Route


E = TypeVar("E")
N = TypeVar("N")
P = TypeVar("P")
F = TypeVar("F")


@frozen(kw_only=True)
class Resource(Generic[E, N, P, F]):
    """Where a kind of record is found, and what its messages look like."""

    path: str
    name: str
    """What one record is called, in operation ids and summaries."""
    plural: str
    record: type[E]
    new: type[N]
    patch: type[P]
    filter: type[F]
    keep: timedelta | None = None
    """How long lists may be kept, until something happens."""
    service: Callable[[EarnTrack], CrudService[Any, Any, F, N, P, Any]]

    @property
    def one(self) -> str:
        """The path of one record."""
        return f"{self.path}/{{id}}"

    @property
    def tags(self) -> tuple[str, ...]:
        """Where the documentation lists it."""
        return (self.plural,)


def crud(resource: Resource[Any, Any, Any, Any]) -> list[Route]:
    """Return the routes of *resource*; leave out what you write yourself."""
    return [
        _create(resource),
        _find(resource),
        _get(resource),
        _update(resource),
        _remove(resource),
    ]


def _create(resource: Resource[Any, Any, Any, Any]) -> Route:
    def create(et: EarnTrack, ask: Ask[Any]) -> object:
        return resource.service(et).create(ask.actor, ask.body)

    return Route(
        method="POST",
        path=resource.path,
        id=f"create_{resource.name}",
        summary=f"Add a {resource.name.replace('_', ' ')}",
        policy=MEMBER,
        handler=create,
        body=resource.new,
        record=resource.record,
        reply=resource.record,
        status=HTTPStatus.CREATED,
        errors=(InvalidError, DuplicateError),
        etag=True,
        tags=resource.tags,
    )


def _find(resource: Resource[Any, Any, Any, Any]) -> Route:
    def find(et: EarnTrack, ask: Ask[Any]) -> object:
        return resource.service(et).find(ask.actor, ask.query, ask.part)

    return Route(
        method="GET",
        path=resource.path,
        id=f"list_{resource.plural.replace(' ', '_')}",
        summary=f"List {resource.plural}, the newest first",
        policy=VIEWER,
        handler=find,
        query=resource.filter,
        reply=Page[resource.record],  # type: ignore[name-defined]  # -- known at run time
        errors=(InvalidError,),
        paged=True,
        keep=resource.keep,
        tags=resource.tags,
    )


def _get(resource: Resource[Any, Any, Any, Any]) -> Route:
    def get(et: EarnTrack, ask: Ask[Any]) -> object:
        return resource.service(et).get(ask.actor, ask.key)

    return Route(
        method="GET",
        path=resource.one,
        id=f"get_{resource.name}",
        summary=f"Return one {resource.name.replace('_', ' ')}",
        policy=VIEWER,
        handler=get,
        reply=resource.record,
        errors=(NotFoundError,),
        etag=True,
        tags=resource.tags,
    )


def _update(resource: Resource[Any, Any, Any, Any]) -> Route:
    def update(et: EarnTrack, ask: Ask[Any]) -> object:
        return resource.service(et).update(
            ask.actor, ask.key, ask.body, version=ask.version
        )

    return Route(
        method="PATCH",
        path=resource.one,
        id=f"update_{resource.name}",
        summary=f"Change a {resource.name.replace('_', ' ')}",
        policy=MEMBER,
        handler=update,
        body=resource.patch,
        record=resource.record,
        reply=resource.record,
        errors=(NotFoundError, InvalidError, DuplicateError),
        etag=True,
        tags=resource.tags,
    )


def _remove(resource: Resource[Any, Any, Any, Any]) -> Route:
    def remove(et: EarnTrack, ask: Ask[Any]) -> object:
        resource.service(et).remove(ask.actor, ask.key, version=ask.version)
        return None

    return Route(
        method="DELETE",
        path=resource.one,
        id=f"delete_{resource.name}",
        summary=f"Remove a {resource.name.replace('_', ' ')}",
        policy=MEMBER,
        handler=remove,
        status=HTTPStatus.NO_CONTENT,
        errors=(NotFoundError, WrongStateError),
        etag=True,
        tags=resource.tags,
    )
