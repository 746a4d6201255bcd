"""Money, and the few things py-moneyed leaves open."""

import math
import re
from collections.abc import Iterable, Sequence
from decimal import (
    ROUND_05UP,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Final

from attrs import Attribute
from moneyed import Money

from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.errors import InvalidError


LIMIT: Final = Decimal(10) ** 12
"""No single amount is larger, so that sums of millions fit 64 bits."""

EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
"""Arithmetic that does not depend on the host's decimal context."""

QUOTIENT: Final = Context(prec=60, rounding=ROUND_05UP)
"""Division whose result can be rounded again without rounding twice."""

PLAIN: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
"""Text that is an amount; nothing in it can explode in anybody's hands."""

FINEST: Final = 30
"""Weights have no more digits than this, on either side of the point."""


def coin(currency: str) -> Decimal:
    """Return the smallest coin of *currency*: 0.01 for EUR, 1 for JPY."""
    return currency_info(currency).coin


def money(amount: Decimal | int | str, currency: str) -> Money:
    """Return an exact amount in whole coins.

    Raises:
        InvalidError: Unknown currency, no exact number, too large, or finer
            than a coin.
    """
    return in_coins(Money(_exact(amount), currency_info(currency).currency))


def _exact(amount: object) -> Decimal:
    if isinstance(amount, Decimal):
        return amount
    if isinstance(amount, int) and not isinstance(amount, bool):
        return Decimal(amount)
    if isinstance(amount, str) and PLAIN.fullmatch(amount):
        return Decimal(amount)
    raise InvalidError("amount", "must be an exact number, like -1234.50")


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round half up, away from zero, to the smallest coin of *currency*.

    Raises:
        InvalidError: It is not a number, or one beyond all arithmetic.
    """
    try:
        coins = amount.quantize(coin(currency), ROUND_HALF_UP, EXACT)
    except InvalidOperation as error:
        raise InvalidError("amount", "must be a number") from error
    if coins.is_nan():
        raise InvalidError("amount", "must be a number")
    return EXACT.plus(coins)  # which makes -0.00 a plain nothing


def rounded(exact: Money) -> Money:
    """Round half up to the smallest coin of the currency."""
    code = exact.currency.code
    return Money(round_amount(exact.amount, code), exact.currency)


def in_coins(exact: Money) -> Money:
    """Write *exact* with the decimals of its currency; refuse to round.

    Raises:
        InvalidError: Too large for a single amount, or finer than a coin.
    """
    amount = exact.amount
    if not amount.is_finite() or amount.copy_abs() >= LIMIT:
        raise InvalidError("amount", f"must be below {LIMIT:,}")
    return _whole(exact)


def _whole(exact: Money) -> Money:
    coins = rounded(exact)
    if coins.amount != exact.amount:
        code = exact.currency.code
        raise InvalidError(
            "amount", f"{exact.amount!s:.40} is finer than {coin(code)} {code}"
        )
    return coins


def optional_coins(exact: Money | None) -> Money | None:
    """Write *exact*, if there is any, with the decimals of its currency."""
    return None if exact is None else in_coins(exact)


def share(whole: Money, parts: Decimal) -> Money:
    """Return one of *parts* equal shares, rounded half up.

    Raises:
        InvalidError: There are no parts to share among.
    """
    if not parts.is_finite() or parts <= 0:
        raise InvalidError("parts", "must be above zero")
    exact = QUOTIENT.divide(whole.amount, parts)
    return rounded(Money(exact, whole.currency))


def minor(coins: Money) -> int:
    """Return an amount as a whole number of its smallest coins.

    It may be a sum, and larger than a single amount.

    Raises:
        InvalidError: It is finer than a coin.
    """
    digits = currency_info(coins.currency.code).digits
    return int(_whole(coins).amount.scaleb(digits, EXACT))


def from_minor(coins: int, currency: str) -> Money:
    """Return the money that *coins* smallest coins are."""
    info = currency_info(currency)
    return Money(Decimal(coins).scaleb(-info.digits, EXACT), info.currency)


def zero(currency: str) -> Money:
    """Return nothing, in *currency*, with its decimals."""
    return from_minor(0, currency)


def total(currency: str, amounts: Iterable[Money]) -> Money:
    """Add up *amounts*, all of which must be in *currency*.

    Raises:
        InvalidError: One of them is in another currency.
    """
    result = Decimal()
    for amount in amounts:
        if amount.currency.code != currency:
            raise InvalidError(
                "currency", f"cannot add {amount.currency.code} to {currency}"
            )
        result = EXACT.add(result, amount.amount)
    return rounded(Money(result, currency_info(currency).currency))


def allocate(whole: Money, weights: Sequence[Decimal | int]) -> list[Money]:
    """Split an amount over *weights* so that the parts add up to it.

    Largest remainder: every part is rounded towards zero, the coins left
    over go to the largest remainders, the earlier part first on a tie.

    Raises:
        InvalidError: A weight is negative or no exact number, or all of
            them are nothing.
    """
    ratios = _whole_numbers(weights)
    if sum(ratios) <= 0 or min(ratios) < 0:
        raise InvalidError("weights", "must not be negative, nor all zero")
    coins = minor(whole)
    sign = -1 if coins < 0 else 1
    code = whole.currency.code
    return [
        from_minor(sign * part, code) for part in _split(abs(coins), ratios)
    ]


def _split(coins: int, ratios: Sequence[int]) -> list[int]:
    whole = sum(ratios)
    shares = [divmod(coins * ratio, whole) for ratio in ratios]
    parts = [part for part, _ in shares]
    order = sorted(range(len(parts)), key=lambda at: (-shares[at][1], at))
    for at in order[: coins - sum(parts)]:
        parts[at] += 1
    return parts


def _whole_numbers(weights: Sequence[Decimal | int]) -> list[int]:
    """Return integers that stand to each other as the weights do."""
    exact = [Decimal(weight) for weight in weights]
    for weight in exact:
        if not weight.is_finite() or not _bounded(weight):
            raise InvalidError("weights", "must be exact, bounded numbers")
    ratios = [weight.as_integer_ratio() for weight in exact]
    scale = math.lcm(*(below for _, below in ratios))
    return [above * (scale // below) for above, below in ratios]


def _bounded(weight: Decimal) -> bool:
    exponent = weight.as_tuple().exponent
    return (
        isinstance(exponent, int)
        and exponent >= -FINEST
        and weight.adjusted() < FINEST
    )


def not_negative(_: object, at: "Attribute[Money]", value: Money) -> None:
    """Refuse negative amounts."""
    if value.amount < 0:
        raise InvalidError(at.name, "must not be negative")
