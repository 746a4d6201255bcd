"""Currencies as files name them: codes, symbols, and words around them."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from earntrack_core.kernel.currencies import TABLE


SYMBOLS: Final[Mapping[str, str]] = {
    "€": "EUR",
    "£": "GBP",
    "US$": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "AU$": "AUD",
    "A$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "R$": "BRL",
    "MX$": "MXN",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "₹": "INR",
    "₽": "RUB",
    "₪": "ILS",
    "₩": "KRW",
    "฿": "THB",
    "₫": "VND",
    "₺": "TRY",
    "₴": "UAH",
    "₦": "NGN",
    "₱": "PHP",
}
"""Symbols that one currency alone uses."""

SHARED: Final = frozenset({"$", "¥", "kr", "Fr", "lei", "Rs"})
"""Symbols that several currencies use."""

NATIONAL: Final = re.compile(r"[^\W\d_]{1,3}[$¥£]")
"""Symbols such as US$."""

CODE: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])")
AROUND: Final = re.compile(r"[\d\s.,'\u2019()+\-\u2212\u2010-\u2013]+")


@lru_cache(maxsize=1_024)
def is_money_word(word: str) -> bool:
    """Say whether *word* beside an amount is a currency."""
    return (
        word in SYMBOLS
        or word in SHARED
        or word.upper() in TABLE
        or all(unicodedata.category(one) == "Sc" for one in word)
        or NATIONAL.fullmatch(word) is not None
    )


def currency_in(text: str, symbols: Mapping[str, str]) -> str | None:
    """Return the currency that a text names, whatever is around it."""
    word = text.strip()
    if word.upper() in TABLE and word not in symbols:
        return word.upper()
    named = symbols.get(word) or SYMBOLS.get(word)
    if named is not None:
        return named
    codes = (
        code.upper()
        for code in reversed(CODE.findall(word))
        if code.isupper() or code.islower()
    )
    return next((code for code in codes if code in TABLE), None)


def symbol_in(cell: str, symbols: Mapping[str, str]) -> str | None:
    """Return the currency that stands beside an amount."""
    for word in AROUND.split(unicodedata.normalize("NFKC", cell)):
        if word:
            return currency_in(word, symbols)
    return None
