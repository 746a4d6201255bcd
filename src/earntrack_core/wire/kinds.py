"""Reading type annotations: what a kind of field is made of."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import attrs
from attrs import Attribute

from earntrack_core.kernel.patch import UNSET


LISTS: Final = {
    list: list,
    tuple: tuple,
    Sequence: tuple,
    Collection: tuple,
    Iterable: tuple,
    set: set,
    frozenset: frozenset,
    AbstractSet: frozenset,
}
"""What reads as an array, and what becomes of it."""

MAPS: Final = {dict, Mapping}


def plain(kind: Any) -> Any:
    """Return the type behind a `NewType` or an `Annotated`."""
    while isinstance(kind, NewType) or get_origin(kind) is Annotated:
        kind = (
            kind.__supertype__
            if isinstance(kind, NewType)
            else get_args(kind)[0]
        )
    return kind


def is_union(kind: Any) -> bool:
    """Say whether one of several types may stand there."""
    return get_origin(kind) in {Union, UnionType}


def options(kind: Any) -> tuple[Any, ...]:
    """Return the types that may stand there, `UNSET` and None left out."""
    kinds = get_args(kind) if is_union(kind) else (kind,)
    return tuple(
        one for one in kinds if one is not type(None) and not _is_unset(one)
    )


def may_be_none(kind: Any) -> bool:
    """Say whether null may stand there."""
    return kind is type(None) or type(None) in get_args(kind)


def may_be_unset(kind: Any) -> bool:
    """Say whether nothing at all may stand there: a field of a patch."""
    return is_union(kind) and any(map(_is_unset, get_args(kind)))


def _is_unset(kind: Any) -> bool:
    return is_literal(kind) and get_args(kind) == (UNSET,)


def is_literal(kind: Any) -> bool:
    """Say whether only certain values may stand there."""
    return get_origin(kind) is Literal


def is_list(kind: Any) -> bool:
    """Say whether an array stands there."""
    return kind in LISTS or get_origin(kind) in LISTS


def is_map(kind: Any) -> bool:
    """Say whether an object with keys of its own choice stands there."""
    return kind in MAPS or get_origin(kind) in MAPS


def item_kinds(kind: Any) -> tuple[Any, ...]:
    """Return the kinds inside a list or a map; all of a fixed tuple."""
    kinds = tuple(one for one in get_args(kind) if one is not Ellipsis)
    return kinds or (Any, Any)


def is_fixed(kind: Any) -> bool:
    """Say whether a tuple has one kind for each of its places."""
    inside = get_args(kind)
    return get_origin(kind) is tuple and Ellipsis not in inside


def attributes(kind: type) -> tuple["Attribute[Any]", ...]:
    """Return the attributes of a class, their types resolved."""
    attrs.resolve_types(kind)
    return tuple(attrs.fields(kind))


def filled(kind: Any, blanks: Mapping[Any, Any]) -> Any:
    """Return a kind with the type variables of a generic class filled in."""
    if isinstance(kind, TypeVar):
        return blanks.get(kind, Any)
    inside = get_args(kind)
    if not blanks or not inside or is_literal(kind):
        return kind
    kinds = tuple(filled(one, blanks) for one in inside)
    if is_union(kind):
        return Union[kinds]  # noqa: UP007 -- built at run time
    return get_origin(kind)[kinds]


def blanks_of(kind: Any) -> Mapping[Any, Any]:
    """Return what fills the type variables of a generic class."""
    origin = get_origin(kind)
    names = getattr(origin, "__parameters__", ())
    return dict(zip(names, get_args(kind), strict=True)) if names else {}
