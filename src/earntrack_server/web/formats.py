"""Formats: money, numbers and days as the reader's country writes them.

Amounts are never rounded here: they have the decimals of ISO 4217, which
CLDR has wrong for dozens of currencies.
"""

import re
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from attrs import frozen
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import NumberPattern, format_compact_decimal, format_decimal
from moneyed import Money

from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.money import EXACT, QUOTIENT
from earntrack_core.kernel.periods import zone_info


MINUS: Final = "\N{MINUS SIGN}"
NOTHING: Final = "\N{EM DASH}"
"""Stands where there is no number; a zero is a number."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
LETTER_BY_DIGIT: Final = re.compile(r"(?<=[^\W\d_])(?=\d)")
"""Where a code would stick to its amount: RSD1,234."""

PATTERNS: Final = 256
SHARE: Final = (0, 1)
"""Decimals of a percentage, at least and at most."""
SECOND: Final = timedelta(seconds=1)
HOUR: Final = 3600


@frozen
class Parts:
    """An amount in the parts that are set in different sizes."""

    whole: str
    fraction: str
    after: str


@lru_cache(PATTERNS)
def _money_pattern(locale: Locale, digits: int) -> NumberPattern:
    pattern: NumberPattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern


@lru_cache(PATTERNS)
def _amount_pattern(locale: Locale, digits: int) -> NumberPattern:
    pattern: NumberPattern = copy(locale.decimal_formats[None])
    pattern.frac_prec = (digits, digits)
    return pattern


@lru_cache(PATTERNS)
def _share_pattern(locale: Locale) -> NumberPattern:
    pattern: NumberPattern = copy(locale.percent_formats[None])
    pattern.frac_prec = SHARE
    return pattern


@frozen
class Formats:
    """Writes for one country."""

    locale: Locale
    zone: str = "UTC"

    def money(self, money: Money) -> str:
        """Return an amount with its currency: $1,234.50."""
        code = str(money.currency.code)
        pattern = _money_pattern(self.locale, currency_info(code).digits)
        text = pattern.apply(
            money.amount, self.locale, currency=code, currency_digits=False
        )
        return LETTER_BY_DIGIT.sub(NO_BREAK, _signed(text))

    def amount(self, money: Money) -> str:
        """Return an amount without its currency, which stands elsewhere."""
        digits = currency_info(money.currency.code).digits
        pattern = _amount_pattern(self.locale, digits)
        return _signed(pattern.apply(money.amount, self.locale))

    def parts(self, money: Money) -> Parts:
        """Return an amount with its currency, taken apart."""
        text = self.money(money)
        digits = currency_info(money.currency.code).digits
        if not digits:
            return Parts(text, "", "")
        mark = re.escape(str(self.locale.number_symbols["latn"]["decimal"]))
        found = re.search(f"{mark}\\d{{{digits}}}(?!.*{mark}\\d)", text)
        if found is None:
            return Parts(text, "", "")
        return Parts(text[: found.start()], found[0], text[found.end() :])

    def number(self, number: Decimal | int) -> str:
        """Return a number."""
        return _signed(format_decimal(number, locale=self.locale))

    def short(self, number: Decimal) -> str:
        """Return a number as it stands at an axis: 15K."""
        return _signed(
            format_compact_decimal(
                number, locale=self.locale, fraction_digits=1
            )
        )

    def percent(self, share: Decimal) -> str:
        """Return a share of one as a percentage."""
        return _signed(_share_pattern(self.locale).apply(share, self.locale))

    def hours(self, worked: timedelta) -> str:
        """Return how many hours something took, to a tenth."""
        seconds = Decimal(worked // SECOND)
        hours = QUOTIENT.divide(seconds, Decimal(HOUR))
        tenths = hours.quantize(Decimal("0.1"), context=EXACT)
        return self.number(tenths)

    def day(self, day: date) -> str:
        """Return a day: 22 Nov 2026."""
        return format_date(day, "medium", locale=self.locale)

    def long_day(self, day: date) -> str:
        """Return a day with its name."""
        return format_date(day, "full", locale=self.locale)

    def month(self, day: date) -> str:
        """Return the month of a day: Nov 2026."""
        return str(format_skeleton("yMMM", _noon(day), locale=self.locale))

    def short_month(self, day: date) -> str:
        """Return the name of a month as it stands at an axis: Nov."""
        return format_date(day, "LLL", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Return an instant in the reader's zone."""
        here = at.astimezone(zone_info(self.zone))
        both = str(self.locale.datetime_formats["medium"])
        clock = format_time(here.time(), "short", locale=self.locale)
        return both.format(clock, self.day(here.date()))


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone_info("UTC"))


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
