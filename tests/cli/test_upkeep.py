"""Commands of the operator."""

import io
import json
import sqlite3
from contextlib import closing

import pytest
from openapi_spec_validator import validate

import services
from command import run
from earntrack_server.cli import upkeep
from product import PASSWORD, UPWORK


HELP = (
    *(("serve",), ("import",), ("imports",), ("undo",), ("earnings",)),
    *(("earnings", "list"), ("earnings", "summary"), ("platforms",)),
    *(("formats",), ("plugins",), ("migrate",), ("check",), ("doctor",)),
    *(("openapi",), ("user",), ("user", "add"), ()),
)


@pytest.fixture(name="file")
def _file(tmp_path, folder):
    """The database, with a statement in it."""
    path = tmp_path / "upwork.csv"
    path.write_text(UPWORK)
    assert run("import", path).code == 0
    return folder / "earntrack.db"


def corrupt(file):
    """Falsify a sum behind our back."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE daily_totals SET gross = gross + 1")


class TestHelp:
    @pytest.mark.parametrize("words", HELP, ids=" ".join)
    def test_every_command_has_it(self, words):
        """Every command, and every option, says what it is for."""
        ended = run(*words, "--help")

        assert ended.code == 0
        assert "Usage: earntrack" in ended.out

    def test_version(self):
        """The version is that of the installed distribution."""
        ended = run("--version")

        assert ended.code == 0
        assert ended.out.strip() == upkeep_version()

    @pytest.mark.parametrize(
        "words", [("nonsense",), ("import", "a.csv", "--nonsense")]
    )
    def test_what_is_misspelt(self, words):
        """A word that is not known is an error, never ignored."""
        assert run(*words).code == 2


def upkeep_version():
    """Return the version that the document tells."""
    return run("openapi").json["info"]["version"]


class TestMigrate:
    def test_can_be_repeated(self):
        """Bringing the schema up to date twice does no harm."""
        first, second = run("migrate"), run("migrate")

        assert (first.code, second.code) == (0, 0)
        assert "up to date" in first.out


class TestCheck:
    def test_all_is_well(self, file):
        """A book that fits is praised."""
        assert run("check").out == "Everything fits.\n"
        assert run("check", "--json").json == {"problems": [], "left": []}

    def test_finds_and_mends(self, file):
        """A wrong sum is found, named, and rebuilt on demand."""
        corrupt(file)

        found = run("check")
        mended = run("check", "--repair")
        after = run("check", "--json")

        assert found.code == 5
        assert "2026-07-06 in USD are wrong" in " ".join(found.out.split())
        assert mended.code == 0
        assert "1 mended." in mended.out
        assert (after.code, after.json["problems"]) == (0, [])

    def test_says_what_cannot_be_mended(self, file):
        """What is damaged beyond repair stays an error."""
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("DELETE FROM platforms")

        ended = run("check", "--repair", "--json")

        assert ended.code == 5
        assert ended.json["left"]
        assert "wrong;" in run("check").out


class TestDoctor:
    def test_all_is_well(self):
        """Everything that was looked at has a tick."""
        ended = run("doctor")

        assert ended.code == 0
        assert ended.out.splitlines() == [
            "✓ settings",
            "✓ database",
            "✓ server",
        ]

    def test_servers(self, monkeypatch, redis_url, smtp_server):
        """Redis and the mail server are asked, too."""
        monkeypatch.setenv("EARNTRACK_REDIS", redis_url)
        monkeypatch.setenv("EARNTRACK_SMTP", smtp_server.url)
        monkeypatch.setenv("EARNTRACK_MAIL_FROM", "us@example.org")

        ended = run("doctor", "--json")

        assert ended.code == 0
        assert {one["what"]: one["problem"] for one in ended.json} == {
            "settings": "",
            "database": "",
            "redis": "",
            "mail": "",
            "server": "",
        }

    def test_servers_that_are_away(self, monkeypatch):
        """What cannot be reached is named, all of it."""
        port = services.free_port()
        monkeypatch.setenv("EARNTRACK_REDIS", f"redis://127.0.0.1:{port}")
        monkeypatch.setenv("EARNTRACK_SMTP", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("EARNTRACK_MAIL_FROM", "us@example.org")

        ended = run("doctor", "--json")

        problems = {one["what"]: one["problem"] for one in ended.json}
        assert ended.code == 4
        assert problems["redis"]
        assert problems["mail"]
        assert not problems["database"]

    def test_settings_that_are_dangerous(self, monkeypatch):
        """A server that the network can reach needs better settings."""
        monkeypatch.setenv("EARNTRACK_HOST", "0.0.0.0")

        ended = run("doctor")

        assert ended.code == 2
        assert "✗ settings" in ended.out
        assert "public_url" in ended.out


class TestOpenApi:
    def test_is_valid(self):
        """What is printed is an OpenAPI document."""
        ended = run("openapi")

        assert ended.code == 0
        validate(ended.json)
        assert "/api/v1/earnings" in ended.json["paths"]


class TestUser:
    def test_may_sign_in(self, monkeypatch, folder):
        """Who was added can sign in with the password that was read."""
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

        ended = run("user", "add", "ada@example.org", "--name", "Ada")

        assert ended.code == 0
        assert "ada@example.org may sign in." in ended.out
        with closing(sqlite3.connect(folder / "earntrack.db")) as connection:
            found = connection.execute("SELECT email, name FROM users")
            assert ("ada@example.org", "Ada") in found.fetchall()

    def test_administrator(self, monkeypatch):
        """One of them may run the installation."""
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

        assert run("user", "add", "root@example.org", "--admin").code == 0

    @pytest.mark.parametrize(
        ("email", "password"),
        [("ada@example.org", "short"), ("nobody", PASSWORD)],
    )
    def test_cannot_be_added(self, monkeypatch, email, password):
        """A weak password or a wrong address adds nobody."""
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

        ended = run("user", "add", email)

        assert ended.code == 2
        assert ended.err

    def test_unknown_plan(self, monkeypatch):
        """A plan that does not exist is refused."""
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

        ended = run("user", "add", "ada@example.org", "--plan", "golden")

        assert ended.code == 2

    @pytest.mark.parametrize(
        ("typed", "code"), [((PASSWORD, PASSWORD), 0), ((PASSWORD, "x"), 2)]
    )
    def test_types_the_password_twice(self, monkeypatch, typed, code):
        """At a terminal the password is typed twice, and must be the same."""
        terminal = io.StringIO()
        terminal.isatty = lambda: True
        answers = iter(typed)
        monkeypatch.setattr("sys.stdin", terminal)
        monkeypatch.setattr(upkeep, "getpass", lambda _: next(answers))

        assert run("user", "add", "ada@example.org").code == code


class TestSettings:
    def test_wrong_ones_are_named(self, monkeypatch):
        """An error of the settings names the setting."""
        monkeypatch.setenv("EARNTRACK_PORT", "99999")

        ended = run("platforms")
        for_scripts = run("platforms", "--json")

        assert ended.code == 2
        assert "EARNTRACK_PORT" in ended.err
        assert for_scripts.json["error"]["code"] == "settings"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("EARNTRACK_DATABASE", "mystery://host"),
            ("EARNTRACK_DATABASE", "postgresql://h/x?connections=many"),
            ("EARNTRACK_REDIS", "redis://host:port"),
            ("EARNTRACK_RATES_URL", "mystery:x"),
        ],
    )
    def test_wrong_urls_are_named(self, monkeypatch, name, value):
        """A URL that nothing opens is an error of its setting."""
        monkeypatch.setenv(name, value)

        ended = run("platforms")

        assert ended.code == 2
        assert name in ended.err

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("EARNTRACK_SMTP", "smtp://"),
            ("EARNTRACK_MAIL_FROM", "nobody"),
        ],
    )
    def test_wrong_mail_is_named(self, monkeypatch, name, value):
        """So is what only a server needs."""
        monkeypatch.setenv("EARNTRACK_SMTP", "smtp://127.0.0.1")
        monkeypatch.setenv("EARNTRACK_MAIL_FROM", "us@example.org")
        monkeypatch.setenv(name, value)

        ended = run("serve", "--port", 0)

        assert ended.code == 2
        assert name in ended.err

    def test_not_safe(self):
        """A server that the network can reach is not started carelessly."""
        ended = run("serve", "--host", "0.0.0.0")

        assert ended.code == 2
        assert "public_url" in ended.err


class TestDatabase:
    def test_server_that_is_away(self):
        """Exit code 4, and a sentence about what cannot be reached."""
        url = f"postgresql://u:p@127.0.0.1:{services.free_port()}/x"

        ended = run("platforms", "--database", url)
        for_scripts = run("platforms", "--database", url, "--json")

        assert ended.code == for_scripts.code == 4
        assert "The database cannot be reached" in ended.err
        assert "Traceback" not in ended.err
        assert for_scripts.json["error"]["code"] == "unavailable"

    def test_file_in_no_folder(self, tmp_path):
        """A file that cannot be made is said to be so."""
        ended = run("platforms", "--database", tmp_path / "none" / "x.db")

        assert ended.code == 4
        assert "cannot be created" in " ".join(ended.err.split())

    def test_file_that_is_none(self, tmp_path):
        """What is no database is not written to."""
        path = tmp_path / "x.db"
        path.write_text("a diary, not a database" * 100)

        ended = run("platforms", "--database", path)

        assert ended.code in {2, 4}
        assert path.read_text().startswith("a diary")

    def test_file_with_blanks(self, tmp_path):
        """Names of files may have blanks, and more."""
        path = tmp_path / "my book #1 é.db"

        assert run("platforms", "--database", path).code == 0
        assert path.exists()

    def test_folder_that_is_a_file(self, tmp_path, monkeypatch):
        """A data folder that cannot be made is an error, not a crash."""
        path = tmp_path / "file"
        path.write_text("")
        monkeypatch.setenv("EARNTRACK_DATA_DIR", str(path))

        ended = run("platforms", "--json")

        assert ended.code == 2
        assert json.loads(ended.out)["error"]["code"] == "system"

    def test_postgres(self, postgres_url, tmp_path):
        """The same commands work on PostgreSQL."""
        path = tmp_path / "upwork.csv"
        path.write_text(UPWORK)
        there = ("--database", postgres_url)

        ended = run("import", path, "--json", *there)
        checked = run("check", *there)

        assert ended.json["imported"] == 3
        assert checked.out == "Everything fits.\n"
