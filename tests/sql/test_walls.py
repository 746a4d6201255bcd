"""Row-level security: the wall that stands even where our code fails."""

import psycopg
import pytest
from sql_makers import a_batch, a_line, a_payout, an_earning, store
from sqlalchemy import make_url

from earntrack_adapters.sql.schema import metadata
from earntrack_adapters.sql.tables import workspace_tables
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.ports.storage import Reply


TABLES = sorted(table.name for table in workspace_tables())
ENTER = "SELECT set_config('earntrack.workspace', %s, true)"


@pytest.fixture(name="connection")
def _connection(schema):
    """A connection as the application, without our code."""
    url = schema.app_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        yield connection


@pytest.fixture(name="full")
def _full(on_postgres, ada, upwork):
    """A workspace with something in every table."""
    storage = on_postgres
    batch = a_batch(ada, platform_id=upwork.id)
    reply = Reply(key="k", digest="d", status=200, body=b"")
    store(storage, ada, an_earning(ada, upwork.id), replies=[reply])
    with storage.begin(ada) as unit:
        unit.payouts.add(a_payout(ada, upwork.id))
        unit.batches.add(batch)
        unit.lines.add_all([a_line(batch)])
    return ada


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
class TestWalls:
    @pytest.mark.parametrize("table", TABLES)
    def test_hide_everything_from_who_says_nothing(
        self, full, connection, table
    ):
        """Without a workspace, there are no rows."""
        query = f"SELECT count(*) FROM {table}"

        assert connection.execute(query).fetchone() == (0,)

    @pytest.mark.parametrize("table", TABLES)
    def test_hide_everything_from_others(self, full, bob, connection, table):
        """In another workspace, there are none of these."""
        connection.execute(ENTER, [str(bob.workspace_id)])

        query = f"SELECT count(*) FROM {table}"
        assert connection.execute(query).fetchone() == (0,)

    def test_show_what_is_mine(self, full, connection):
        """In the workspace itself, its rows are there."""
        connection.execute(ENTER, [str(full.workspace_id)])

        query = "SELECT count(*) FROM earnings"
        assert connection.execute(query).fetchone() == (1,)

    def test_fall_back_into_place_with_the_transaction(self, full, connection):
        """The next user of a connection begins without a workspace."""
        connection.execute(ENTER, [str(full.workspace_id)])
        connection.commit()

        query = "SELECT count(*) FROM earnings"
        assert connection.execute(query).fetchone() == (0,)

    def test_refuse_rows_for_others(self, full, bob, connection):
        """Nobody can write into another workspace."""
        connection.execute(ENTER, [str(bob.workspace_id)])

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO events VALUES (%s, 9, 'x', '{}', now())",
                [full.workspace_id],
            )

    def test_keep_out_the_owner_too(self, full, schema):
        """Forced row-level security holds for who owns the tables."""
        url = schema.owner_url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url) as owner:
            query = "SELECT count(*) FROM earnings"
            assert owner.execute(query).fetchone() == (0,)


def test_stand_around_every_table_with_a_workspace(connection):
    """No table of a workspace's things is forgotten."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relforcerowsecurity"
    )

    open_tables = {"event_numbers", "memberships", "sessions"}
    expected = {
        table.name
        for table in metadata.sorted_tables
        if "workspace_id" in table.columns
    }
    assert {name for (name,) in rows} == expected - open_tables


class TestSuperusers:
    def test_are_refused_where_walls_are_required(self, open_storage, schema):
        """Walls that do not hold are worse than none: one relies on them."""
        with pytest.raises(UnavailableError, match="BYPASSRLS"):
            open_storage(schema.admin_url, require_rls=True)

    def test_are_refused_by_the_url(self, open_storage, schema):
        """The URL can require walls itself."""
        url = make_url(schema.admin_url).update_query_dict(
            {"walls": "required"}
        )

        with pytest.raises(UnavailableError, match="superuser"):
            open_storage(url.render_as_string(hide_password=False))

    def test_are_taken_otherwise(self, open_storage, schema):
        """For who tries it out, any role will do."""
        open_storage(schema.admin_url).ping()

    def test_are_not_who_the_application_is(self, open_storage, schema):
        """A plain role passes."""
        open_storage(schema.app_url, require_rls=True).ping()
