"""All that is wrong with what came in, each with the place where it is."""

from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from typing import Any, Final

import attrs
from attrs import define, field, frozen
from cattrs import Converter
from moneyed import Money

from earntrack_core.kernel.errors import FieldProblem, InvalidError
from earntrack_core.kernel.money import money
from earntrack_core.wire.forms import CURRENCY, Form, Spelling, spellings
from earntrack_core.wire.kinds import (
    is_fixed,
    is_list,
    is_map,
    is_union,
    item_kinds,
    may_be_none,
    options,
    plain,
)
from earntrack_core.wire.names import UnreadableError, pointer, spelt
from earntrack_core.wire.reading import FormOf, gather


BAD: Final = object()
"""Stands for a value that could not be read."""

MOST: Final = 100
"""Nobody mends more problems than these at once."""


@frozen
class Place:
    """Where an amount and its currency stand."""

    whole: str
    amount: str
    currency: str


def money_at(at: str) -> Place:
    """Return the places of an amount that is an object of its own."""
    return Place(at, at + pointer("amount"), at + pointer(CURRENCY))


@define
class Explainer:
    """Reads slowly, and writes down everything that is wrong."""

    converter: Converter
    form_of: FormOf
    problems: list[FieldProblem] = field(factory=list)

    def explain(self, raw: Any, kind: Any, at: str) -> Any:
        """Read a value that stands *at* a place, or return `BAD`."""
        kind = plain(kind)
        read: Callable[[Any, Any, str], Any] = self._leaf
        if is_union(kind):
            read = self._union
        elif is_list(kind) or is_map(kind):
            read = self._inside
        elif attrs.has(kind):
            read = self._class
        elif kind is Money:
            read = self._object
        return read(raw, kind, at)

    def _inside(self, raw: Any, kind: Any, at: str) -> Any:
        if is_list(kind) and type(raw) is list and not is_fixed(kind):
            return self._list(raw, kind, at)
        if is_map(kind) and type(raw) is dict:
            return self._map(raw, kind, at)
        return self._leaf(raw, kind, at)

    def _leaf(self, raw: Any, kind: Any, at: str) -> Any:
        return self._try(lambda: self.converter.structure(raw, kind), at)

    def _bad(self, at: str, problem: str) -> Any:
        found = FieldProblem(at, problem)
        if found not in self.problems and len(self.problems) < MOST:
            self.problems.append(found)
        return BAD

    def _try(
        self,
        make: Callable[[], Any],
        at: str,
        place_of: Callable[[str], str] | None = None,
    ) -> Any:
        try:
            return make()
        except InvalidError as error:
            for one in error.problems:
                place = at if place_of is None else place_of(one.field)
                self._bad(place, one.problem)
            return BAD
        except ValueError as error:
            return self._bad(at, str(error))

    def _union(self, raw: Any, kind: Any, at: str) -> Any:
        if raw is None and may_be_none(kind):
            return None
        kinds = options(kind)
        if len(kinds) == 1:
            return self.explain(raw, kinds[0], at)
        if type(raw) is dict and (closest := self._closest(raw, kinds)):
            return self.explain(raw, closest, at)
        return self._leaf(raw, kind, at)

    def _closest(self, raw: dict[str, Any], kinds: tuple[Any, ...]) -> Any:
        def alike(kind: Any) -> int:
            names = {at.name for at in spellings(self._shaped(kind))}
            return len(names & raw.keys()) - len(names ^ raw.keys())

        classes = [plain(one) for one in kinds if attrs.has(plain(one))]
        return max(classes, key=alike, default=None)

    def _shaped(self, kind: type) -> Form:
        form = self.form_of(kind)
        return form if form.shape is None else self._shaped(form.shape)

    def _list(self, raw: list[Any], kind: Any, at: str) -> Any:
        one = item_kinds(kind)[0]
        items = [
            self.explain(item, one, at + pointer(place))
            for place, item in enumerate(raw)
        ]
        if any(item is BAD for item in items):
            return BAD
        return self._leaf(raw, kind, at)

    def _map(self, raw: dict[str, Any], kind: Any, at: str) -> Any:
        keys, values = item_kinds(kind)
        read = [
            (
                self.explain(key, keys, at + pointer(key)),
                self.explain(value, values, at + pointer(key)),
            )
            for key, value in raw.items()
        ]
        if any(key is BAD or value is BAD for key, value in read):
            return BAD
        return dict(read)

    def _object(self, raw: Any, kind: Any, at: str) -> Any:
        return self._money(raw, money_at(at))

    def _money(self, raw: Any, place: Place) -> Any:
        if type(raw) is not dict:
            return self._bad(place.whole, "must have amount and currency")
        self._unknown(raw, {"amount", CURRENCY}, place.whole)
        amount = self._part(raw.get("amount"), Decimal, place.amount)
        currency = self._part(raw.get(CURRENCY), str, place.currency)
        if amount is BAD or currency is BAD:
            return BAD
        return self._try(
            lambda: money(amount, currency),
            place.whole,
            lambda name: getattr(place, name),
        )

    def _part(self, raw: Any, kind: Any, at: str) -> Any:
        if raw is None:
            return self._bad(at, "is missing")
        return self.explain(raw, kind, at)

    def _unknown(self, raw: dict[str, Any], known: set[str], at: str) -> None:
        for name in sorted(raw.keys() - known):
            close = get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            self._bad(at + pointer(name), f"is not known{hint}")

    def _class(self, raw: Any, kind: Any, at: str) -> Any:
        form = self.form_of(kind)
        if form.shape is not None:
            shaped = self.explain(raw, form.shape, at)
            return shaped if shaped is BAD else self._back(form, shaped, at)
        if type(raw) is not dict:
            return self._bad(at, "must be an object")
        return self._fields(raw, form, at)

    def _fields(self, raw: dict[str, Any], form: Form, at: str) -> Any:
        seen = spellings(form)
        flat = [spelling.name for spelling in seen if spelling.flat]
        known = {spelling.name for spelling in seen}
        self._unknown(raw, known | ({CURRENCY} if flat else set()), at)
        tree = gather(raw, flat) if flat else raw
        values = {
            spelling.argument: self._field(tree, spelling, at)
            for spelling in seen
            if spelling.name in tree or _is_required(spelling)
        }
        if any(value is BAD for value in values.values()):
            return BAD
        return self._make(partial(form.kind, **values), form, at)

    def _back(self, form: Form, shaped: Any, at: str) -> Any:
        back = form.back
        return (
            BAD if back is None else self._make(lambda: back(shaped), form, at)
        )

    def _make(self, make: Callable[[], Any], form: Form, at: str) -> Any:
        return self._try(make, at, lambda name: at + spelt(name, form.names))

    def _field(self, tree: dict[str, Any], one: Spelling, at: str) -> Any:
        place = at + pointer(one.name)
        if one.name not in tree:
            return self._bad(place, "is missing")
        raw = tree[one.name]
        where = money_at(place)
        if one.flat:
            where = Place(place, place, at + pointer(CURRENCY))
        if one.flat and raw is not None:
            value = self._money(raw, where)
        else:
            value = self.explain(raw, one.attribute.type, place)
        return value if value is BAD else self._check(one, value, where)

    def _check(self, one: Spelling, value: Any, place: Place) -> Any:
        has_money = Money in options(plain(one.attribute.type))

        def place_of(name: str) -> str:
            if has_money and name in {"amount", CURRENCY}:
                return str(getattr(place, name))
            return place.whole

        return self._try(lambda: _checked(one, value), place.whole, place_of)


def _checked(one: Spelling, value: Any) -> Any:
    """Do to a value what its class does to it, apart from the others.

    A validator that looks at other fields finds none; it has its say when
    the thing as a whole is made.
    """
    at = one.attribute
    convert: Any = at.converter
    try:
        if convert is not None and not isinstance(convert, attrs.Converter):
            value = convert(value)
        if at.validator is not None:
            at.validator(None, at, value)
    except AttributeError:
        return value
    except (ValueError, TypeError) as error:
        raise UnreadableError(*error.args[:1]) from error
    return value


def _is_required(one: Spelling) -> bool:
    return one.attribute.default is attrs.NOTHING
