"""Making things without their checks, for who has checked already.

A statement becomes hundreds of thousands of things, and a long list is read
again and again: there the checks of `__init__` cost more than all the rest.
"""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import call
from typing import Any, TypeVar

import attrs


T = TypeVar("T")


def maker(kind: type[T], names: Sequence[str]) -> Callable[[Sequence[Any]], T]:
    """Return a function that makes things of a slotted *kind* from values.

    The values come in the order of *names*, which must be all fields, and
    all of them must come. They are taken as they are: nothing is converted,
    and nothing validated.

    Raises:
        TypeError: *names* are not the fields of *kind*.
    """
    fields = {one.name for one in attrs.fields(kind)}  # type: ignore[arg-type]  # -- attrs has no word for its own classes
    if fields != set(names) or len(fields) != len(names):
        odd = ", ".join(sorted(fields.symmetric_difference(names)))
        raise TypeError(f"{kind.__name__} is made of other fields: {odd}")
    setters = [getattr(kind, name).__set__ for name in names]
    new = kind.__new__

    def make(values: Sequence[Any]) -> T:
        made = new(kind)
        calls = map(call, setters, repeat(made), values)  # pyright: ignore[reportArgumentType]  -- each setter takes its value
        deque(calls, maxlen=0)
        return made

    return make
