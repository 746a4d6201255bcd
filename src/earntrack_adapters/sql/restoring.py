"""Putting stored things together again, without checking them once more.

What is stored was checked when it was made; checking a page of earnings
again would cost more than reading it.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

import attrs
from moneyed import Money

from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import EXACT, minor


T = TypeVar("T")


def restorer(
    kind: type[T], names: Sequence[str]
) -> Callable[[Iterable[Any]], T]:
    """Return a function that makes things of a *kind* from stored values.

    The values come in the order of *names*, which must be all fields.
    """
    fields = {one.name for one in attrs.fields(kind)}  # type: ignore[arg-type]  # -- attrs has no word for its own classes
    if fields != set(names):
        odd = ", ".join(sorted(fields.symmetric_difference(names)))
        raise TypeError(f"{kind.__name__} is not stored as it is: {odd}")
    setters = [getattr(kind, name).__set__ for name in names]
    new = kind.__new__

    def restore(values: Iterable[Any]) -> T:
        made = new(kind)
        for setter, value in zip(setters, values, strict=True):
            setter(made, value)
        return made

    return restore


@lru_cache(maxsize=16_384)
def _amount(coins: int, digits: int) -> Decimal:
    return Decimal(coins).scaleb(-digits, EXACT)


def money_of(coins: int, code: str) -> Money:
    """Return the money that so many stored coins are."""
    return amounts_of((coins,), code)[0]


def amounts_of(coins: Iterable[int], code: str) -> list[Money]:
    """Return stored amounts, all in one currency."""
    info = currency_info(code)
    digits, currency = info.digits, info.currency
    amounts = []
    for each in coins:
        made = Money.__new__(Money)
        made.amount = _amount(each, digits)  # type: ignore[misc]  # -- it is being made
        made.currency = currency  # type: ignore[misc]  # -- as above
        amounts.append(made)
    return amounts


def coins_of(amount: Money) -> int:
    """Return how many coins to store for an amount.

    Raises:
        InvalidError: It is finer than a coin, or beyond all bounds.
    """
    digits = currency_info(amount.currency.code).digits
    exact = amount.amount.scaleb(digits, EXACT)
    coins = int(exact)
    if coins != exact:
        raise InvalidError("amount", f"{minor(amount)} is no number of coins")
    return coins


def code_of(amount: Money) -> str:
    """Return the ISO code of an amount's currency."""
    return str(amount.currency.code)
