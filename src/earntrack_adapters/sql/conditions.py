"""Filters in SQL: one condition per field, compiled once per shape.

The shape of a filter is which of its fields are set; the values are
parameters. A set of conditions must agree with the filter's `matches`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import attrs
from attrs import frozen
from sqlalchemy import BindParameter, ColumnElement, bindparam


Condition = Callable[[Any], ColumnElement[bool]]
"""Makes a condition of the parameter, or of a list of them for a tuple.

Of a truth value it gets the value itself: the databases choose better when
they see it.
"""

Conditions = Mapping[str, Condition]
Shape = tuple[tuple[str, int | bool], ...]

MOST: Final = 512
"""Keys that one statement asks for; more are asked for in parts."""


@frozen
class Asked:
    """What a filter asks for: its shape, and the values of parameters."""

    shape: Shape
    given: dict[str, Any]

    def where(self, conditions: Conditions) -> list[ColumnElement[bool]]:
        """Return the conditions, for a statement of this shape."""
        return [
            conditions[name](parameters(name, count))
            for name, count in self.shape
        ]


def asked(where: object) -> Asked:
    """Return what the set fields of a filter ask for.

    Unset are None and the empty tuple. Tuples are filled up with their last
    element to the next power of two, so that there are few shapes.
    """
    kind: Any = type(where)
    shape: list[tuple[str, int | bool]] = []
    given: dict[str, Any] = {}
    for name in _fields(kind):
        value = getattr(where, name)
        if isinstance(value, bool):
            shape.append((name, value))
        elif isinstance(value, tuple):
            if value:
                padded = _padded(value)
                shape.append((name, len(padded)))
                given.update(many(name, padded))
        elif value is not None:
            shape.append((name, 0))
            given[name] = value
    return Asked(tuple(shape), given)


def parameters(name: str, count: int | bool) -> Any:
    """Return the parameter of a field, a list of so many, or the value."""
    if isinstance(count, bool):
        return count
    if not count:
        return bindparam(name)
    return [bindparam(f"{name}_{at}") for at in range(count)]


def among(
    column: ColumnElement[Any], values: Iterable[BindParameter[Any]]
) -> ColumnElement[bool]:
    """Return the condition that a column has one of many values."""
    return column.in_(
        [bindparam(one.key, type_=column.type) for one in values]
    )


def many(name: str, values: Iterable[Any]) -> dict[str, Any]:
    """Return the values of a list of parameters."""
    return {f"{name}_{at}": value for at, value in enumerate(values)}


def parts(
    name: str, values: Sequence[Any]
) -> Iterable[tuple[int, dict[str, Any]]]:
    """Yield many values in parts: their count and their parameters."""
    for start in range(0, len(values), MOST):
        padded = _padded(tuple(values[start : start + MOST]))
        yield len(padded), many(name, padded)


def _padded(values: tuple[Any, ...]) -> tuple[Any, ...]:
    count = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (count - len(values))


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in attrs.fields(kind))
