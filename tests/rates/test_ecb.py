import io
import os
import random
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from earntrack_adapters.rates.ecb import EcbRates
from earntrack_adapters.rates.ecb_files import MOST_BYTES, Series, read_book
from earntrack_core.exchange.rules import find_rate
from earntrack_core.kernel.errors import (
    InvalidError,
    MissingRateError,
    UnavailableError,
)
from earntrack_core.ports.rates import Quote


DATA = Path(__file__).parent / "data"
CSV = (DATA / "eurofxref-hist.csv").read_text()
XML = (DATA / "eurofxref-hist.xml").read_text()
FRIDAY = date(2026, 3, 6)
DAY = timedelta(days=1)


def book_of(content):
    content = content if isinstance(content, bytes) else content.encode()
    return read_book(io.BytesIO(content))


def rows(book):
    """Return all that a book says, as text."""
    return {
        code: [
            (day, str(series.latest(date.fromordinal(day))[1]))
            for day in series.days
        ]
        for code, series in book.items()
    }


def archive(*names, content=CSV, kind=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", kind) as file:
        for name in names:
            file.writestr(name, content)
    return packed.getvalue()


class TestKinds:
    def test_all_say_the_same(self):
        """The historical file says the same in XML, CSV and both zips."""
        told = [
            rows(book_of(content))
            for content in (
                CSV,
                XML,
                b"\xef\xbb\xbf" + CSV.encode(),
                CSV.replace("\n", "\r\n"),
                archive("eurofxref-hist.csv"),
                archive("eurofxref-hist.xml", content=XML),
                archive("a.csv", kind=zipfile.ZIP_STORED),
            )
        ]

        assert all(one == told[0] for one in told)

    def test_digits_are_kept(self):
        """A rate has the digits that the file has."""
        book = rows(book_of(CSV))

        assert book["USD"] == [
            (date(2022, 3, 1).toordinal(), "1.1162"),
            (date(2026, 3, 5).toordinal(), "1.0880"),
            (FRIDAY.toordinal(), "1.0901"),
        ]
        assert book["IDR"][-1][1] == "17730.25"

    def test_daily(self):
        """The daily file has one day."""
        book = book_of((DATA / "eurofxref-daily.xml").read_bytes())

        assert {code: len(one.days) for code, one in book.items()} == {
            "USD": 1,
            "JPY": 1,
            "GBP": 1,
            "IDR": 1,
        }

    def test_absent_is_absent(self):
        """A currency has no rate on the days without one."""
        book = book_of(CSV)

        assert [date.fromordinal(day) for day in book["RUB"].days] == [
            date(2022, 3, 1)
        ]

    def test_any_order(self):
        """It does not matter in which order the days come."""
        heading, *lines = CSV.splitlines()

        turned = "\n".join([heading, *reversed(lines)])

        assert rows(book_of(turned)) == rows(book_of(CSV))

    def test_same_day_twice(self):
        """A day that is repeated says nothing new."""
        lines = CSV.splitlines()

        assert rows(book_of("\n".join([*lines, lines[1]]))) == rows(
            book_of(CSV)
        )

    def test_compact(self):
        """A rate takes 13 bytes."""
        series = Series()
        for number in range(10):
            series.add(FRIDAY + number * DAY, "1.0901")

        sizes = (series.days, series.numbers, series.powers)
        assert sum(one.itemsize for one in sizes) == 13


class TestRefused:
    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            ("1.0901", "1,0901", "line 2: not as many cells"),
            ("1.0901", "abc", "line 2: 'abc' is not a rate"),
            ("1.0901", "-1", "line 2: '-1' is not a rate"),
            ("1.0901", "0.0000", "line 2: must not be zero"),
            ("1.0901", "1e5", "line 2: '1e5' is not a rate"),
            ("1.0901", "NaN", "line 2: 'NaN' is not a rate"),
            ("1.0901", "n/a", "line 2: 'n/a' is not a rate"),
            ("1.0880", "1.0880,5", "line 3: not as many cells"),
            ("2026-03-05", "2026-03-06", "two rates on 2026-03-06"),
            ("2026-03-05", "2026-02-30", "line 3: '2026-02-30' is not a day"),
            ("2026-03-05", "20260305", "line 3: '20260305' is not a day"),
            ("2026-03-05", "05.03.2026", "line 3: '05.03.2026' is not a day"),
            ("Date,", "Day,", "is not one of the ECB's"),
            ("USD", "usd", "'usd' is not a currency"),
            ("USD", "US", "'US' is not a currency"),
            ("JPY", "USD", "a currency has two columns"),
            ("JPY,", "", "not as many cells"),
            ("1.0901", '"1.0901', "the file is damaged"),
            ("1.0901", "\uff11.0901", "the file is damaged"),
        ],
    )
    def test_csv(self, old, new, problem):
        """A file with anything wrong in it is refused, with its line."""
        with pytest.raises(InvalidError, match=problem):
            book_of(CSV.replace(old, new, 1))

    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            ('"1.0901"', '"1,0901"', "line 9: '1,0901' is not a rate"),
            ('rate="1.0901"', "", "line 9: a cube is neither"),
            ('"USD"', '"usd"', "line 9: 'usd' is not a currency"),
            ('time="2026-03-06"', "", "line 9: a cube is neither"),
            ('"2026-03-06"', '"today"', "line 8: 'today' is not a day"),
            ("</gesmes:Envelope>", "", "damaged XML"),
            ("gesmes.org", "example.org", "is not one of the ECB's"),
            ("vocabulary", "other", "the file has none"),
            ('encoding="UTF-8"', 'encoding="none"', "damaged XML"),
            (
                "<gesmes:Envelope",
                "<!DOCTYPE a><gesmes:Envelope",
                "a document type is declared",
            ),
            (
                "<gesmes:Envelope",
                '<!DOCTYPE a [<!ENTITY b "c">]><gesmes:Envelope',
                "a document type is declared",
            ),
        ],
    )
    def test_xml(self, old, new, problem):
        """A document with anything wrong in it is refused."""
        with pytest.raises(InvalidError, match=problem):
            book_of(XML.replace(old, new, 1))

    def test_rate_after_its_day(self):
        """A rate outside of a day belongs to none."""
        stray = '</Cube><Cube currency="CHF" rate="0.9"/></gesmes:Envelope>'
        content = XML.replace("</Cube>\n</gesmes:Envelope>", stray)

        with pytest.raises(InvalidError, match="a cube is neither"):
            book_of(content)

    @pytest.mark.parametrize(
        "content", ["", "\n", "<", "Date,\n", "a,b\n1,2\n", "Date,USD\n"]
    )
    def test_no_rates(self, content):
        """A file without rates is refused."""
        with pytest.raises(InvalidError, match="rates: "):
            book_of(content)

    @pytest.mark.parametrize("names", [(), ("a.txt",), ("a.csv", "b.csv")])
    def test_other_archives(self, names):
        """An archive holds one file of rates and nothing else."""
        packed = archive(*names) if names else b"PK\x03\x04"

        with pytest.raises(InvalidError, match="the archive is"):
            book_of(packed)

    def test_damaged_archive(self):
        """Whatever is wrong with an archive, it is refused as a whole."""
        packed = archive("eurofxref-hist.csv")
        luck = random.Random(1)
        for _ in range(300):
            hurt = bytearray(packed)
            for _ in range(3):
                hurt[luck.randrange(4, len(hurt))] = luck.randrange(256)
            try:
                found = rows(book_of(bytes(hurt)))
            except InvalidError:
                continue
            assert found == rows(book_of(CSV))

    def test_too_large(self):
        """A file of more than 64 MiB is refused."""
        with pytest.raises(InvalidError, match="too large"):
            book_of(CSV.encode() + bytes(MOST_BYTES))

    def test_bomb(self):
        """An archive that unpacks to more than 64 MiB is refused."""
        packed = archive("a.csv", content=bytes(MOST_BYTES + 1))

        with pytest.raises(InvalidError, match="too large"):
            book_of(packed)


