"""What all stored things have in common."""

from datetime import datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from attrs import Attribute, field, frozen

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.ids import WorkspaceId


NOTHING: Final = timedelta(0)


def in_utc(
    _: object, at: "Attribute[datetime]", value: datetime | None
) -> None:
    """Refuse naive and non-UTC datetimes."""
    if value is not None and value.utcoffset() != NOTHING:
        raise InvalidError(at.name, "must be in UTC")


@frozen(kw_only=True)
class Entity:
    """A thing with an identity, a workspace and a history."""

    id: UUID
    workspace_id: WorkspaceId
    created_at: datetime = field(validator=in_utc)
    updated_at: datetime = field(validator=in_utc)
    version: int = 1


class Stamp(TypedDict):
    """The fields of a newborn entity that its user does not choose."""

    workspace_id: WorkspaceId
    created_at: datetime
    updated_at: datetime


def stamp(workspace_id: WorkspaceId, now: datetime) -> Stamp:
    """Stamp a newborn entity."""
    return Stamp(workspace_id=workspace_id, created_at=now, updated_at=now)
