"""The currencies of ISO 4217 and the smallest coin of each.

Read once from py-moneyed, which follows ISO 4217 (CLDR's digits, which Babel
uses, are for display and differ for dozens of currencies), with what it lacks
laid over it. The table holds copies: py-moneyed's own objects can be changed
by anybody in the process.
"""

from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from attrs import frozen
from moneyed import CURRENCIES, Currency, add_currency

from earntrack_core.kernel.errors import InvalidError


@frozen
class CurrencyInfo:
    """A currency: its ISO code, decimals and smallest coin."""

    code: str
    digits: int
    coin: Decimal
    currency: Currency

    @property
    def name(self) -> str:
        """The English name; looked up when asked for, since that is slow."""
        return self.currency.name


OVERLAY: Final = (
    ("XCG", "532", 100, "Caribbean guilder"),
    ("ZWG", "924", 100, "Zimbabwe Gold"),
)
LENGTH: Final = 3


def _info(currency: Currency) -> CurrencyInfo:
    digits = len(str(currency.sub_unit)) - 1
    return CurrencyInfo(
        code=currency.code,
        digits=digits,
        coin=Decimal((0, (1,), -digits)),
        currency=copy(currency),
    )


def _read() -> Mapping[str, CurrencyInfo]:
    for code, numeric, sub_unit, name in OVERLAY:
        add_currency(code, numeric, sub_unit=sub_unit, name=name)
    return MappingProxyType(
        {
            code: _info(currency)
            for code, currency in sorted(CURRENCIES.items())
            if len(code) == LENGTH
        }
    )


TABLE: Final = _read()


LOOKS: Final = {"schema": {"pattern": "^[A-Z]{3}$"}}
"""How the API describes a field with the code of a currency."""


def currency_info(code: str, field: str = "currency") -> CurrencyInfo:
    """Return what is known of a currency.

    Raises:
        InvalidError: The code is not one of ISO 4217, in capitals.
    """
    info = TABLE.get(code)
    if info is None:
        raise InvalidError(field, f"{code[:8]!r} is not an ISO 4217 currency")
    return info
