"""The use cases of features that are records and nothing more."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

from attrs import evolve, frozen

from earntrack_core.kernel.actor import Actor, Role
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.paging import FIRST, Cursor, Page, Part
from earntrack_core.kernel.patch import changes
from earntrack_core.ports.storage import Repository, UnitOfWork, Units


E = TypeVar("E", bound=Entity)
K = TypeVar("K")
F = TypeVar("F")
N = TypeVar("N")
P = TypeVar("P")
U = TypeVar("U", bound=UnitOfWork)

BY_AGE: Final = "-id"


def page_of(found: list[E], part: Part) -> Page[E]:
    """Make a page of what was found with one more than the limit."""
    if len(found) <= part.limit:
        return Page(tuple(found))
    items = tuple(found[: part.limit])
    last = items[-1].id
    cursor = Cursor(order=BY_AGE, value=last.hex, id=last)
    return Page(items, cursor.encode())


@frozen(kw_only=True)
class CrudService(Generic[E, K, F, N, P, U]):
    """Create, get, find, update and remove one kind of record."""

    units: Units[U]
    now: Callable[[], datetime]
    records: Callable[[U], Repository[E, K, F]]
    born: Callable[[N, Actor, datetime], E]
    events: Callable[[str, E], Event]
    admit: Callable[[U, Actor, E], None]
    """Refuses a new or changed record that does not fit the others."""
    release: Callable[[U, E], None]
    """Refuses the removal of a record that others need."""

    def create(self, actor: Actor, new: N) -> E:
        """Store a new record.

        Raises:
            InvalidError: A field breaks a rule.
            PlanLimitError: The plan includes no more of them.
            DuplicateError: There is one like it.
        """
        actor.must(Role.MEMBER)
        record = self.born(new, actor, self.now())
        with self.units.begin(actor) as unit:
            self.admit(unit, actor, record)
            self.records(unit).add(record)
            unit.emit(self.events("created", record))
        return record

    def get(self, actor: Actor, key: K) -> E:
        """Return one record.

        Raises:
            NotFoundError: There is none of yours with that id.
        """
        with self.units.view(actor) as unit:
            return self.records(unit).get(key)

    def find(self, actor: Actor, where: F, part: Part = FIRST) -> Page[E]:
        """Return a page of the records that match, the newest first."""
        more = evolve(part, limit=part.limit + 1)
        with self.units.view(actor) as unit:
            return page_of(list(self.records(unit).find(where, more)), part)

    def update(
        self, actor: Actor, key: K, patch: P, *, version: int | None = None
    ) -> E:
        """Change some fields of a record, if it still has *version*.

        Raises:
            NotFoundError: There is none of yours with that id.
            StaleError: It has another version by now.
            InvalidError: A field breaks a rule.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            old = self.records(unit).get(key)
            new = evolve(
                old,
                **changes(patch),
                updated_at=self.now(),
                version=version or old.version,
            )
            self.admit(unit, actor, new)
            new = self.records(unit).replace(new)
            unit.emit(self.events("updated", new))
        return new

    def remove(
        self, actor: Actor, key: K, *, version: int | None = None
    ) -> None:
        """Forget a record, if it still has *version*.

        Raises:
            NotFoundError: There is none of yours with that id.
            StaleError: It has another version by now.
            WrongStateError: Others need it.
        """
        actor.must(Role.MEMBER)
        with self.units.begin(actor) as unit:
            record = self.records(unit).get(key)
            if version not in {None, record.version}:
                self.records(unit).replace(evolve(record, version=version))
            self.release(unit, record)
            self.records(unit).remove(key)
            unit.emit(self.events("deleted", record))
