"""JSON for the network: orjson's speed, with exact numbers."""

from decimal import Decimal
from typing import Any, Final

import orjson

from earntrack_core.wire.text import number


OPTIONS: Final = orjson.OPT_UTC_Z


def exact(value: Any) -> orjson.Fragment:
    """Return an exact number as orjson writes it.

    Raises:
        TypeError: It is something else, that JSON has no form for.
    """
    if type(value) is Decimal:
        return orjson.Fragment(number(value))
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def json_bytes(tree: Any) -> bytes:
    """Return what `Wire.write` made as JSON, as `dumps` of the core would.

    Raises:
        TypeError: There is something in it that JSON has no form for.
    """
    return orjson.dumps(tree, default=exact, option=OPTIONS)
