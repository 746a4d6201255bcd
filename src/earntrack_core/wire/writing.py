"""Writing: from things to trees of what JSON knows.

A tree has dicts, lists, texts, whole numbers, booleans, None, and the leaves
that both writers of JSON text know: `Decimal`, `UUID`, `date`, `datetime`.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final, get_origin
from uuid import UUID

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override
from moneyed import Money

from earntrack_core.kernel.patch import UNSET
from earntrack_core.wire.forms import CURRENCY, Form, amount_of, spellings
from earntrack_core.wire.kinds import (
    LISTS,
    attributes,
    is_list,
    is_map,
    may_be_unset,
)
from earntrack_core.wire.strict import write_hours


Write = Callable[[Any], Any]
FormOf = Callable[[type], Form]


def write_money(money: Money) -> dict[str, Any]:
    """Return an amount and its currency."""
    return {"amount": amount_of(money), CURRENCY: money.currency.code}


def key_text(key: Any) -> str:
    """Return a key of a mapping as the text that JSON wants.

    Raises:
        TypeError: It has no obvious text.
    """
    if isinstance(key, Enum):
        return str(key.value)
    if isinstance(key, date):
        return key.isoformat()
    if isinstance(key, str | int | UUID):
        return str(key)
    raise TypeError(f"{type(key).__name__} cannot be a key in JSON")


def _by_shape(form: Form, converter: Converter) -> Write:
    to = form.to
    if to is None:
        raise TypeError(f"{form.kind.__name__} is only read, never written")

    def write(thing: Any) -> Any:
        shaped = to(thing)
        return (
            shaped if type(shaped) is dict else converter.unstructure(shaped)
        )

    return write


def _fields(form: Form, converter: Converter) -> Write:
    shown = {spelling.attribute.name: spelling for spelling in spellings(form)}
    overrides: dict[str, Any] = {
        at.name: (
            override(rename=shown[at.name].name)
            if at.name in shown and not shown[at.name].flat
            else override(omit=True)
        )
        for at in attributes(form.kind)
    }
    return make_dict_unstructure_fn(form.kind, converter, **overrides)


def _with_flat(form: Form, write: Write) -> Write:
    flat = [(at.attribute.name, at.name) for at in spellings(form) if at.flat]

    def write_flat(thing: Any) -> Any:
        tree = write(thing)
        for name, wire_name in flat:
            money = getattr(thing, name)
            is_money = isinstance(money, Money)
            tree[wire_name] = amount_of(money) if is_money else None
            if is_money:
                tree[CURRENCY] = money.currency.code
        return tree

    return write_flat


def _with_extra(form: Form, write: Write, converter: Converter) -> Write:
    def write_extra(thing: Any) -> Any:
        tree = write(thing)
        for name, work_out in form.extra.items():
            tree[name] = converter.unstructure(work_out(thing))
        return tree

    return write_extra


def _without_unset(form: Form, write: Write) -> Write:
    names = [
        (at.attribute.name, at.name)
        for at in spellings(form)
        if may_be_unset(at.attribute.type)
    ]

    def write_set(thing: Any) -> Any:
        tree = write(thing)
        for name, wire_name in names:
            if getattr(thing, name) is UNSET:
                tree.pop(wire_name, None)
        return tree

    return write_set


def _class_writer(form: Form, converter: Converter) -> Write:
    if form.shape is not None:
        return _by_shape(form, converter)
    write = _fields(form, converter)
    if form.flat:
        write = _with_flat(form, write)
    if any(may_be_unset(at.type) for at in attributes(form.kind)):
        write = _without_unset(form, write)
    if form.extra:
        write = _with_extra(form, write, converter)
    return write


LEAVES: Final[Mapping[type, Write]] = {
    Money: write_money,
    timedelta: write_hours,
}


def teach_writing(converter: Converter, form_of: FormOf) -> None:
    """Teach *converter* to write everything that is on the wire."""

    def write_map(mapping: Mapping[Any, Any]) -> dict[str, Any]:
        return {
            key_text(key): converter.unstructure(value)
            for key, value in mapping.items()
        }

    def write_list(items: Any) -> list[Any]:
        return [converter.unstructure(item) for item in items]

    def write_set(items: Any) -> list[Any]:
        return sorted(converter.unstructure(item) for item in items)

    for kind, write in LEAVES.items():
        converter.register_unstructure_hook(kind, write)

    def list_writer(kind: Any) -> Write:
        made = LISTS[get_origin(kind) or kind]
        return write_set if made in {set, frozenset} else write_list

    converter.register_unstructure_hook_factory(is_list, list_writer)
    converter.register_unstructure_hook_factory(is_map, lambda _: write_map)
    converter.register_unstructure_hook_factory(
        attrs.has, lambda kind: _class_writer(form_of(kind), converter)
    )
