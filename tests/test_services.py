"""The servers of the tests are what the tests believe they are."""

import psycopg
import pytest


def connect(url):
    plain = url.replace("postgresql+psycopg:", "postgresql:")
    return psycopg.connect(plain, autocommit=True)


RIGHTS = """
    SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user
"""


class TestPostgres:
    def test_row_level_security_counts(self, postgres_url, postgres_app_url):
        """Neither the owner nor the application is above the policies."""
        for url in (postgres_url, postgres_app_url):
            with connect(url) as connection:
                assert connection.execute(RIGHTS).fetchone() == (False,)

    def test_application(self, postgres_url, postgres_app_url):
        """The application may write rows of the owner's tables, no more."""
        with connect(postgres_url) as owner:
            owner.execute("CREATE TABLE thing (id serial, name text)")

        with connect(postgres_app_url) as application:
            application.execute("INSERT INTO thing (name) VALUES ('a')")
            found = application.execute("SELECT * FROM thing").fetchall()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("DROP TABLE thing")

        assert found == [(1, "a")]

    def test_copies_of_a_prepared_database(self, postgres):
        """A kind of database is prepared once, and copied after that."""
        prepared = []

        def prepare(database):
            prepared.append(database)
            with connect(database.owner_url) as owner:
                owner.execute("CREATE TABLE thing (id int)")

        databases = [
            postgres.database("with a thing", prepare) for _ in range(2)
        ]

        for database in databases:
            with connect(database.app_url) as application:
                application.execute("INSERT INTO thing VALUES (1)")
                count = application.execute("SELECT count(*) FROM thing")
                assert count.fetchone() == (1,)
            postgres.drop(database)
        assert len(prepared) == 1