@pytest.fixture(name="place")
def _place(tmp_path):
    place = tmp_path / "eurofxref-hist.csv"
    place.write_text(CSV)
    return place


@pytest.fixture(name="rates")
def _rates(place):
    return EcbRates.open(f"ecb:{place}")


class TestLatest:
    def test_the_very_day(self, rates):
        """On a working day the rate is of that day."""
        assert rates.latest("EUR", "USD", FRIDAY) == Quote(
            base="EUR",
            quote="USD",
            on=FRIDAY,
            value=Decimal("1.0901"),
            source="ECB",
        )

    def test_weekend(self, rates):
        """On a day without rates the last ones count, with their day."""
        quote = rates.latest("EUR", "USD", FRIDAY + 2 * DAY)

        assert (quote.on, quote.value) == (FRIDAY, Decimal("1.0901"))

    @pytest.mark.parametrize(
        ("base", "quote", "on"),
        [
            ("EUR", "USD", date(2022, 2, 28)),
            ("EUR", "XAU", FRIDAY),
            ("EUR", "EUR", FRIDAY),
            ("USD", "EUR", FRIDAY),
            ("USD", "JPY", FRIDAY),
        ],
    )
    def test_unknown(self, rates, base, quote, on):
        """Before the first day, and for any other pair, nothing is known."""
        assert rates.latest(base, quote, on) is None

    def test_rules_turn_and_cross(self, rates):
        """The rules make other directions of it, and refuse old rates."""
        turned = find_rate("USD", "EUR", FRIDAY, rates.latest)
        crossed = find_rate("USD", "JPY", FRIDAY, rates.latest)

        assert turned.value == Decimal("0.917347032382")
        assert crossed.value == Decimal("148.197413081369")
        with pytest.raises(MissingRateError):
            find_rate("EUR", "RUB", FRIDAY, rates.latest)


