"""Reading: from trees of JSON to things, strictly and quickly.

What cannot be read raises one of `PROBLEMS`, without saying where; the
`earntrack_core.wire.problems` then look for all of them.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.errors import BaseValidationError, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, override
from moneyed import Money

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.money import money
from earntrack_core.wire.forms import CURRENCY, Form, spellings
from earntrack_core.wire.kinds import (
    LISTS,
    is_fixed,
    is_list,
    is_literal,
    is_map,
    is_union,
    item_kinds,
    may_be_none,
    options,
    plain,
)
from earntrack_core.wire.names import UnreadableError
from earntrack_core.wire.strict import (
    READERS,
    read_decimal,
    read_enum,
    read_literal,
    read_text,
)


Read = Callable[[Any, Any], Any]
FormOf = Callable[[type], Form]

PROBLEMS: Final = (
    InvalidError,
    UnreadableError,
    BaseValidationError,
    ForbiddenExtraKeysError,
    KeyError,
    TypeError,
    ValueError,
)


def _must_be(raw: Any, kind: type, what: str) -> None:
    if type(raw) is not kind:
        raise UnreadableError(f"must be {what}")


def read_money(raw: Any, _: type) -> Money:
    """Read an amount with its currency.

    Raises:
        InvalidError: It is too large, too fine, or of an unknown currency.
    """
    _must_be(raw, dict, "an object")
    if raw.keys() != {"amount", CURRENCY}:
        raise UnreadableError("must have amount and currency, nothing else")
    amount = read_decimal(raw["amount"])
    return money(amount, read_text(raw[CURRENCY], str))


def gather(raw: dict[str, Any], flat: list[str]) -> dict[str, Any]:
    """Put plain amounts and the one currency beside them together again."""
    tree = dict(raw)
    currency = tree.pop(CURRENCY, None)
    for name in flat:
        if tree.get(name) is not None:
            tree[name] = {"amount": tree[name], CURRENCY: currency}
    return tree


def _class_reader(form: Form, converter: Converter) -> Read:
    if form.shape is not None:
        return _by_shape(form, form.shape, converter)
    seen = spellings(form)
    overrides: dict[str, Any] = {
        at.attribute.name: override(rename=at.name) for at in seen
    }
    read: Read = make_dict_structure_fn(
        form.kind,
        converter,
        _cattrs_forbid_extra_keys=True,
        _cattrs_detailed_validation=False,
        **overrides,
    )
    flat = [at.name for at in seen if at.flat]

    def read_class(raw: Any, _: Any) -> Any:
        _must_be(raw, dict, "an object")
        return read(gather(raw, flat) if flat else raw, form.kind)

    return read_class


def _by_shape(form: Form, shape: type, converter: Converter) -> Read:
    back = form.back
    if back is None:
        raise NotImplementedError(
            f"{form.kind.__name__} is only written, never read"
        )
    return lambda raw, _: back(converter.structure(raw, shape))


def _list_reader(kind: Any, converter: Converter) -> Read:
    make = LISTS[get_origin(kind) or kind]
    kinds = item_kinds(kind)

    def read_list(raw: Any, _: Any) -> Any:
        _must_be(raw, list, "an array")
        return make(converter.structure(item, kinds[0]) for item in raw)

    def read_fixed(raw: Any, _: Any) -> Any:
        _must_be(raw, list, "an array")
        if len(raw) != len(kinds):
            raise UnreadableError(f"must have {len(kinds)} items")
        pairs = zip(raw, kinds, strict=True)
        return tuple(converter.structure(item, one) for item, one in pairs)

    return read_fixed if is_fixed(kind) else read_list


def _map_reader(kind: Any, converter: Converter) -> Read:
    key_kind, value_kind = item_kinds(kind)

    def read_map(raw: Any, _: Any) -> Any:
        _must_be(raw, dict, "an object")
        return {
            converter.structure(key, key_kind): converter.structure(
                value, value_kind
            )
            for key, value in raw.items()
        }

    return read_map


def _union_reader(kind: Any, converter: Converter) -> Read:
    kinds = options(kind)
    nullable = may_be_none(kind)

    def read_union(raw: Any, _: Any) -> Any:
        if raw is None and nullable:
            return None
        for one in kinds:
            try:
                return converter.structure(raw, one)
            except PROBLEMS:
                continue
        raise UnreadableError("is of none of the kinds that can stand here")

    return read_union


def _optional_reader(kind: Any, converter: Converter) -> Read:
    (one,) = (one for one in get_args(kind) if one is not type(None))

    def read_optional(raw: Any, _: Any) -> Any:
        return None if raw is None else converter.structure(raw, one)

    return read_optional


def _is_optional(kind: Any) -> bool:
    kinds = get_args(kind)
    return is_union(kind) and len(kinds) == 2 and type(None) in kinds  # noqa: PLR2004 -- a kind and None


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def teach_reading(converter: Converter, form_of: FormOf) -> None:
    """Teach *converter* to read everything that is on the wire."""

    def factory(
        fits: Callable[[Any], bool], make: Callable[[Any, Converter], Read]
    ) -> None:
        converter.register_structure_hook_factory(
            fits, lambda kind: make(plain(kind), converter)
        )

    for kind, read in {**READERS, Money: read_money}.items():
        converter.register_structure_hook(kind, read)
    factory(_is_enum, lambda _, __: read_enum)
    factory(attrs.has, lambda kind, _: _class_reader(form_of(kind), converter))
    factory(is_list, _list_reader)
    factory(is_map, _map_reader)
    factory(
        is_literal,
        lambda kind, _: lambda raw, __: read_literal(raw, get_args(kind)),
    )
    factory(is_union, _union_reader)
    factory(_is_optional, _optional_reader)
