"""Forms: how a class looks on the wire where that is not field by field."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

from attrs import Attribute, field, frozen
from moneyed import Money

from earntrack_core.kernel.currencies import currency_info
from earntrack_core.kernel.entity import Entity
from earntrack_core.kernel.events import Event
from earntrack_core.kernel.money import EXACT
from earntrack_core.wire.kinds import attributes
from earntrack_core.wire.names import camel


T = TypeVar("T")
S = TypeVar("S")

CURRENCY: Final = "currency"

UNSAID: Final = "workspace_id"
"""Whose an entity or event is goes without saying: the reader's."""


@frozen(kw_only=True)
class Form:
    """How a class looks on the wire.

    Without `shape`, field by field; with it, as the class `shape` looks.
    """

    kind: type
    names: Mapping[str, str] = field(factory=dict)
    """Attribute to name on the wire, where that is not its camelCase."""
    leave: frozenset[str] = frozenset()
    """Attributes that the wire never sees."""
    flat: frozenset[str] = frozenset()
    """Amounts written as plain numbers beside one `currency`."""
    extra: Mapping[str, Callable[[Any], object]] = field(factory=dict)
    """Name on the wire to a function that works the value out."""
    shape: type | None = None
    to: Callable[[Any], Any] | None = None
    """Returns the `shape` of a thing, or its finished tree as a dict."""
    back: Callable[[Any], Any] | None = None
    """Returns the thing that a `shape` describes."""


def wire_form(
    kind: type[T],
    shape: type[S],
    *,
    names: Mapping[str, str] | None = None,
    to: Callable[[T], S | dict[str, Any]] | None = None,
    back: Callable[[S], T] | None = None,
) -> Form:
    """Say that a class looks like another one, and how to change over.

    *names* maps the attributes that errors name to names on the wire.
    """
    return Form(kind=kind, names=names or {}, shape=shape, to=to, back=back)


def plain_form(
    kind: type,
    *,
    names: Mapping[str, str] | None = None,
    leave: Collection[str] | None = None,
    flat: Collection[str] = (),
    extra: Mapping[str, Callable[[Any], object]] | None = None,
) -> Form:
    """Say what is special about a class that is written field by field."""
    unsaid = issubclass(kind, Entity | Event)
    return Form(
        kind=kind,
        names=names or {},
        leave=frozenset(
            ({UNSAID} if unsaid else ()) if leave is None else leave
        ),
        flat=frozenset(flat),
        extra=extra or {},
    )


def amount_of(money: Money) -> Decimal:
    """Return an amount with at least the decimals of its currency."""
    amount = money.amount
    coin = currency_info(money.currency.code).coin
    if amount.same_quantum(coin):
        return amount
    return EXACT.add(amount, coin - coin)


@frozen(kw_only=True)
class Spelling:
    """One attribute of a class, and its name on the wire."""

    attribute: "Attribute[Any]"
    name: str
    flat: bool

    @property
    def argument(self) -> str:
        """What the class calls it when it is made."""
        return self.attribute.alias or self.attribute.name


def spellings(form: Form) -> tuple[Spelling, ...]:
    """Return the attributes of a class that the wire sees."""
    return tuple(
        Spelling(
            attribute=at,
            name=form.names.get(at.name, camel(at.name)),
            flat=at.name in form.flat,
        )
        for at in attributes(form.kind)
        if at.init and at.name not in form.leave
    )
