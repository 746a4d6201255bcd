from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from attrs import evolve

from earntrack_core.kernel.entity import Entity, in_utc, stamp
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.ids import WorkspaceId


HERE = WorkspaceId(UUID(int=1))
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
CEST = timezone(timedelta(hours=2))


@pytest.fixture(name="entity")
def _entity():
    return Entity(id=UUID(int=2), **stamp(HERE, NOON))


class TestEntity:
    def test_is_born_with_a_history(self, entity):
        """A newborn was never changed, and is of the first version."""
        assert (entity.created_at, entity.updated_at) == (NOON, NOON)
        assert (entity.workspace_id, entity.version) == (HERE, 1)

    @pytest.mark.parametrize("name", ["created_at", "updated_at"])
    @pytest.mark.parametrize(
        "at",
        [NOON.replace(tzinfo=None), NOON.astimezone(CEST)],
        ids=["naive", "offset"],
    )
    def test_refuses_times_that_are_not_in_utc(self, entity, name, at):
        """An instant is stored in one way only."""
        with pytest.raises(InvalidError, match=f"{name}: must be in UTC"):
            evolve(entity, **{name: at})


def test_a_time_may_be_missing():
    """An optional time that is not there is in order."""
    in_utc(None, None, None)
