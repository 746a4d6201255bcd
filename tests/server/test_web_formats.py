"""Money, numbers and days as the reader's country writes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import Locale

from earntrack_core.kernel.currencies import TABLE
from earntrack_core.kernel.money import from_minor, money
from earntrack_server.web.formats import Formats
from earntrack_server.web.speech import locale_of, speech_of


def formats(name="en", zone="UTC"):
    return Formats(Locale.parse(name), zone)


def plain(text):
    """Return a text with simple blanks."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )


class TestMoney:
    @pytest.mark.parametrize(
        ("locale", "amount", "currency", "text"),
        [
            ("en", "15777.06", "USD", "$15,777.06"),
            ("de", "15777.06", "EUR", "15.777,06 €"),
            ("en", "-5", "USD", "\N{MINUS SIGN}$5.00"),
            ("de", "1234.56", "RSD", "1.234,56 RSD"),
            ("en", "1234.56", "RSD", "RSD 1,234.56"),
            ("en", "1234", "JPY", "¥1,234"),
            ("en", "1.234", "KWD", "KWD 1.234"),
            ("sv", "-1234.5", "SEK", "\N{MINUS SIGN}1 234,50 kr"),
        ],
    )
    def test_is_written(self, locale, amount, currency, text):
        """It has the decimals of its currency, and a true minus sign."""
        written = formats(locale).money(money(amount, currency))

        assert plain(written) == text

    @pytest.mark.parametrize("locale", ["en", "de", "ar", "hi", "pt_BR"])
    def test_never_loses_a_coin(self, locale):
        """In all currencies, every digit that counts is shown."""
        shown = formats(locale)

        for code, info in TABLE.items():
            digits = "".join(
                one
                for one in shown.amount(from_minor(7, code))
                if one.isdigit()
            )
            assert int(digits) == 7
            assert len(digits) == info.digits + 1 if info.digits else True

    @pytest.mark.parametrize(
        ("locale", "currency", "parts"),
        [
            ("en", "USD", ("$1,234", ".50", "")),
            ("de", "EUR", ("1.234", ",50", " €")),
            ("en", "JPY", ("¥1,234", "", "")),
        ],
    )
    def test_in_parts(self, locale, currency, parts):
        """Decimals can be set smaller, wherever the currency stands."""
        amount = "1234" if currency == "JPY" else "1234.5"
        found = formats(locale).parts(money(amount, currency))

        assert (found.whole, found.fraction, plain(found.after)) == parts


class TestOthers:
    def test_numbers(self):
        """Numbers are grouped; those at an axis are short."""
        assert formats().number(12345) == "12,345"
        assert formats().short(Decimal(12500)) == "12.5K"
        assert formats().percent(Decimal("0.0812")) == "8.1%"
        assert formats().percent(Decimal("-0.5")) == "\N{MINUS SIGN}50%"
        assert formats().hours(timedelta(hours=34, minutes=5)) == "34.1"

    def test_days(self):
        """Days and months are written as people say them."""
        day = date(2026, 11, 2)

        assert formats().day(day) == "Nov 2, 2026"
        assert formats("de").day(day) == "02.11.2026"
        assert formats().long_day(day) == "Monday, November 2, 2026"
        assert formats().month(day) == "Nov 2026"
        assert formats().short_month(day) == "Nov"

    def test_moments_are_local(self):
        """An instant is told by the clock of the reader."""
        at = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)

        text = formats("en", "Asia/Tokyo").moment(at)

        assert plain(text) == "Nov 2, 2026, 8:30 AM"


class TestSpeech:
    @pytest.mark.parametrize("name", ["", "../etc", "xx-unknown", "en" * 40])
    def test_of_an_unknown_language(self, name):
        """Who chose nothing that we know is spoken to in English."""
        assert str(locale_of(name)) == "en"

    def test_is_english_where_a_language_is_missing(self):
        """Numbers are the reader's, texts are what there is."""
        speech = speech_of("de")

        assert speech.say("Sign in") == "Sign in"
        assert speech.language == "en"
        assert speech.direction == "ltr"
        assert speech.formats.number(1234) == "1.234"

    def test_counts(self):
        """One thing is named in another way than many."""
        speech = speech_of("en")

        assert speech.count("%(num)s line", "%(num)s lines", 1) == "1 line"
        assert speech.count("%(num)s line", "%(num)s lines", 1500) == (
            "1,500 lines"
        )
