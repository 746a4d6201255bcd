"""Specs are loaded strictly; every mistake is named with its place."""

import pytest

import tables
from earntrack_adapters.statements.formats import catalogue, tabular_formats
from earntrack_adapters.statements.spec_loading import load_spec
from earntrack_adapters.statements.spec_structure import SpecError
from earntrack_adapters.statements.templates import searcher


def problems(text):
    with pytest.raises(SpecError) as caught:
        load_spec(text, "mine.toml")
    return caught.value.problems


def changed(old, new):
    whole = tables.TOP + tables.SPEC
    assert old in whole
    return whole.replace(old, new)


class TestLoading:
    def test_nearest_name(self):
        """A column that is not there is named, with what was meant."""
        found = problems(changed('gross = ["Amount"]', 'gross = ["Amuont"]'))

        assert found == (
            (
                "rule 1: column 'Amuont' is not in this format's columns;"
                " nearest 'Amount'"
            ),
        )

    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            ("[date]", "[dates]", "dates: there is no such key; nearest"),
            ('"earning"', '"earnin"', "rule 1.kind: 'earnin' is unknown"),
            ('label = "Payments"', "", "label: is missing"),
            ("contract = 1", "contract = 2", "contract: must be 1"),
            ("contract = 1", 'contract = "1"', "contract: must be a whole"),
            ("contract = 1", "contract = true", "contract: must be a whole"),
            ('"unverified"', '"sure"', "verified: 'sure' must be one of"),
            ('"YYYY-MM-DD"', '"DD D"', "date.formats: 'DD D' names one part"),
            ('column = "Date"', 'column = "Day"', "date.column: column 'Day'"),
            ('"EUR"', '"EURO"', "currency: 'EURO' is no currency"),
            ('"{Id}"', '"{ID}x{Idd}"', "identity.external_id: {ID}"),
            ('kind = "earning"', "", "rule 1: says neither kind nor skip"),
            (
                'gross = ["Amount"]\nfee = ["-Fee"]',
                "",
                "rule 1: has no amount",
            ),
            ('["Amount"]', '["{sum}"]', "rule 1: nothing captures {sum}"),
            ('type = "Type"', "type = 3", "row.type: must be a text"),
            ('["YYYY-MM-DD"]', "[1]", "date.formats: must be a text or a"),
            ('["Amount"]', "3", "rule 1.gross: must be a column or a list"),
            ("[row]", "[[rule]]\n[row]", "rule 1: says neither"),
            ('when = { Type = "Sale" }', "when = 1", "rule 1.when: must be a"),
            ("[identity]", "identity = 1\n[idents]", "idents: there is no"),
            ('{ Type = "Sale" }', '{ Typ = "x" }', "nearest 'Type'"),
            ("[date]", 'x = "', "is no TOML"),
            (
                "[[rule]]",
                "[zone]\nconstant = 'X'\n[[rule]]",
                "zone: 'X' is no",
            ),
            (
                'when = { Type = "Sale" }',
                'sign = { Amount = "plus" }',
                "rule 1: sign of 'Amount' must be one of",
            ),
            (
                'gross = ["Amount"]',
                'gross = ["Amount"]\namount = ["Net"]',
                "rule 1: amount and gross are the same",
            ),
            (
                'gross = ["Amount"]',
                'gross = ["Amount"]\nskip = "x"',
                "rule 1: skip stands alone",
            ),
            (
                "[row]",
                '[[capture]]\ncolumn = "Note"\ntemplates = ["{a}{b}"]\n[row]',
                "capture: '{a}{b}' has two holes without text between them",
            ),
            (
                "[date]",
                'encoding = "no-such"\n[date]',
                "match.encoding: there is no encoding 'no-such'",
            ),
        ],
    )
    def test_mistakes(self, old, new, problem):
        """Unknown keys, wrong words and types, and missing parts are named."""
        assert any(problem in one for one in problems(changed(old, new)))

    def test_all_at_once(self):
        """All mistakes are reported together."""
        text = changed('"Sale"', '"Sale", Typo = "x"').replace(
            '["-Fee"]', '["-Fees"]'
        )

        assert len(problems(text)) == 2

    def test_time_entries_need_hours(self):
        """A format of time entries says how long was worked."""
        text = tables.TOP + 'kind = "time_entries"\n' + tables.SPEC

        assert problems(text) == (
            "hours: is missing in a format of time entries",
        )


class TestTemplates:
    @pytest.mark.parametrize(
        ("template", "text", "captured"),
        [
            ("{sum} sent to *", "$37.35 sent to your bank", {"sum": "$37.35"}),
            ("Order #{order}", "order  #12", {"order": "12"}),
            (
                "* {hours:word} hrs @ *",
                "Feb 24-Mar 1 - 10:45 hrs @ $20.00/hr",
                {"hours": "10:45"},
            ),
            (
                "{start:YYYYMMDD}-{end:YYYYMMDD}-*",
                "20260928-20261005-orders-pat.csv",
                {"start": "20260928", "end": "20261005"},
            ),
            (
                "*_{on:YYYY-MM-DD}.csv",
                "a_b_2026-09-12.csv",
                {"on": "2026-09-12"},
            ),
            ("*", "anything", {}),
            ("Order #{order}", "Listing #12", None),
            ("{a} x", " x", None),
        ],
    )
    def test_captures(self, template, text, captured):
        """A template takes its values out of a whole text."""
        assert searcher(template)(text) == captured

    def test_hostile_text(self):
        """A long text of near misses costs no more than its length."""
        assert searcher("*a*b {x:word} c*d*e")("a b " * 10_000) is None


class TestCatalogue:
    def test_built_in_specs(self):
        """All specs of the package can be used."""
        found = catalogue()

        assert found.broken == ()
        assert found.notes == ()
        ids = [one.format_id for one in found.formats]
        assert len(set(ids)) == len(ids)
        assert {"upwork.transactions", "bank.generic_csv"} <= set(ids)

    def test_a_users_folder(self, tmp_path):
        """A user's spec joins the others."""
        (tmp_path / "mine.toml").write_text(tables.TOP + tables.SPEC, "utf-8")

        formats = {one.format_id: one for one in tabular_formats(tmp_path)}

        assert formats["example.payments"].label == "Payments"
        assert formats["example.payments"].platform == "example"
        assert formats["example.payments"].verified == "unverified"

    def test_a_users_spec_wins(self, tmp_path):
        """A user's spec takes the place of a built-in one, and it is said."""
        text = (tables.TOP + tables.SPEC).replace(
            "example.payments", "upwork.transactions"
        )
        (tmp_path / "mine.toml").write_text(text, "utf-8")

        found = catalogue(tmp_path)

        mine = [
            one
            for one in found.formats
            if one.format_id == "upwork.transactions"
        ]
        assert [one.platform for one in mine] == ["example"]
        assert "both are upwork.transactions" in found.notes[0]

    def test_broken_specs(self, tmp_path):
        """A broken spec is a value that names its file; others work."""
        (tmp_path / "a.toml").write_text("x = 1", "utf-8")
        (tmp_path / "b.toml").write_bytes(b"\xff\xff")
        (tmp_path / "c.toml").write_text(tables.TOP + tables.SPEC, "utf-8")

        found = catalogue(tmp_path, tmp_path / "nowhere")

        names = [one.name.rpartition("/")[2] for one in found.broken]
        assert sorted(names) == ["a.toml", "b.toml"]
        assert found.formats[-2].format_id == "example.payments"
