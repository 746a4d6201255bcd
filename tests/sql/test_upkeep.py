"""What contradicts itself is found, and rebuilt where it can be."""

import pytest
from sql_makers import a_platform, an_actor, an_earning, store
from sqlalchemy import bindparam, delete, update

from earntrack_adapters.sql.earning_tables import daily_totals
from earntrack_adapters.sql.outbox import events
from earntrack_core.earnings.filters import ALL
from earntrack_core.kernel.errors import UnavailableError


def spoil(storage, actor, statement):
    """Do something to a workspace's rows that no repository would."""
    with storage.begin(actor) as unit:
        compiled = unit.work.statement(str(statement), lambda _: statement)
        unit.work.write(compiled, {"mine": actor.workspace_id})


def of(found, actor):
    """Return what is said of an actor's workspace."""
    return [one for one in found if str(actor.workspace_id) in one]


@pytest.fixture(name="book")
def _book(storage, ada, upwork):
    """Ada's workspace, with a few earnings."""
    store(storage, ada, *(an_earning(ada, upwork.id) for _ in range(3)))
    return ada


class TestCheck:
    def test_finds_nothing_in_a_sound_book(self, storage, book):
        """Daily totals, references and numbers agree."""
        assert of(storage.check(), book) == []

    @pytest.mark.parametrize(
        "statement",
        [
            update(daily_totals)
            .where(daily_totals.c.workspace_id == bindparam("mine"))
            .values(gross=daily_totals.c.gross + 1),
            delete(daily_totals).where(
                daily_totals.c.workspace_id == bindparam("mine")
            ),
        ],
    )
    def test_rebuilds_wrong_totals(self, storage, book, statement):
        """They are told of, and are right afterwards."""
        with storage.view(book) as unit:
            right = unit.earnings.daily(ALL)
        spoil(storage, book, statement)

        found = of(storage.check(), book)
        repaired = of(storage.check(repair=True), book)

        assert ["are wrong" in one for one in found] == [True]
        assert ["were rebuilt" in one for one in repaired] == [True]
        assert of(storage.check(), book) == []
        with storage.view(book) as unit:
            assert unit.earnings.daily(ALL) == right

    def test_finds_gaps_in_the_events(self, storage, book):
        """A number that is missing cannot be replayed."""
        mine = events.c.workspace_id == bindparam("mine")
        spoil(storage, book, delete(events).where(mine, events.c.number == 2))

        assert ["gaps" in one for one in of(storage.check(), book)] == [True]

    def test_finds_references_to_nothing(self, on_sqlite):
        """A SQLite file can be changed by programs that do not look."""
        actor = an_actor()
        platform = a_platform(actor)
        store(on_sqlite, actor, platforms=[platform])
        store(on_sqlite, actor, an_earning(actor, platform.id))
        connection = on_sqlite.engine.place.connect()
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM platforms")
        connection.close()

        assert any("platforms" in one for one in on_sqlite.check())


class TestWorkspaces:
    def test_are_those_with_anything_in_them(self, storage, book, bob):
        """Also those that no user was ever let into."""
        found = storage.workspaces()

        assert book.workspace_id in found
        assert bob.workspace_id not in found


class TestClose:
    def test_ends_everything(self, storage, book):
        """Closing again is no matter; units are refused."""
        storage.close()
        storage.close()

        with (
            storage.view(book) as unit,
            pytest.raises(UnavailableError, match="closed"),
        ):
            unit.earnings.count(ALL)