def replace(place, text):
    """Put another file in the place of one, as a download does."""
    new = place.with_suffix(".new")
    new.write_text(text)
    new.replace(place)


class TestFile:
    def test_new_file_is_noticed(self, rates, place):
        """A changed file is read again."""
        rates.latest("EUR", "USD", FRIDAY)

        replace(place, CSV.replace("1.0901", "1.0902"))

        assert rates.latest("EUR", "USD", FRIDAY).value == Decimal("1.0902")

    def test_is_read_once(self, rates, place):
        """A file that was not changed is not read again."""
        rates.latest("EUR", "USD", FRIDAY)
        before = place.stat()
        place.write_text(CSV.replace("1.0901", "1.0902"))
        os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))

        assert rates.latest("EUR", "USD", FRIDAY).value == Decimal("1.0901")

    def test_broken_file_changes_nothing(self, rates, place, caplog):
        """While a new file cannot be read, the rates of before are used."""
        rates.latest("EUR", "USD", FRIDAY)

        replace(place, "nonsense")
        told = [rates.latest("EUR", "USD", FRIDAY).value for _ in range(3)]
        replace(place, CSV.replace("1.0901", "1.0902"))

        assert told == 3 * [Decimal("1.0901")]
        assert len(caplog.records) == 1
        assert "rates of before are used" in caplog.text
        assert rates.latest("EUR", "USD", FRIDAY).value == Decimal("1.0902")

    def test_vanished_file_changes_nothing(self, rates, place, caplog):
        """The same holds for a file that is gone."""
        rates.latest("EUR", "USD", FRIDAY)

        place.unlink()
        told = [rates.latest("EUR", "USD", FRIDAY).value for _ in range(3)]

        assert told == 3 * [Decimal("1.0901")]
        assert len(caplog.records) == 1

    def test_broken_from_the_start(self, rates, place):
        """Without any rates the file is unavailable, until it is mended."""
        replace(place, "nonsense")
        for _ in range(2):
            with pytest.raises(UnavailableError, match="not one of the ECB"):
                rates.latest("EUR", "USD", FRIDAY)

        replace(place, CSV)

        assert rates.latest("EUR", "USD", FRIDAY) is not None

    def test_closed(self, rates):
        """After closing it is read again when it is asked."""
        rates.latest("EUR", "USD", FRIDAY)
        rates.close()

        assert rates.latest("EUR", "USD", FRIDAY) is not None

    def test_no_file(self, tmp_path):
        """A file that cannot be found is unavailable at once."""
        with pytest.raises(UnavailableError, match="No such file"):
            EcbRates.open(f"ecb:{tmp_path / 'none.zip'}")

    def test_no_name(self):
        """A URL must name a file."""
        with pytest.raises(InvalidError, match="url: must be like ecb:"):
            EcbRates.open("ecb:")
