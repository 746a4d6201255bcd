"""JSON text, exactly: decimals stay decimals, both ways.

The standard library cannot write a `Decimal` as a number, so there is a
writer here; it reads well, within limits, so there is no reader.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, ClassVar, Final, NoReturn
from uuid import UUID

from earntrack_core.kernel.errors import EarnTrackError


DEEPEST: Final = 100
"""How many arrays and objects can be inside one another."""

LONGEST_INT: Final = 20
"""No 64-bit integer has more characters; longer ones become decimals."""

TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)

quoted: Final = json.JSONEncoder(ensure_ascii=False).encode


class MalformedError(EarnTrackError):
    """The text is not JSON, or JSON of a kind that nobody sends in earnest."""

    code: ClassVar[str] = "malformed"


def _refuse(name: str) -> NoReturn:
    raise MalformedError(f"{name} is not a JSON number.")


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= LONGEST_INT else Decimal(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise MalformedError(f"The key {twice[:40]!r} occurs twice.")
    return result


def _measure(text: str) -> None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for match in TOKEN.finditer(text):
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}":
            depth -= 1
        if depth > DEEPEST:
            raise MalformedError(f"JSON is nested deeper than {DEEPEST}.")


_DECODER: Final = json.JSONDecoder(
    parse_float=Decimal,
    parse_int=_integer,
    parse_constant=_refuse,
    object_pairs_hook=_object,
)


def loads(text: str | bytes) -> Any:
    """Read JSON text; numbers with a point or exponent become `Decimal`.

    Raises:
        MalformedError: It is not JSON in UTF-8, it is nested too deep, or an
            object has a key twice.
    """
    try:
        whole = text if isinstance(text, str) else text.decode()
        _measure(whole)
        return _DECODER.decode(whole)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedError(f"Not JSON: {error.msg} ({place}).") from error
    except UnicodeDecodeError as error:
        raise MalformedError("Not JSON: it is not in UTF-8.") from error
    except InvalidOperation as error:
        raise MalformedError("A number is out of all bounds.") from error


def number(value: Decimal) -> str:
    """Return a decimal as a JSON number, with all of its decimals."""
    if not value.is_finite():
        raise ValueError(f"{value} cannot be written as JSON")
    text = str(value)
    return format(value, "f") if "E" in text else text


def _instant(value: datetime) -> str:
    text = value.astimezone(UTC).isoformat()
    return f'"{text[:-6]}Z"'


def _mapping(value: Mapping[Any, Any]) -> str:
    pairs = [f"{quoted(key)}:{dumps(item)}" for key, item in value.items()]
    return "{" + ",".join(pairs) + "}"


def _array(value: list[Any] | tuple[Any, ...]) -> str:
    return "[" + ",".join(map(dumps, value)) + "]"


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    str: quoted,
    Decimal: number,
    dict: _mapping,
    type(None): lambda _: "null",
    int: str,
    bool: lambda value: "true" if value else "false",
    UUID: lambda value: f'"{value}"',
    date: lambda value: f'"{value.isoformat()}"',
    datetime: _instant,
    list: _array,
    tuple: _array,
}


def dumps(tree: Any) -> str:
    """Write what `Wire.write` returns as JSON text.

    Raises:
        TypeError: There is something in it that JSON has no form for.
        ValueError: There is a number in it that is none.
    """
    write = _WRITERS.get(type(tree))
    if write is not None:
        return write(tree)
    if isinstance(tree, Enum):
        return dumps(tree.value)
    raise TypeError(f"{type(tree).__name__} has no form in JSON")
