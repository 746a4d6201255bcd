"""What every storage promises about records, whatever kind they are of."""
# ruff: noqa: S101 -- a contract is made of tests, on whole units

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from earntrack_core.hookspecs import Storage
from earntrack_core.kernel.errors import (
    DuplicateError,
    NotFoundError,
    StaleError,
)
from earntrack_core.kernel.paging import Cursor, Part
from earntrack_core.testing.makers import DAY, an_actor
from earntrack_core.testing.storage_contract_kinds import (
    Kind,
    each_kind,
    stored,
)


MANY = 5


class RecordsContract:
    """What every storage promises about records."""

    @each_kind
    def test_record_comes_back_whole(
        self, storage: Storage, kind: Kind
    ) -> None:
        """Nothing is lost or changed on the way in and out."""
        actor = an_actor()
        record = stored(storage, actor, kind)

        with storage.view(actor) as unit:
            assert kind.records(unit).get(record.id) == record
            assert list(kind.records(unit).find(kind.everything)) == [record]
            assert kind.records(unit).count(kind.everything) == 1

    @each_kind
    def test_record_is_seen_in_its_own_unit(
        self, storage: Storage, kind: Kind
    ) -> None:
        """What a unit stored it sees, before anybody else does."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            record = kind.make(unit, actor)
            kind.records(unit).add(record)

            assert kind.records(unit).get(record.id) == record

    @each_kind
    def test_changed_record(self, storage: Storage, kind: Kind) -> None:
        """A change is stored with the version counted up."""
        actor = an_actor()
        record = stored(storage, actor, kind)
        later = record.updated_at + timedelta(hours=1)
        changed = evolve(record, **kind.change, updated_at=later)

        with storage.begin(actor) as unit:
            newer = kind.records(unit).replace(changed)

        assert newer == evolve(changed, version=2)
        with storage.view(actor) as unit:
            assert kind.records(unit).get(record.id) == newer

    @each_kind
    def test_stale_version(self, storage: Storage, kind: Kind) -> None:
        """Who did not see the latest version cannot overwrite it."""
        actor = an_actor()
        record = stored(storage, actor, kind)
        with storage.begin(actor) as unit:
            newer = kind.records(unit).replace(record)

        with pytest.raises(StaleError), storage.begin(actor) as unit:
            kind.records(unit).replace(evolve(record, **kind.change))

        with storage.view(actor) as unit:
            assert kind.records(unit).get(record.id) == newer

    @each_kind
    def test_removed_record(self, storage: Storage, kind: Kind) -> None:
        """What was removed is gone, for good and for everything."""
        actor = an_actor()
        record = stored(storage, actor, kind)

        with storage.begin(actor) as unit:
            kind.records(unit).remove(record.id)

        with storage.view(actor) as unit:
            assert list(kind.records(unit).find(kind.everything)) == []
            with pytest.raises(NotFoundError):
                kind.records(unit).get(record.id)

    @each_kind
    def test_record_that_never_was(self, storage: Storage, kind: Kind) -> None:
        """What is not there can be neither changed nor removed."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            record = kind.make(unit, actor)

        with pytest.raises(NotFoundError), storage.begin(actor) as unit:
            kind.records(unit).replace(record)
        with pytest.raises(NotFoundError), storage.begin(actor) as unit:
            kind.records(unit).remove(record.id)

    @each_kind
    def test_same_id_twice(self, storage: Storage, kind: Kind) -> None:
        """An id names one thing; the first one stays as it is."""
        actor = an_actor()
        record = stored(storage, actor, kind)

        with pytest.raises(DuplicateError), storage.begin(actor) as unit:
            kind.records(unit).add(record)

        with storage.view(actor) as unit:
            assert kind.records(unit).count(kind.everything) == 1

    @each_kind
    def test_pages_miss_and_repeat_nothing(
        self, storage: Storage, kind: Kind
    ) -> None:
        """Pages of the newest first, each after the last of the one before."""
        actor = an_actor()
        with storage.begin(actor) as unit:
            made = [kind.make(unit, actor)]
            while len(made) < MANY:
                made.append(_another(made[-1], kind, len(made)))
            for one in made:
                kind.records(unit).add(one)
        found: list[Any] = []
        after = None
        with storage.view(actor) as unit:
            while page := kind.records(unit).find(
                kind.everything, Part(limit=2, after=after)
            ):
                found += page
                last = page[-1].id
                after = Cursor(order="-id", value=last.hex, id=last)

        assert found == made[::-1]


def _another(record: Any, kind: Kind, number: int) -> Any:
    """Return a record like another one, but younger."""
    key = type(record.id)(int=record.id.int + (1 << 80))
    unlike: dict[str, dict[str, Any]] = {
        "platform": {"name": f"Number {number}", "key": f"number{number}"},
        "rate": {"on": DAY + timedelta(days=number)},
    }
    return evolve(record, id=key, **unlike.get(kind.name, {}))
