"""Commands that show what is there."""

import pytest

from command import run
from product import UPWORK


@pytest.fixture(name="booked")
def _booked(tmp_path):
    """A book with the earnings of one statement."""
    path = tmp_path / "upwork.csv"
    path.write_text(UPWORK.replace('"Backend",9001-1', '"[b]",9001-1'))
    run("import", path)


def items(*tokens):
    """Return what a command lists."""
    ended = run(*tokens, "--json")
    assert ended.code == 0, ended.out
    return ended.json["items"]


@pytest.mark.usefixtures("booked")
class TestEarnings:
    def test_list(self):
        """Earnings are listed with what is left of them."""
        fee, work = items("earnings", "list", "--sort", "oldest")[::-1]

        assert (work["amount"], work["net"]) == (350, 350)
        assert (fee["fee"], fee["net"]) == (35, -35)

    def test_list_for_people(self):
        """People get a table; notes are shown as they are written."""
        ended = run("earnings", "list")

        assert ended.code == 0
        assert "Upwork" in ended.out
        assert "350.00" in ended.out
        assert "[b]" in ended.out

    def test_choice(self):
        """Days, platform and words narrow the list."""
        key = items("platforms")[0]["key"]

        assert items("earnings", "list", "--until", "2026-07-05") == []
        assert len(items("earnings", "list", "--since", "2026-07-06")) == 2
        assert len(items("earnings", "list", "--platform", key)) == 2
        assert len(items("earnings", "list", "--text", "backend")) == 1

    def test_parts(self):
        """A long list comes in parts; each names where the next begins."""
        first = run("earnings", "list", "--limit", 1, "--json").json

        rest = items("earnings", "list", "--cursor", first["next"])
        shown = run("earnings", "list", "--limit", 1)

        ids = {one["id"] for one in (*first["items"], *rest)}
        assert len(ids) == 2
        assert f"--cursor {first['next']}" in "".join(shown.err.split("\n"))

    def test_summary_by_month(self):
        """Sums are per month and platform."""
        (month,) = items("earnings", "summary")

        assert month["start"] == "2026-07-01"
        assert month["totals"]["net"] == 315

    def test_summary_by_day(self):
        """The steps can be of another length, and of some days only."""
        words = ("earnings", "summary", "--step", "day")

        assert [one["start"] for one in items(*words)] == ["2026-07-06"]
        assert items(*words, "--since", "2026-07-07") == []
        assert items(*words, "--until", "2026-07-05") == []

    def test_summary_of_all(self):
        """One sum of all days has no beginning."""
        (whole,) = items("earnings", "summary", "--total")

        assert whole["start"] is None
        assert whole["totals"]["gross"] == 350

    def test_summary_for_people(self):
        """People get a table of what is left."""
        months = run("earnings", "summary")
        whole = run("earnings", "summary", "--total")

        assert "2026-07-01" in months.out
        assert "315.00" in months.out
        assert "2026" not in whole.out
        assert "315.00" in whole.out

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("--limit", 0), "invalid"),
            (("--limit", 501), "invalid"),
            (("--cursor", "nonsense"), "invalid"),
            (("--platform", "nobody"), "not_found"),
        ],
    )
    def test_wrong_choice(self, words, code):
        """A choice that cannot be is an error that scripts can read."""
        ended = run("earnings", "list", *words, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == code

    @pytest.mark.parametrize(
        "words",
        [
            ("--since", "2026-07-06", "--until", "2026-07-05"),
            ("--since", "1492-10-12"),
            ("--until", "9999-12-31"),
        ],
    )
    def test_wrong_days(self, words):
        """Days are in order, and of a sane calendar."""
        ended = run("earnings", "summary", *words, "--json")

        assert ended.code == 2
        assert ended.json["error"]["code"] == "invalid"


class TestPlatforms:
    @pytest.mark.usefixtures("booked")
    def test_list(self):
        """A platform is there once its first statement is."""
        (upwork,) = items("platforms")
        shown = run("platforms")

        assert (upwork["name"], upwork["key"]) == ("Upwork", "upwork")
        assert "Upwork" in shown.out

    def test_more_than_a_page(self, tmp_path):
        """All platforms are listed, however many."""
        from earntrack_core import EarnTrack, NewPlatform  # noqa: PLC0415

        file = tmp_path / "book.db"
        with EarnTrack.open(f"sqlite:///{file}") as et:
            me = et.local()
            for number in range(501):
                et.platforms.create(me, NewPlatform(name=f"P{number}"))

        assert len(items("platforms", "--database", file)) == 501


class TestFormatsAndPlugins:
    def test_formats(self):
        """Each format is named with how well it is known."""
        ended = run("formats", "--json")
        shown = run("formats")

        found = {one["format_id"]: one for one in ended.json}
        assert found["upwork.transactions"]["platform"] == "upwork"
        assert all(one["verified"] for one in ended.json)
        assert "upwork" in shown.out

    def test_plugins(self):
        """The built-in adapters are a plugin like any other."""
        ended = run("plugins", "--json")
        shown = run("plugins")

        found = {one["name"]: one for one in ended.json}
        assert "open_storage" in found["builtin"]["hooks"]
        assert found["builtin"]["problem"] in {None, ""}
        assert "builtin" in shown.out
