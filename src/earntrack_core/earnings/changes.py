"""Bulk changes of earnings, kept so that they can be undone."""

from datetime import datetime
from typing import NewType
from uuid import UUID

from attrs import frozen

from earntrack_core.earnings.model import Earning
from earntrack_core.kernel.entity import Entity


ChangeId = NewType("ChangeId", UUID)


@frozen(kw_only=True)
class Change(Entity):
    """What a bulk change replaced or removed."""

    id: ChangeId
    verb: str
    """categorise, move or delete."""
    before: tuple[Earning, ...]
    """The earnings as they were."""
    after: tuple[int, ...]
    """Their versions after the change; 0 for a deleted one."""
    undone_at: datetime | None = None


@frozen(kw_only=True)
class ChangeFilter:
    """All changes."""

    def matches(self, _: Change) -> bool:
        """Every change is one of them."""
        return True
