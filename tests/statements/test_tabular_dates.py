"""Dates are read by explicit formats, their order decided once per file."""

from datetime import UTC, date, datetime, time

import pytest

from earntrack_adapters.statements.dates import FormatError, compiled
from earntrack_adapters.statements.order import OrderEvidence, decide
from earntrack_adapters.statements.zones import instant_in


def evidence(formats, cells):
    found = OrderEvidence(tuple(map(compiled, formats)))
    found.see(cells)
    return found


class TestFormats:
    @pytest.mark.parametrize(
        ("text", "cell", "day"),
        [
            ("YYYY-MM-DD", "2026-01-31", date(2026, 1, 31)),
            ("D/M/YYYY", "3/1/2020", date(2020, 1, 3)),
            ("MM/DD/YY", "09/24/26", date(2026, 9, 24)),
            ("DD.MM.YY", "31.12.99", date(1999, 12, 31)),
            ("YYYYMMDD", "20121115", date(2012, 11, 15)),
            ("MMM D, YYYY", "Sep 4, 2026", date(2026, 9, 4)),
            ("MMM D, YYYY", "September 24, 2026", date(2026, 9, 24)),
            ("MMM D, YYYY", "Sept. 24, 2026", date(2026, 9, 24)),
            ("D MMMM, YYYY", "31 July, 2026", date(2026, 7, 31)),
            ("ddd MMM DD YYYY", "Fri Sep 04 2026", date(2026, 9, 4)),
            ("[Week of] YYYY-MM-DD", "Week of 2026-01-05", date(2026, 1, 5)),
        ],
    )
    def test_days(self, text, cell, day):
        """Every token stands for its part of the date."""
        assert compiled(text).read(cell).day == day

    @pytest.mark.parametrize(
        ("text", "cell"),
        [
            ("YYYY-MM-DD", "2026-02-30"),
            ("YYYY-MM-DD", "2026-1-31"),
            ("YYYY-MM-DD", "2026-01-31 10:00"),
            ("YYYY-MM-DD", "0001-01-01"),
            ("MMM D, YYYY", "Foo 4, 2026"),
            ("HH:mm", "25:00"),
            ("HH:mm", "10:61"),
        ],
    )
    def test_what_does_not_fit(self, text, cell):
        """Impossible days, and texts with more or less in them, are none."""
        assert compiled(text).read(cell) is None

    @pytest.mark.parametrize(
        ("text", "cell", "at"),
        [
            ("HH:mm:ss", "23:59:59", time(23, 59, 59)),
            ("h:mm A", "12:05 AM", time(0, 5)),
            ("h:mm A", "12:05 pm", time(12, 5)),
            ("h:mm:ss A", "1:02:03 PM", time(13, 2, 3)),
            ("HH:mm:ss.S", "12:13:14.123456789", time(12, 13, 14, 123_456)),
        ],
    )
    def test_times(self, text, cell, at):
        """Clocks of 24 and of 12 hours, and fractions, are read."""
        assert compiled(text).read(cell).at == at

    def test_zones_in_the_cell(self):
        """Offset and abbreviation are kept together."""
        moment = compiled("YYYY-MM-DD HH:mm:ss.S Z zzz").read(
            "2026-09-30 23:50:12.345 +0100 BST"
        )

        assert moment.zone == "+0100 BST"

    def test_span_of_days(self):
        """Two days with a dash of any kind are a period, booked at its end."""
        moment = compiled("MMM D .. D, YYYY").read("Aug 1 \u2013 31, 2026")

        assert (moment.first, moment.day) == (
            date(2026, 8, 1),
            date(2026, 8, 31),
        )

    def test_month(self):
        """A format without a day is the whole month."""
        moment = compiled("YYYY-MM").read("2024-02")

        assert (moment.first, moment.day) == (
            date(2024, 2, 1),
            date(2024, 2, 29),
        )

    def test_months_of_other_languages(self):
        """Names of months are those of the languages that are named."""
        german = compiled("D. MMMM YYYY", ("de",))

        assert german.read("3. März 2026").day == date(2026, 3, 3)
        assert compiled("D. MMMM YYYY").read("3. März 2026") is None

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("MMM D D, YYYY", "names one part twice"),
            ("in full", "is no date format"),
            ("D .. D .. D", "is no date format"),
        ],
    )
    def test_impossible_formats(self, text, problem):
        """A format that nothing can fit is refused."""
        with pytest.raises(FormatError, match=problem):
            compiled(text)


class TestOrder:
    BOTH = ("D/M/YYYY", "M/D/YYYY")

    def test_one_date_decides(self):
        """The thirteenth of a month shows the order of all dates."""
        found = evidence(self.BOTH, ["1/2/2026", "13/2/2026"])

        assert decide(found, None, None) == "dmy"

    def test_undecidable(self):
        """Without proof the user is asked, unless the headings tell."""
        found = evidence(self.BOTH, ["1/2/2026", "3/4/2026"])

        assert decide(found, None, None) is None
        assert decide(found, "mdy", "dmy") == "mdy"
        assert decide(found, None, "dmy") == "dmy"

    def test_proof_beats_answer(self):
        """What the file proves is not overruled."""
        found = evidence(self.BOTH, ["13/2/2026"])

        assert decide(found, "mdy", "mdy") == "dmy"

    def test_one_wrong_date(self):
        """A day that does not exist costs its row, not the file."""
        found = evidence(self.BOTH, ["1/15/2026", "2/30/2026", "1/16/2026"])

        assert decide(found, None, None) == "mdy"

    def test_no_dates(self):
        """Without rows there is nothing to ask."""
        assert decide(evidence(self.BOTH, []), None, None) == "dmy"

    def test_words_are_of_any_order(self):
        """Months written as words prove nothing and fit any order."""
        found = evidence(("MMM D, YYYY", "YYYY-MM-DD"), ["Aug 1, 2026"])

        assert decide(found, None, None) == "ymd"


class TestZones:
    @pytest.mark.parametrize(
        ("word", "hour"),
        [
            ("UTC", 12),
            ("PST", 20),
            ("+0100", 11),
            ("GMT+2", 10),
            ("+01:00 BST", 11),
            ("Europe/Berlin", 11),
            ("Eastern Time (US & Canada)", 17),
            ("MESZ", 10),
            ("ours", 15),
        ],
    )
    def test_known_words(self, word, hour):
        """IANA names, offsets, abbreviations and own words are known."""
        instant = instant_in(word, {"ours": "-03:00"})

        assert instant(date(2026, 1, 15), time(12)) == datetime(
            2026, 1, 15, hour, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        "word", ["ZZT", "+99:00", "Mars/Olympus", "XX YY"]
    )
    def test_unknown_words(self, word):
        """What is not known is not guessed."""
        assert instant_in(word, {}) is None
